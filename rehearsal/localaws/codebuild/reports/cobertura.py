"""Cobertura XML, as coverage.py, JaCoCo's converters and others write it. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rehearsal.localaws.codebuild.reports.documents import xml
from rehearsal.localaws.codebuild.reports.results import Coverage, count

_CONDITIONS = re.compile(r"\((\d+)/(\d+)\)")


def read(content: bytes) -> Iterator[Coverage]:
    """The coverage of each source file, which may hold several classes.

    Raises:
        UnreadableReport: when it is of another format.
    """
    lines: dict[str, dict[str, Element]] = defaultdict(dict)
    for of_class in xml(content, "coverage").iter("class"):
        of_file = lines[of_class.get("filename", "")]
        of_file |= {line.get("number", ""): line for line in of_class.iterfind("lines/line")}
    for path, of_file in lines.items():
        yield _coverage(path, list(of_file.values()))


def _coverage(path: str, lines: list[Element]) -> Coverage:
    covered = sum(count(line.get("hits")) > 0 for line in lines)
    conditions = [found for line in lines if (found := _CONDITIONS.search(line.get("condition-coverage", "")))]
    taken = sum(int(found[1]) for found in conditions)
    return Coverage(path, covered, len(lines) - covered, taken, sum(int(found[2]) for found in conditions) - taken)
