"""Removing a workshop: look at what is left, remove it, look again, until nothing is left or nothing gives way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import StackFailed
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.aws.translation import message_of
from rehearsal.toolkit.cleanup import leftovers
from rehearsal.toolkit.cleanup.leftovers import Kind, Leftover
from rehearsal.toolkit.executions.events import Note, Tell
from rehearsal.toolkit.stacks import stacks

_PASSES_WITHOUT_PROGRESS = 3
_NOT_YET = "is still being removed"


@dataclass(frozen=True)
class Result:
    """What went and what stayed; ``reasons`` by name of what stayed."""

    removed: tuple[Leftover, ...]
    remaining: tuple[Leftover, ...]
    reasons: dict[str, str]


def destroy(aws: Aws, workshop: Workshop, tell: Tell, pace: Pace | None = None) -> Result:
    """Remove everything that :func:`leftovers.survey` finds, again and again."""
    pace = pace or Pace(shortest_seconds=0.2)
    removed: dict[tuple[Kind, str], Leftover] = {}
    reasons: dict[str, str] = {}
    idle = 0
    before = leftovers.survey(aws, workshop)
    while before and idle < _PASSES_WITHOUT_PROGRESS:
        reasons = _remove_all(aws, workshop, before, tell)
        after = leftovers.survey(aws, workshop)
        present = {(each.kind, each.name) for each in after}
        for leftover in before:
            if (leftover.kind, leftover.name) not in present and (leftover.kind, leftover.name) not in removed:
                removed[leftover.kind, leftover.name] = leftover
                tell(Note(f"removed {leftover.kind.label} {leftover.name}"))
        idle = idle + 1 if _is_stuck(before, after) else 0
        before = after
        if before:
            pace.wait()
    return Result(
        tuple(removed.values()), tuple(before), {name: reasons.get(name, _NOT_YET) for name in _names(before)}
    )


def _names(found: list[Leftover]) -> list[str]:
    return [leftover.name for leftover in found]


def _is_stuck(before: list[Leftover], after: list[Leftover]) -> bool:
    """Nothing went and nothing is on its way."""
    moving = ("Deleting", "Stopping", "DELETE_IN_PROGRESS")
    return after == before and not any(leftover.detail in moving for leftover in after)


def _remove_all(aws: Aws, workshop: Workshop, found: list[Leftover], tell: Tell) -> dict[str, str]:
    """Try each once; why it did not work, by name."""
    reasons: dict[str, str] = {}
    for leftover in found:
        try:
            _REMOVERS[leftover.kind](aws, workshop, leftover, tell)
        except ClientError as error:
            reasons[leftover.name] = message_of(error)
        except StackFailed as error:
            reasons[leftover.name] = error.what
    return reasons


def _stop_execution(aws: Aws, workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    aws.client("codepipeline").stop_pipeline_execution(
        pipelineName=workshop.pipeline, pipelineExecutionId=leftover.name, abandon=True, reason="rehearse destroy"
    )


def _stop_training_job(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    aws.client("sagemaker").stop_training_job(TrainingJobName=leftover.name)


def _delete_endpoint(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    if leftover.detail != "Deleting":
        aws.client("sagemaker").delete_endpoint(EndpointName=leftover.name)


def _delete_endpoint_config(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    aws.client("sagemaker").delete_endpoint_config(EndpointConfigName=leftover.name)


def _delete_model(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    aws.client("sagemaker").delete_model(ModelName=leftover.name)


def _empty_bucket(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    """Delete every version and delete marker, a page (at most 1,000, what DeleteObjects takes) at a time."""
    s3 = aws.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=leftover.name):
        entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if entries:
            objects = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
            s3.delete_objects(Bucket=leftover.name, Delete={"Objects": objects, "Quiet": True})


def _delete_stack(aws: Aws, _workshop: Workshop, leftover: Leftover, tell: Tell) -> None:
    stacks.delete(aws, leftover.name, tell)


def _delete_bucket(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    """A bucket that its stack did not take along."""
    s3 = aws.client("s3")
    try:
        s3.delete_bucket(Bucket=leftover.name)
    except s3.exceptions.NoSuchBucket:
        return  # its stack did


def _delete_log_group(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    logs = aws.client("logs")
    try:
        logs.delete_log_group(logGroupName=leftover.name)
    except logs.exceptions.ResourceNotFoundException:
        return  # its stack took it along


_REMOVERS: dict[Kind, Callable[[Any, Workshop, Leftover, Tell], None]] = {
    Kind.EXECUTION: _stop_execution,
    Kind.TRAINING_JOB: _stop_training_job,
    Kind.ENDPOINT: _delete_endpoint,
    Kind.ENDPOINT_CONFIG: _delete_endpoint_config,
    Kind.MODEL: _delete_model,
    Kind.OBJECTS: _empty_bucket,
    Kind.PIPELINE_STACK: _delete_stack,
    Kind.PREP_STACK: _delete_stack,
    Kind.BUCKET: _delete_bucket,
    Kind.LOG_GROUP: _delete_log_group,
}
