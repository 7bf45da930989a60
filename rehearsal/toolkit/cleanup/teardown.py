"""Removing a workshop or a lab: look at what is left, remove what may go now, look again, until nothing is left or
nothing gives way.

Nothing is remembered between two looks: a removal that was interrupted is taken up again by calling it again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import StackFailed
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.aws.translation import is_denial, message_of
from rehearsal.toolkit.cleanup import leftovers, stages
from rehearsal.toolkit.cleanup.leftovers import Kind, Leftover
from rehearsal.toolkit.cleanup.patience import Patience
from rehearsal.toolkit.executions.events import Note, Tell
from rehearsal.toolkit.stacks import stacks

_Key = tuple[Kind, str]


@dataclass(frozen=True)
class Result:
    """What went and what stayed; ``reasons`` by name of what stayed."""

    removed: tuple[Leftover, ...]
    remaining: tuple[Leftover, ...]
    reasons: dict[str, str]

    def with_more(self, more: "Result") -> "Result":
        """Both together."""
        return Result(self.removed + more.removed, self.remaining + more.remaining, self.reasons | more.reasons)


@dataclass(frozen=True)
class _Refusal:
    reason: str
    is_denial: bool = False


@dataclass
class _Story:
    """What was seen and told so far."""

    tell: Tell
    removed: dict[_Key, Leftover] = field(default_factory=dict)
    _waiting: set[Leftover] = field(default_factory=set)

    def compare(self, before: list[Leftover], after: list[Leftover]) -> None:
        """Tell what went, and what is waited for, once."""
        present = {_key(each) for each in after}
        for leftover in before:
            if _key(leftover) not in present and _key(leftover) not in self.removed:
                self.removed[_key(leftover)] = leftover
                self.tell(Note(f"removed {leftover.kind.label} {leftover.name}"))
        for leftover in after:
            if stages.is_moving(leftover) and leftover not in self._waiting:
                self._waiting.add(leftover)
                self.tell(Note(f"waiting for {leftover.kind.label} {leftover.name}, which is {leftover.detail}"))


def destroy(aws: Aws, workshop: Workshop, tell: Tell, pace: Pace | None = None) -> Result:
    """Remove everything that :func:`leftovers.survey` finds of a workshop."""
    return remove_all(
        lambda: leftovers.survey(aws, workshop),
        lambda leftover: _REMOVERS[leftover.kind](aws, workshop, leftover, tell),
        tell,
        pace,
    )


def remove_all(
    survey: Callable[[], list[Leftover]], remove: Callable[[Leftover], None], tell: Tell, pace: Pace | None = None
) -> Result:
    """Remove everything that ``survey`` finds, in the order of :mod:`stages`, waiting for what moves."""
    pace = pace or Pace(shortest_seconds=0.2)
    patience, story = Patience(pace), _Story(tell)
    refusals: dict[_Key, _Refusal] = {}
    left = survey()
    story.compare([], left)
    while left:
        before = left
        refusals = _try_each(remove, stages.due(before))
        left = survey()
        story.compare(before, left)
        if patience.is_over(
            has_changed=left != before,
            is_moving=any(map(stages.is_moving, left)),
            are_denied=(refusal.is_denial for refusal in refusals.values()),
        ):
            break
        if left:
            pace.wait()
    reasons = {each.name: reason_of(each, left, refusals) for each in left}
    return Result(tuple(story.removed.values()), tuple(left), reasons)


def _key(leftover: Leftover) -> _Key:
    return leftover.kind, leftover.name


def reason_of(leftover: Leftover, left: list[Leftover], refusals: dict[_Key, _Refusal]) -> str:
    """Why it is still there. Pure."""
    if refusal := refusals.get(_key(leftover)):
        return refusal.reason
    if stages.is_moving(leftover):
        return f"is still {leftover.detail}"
    holding = [each for each in stages.blockers(left) if each != leftover]
    if holding:
        return f"is kept until {holding[0].kind.label} {holding[0].name} is gone"
    return "is still being removed"


def _try_each(remove: Callable[[Leftover], None], due: list[Leftover]) -> dict[_Key, _Refusal]:
    """Try each once; why it did not work."""
    refusals: dict[_Key, _Refusal] = {}
    for leftover in due:
        try:
            remove(leftover)
        except ClientError as error:
            refusals[_key(leftover)] = _Refusal(message_of(error), is_denial(error))
        except StackFailed as error:
            refusals[_key(leftover)] = _Refusal(error.what)
    return refusals


def _stop_execution(aws: Aws, workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    aws.client("codepipeline").stop_pipeline_execution(
        pipelineName=workshop.pipeline, pipelineExecutionId=leftover.name, abandon=True, reason="rehearse destroy"
    )


def _stop_training_job(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    aws.client("sagemaker").stop_training_job(TrainingJobName=leftover.name)


def _delete_endpoint(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    aws.client("sagemaker").delete_endpoint(EndpointName=leftover.name)


def _delete_endpoint_config(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    aws.client("sagemaker").delete_endpoint_config(EndpointConfigName=leftover.name)


def _delete_model(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    aws.client("sagemaker").delete_model(ModelName=leftover.name)


def _empty_bucket(aws: Aws, _workshop: Workshop, leftover: Leftover, _tell: Tell) -> None:
    empty_bucket(aws, leftover.name)


def empty_bucket(aws: Aws, bucket: str) -> None:
    """Delete every version and delete marker, a page (at most 1,000, what DeleteObjects takes) at a time."""
    s3 = aws.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if entries:
            objects = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})


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
