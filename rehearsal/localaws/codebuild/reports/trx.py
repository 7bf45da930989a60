"""Visual Studio's test results (``.trx``), as ``dotnet test --logger trx`` writes them. Pure."""

from collections.abc import Iterator

from rehearsal.localaws.codebuild.reports.documents import text_of, xml
from rehearsal.localaws.codebuild.reports.results import Case, Status, UnreadableReport, nanoseconds

_STATUSES = {
    "Passed": Status.SUCCEEDED,
    "PassedButRunAborted": Status.SUCCEEDED,
    "Failed": Status.FAILED,
    "Error": Status.ERROR,
    "Timeout": Status.ERROR,
    "Aborted": Status.ERROR,
    "NotExecuted": Status.SKIPPED,
    "NotRunnable": Status.SKIPPED,
}


def read(content: bytes) -> Iterator[Case]:
    """The results of a file, each with the class of its test.

    Raises:
        UnreadableReport: when it is of another format.
    """
    root = xml(content, "TestRun")
    classes = {
        test.get("id"): method.get("className", "").partition(",")[0]
        for test in root.iter("UnitTest")
        if (method := test.find("TestMethod")) is not None
    }
    for result in root.iter("UnitTestResult"):
        yield Case(
            result.get("testName", ""),
            _STATUSES.get(result.get("outcome", ""), Status.UNKNOWN),
            classes.get(result.get("testId"), ""),
            root.get("name", ""),
            text_of(result.find("Output/ErrorInfo/Message")),
            _of_clock(result.get("duration", "0:0:0")),
        )


def _of_clock(text: str) -> int:
    """Nanoseconds of ``hours:minutes:seconds``."""
    parts = text.split(":")
    if len(parts) != 3:
        raise UnreadableReport(f"a duration of {text} is not written as hours:minutes:seconds")
    hours, minutes, seconds = (nanoseconds(part) for part in parts)
    return hours * 3600 + minutes * 60 + seconds
