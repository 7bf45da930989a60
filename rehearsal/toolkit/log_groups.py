"""Log groups of the account: what is there, the end of one without reading all of it, and the lines with a word."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.executions.logs import Line

MOST_GROUPS = 200
LONGEST_LINE = 1_000
"""Characters that are shown of one."""
_STREAMS = 5
"""The newest streams, whose ends are the end of the group."""


@dataclass(frozen=True)
class LogGroup:
    """A group; ``size`` in bytes as CloudWatch tells it."""

    name: str
    size: int
    days_kept: int | None


def listed(aws: Aws, like: str = "") -> list[LogGroup]:
    """By name; those whose name has ``like`` in it if given."""
    pages = (
        aws.client("logs").get_paginator("describe_log_groups").paginate(PaginationConfig={"MaxItems": MOST_GROUPS * 5})
    )
    found = [
        LogGroup(each["logGroupName"], each.get("storedBytes", 0), each.get("retentionInDays"))
        for page in pages
        for each in page["logGroups"]
        if like.lower() in each["logGroupName"].lower()
    ]
    return found[:MOST_GROUPS]


def tail(aws: Aws, group: str, count: int) -> list[Line]:
    """The last lines of the streams that were written to last, oldest first.

    Raises:
        NotThere: there is no such group.
    """
    logs = aws.client("logs")
    try:
        streams = logs.describe_log_streams(
            logGroupName=group, orderBy="LastEventTime", descending=True, limit=_STREAMS
        )
    except logs.exceptions.ResourceNotFoundException as error:
        raise _not_there(aws, group) from error
    lines: list[Line] = []
    for stream in streams["logStreams"]:
        name = stream["logStreamName"]
        answer = logs.get_log_events(logGroupName=group, logStreamName=name, limit=count, startFromHead=False)
        lines += [_line(group, name, each, number) for number, each in enumerate(answer["events"])]
    return sorted(lines, key=lambda line: line.at)[-count:]


def search(aws: Aws, group: str, word: str, count: int) -> list[Line]:
    """The first lines with a word (CloudWatch's filter pattern of one term), over all streams.

    Raises:
        NotThere: there is no such group.
    """
    logs = aws.client("logs")
    quoted = '"' + word.replace('"', "") + '"'
    try:
        answer = logs.filter_log_events(logGroupName=group, filterPattern=quoted, limit=count)
    except logs.exceptions.ResourceNotFoundException as error:
        raise _not_there(aws, group) from error
    return [_line(group, each["logStreamName"], each, 0) for each in answer["events"]]


def _line(group: str, stream: str, event: dict[str, Any], number: int) -> Line:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    return Line(at, group, cut(event["message"].rstrip("\n")), event.get("eventId", f"{stream}/{number}"))


def cut(message: str) -> str:
    """A long line's beginning, and how much more there is. Pure."""
    more = len(message) - LONGEST_LINE
    return message if more <= 0 else f"{message[:LONGEST_LINE]}… ({more:,} characters more)"


def _not_there(aws: Aws, group: str) -> NotThere:
    return NotThere(
        f"there is no log group {group} in region {aws.region}",
        where="CloudWatch Logs",
        next_step="a group is made when something is logged first; the page of all groups lists them",
    )
