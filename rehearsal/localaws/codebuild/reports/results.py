"""What report files tell: test cases, and how much of each source file was run. Pure."""

from dataclasses import dataclass
from enum import Enum


class UnreadableReport(ValueError):
    """A file that is not of its format; the text says what is wrong with it."""


class Status(Enum):
    """How a test case ended, in CodeBuild's words."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    ERROR = "ERROR"
    SKIPPED = "SKIPPED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Case:
    """One test case; ``prefix`` is what it belongs to (a class, a feature), ``message`` why it did not succeed."""

    name: str
    status: Status
    prefix: str = ""
    suite: str = ""
    message: str = ""
    nanoseconds: int = 0


@dataclass(frozen=True)
class Coverage:
    """How many lines and branches of a source file were run, and how many were not."""

    path: str
    lines_covered: int
    lines_missed: int
    branches_covered: int = 0
    branches_missed: int = 0


def nanoseconds(seconds: str | None) -> int:
    """A duration written in seconds, some tools with commas between thousands; 0 when there is none."""
    try:
        return round(float((seconds or "0").replace(",", "")) * 1e9)
    except ValueError as error:
        raise UnreadableReport(f"a duration of {seconds} is no number of seconds") from error


def count(text: str | None) -> int:
    """A number of something, 0 when it is missing."""
    try:
        return int(text or 0)
    except ValueError as error:
        raise UnreadableReport(f"{text} is no number") from error
