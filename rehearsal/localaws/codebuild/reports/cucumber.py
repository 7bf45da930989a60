"""Cucumber's JSON: features with scenarios, whose steps passed or not; their durations are nanoseconds. Pure."""

from collections.abc import Iterator
from typing import Any

from rehearsal.localaws.codebuild.reports.documents import json_of
from rehearsal.localaws.codebuild.reports.results import Case, Status, UnreadableReport

_WORST_FIRST = (
    ("failed", Status.FAILED),
    ("ambiguous", Status.FAILED),
    ("undefined", Status.FAILED),
    ("pending", Status.SKIPPED),
    ("skipped", Status.SKIPPED),
    ("passed", Status.SUCCEEDED),
)


def read(content: bytes) -> Iterator[Case]:
    """The scenarios of a file; the steps of a background count for the scenario after it.

    Raises:
        UnreadableReport: when it is of another format.
    """
    for feature in json_of(content, list, "Cucumber"):
        try:
            yield from _scenarios(feature)
        except (AttributeError, KeyError, TypeError) as error:
            raise UnreadableReport(f"the document is not what Cucumber writes: {error}") from error


def _scenarios(feature: dict[str, Any]) -> Iterator[Case]:
    before: list[dict[str, Any]] = []
    for element in feature.get("elements", []):
        results = [*before, *_results(element)]
        if element.get("type") == "background":
            before = results
            continue
        before = []
        yield _case(element["name"], str(feature["name"]), results)


def _results(element: dict[str, Any]) -> list[dict[str, Any]]:
    return [part["result"] for kind in ("before", "steps", "after") for part in element.get(kind, [])]


def _case(name: str, feature: str, results: list[dict[str, Any]]) -> Case:
    seen = {result["status"] for result in results}
    status = next((status for word, status in _WORST_FIRST if word in seen), Status.UNKNOWN)
    message = next((str(result["error_message"]) for result in results if result.get("error_message")), "")
    return Case(name, status, feature, feature, message, sum(int(result.get("duration", 0)) for result in results))
