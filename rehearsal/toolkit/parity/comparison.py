"""How two transcripts differ, by call and field. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rehearsal.toolkit.parity.transcript import Entry, Transcript

ABSENT = "(absent)"


@dataclass(frozen=True)
class Difference:
    """One field that the two answers of a call do not agree on."""

    call: str
    field: str
    recorded: Any
    here: Any


def differences(recorded: Transcript, here: Transcript) -> list[Difference]:
    """Field by field, in the order of the recorded calls; a call that only one has is one difference."""
    ours = {entry.name: entry for entry in here.entries}
    return [difference for entry in recorded.entries for difference in _of_call(entry, ours.get(entry.name))]


def _of_call(recorded: Entry, here: Entry | None) -> Iterator[Difference]:
    if here is None:
        yield Difference(recorded.name, "call", "made", ABSENT)
        return
    first, second = recorded.fields(), here.fields()
    for field in dict.fromkeys([*first, *second]):
        before, after = first.get(field, ABSENT), second.get(field, ABSENT)
        if before != after:
            yield Difference(recorded.name, field, before, after)
