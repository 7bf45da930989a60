"""Where a revision is: from a commit or a version of data to the executions that took it, their models, endpoints and
approvers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.executions import data_versions, executions, inventory, training_jobs
from rehearsal.toolkit.executions.executions import Execution, Summary

FEWEST_CHARACTERS = 4
MOST_EXECUTIONS = 50
"""Of each pipeline, the newest: a revision is asked for while it matters."""


@dataclass(frozen=True)
class Served:
    """An endpoint to which an execution deployed; ``is_now`` if it still serves what that one brought."""

    endpoint: str
    is_now: bool


@dataclass(frozen=True)
class Answered:
    """An approval in an execution: ``by`` is the ARN of who answered, empty where it is not known."""

    action: str
    status: str
    by: str
    comment: str


@dataclass(frozen=True)
class Way:
    """One execution that took the revision; ``taken_as`` says where it stood. ``job`` and ``model`` may be empty."""

    pipeline: str
    execution_id: str
    status: str
    started_at: datetime
    taken_as: str
    job: str
    model: str
    endpoints: tuple[Served, ...]
    approvals: tuple[Answered, ...]


def find(aws: Aws, revision: str, pipelines: Sequence[str] | None = None) -> list[Way]:
    """Every execution that took a commit, an object's version or a version of training data that begins so, newest
    first.

    ``pipelines`` are names; all of the account and region if not given.

    Raises:
        BadInput: the revision is too short to mean one.
    """
    if len(revision) < FEWEST_CHARACTERS:
        raise BadInput(
            f"{revision!r} is too short", where="revision", next_step=f"give {FEWEST_CHARACTERS} characters or more"
        )
    names = [each.name for each in inventory.pipelines(aws)] if pipelines is None else pipelines
    found = [way for name in names for way in _of_pipeline(aws, name, revision)]
    return sorted(found, key=lambda way: way.started_at, reverse=True)


def _of_pipeline(aws: Aws, name: str, revision: str) -> Iterator[Way]:
    declared = executions.definition(aws, name)
    for summary in executions.history(aws, name, MOST_EXECUTIONS):
        execution = executions.read(aws, declared, summary.execution_id)
        job = _variable(execution, "TrainingJobName")
        taken_as = source_of(summary, revision) or _data_of(aws, job, revision)
        if taken_as:
            yield way_of(aws, summary, execution, taken_as)


def source_of(summary: Summary, revision: str) -> str:
    """``commit of Source`` where a source revision begins so. Pure."""
    for action, full in summary.full_revisions:
        if full.startswith(revision):
            return f"source revision {full} of {action}"
    return ""


def _data_of(aws: Aws, job: str, revision: str) -> str:
    """The channel of the training job whose data had this version."""
    if not job:
        return ""
    try:
        described = training_jobs.read(aws, job)
    except ClientError:
        return ""  # it is forgotten: what it read cannot be told any more
    for each in data_versions.at(aws, described.inputs, described.created_at):
        if each.version_id.startswith(revision):
            return f"{each.channel} data {each.uri} version {each.version_id}"
    return ""


def way_of(aws: Aws, summary: Summary, execution: Execution, taken_as: str) -> Way:
    """What came of it."""
    return Way(
        execution.pipeline,
        execution.execution_id,
        str(execution.status),
        summary.started_at,
        taken_as,
        _variable(execution, "TrainingJobName"),
        _variable(execution, "ModelDataUrl"),
        tuple(_served(aws, execution)),
        tuple(
            Answered(each.path, str(each.status), each.updated_by if each.status.has_ended else "", each.summary)
            for each in execution.actions
            if each.provider == "Manual" and each.started_at
        ),
    )


def _variable(execution: Execution, name: str) -> str:
    return next((each.variables[name] for each in execution.actions if name in each.variables), "")


def _served(aws: Aws, execution: Execution) -> Iterator[Served]:
    """Each endpoint once, with the config that the execution gave it."""
    configs: dict[str, str] = {}
    for action in execution.actions:
        if "EndpointName" in action.variables and "EndpointConfigName" in action.variables:
            configs.setdefault(action.variables["EndpointName"], action.variables["EndpointConfigName"])
    for name, config in configs.items():
        try:
            now = aws.client("sagemaker").describe_endpoint(EndpointName=name)["EndpointConfigName"]
        except ClientError:
            now = ""  # it is deleted
        yield Served(name, now == config)


def line_of(way: Way) -> str:
    """One line. Pure."""
    parts = [f"{way.taken_as} -> {way.pipeline} {way.execution_id[:8]} {way.status}"]
    if way.job:
        parts.append(f"training job {way.job}")
    parts += [f"{each.endpoint} ({'now' if each.is_now else 'no longer'})" for each in way.endpoints]
    parts += [f"{each.action} {each.status}{f' by {each.by}' if each.by else ''}" for each in way.approvals]
    return " -> ".join(parts)
