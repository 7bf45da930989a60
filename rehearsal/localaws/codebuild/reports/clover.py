"""Clover XML, as OpenClover, PHPUnit and Istanbul write it. Pure."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rehearsal.localaws.codebuild.reports.documents import xml
from rehearsal.localaws.codebuild.reports.results import Coverage, UnreadableReport, count


def read(content: bytes) -> Iterator[Coverage]:
    """The coverage of each source file, by its own metrics: statements as lines, conditionals as branches.

    Raises:
        UnreadableReport: when it is of another format.
    """
    for file in xml(content, "coverage").iter("file"):
        path = file.get("path") or file.get("name") or ""
        metrics = file.find("metrics")
        if metrics is None:
            raise UnreadableReport(f"the file {path} has no metrics")
        yield Coverage(path, *_of(metrics, "statements"), *_of(metrics, "conditionals"))


def _of(metrics: Element, kind: str) -> tuple[int, int]:
    covered = count(metrics.get(f"covered{kind}"))
    return covered, count(metrics.get(kind)) - covered
