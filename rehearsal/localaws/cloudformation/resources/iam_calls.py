"""How the handlers of AWS::IAM speak of identities, documents and what is attached."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True)
class Principal:
    """How the IAM API speaks of one kind of identity."""

    kind: str
    """Role, User or Group, as it stands in the names of operations and members."""

    def call(self, iam: Any, operation: str, name: str, **members: Any) -> Any:
        """``operation`` with the identity's name, e.g. ``attach_{kind}_policy``."""
        return getattr(iam, operation.format(kind=self.kind.lower()))(**{f"{self.kind}Name": name}, **members)


Named = TypeVar("Named", str, tuple[str, str])

ROLE, USER, GROUP = Principal("Role"), Principal("User"), Principal("Group")
ATTACHED_TO = {"Roles": ROLE, "Users": USER, "Groups": GROUP}


def reconcile(
    was: Iterable[Named], now: Iterable[Named], *, remove: Callable[[Named], object], add: Callable[[Named], object]
) -> None:
    """Remove what was there and is not any more, then add what is new, each in order."""
    before, after = set(was), set(now)
    for each in sorted(before - after):
        remove(each)
    for each in sorted(after - before):
        add(each)


def document(policy: Any) -> str:
    """A policy document as text."""
    return json.dumps(policy) if isinstance(policy, Mapping) else str(policy)
