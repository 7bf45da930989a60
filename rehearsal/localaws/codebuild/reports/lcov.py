"""LCOV's tracefile (``lcov.info``). Pure. Reference: geninfo(1), "FILES"."""

from collections.abc import Iterator

from rehearsal.localaws.codebuild.reports.results import Coverage, UnreadableReport, count


def read(content: bytes) -> Iterator[Coverage]:
    """The coverage of each source file.

    Raises:
        UnreadableReport: when it is of another format.
    """
    path, lines, branches, is_empty = "", dict[str, bool](), dict[str, bool](), True
    for entry in content.decode(errors="replace").splitlines():
        key, _, value = entry.strip().partition(":")
        if key == "SF":
            path, lines, branches = value, {}, {}
        elif key == "DA":
            number, hits = [*value.split(","), ""][:2]
            lines[number] = lines.get(number, False) or count(hits) > 0
        elif key == "BRDA":
            branch, _, taken = value.rpartition(",")
            branches[branch] = branches.get(branch, False) or taken not in ("-", "0")
        elif key == "end_of_record":
            if not path:
                raise UnreadableReport("a record of the tracefile has no source file (SF)")
            yield _coverage(path, lines, branches)
            path, is_empty = "", False
    if path or is_empty:
        raise UnreadableReport("the tracefile ends without end_of_record")


def _coverage(path: str, lines: dict[str, bool], branches: dict[str, bool]) -> Coverage:
    run, taken = sum(lines.values()), sum(branches.values())
    return Coverage(path, run, len(lines) - run, taken, len(branches) - taken)
