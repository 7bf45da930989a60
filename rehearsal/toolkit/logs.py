"""The log lines that belong to an action: its function's, and those of the training job or endpoint that it started or watched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rehearsal.toolkit.account import Aws
from rehearsal.toolkit.executions import ActionRun, Execution
from rehearsal.toolkit.pace import Pace

_CLOCK_SLACK = timedelta(seconds=5)


@dataclass(frozen=True)
class Source:
    """A log group, of which only streams that begin with ``prefix`` and events in the interval matter."""

    group: str
    prefix: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_function(self) -> bool:
        """It is a function's log."""
        return self.group.startswith("/aws/lambda/")

    @property
    def subject(self) -> str:
        """The name of the function, training job or endpoint that writes it."""
        return self.prefix.rstrip("/") or self.group.rpartition("/")[2]


@dataclass(frozen=True)
class Line:
    """A log event."""

    at: datetime
    group: str
    message: str
    event_id: str


def sources_of(execution: Execution, action: ActionRun) -> list[Source]:
    """Where the action's words are, functions first. Pure."""
    if action.started_at is None:
        return []
    since = action.started_at - _CLOCK_SLACK
    until = action.updated_at + _CLOCK_SLACK if action.updated_at and action.status.has_ended else None
    found = []
    if action.provider == "Lambda":
        found.append(Source(f"/aws/lambda/{action.configuration.get('FunctionName', '')}", since=since, until=until))
    neighbours = [each for each in execution.actions if each.stage == action.stage]
    for job in _values(neighbours, "TrainingJobName"):
        found.append(Source("/aws/sagemaker/TrainingJobs", prefix=f"{job}/"))
    for endpoint in _values(neighbours, "EndpointName"):
        found.append(Source(f"/aws/sagemaker/Endpoints/{endpoint}", since=since, until=until))
    return found


def _values(actions: Sequence[ActionRun], variable: str) -> list[str]:
    return sorted({action.variables[variable] for action in actions if variable in action.variables})


def read(aws: Aws, source: Source) -> list[Line]:
    """The source's events, oldest first; none when the group does not exist (nothing was ever logged)."""
    logs = aws.client("logs")
    query: dict[str, Any] = {"logGroupName": source.group}
    if source.prefix:
        query["logStreamNamePrefix"] = source.prefix
    if source.since:
        query["startTime"] = int(source.since.timestamp() * 1000)
    if source.until:
        query["endTime"] = int(source.until.timestamp() * 1000)
    lines = []
    try:
        for page in logs.get_paginator("filter_log_events").paginate(**query):
            for event in page["events"]:
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                lines.append(Line(at, source.group, event["message"].rstrip("\n"), event["eventId"]))
    except logs.exceptions.ResourceNotFoundException:
        return []
    return sorted(lines, key=lambda line: line.at)


def tail(aws: Aws, sources: Sequence[Source], count: int) -> list[Line]:
    """The last ``count`` events of all sources together, oldest first."""
    lines = [line for source in sources for line in read(aws, source)]
    return sorted(lines, key=lambda line: line.at)[-count:]


def follow(aws: Aws, sources: Sequence[Source], pace: Pace | None = None) -> Iterator[Line]:
    """Every event, then new ones as they come; never ends by itself."""
    pace = pace or Pace()
    seen: set[str] = set()
    while True:
        fresh = [line for line in tail(aws, sources, 10_000) if line.event_id not in seen]
        for line in fresh:
            seen.add(line.event_id)
            yield line
        if fresh:
            pace.changed()
        pace.wait()
