"""TestNG XML (``testng-results.xml``). Pure. Reference: TestNG documentation, "XML reports"."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rehearsal.localaws.codebuild.reports.documents import text_of, xml
from rehearsal.localaws.codebuild.reports.results import Case, Status, count

_STATUSES = {"PASS": Status.SUCCEEDED, "FAIL": Status.FAILED, "SKIP": Status.SKIPPED}


def read(content: bytes) -> Iterator[Case]:
    """The test methods of a file; those that only prepare others are left out.

    Raises:
        UnreadableReport: when it is of another format.
    """
    for suite in xml(content, "testng-results").iter("suite"):
        for of_class in suite.iter("class"):
            for method in of_class.iter("test-method"):
                if method.get("is-config") != "true":
                    yield _case(method, of_class.get("name", ""), suite.get("name", ""))


def _case(method: Element, of_class: str, suite: str) -> Case:
    exception = method.find("exception")
    message = text_of(exception.find("message")) if exception is not None else ""
    return Case(
        method.get("name", ""),
        _STATUSES.get(method.get("status", ""), Status.UNKNOWN),
        of_class,
        suite,
        message or (exception.get("class", "") if exception is not None else ""),
        count(method.get("duration-ms")) * 1_000_000,
    )
