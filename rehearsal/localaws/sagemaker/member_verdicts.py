"""The form of a table of request members: which act, which have no effect, which are refused. Data."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Members:
    """The members of one operation's request. Those that act include those that the operation itself refuses with its
    own words."""

    acting: tuple[str, ...]
    without_effect: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def verdicts(self, path: str) -> list[str]:
        """``acts``, ``no effect`` or ``refused``, for the longest path that covers this one; none where no path
        does."""
        tables = {"acts": self.acting, "no effect": self.without_effect, "refused": self.refused}
        fitting = [(len(each), verdict) for verdict, table in tables.items() for each in table if _covers(each, path)]
        longest = max((length for length, _ in fitting), default=0)
        return [verdict for length, verdict in fitting if length == longest]


def below(prefix: str, table: Mapping[str, str]) -> dict[str, str]:
    """The table of a structure's members, by their paths from above it."""
    return {f"{prefix}.{name}": reason for name, reason in table.items()}


def _covers(path: str, member: str) -> bool:
    return member == path or member.startswith(f"{path}.")
