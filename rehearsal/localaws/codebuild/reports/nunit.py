"""NUnit XML, of version 2 (``<test-results>``) and of version 3 (``<test-run>``). Pure.

Reference: NUnit documentation, "Test Result XML Format".
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rehearsal.localaws.codebuild.reports.documents import text_of, xml
from rehearsal.localaws.codebuild.reports.results import Case, Status, nanoseconds

_OF_2 = {
    "Success": Status.SUCCEEDED,
    "Failure": Status.FAILED,
    "Error": Status.ERROR,
    "Cancelled": Status.ERROR,
    "NotRunnable": Status.ERROR,
    "Ignored": Status.SKIPPED,
    "Skipped": Status.SKIPPED,
}
_OF_3 = {"Passed": Status.SUCCEEDED, "Failed": Status.FAILED, "Skipped": Status.SKIPPED, "Warning": Status.SUCCEEDED}


def read_2(content: bytes) -> Iterator[Case]:
    """The test cases of a file of NUnit 2; before 2.5 there is no ``result``, but ``executed`` and ``success``.

    Raises:
        UnreadableReport: when it is of another format.
    """
    root = xml(content, "test-results")
    for suite, case in _cases(root, ""):
        prefix, _, name = case.get("name", "").rpartition(".")
        status = _OF_2.get(case.get("result") or _earlier(case), Status.UNKNOWN)
        yield Case(name, status, prefix, suite, _message(case), nanoseconds(case.get("time")))


def _earlier(case: Element) -> str:
    if case.get("executed") == "False":
        return "Skipped"
    return "Success" if case.get("success") == "True" else "Failure"


def read_3(content: bytes) -> Iterator[Case]:
    """The test cases of a file of NUnit 3.

    Raises:
        UnreadableReport: when it is of another format.
    """
    for suite, case in _cases(xml(content, "test-run"), ""):
        status = Status.ERROR if case.get("label") in ("Error", "Invalid") else _OF_3.get(case.get("result", ""))
        yield Case(
            case.get("name", ""),
            status or Status.UNKNOWN,
            case.get("classname", ""),
            suite,
            _message(case),
            nanoseconds(case.get("duration")),
        )


def _cases(element: Element, suite: str) -> Iterator[tuple[str, Element]]:
    """The cases below an element, each with the name of the suite that it is in."""
    for child in element:
        if child.tag == "test-case":
            yield suite, child
        else:
            yield from _cases(child, child.get("name", suite) if child.tag == "test-suite" else suite)


def _message(case: Element) -> str:
    parts = (text_of(case.find(f"{part}/message")) for part in ("failure", "reason"))
    return "\n".join(part for part in parts if part)
