"""SimpleCov's ``.resultset.json``: hits of each line, and of branches where they were counted. Pure."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from rehearsal.localaws.codebuild.reports.documents import json_of
from rehearsal.localaws.codebuild.reports.results import Coverage, UnreadableReport


def read(content: bytes) -> Iterator[Coverage]:
    """The coverage of each source file in all the test suites of a file.

    Raises:
        UnreadableReport: when it is of another format.
    """
    suites = json_of(content, dict, "SimpleCov").values()
    try:
        files: dict[str, list[Any]] = {}
        for suite in suites:
            for path, told in suite["coverage"].items():
                files.setdefault(path, []).append(told)
        found = [_coverage(path, told) for path, told in files.items()]
    except (AttributeError, KeyError, TypeError) as error:
        raise UnreadableReport(f"the document is not what SimpleCov writes: {error}") from error
    yield from found


def _coverage(path: str, suites: list[Any]) -> Coverage:
    """A line counts as run when any suite ran it; one without a number is no code."""
    lines = [told["lines"] if isinstance(told, dict) else told for told in suites]
    hits = [_most(line) for line in zip_longest(*lines)]
    branches: dict[tuple[str, str], int] = {}
    for told in suites:
        for condition, arms in (told.get("branches") or {}).items() if isinstance(told, dict) else ():
            for arm, times in arms.items():
                branches[condition, arm] = max(branches.get((condition, arm), 0), times)
    taken = sum(times > 0 for times in branches.values())
    run = sum(1 for times in hits if times)
    return Coverage(path, run, hits.count(0), taken, len(branches) - taken)


def _most(line: tuple[int | None, ...]) -> int | None:
    counted = [times for times in line if isinstance(times, int)]
    return max(counted) if counted else None
