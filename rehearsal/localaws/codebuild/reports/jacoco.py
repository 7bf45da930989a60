"""JaCoCo XML. Pure. Reference: JaCoCo's ``report.dtd``."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rehearsal.localaws.codebuild.reports.documents import xml
from rehearsal.localaws.codebuild.reports.results import Coverage, count


def read(content: bytes) -> Iterator[Coverage]:
    """The coverage of each source file, in its package's folder.

    Raises:
        UnreadableReport: when it is of another format.
    """
    for package in xml(content, "report").iter("package"):
        for file in package.iter("sourcefile"):
            path = f"{package.get('name', '')}/{file.get('name', '')}".lstrip("/")
            yield Coverage(path, *_counter(file, "LINE"), *_counter(file, "BRANCH"))


def _counter(file: Element, kind: str) -> tuple[int, int]:
    found = file.find(f"counter[@type='{kind}']")
    return (0, 0) if found is None else (count(found.get("covered")), count(found.get("missed")))
