"""A template of the user's own, made a stack: local code to S3, change set, and the source of its pipeline."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.executions import executions
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.stacks import changesets, code_bucket, local_code, stacks, template_parameters, uploads
from rehearsal.toolkit.stacks.changesets import Review
from rehearsal.toolkit.stacks.code_bucket import CodeBucket
from rehearsal.toolkit.stacks.stacks import StackRequest, StackResult

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9-]+")
_GENERAL_NAMES = {"template", "stack", "main", "packaged"}


@dataclass(frozen=True)
class Wanted:
    """What the user asked to deploy. ``bucket`` takes the local code; one of the account's own if None."""

    template: Path
    stack: str
    parameters: dict[str, str] = field(default_factory=dict)
    bucket: str | None = None


@dataclass(frozen=True)
class Prepared:
    """What CloudFormation would do, before it is done."""

    request: StackRequest
    review: Review
    files: int
    uploaded: int
    bucket: str


def stack_name(template: Path) -> str:
    """The name of a stack that was given none: the file's, or its folder's where any file is called so. Pure."""
    path = template.resolve()
    stem = path.name.split(".")[0]
    named = path.parent.name if stem.lower() in _GENERAL_NAMES else stem
    return _NOT_IN_A_NAME.sub("-", named).strip("-")[:128] or "stack"


def prepare(aws: Aws, wanted: Wanted, scratch: Path, tell: Tell) -> Prepared:
    """Upload what the template names, and have CloudFormation work out what would change.

    ``scratch`` is a folder for the template as it is deployed. A stack whose first creation failed is removed before,
    as CloudFormation can do nothing else with it. Parameters that are not given keep their values.

    Raises:
        BadInput: the template, a file that it names or a parameter cannot be used.
        StackFailed: the change set cannot be made; says why.
    """
    declared = template_parameters.declared_in(wanted.template)
    template_parameters.check(declared, wanted.parameters, where="--parameter")
    bucket = CodeBucket(aws, wanted.bucket or code_bucket.default_name(aws))
    made = code_bucket.packaged(wanted.template, bucket)
    body = scratch / "template"
    body.write_text(made.text)
    existing = _usable(aws, wanted.stack, tell)
    known = stacks.parameters_of(existing) if existing else {}
    request = StackRequest(
        wanted.stack,
        body,
        wanted.parameters,
        kept=tuple(name for name in declared if name in known and name not in wanted.parameters),
    )
    if len(made.text.encode()) > stacks.LARGEST_INLINE_TEMPLATE:
        key = bucket.put(made.text.encode(), ".template")
        request = replace(request, template_url=stacks.object_url(aws, bucket.name, key))
    request = replace(request, capabilities=capabilities(aws, request))
    return Prepared(request, changesets.review(aws, request), made.files, len(bucket.put_keys), bucket.name)


def _usable(aws: Aws, name: str, tell: Tell) -> dict[str, Any] | None:
    found = stacks.describe(aws, name)
    if found is None or stacks.is_usable(found) or found["StackStatus"] == "REVIEW_IN_PROGRESS":
        return found
    stacks.delete(aws, name, tell)
    return None


def capabilities(aws: Aws, request: StackRequest) -> tuple[str, ...]:
    """What the template needs to have acknowledged (IAM resources, macros), as ValidateTemplate says it."""
    answer = aws.client("cloudformation").validate_template(**stacks.template_argument(aws, request))
    macros = ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM"] if answer.get("DeclaredTransforms") else []
    return tuple(dict.fromkeys([*answer.get("Capabilities", []), *macros]))


def carry_out(aws: Aws, prepared: Prepared, tell: Tell) -> StackResult:
    """Do what was reviewed; gives the stack as it stands then.

    Raises:
        StackFailed: it failed and was rolled back; says which resource was first, and why.
    """
    changesets.execute(aws, prepared.review, tell)
    name = prepared.request.name
    stack = stacks.describe(aws, name)
    if stack is None:
        raise NotThere(f"the stack {name} is gone", where="CloudFormation", next_step="deploy it again")
    status = stack["StackStatus"] if prepared.review.change_set_id else "UNCHANGED"
    return StackResult(name, status, stacks.outputs_of(stack), len(list(stacks.resources_of(aws, name))))


def pipelines_of(aws: Aws, stack: str) -> list[str]:
    """The pipelines that a stack has made."""
    made = stacks.resources_of(aws, stack)
    return [each["PhysicalResourceId"] for each in made if each["ResourceType"] == "AWS::CodePipeline::Pipeline"]


@dataclass(frozen=True)
class SourceObject:
    """The object that an S3 source action of a pipeline reads."""

    pipeline: str
    action: str
    bucket: str
    key: str


def source_of(aws: Aws, stack: str) -> SourceObject:
    """Where the stack's pipeline reads its source from.

    Raises:
        NotThere: none of its pipelines has a source action of S3.
        BadInput: there are several.
    """
    found = [each for name in pipelines_of(aws, stack) for each in _sources_in(executions.definition(aws, name))]
    if not found:
        raise NotThere(
            f"no pipeline of {stack} has a source action of S3",
            where="--source",
            next_step="push to the repository that it reads instead",
        )
    if len(found) > 1:
        places = ", ".join(f"{each.action} (s3://{each.bucket}/{each.key})" for each in found)
        raise BadInput(f"{len(found)} source actions read from S3", where="--source", next_step=f"upload to {places}")
    return found[0]


def _sources_in(declared: dict[str, Any]) -> list[SourceObject]:
    return [
        SourceObject(
            declared["name"],
            f"{stage['name']}/{action['name']}",
            action["configuration"]["S3Bucket"],
            action["configuration"]["S3ObjectKey"],
        )
        for stage in declared["stages"]
        for action in stage["actions"]
        if action["actionTypeId"]["category"] == "Source" and action["actionTypeId"]["provider"] == "S3"
    ]


def upload_source(aws: Aws, source: SourceObject, folder: Path) -> str:
    """Put a folder, zipped, where the source action reads; gives the object's version.

    Raises:
        BadInput: the folder is none, or empty.
    """
    content = local_code.zip_of(folder) if folder.is_dir() else None
    if not content:
        raise BadInput(
            f"{folder} is no folder with files", where="--source", next_step="name the folder to zip and upload"
        )
    return uploads.put(aws.client("s3"), source.bucket, source.key, content)
