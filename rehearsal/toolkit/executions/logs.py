"""The log lines that belong to an action: its function's, and those of the training job or endpoint that it started or
watched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.executions.executions import ActionRun, Execution

_CLOCK_SLACK = timedelta(seconds=5)


@dataclass(frozen=True)
class Interval:
    """When an action ran; ``until`` is None while it runs."""

    since: datetime
    until: datetime | None = None

    @staticmethod
    def of(action: ActionRun) -> "Interval":
        """Of an action that has begun."""
        assert action.started_at is not None
        return Interval(action.started_at, action.updated_at if action.status.has_ended else None)

    def distance(self, at: datetime) -> timedelta:
        """How far ``at`` is from it; zero within."""
        after = at - self.until if self.until else timedelta()
        return max(self.since - at, after, timedelta())


@dataclass(frozen=True)
class Source:
    """A log group, of which only streams that begin with ``prefix`` and events of an action's time matter.

    Actions that share a function follow each other within seconds: an event belongs to the one to which it is nearest
    in time.
    """

    group: str
    prefix: str = ""
    during: Interval | None = None
    others: tuple[Interval, ...] = ()
    ahead: timedelta = _CLOCK_SLACK
    """How much earlier than the action an event of it may be, clocks being what they are."""

    @property
    def since(self) -> datetime | None:
        """The earliest that an event of the action may be."""
        return self.during.since - self.ahead if self.during else None

    @property
    def until(self) -> datetime | None:
        """The latest."""
        return self.during.until + _CLOCK_SLACK if self.during and self.during.until else None

    def has(self, at: datetime) -> bool:
        """An event of this time is the action's, not another's."""
        during = self.during
        return during is None or all(during.distance(at) <= other.distance(at) for other in self.others)

    @property
    def from_the_beginning(self) -> "Source":
        """The same without what was written before the action: by an attempt that it repeats, say."""
        return replace(self, ahead=timedelta())

    @property
    def open_ended(self) -> "Source":
        """The same with what is still to come."""
        return replace(self, during=replace(self.during, until=None)) if self.during else self

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
    during = Interval.of(action)
    found = []
    if action.provider == "Lambda":
        function = action.configuration.get("FunctionName", "")
        others = tuple(Interval.of(each) for each in _others_of(execution, action, function))
        found.append(Source(f"/aws/lambda/{function}", during=during, others=others))
    found += _of_commands(execution.pipeline, action)
    neighbours = [each for each in execution.actions if each.stage == action.stage]
    for job in _values(neighbours, "TrainingJobName"):
        found.append(Source("/aws/sagemaker/TrainingJobs", prefix=f"{job}/"))
    for endpoint in _values(neighbours, "EndpointName"):
        found.append(Source(f"/aws/sagemaker/Endpoints/{endpoint}", during=during))
    return found


def _of_commands(pipeline: str, action: ActionRun) -> list[Source]:
    """The log of a build, or of shell commands: in a stream that is named by what CodePipeline keeps as external id."""
    if not action.external_id:
        return []
    if action.provider == "CodeBuild":
        project, _, stream = action.external_id.partition(":")
        return [Source(f"/aws/codebuild/{project}", prefix=stream)]
    if action.provider == "Commands":
        return [Source(f"/aws/codepipeline/{pipeline}", prefix=action.external_id)]
    return []


def _others_of(execution: Execution, action: ActionRun, function: str) -> list[ActionRun]:
    """The other actions of the execution that called the function."""
    same = [each for each in execution.actions if each.configuration.get("FunctionName") == function]
    return [each for each in same if each.path != action.path and each.started_at]


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
                if source.has(at):
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
