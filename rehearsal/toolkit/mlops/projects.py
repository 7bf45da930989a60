"""Projects of an account: created from ``mlops/project.yaml``, and found by their stacks."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.cleanup import teardown
from rehearsal.toolkit.executions.events import StepFinished, StepStarted, Tell
from rehearsal.toolkit.mlops import seeds
from rehearsal.toolkit.mlops.names import ProjectNames
from rehearsal.toolkit.project import Project
from rehearsal.toolkit.stacks import stacks
from rehearsal.toolkit.stacks.stacks import StackRequest, StackResult

TEMPLATE = "project.yaml"
_NAME, _ID = "SageMakerProjectName", "SageMakerProjectId"


@dataclass(frozen=True)
class Launched:
    """A project that is there: its names, its stack (which Service Catalog names otherwise) and what that gave out."""

    names: ProjectNames
    stack: str
    status: str
    outputs: Mapping[str, str] = field(default_factory=dict)


def launched(aws: Aws) -> list[Launched]:
    """Every project of this account and region, by name."""
    found = [each for stack in stacks.all_of(aws) if (each := of_stack(stack)) is not None]
    return sorted(found, key=lambda each: each.names.name)


def of_stack(stack: Mapping[str, Any]) -> Launched | None:
    """The project that a stack is; None for any other stack, such as that of an endpoint. Pure."""
    parameters = stacks.parameters_of(dict(stack))
    if not {_NAME, _ID, "SourceType"} <= parameters.keys():
        return None
    names = ProjectNames(parameters[_NAME], parameters[_ID])
    return Launched(names, stack["StackName"], stack["StackStatus"], stacks.outputs_of(dict(stack)))


def named(aws: Aws, name: str) -> Launched:
    """The project of that name.

    Raises:
        NotThere: there is none.
    """
    known = launched(aws)
    for each in known:
        if each.names.name == name:
            return each
    others = ", ".join(each.names.name for each in known)
    raise NotThere(
        f"there is no project {name!r} in region {aws.region}",
        where="CloudFormation",
        next_step=f"there are: {others}" if others else f"rehearse project create {name} makes it",
    )


def check_free(aws: Aws, name: str) -> None:
    """Hold the name against the projects that are there: endpoints have it, so that two cannot share one.

    Raises:
        BadInput: there is such a project.
    """
    if any(each.names.name == name for each in launched(aws)):
        raise BadInput(
            f"there is a project {name!r} already in region {aws.region}",
            where="NAME",
            next_step=f"take another name, or remove it: rehearse project delete {name}",
        )


def create(aws: Aws, here: Project, names: ProjectNames, parameters: Mapping[str, str], tell: Tell) -> StackResult:
    """Make the project; the first execution of both pipelines starts by itself.

    Raises:
        StackFailed: CloudFormation could not make it; it has been rolled back.
    """
    given = {_NAME: names.name, _ID: names.id, **parameters}
    template = seeds.folder(here) / TEMPLATE
    if given.get("SourceType") == "Connection":
        return stacks.launch(aws, StackRequest(names.stack, template, given), tell)
    with _seeded(aws, here, names, tell) as bucket:
        return stacks.launch(aws, StackRequest(names.stack, template, {**given, "SeedBucket": bucket}), tell)


@contextmanager
def _seeded(aws: Aws, here: Project, names: ProjectNames, tell: Tell) -> Iterator[str]:
    """A bucket with the first commits, which a stack reads once, when it makes the repositories."""
    began, bucket = time.monotonic(), names.seed_bucket
    tell(StepStarted("upload", bucket))
    place = {} if aws.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
    aws.client("s3").create_bucket(Bucket=bucket, **place)
    try:
        for repository in seeds.REPOSITORIES:
            body = seeds.zipped(here, repository)
            aws.client("s3").put_object(Bucket=bucket, Key=f"{repository}.zip", Body=body)
        tell(StepFinished("upload", bucket, "2 repositories", "their first commits", time.monotonic() - began))
        yield bucket
    finally:
        teardown.empty_bucket(aws, bucket)
        aws.client("s3").delete_bucket(Bucket=bucket)
