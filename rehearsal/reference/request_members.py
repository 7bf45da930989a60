"""The tables of request members in docs/sagemaker.md: ``python -m rehearsal.reference.request_members``."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from rehearsal.localaws.sagemaker.request_members import OPERATIONS

PAGE = Path(__file__).parents[2] / "docs" / "sagemaker.md"
_PART = re.compile(r"(<!-- members: begin -->\n).*?(<!-- members: end -->)", re.DOTALL)


def tables() -> str:
    """What is refused and what has no effect, by operation."""
    parts = []
    for operation, members in OPERATIONS.items():
        if members.refused or members.without_effect:
            parts += [f"### {operation}\n", "| member | here |", "|---|---|"]
            parts += [*_rows(members.refused, "refused"), *_rows(members.without_effect, "no effect"), ""]
    return "\n".join(parts) + "\n"


def _rows(table: Mapping[str, str], verdict: str) -> list[str]:
    return [f"| `{path}` | {verdict}: {reason} |" for path, reason in sorted(table.items())]


def refreshed(page: str) -> str:
    """The page with its tables made anew."""
    return _PART.sub(lambda part: part[1] + tables() + part[2], page)


def main() -> int:
    """Write the tables into the page."""
    PAGE.write_text(refreshed(PAGE.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
