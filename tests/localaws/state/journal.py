"""What a server that is killed again and again has promised: every change that it answered, and when.

A change that was answered before the moment of the snapshot must be there after the restart. Of what came later, and of
what was never answered, nothing is known: it may be there or not.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Entry:
    """One thing that was made, and perhaps removed again. Moments are seconds since the epoch."""

    value: str
    made_at: float | None = None
    is_removing: bool = False
    removed_at: float | None = None


class Journal:
    """Entries by kind and name. Several threads write; who checks does so when they have ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], Entry] = {}

    @contextmanager
    def making(self, kind: str, name: str, value: str = "") -> Iterator[None]:
        """The block makes the thing: promised if the block ends, uncertain if it is left by an error."""
        with self._lock:
            entry = self._entries[kind, name] = Entry(value)
        yield
        entry.made_at = time.time()

    @contextmanager
    def removing(self, kind: str, name: str) -> Iterator[None]:
        """The block removes the thing."""
        with self._lock:
            entry = self._entries[kind, name]
        entry.is_removing = True
        yield
        entry.removed_at = time.time()

    def crashed(self, snapshot_at: float) -> int:
        """The server is gone, its last snapshot is of ``snapshot_at``; gives how many answered changes are lost with
        it."""
        lost = 0
        for key, entry in list(self._entries.items()):
            is_lost = entry.made_at is None or entry.made_at > snapshot_at
            lost += entry.made_at is not None and is_lost
            if is_lost or (entry.is_removing and (entry.removed_at is None or entry.removed_at > snapshot_at)):
                del self._entries[key]
        return lost

    def promised(self, kind: str) -> dict[str, str]:
        """What must be there, with its value."""
        with self._lock:
            return {
                name: entry.value
                for (of_kind, name), entry in self._entries.items()
                if of_kind == kind and entry.made_at is not None and not entry.is_removing
            }

    def removed(self, kind: str) -> set[str]:
        """What must not be there."""
        return {
            name for (of_kind, name), entry in self._entries.items() if of_kind == kind and entry.removed_at is not None
        }

    def forget(self, kind: str) -> None:
        """Nothing is known of the kind any more."""
        self._entries = {key: entry for key, entry in self._entries.items() if key[0] != kind}
