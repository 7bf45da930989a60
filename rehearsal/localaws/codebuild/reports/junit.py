"""JUnit XML: ``<testsuites>`` of ``<testsuite>`` of ``<testcase>``, as Surefire, pytest and many others write it.
Pure."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rehearsal.localaws.codebuild.reports.documents import text_of, xml
from rehearsal.localaws.codebuild.reports.results import Case, Status, nanoseconds

_ENDINGS = (("error", Status.ERROR), ("failure", Status.FAILED), ("skipped", Status.SKIPPED))


def read(content: bytes) -> Iterator[Case]:
    """The test cases of a file.

    Raises:
        UnreadableReport: when it is of another format.
    """
    root = xml(content, "testsuites", "testsuite")
    for suite in root.iter("testsuite"):
        yield from (_case(case, suite.get("name", "")) for case in suite.findall("testcase"))


def _case(case: Element, suite: str) -> Case:
    status, message = Status.SUCCEEDED, ""
    for tag, ending in _ENDINGS:
        found = case.find(tag)
        if found is not None:
            parts = (found.get("message", ""), text_of(found))
            status, message = ending, "\n".join(part for part in parts if part)
            break
    return Case(case.get("name", ""), status, case.get("classname", ""), suite, message, nanoseconds(case.get("time")))
