"""What a first launch on an account would run into, found by calls that change nothing, or make and delete a change set
for nothing.

Each check is one function; ``rehearse doctor --account`` runs them all. None starts anything that costs.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.checks import resources_named
from rehearsal.toolkit.checks.findings import Finding, Verdict, all_guarded, guarded
from rehearsal.toolkit.stacks import changesets, rendering, stacks, template_files
from rehearsal.toolkit.stacks.changesets import Review
from rehearsal.toolkit.stacks.rendering import Place
from rehearsal.toolkit.stacks.stacks import StackRequest
from rehearsal.toolkit.stacks.uploads import Uploaded
from rehearsal.toolkit.workshop import Plan, pipeline_request, prep_request

_NOT_UPLOADED = Uploaded({}, {}, ())
_NOT_OF_THIS_ACCOUNT = {"403", "Forbidden", "AccessDenied"}
_NO_BUCKET = {"404", "NoSuchBucket"}
_SEVERE = {"ERROR", "SECURITY_WARNING"}


def examine(aws: Aws, plan: Plan) -> Iterator[Finding]:
    """Region, bucket names, image, both templates' change sets, every policy, and what the parameters name."""
    yield guarded("region is enabled", lambda: _region(aws))
    for bucket in plan.workshop.buckets:
        yield guarded(f"bucket {bucket}", lambda name=bucket: _bucket(aws, plan, name))  # type: ignore[misc]
    yield guarded("algorithm image", lambda: _image(aws, plan), ("RepositoryNotFoundException",))
    for request in (prep_request(plan), pipeline_request(plan, _NOT_UPLOADED)):
        yield guarded(f"change set of {request.name}", lambda each=request: _change_set(aws, each))  # type: ignore[misc]
        yield from all_guarded(f"policies of {request.name}", lambda each=request: _policies(aws, each))  # type: ignore[misc]
    yield from resources_named.examine(aws, plan)


def _region(aws: Aws) -> Finding:
    answer = aws.client("ec2").describe_regions(RegionNames=[aws.region], AllRegions=True)["Regions"]
    status = answer[0].get("OptInStatus", "opt-in-not-required") if answer else "not-known"
    if status in ("opt-in-not-required", "opted-in"):
        return Finding("region is enabled", Verdict.GOOD, f"{aws.region}: {status}")
    return Finding(
        "region is enabled",
        Verdict.BAD,
        f"{aws.region}: {status}",
        "enable it under Account, AWS Regions, or choose another",
    )


def _bucket(aws: Aws, plan: Plan, bucket: str) -> Finding:
    """Bucket names are shared with the whole partition: 404 is free, 403 somebody else's."""
    check = f"bucket {bucket}"
    try:
        aws.client("s3").head_bucket(Bucket=bucket)
    except ClientError as error:
        if code_of(error) in _NO_BUCKET:
            return Finding(check, Verdict.GOOD, "the name is free")
        if code_of(error) in _NOT_OF_THIS_ACCOUNT:
            return Finding(check, Verdict.BAD, "the name is taken by another account", "choose another --bucket-suffix")
        raise
    if stacks.describe(aws, plan.workshop.prep_stack) is not None:
        return Finding(check, Verdict.GOOD, "it is there, with the workshop's stacks")
    return Finding(
        check,
        Verdict.BAD,
        "it is there already, but no stack of the workshop",
        "rehearse destroy removes it, or choose another suffix",
    )


def _image(aws: Aws, plan: Plan) -> Finding:
    """That the region has the very image that the jobs train and serve with, and lets this caller pull it."""
    image = template_files.algorithm_image(plan.project.pipeline_template, aws.region, aws.partition)
    host, _, path = image.partition("/")
    repository, _, tag = path.partition(":")
    answer = aws.client("ecr").batch_get_image(
        registryId=host.partition(".")[0], repositoryName=repository, imageIds=[{"imageTag": tag}]
    )
    if answer.get("images"):
        return Finding("algorithm image", Verdict.GOOD, f"{image} is there")
    reason = next((each.get("failureReason", "") for each in answer.get("failures", [])), "no reason given")
    return Finding("algorithm image", Verdict.BAD, f"{image}: {reason}", "choose another region, or container-path")


def _change_set(aws: Aws, request: StackRequest) -> Finding:
    """Have CloudFormation work out the launch, and throw it away: parameters, mappings, hooks and policies of the
    organisation."""
    check = f"change set of {request.name}"
    with tempfile.TemporaryDirectory(prefix="rehearse-doctor-") as folder:
        fitting = _short_enough(request, Path(folder))
        if fitting is None:
            return Finding(
                check, Verdict.UNKNOWN, "the template with these options is too long to be sent without a bucket",
                "rehearse launch --review makes the prep stack first, then shows this one",
            )  # fmt: skip
        found = _reviewed(aws, fitting)
    count = len(found.changes)
    return Finding(
        check, Verdict.GOOD, f"CloudFormation would change {count} resources" if count else "nothing would change"
    )


def _reviewed(aws: Aws, request: StackRequest) -> Review:
    found = changesets.review(aws, request)
    changesets.discard(aws, found)
    return found


def _short_enough(request: StackRequest, folder: Path) -> StackRequest | None:
    """The request with its conditions decided, which is shorter than the whole template; None where it is not short
    enough."""
    if request.template.stat().st_size <= stacks.LARGEST_INLINE_TEMPLATE:
        return request
    document = rendering.decided(template_files.read(request.template), request.parameters)
    text = json.dumps(document, separators=(",", ":"), default=str)
    if len(text) > stacks.LARGEST_INLINE_TEMPLATE:
        return None
    file = folder / request.template.name
    file.write_text(text)
    return replace(request, template=file)


def _policies(aws: Aws, request: StackRequest) -> Iterator[Finding]:
    """AWS's own linter on every policy of the template, as these parameters make it."""
    place = Place(aws.identity.account_id, aws.region, aws.partition, request.name)
    resources = rendering.rendered(template_files.read(request.template), request.parameters, place)
    policies = rendering.policies_in(resources)
    bad = [words for name, kind, document in policies for words in _faults(aws, name, kind, document)]
    check = f"policies of {request.name}"
    yield from (Finding(check, Verdict.WARNING, words, "report it: the template should not have it") for words in bad)
    if not bad:
        yield Finding(check, Verdict.GOOD, f"Access Analyzer finds no fault in {len(policies)} policies")


def _faults(aws: Aws, name: str, kind: str, document: dict[str, Any]) -> Iterator[str]:
    trust = {"validatePolicyResourceType": "AWS::IAM::AssumeRolePolicyDocument"} if name.endswith("(trust)") else {}
    pages = (
        aws.client("accessanalyzer")
        .get_paginator("validate_policy")
        .paginate(policyDocument=json.dumps(document), policyType=kind, **trust)
    )
    for page in pages:
        for each in page["findings"]:
            if each["findingType"] in _SEVERE:
                yield f"{name}: {each['issueCode']}: {each['findingDetails']}"
