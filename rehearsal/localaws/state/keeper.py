"""Decides when a snapshot is taken: after a second without a request, every few seconds under load, and at the end."""

import logging
import pickle
import threading
import time

from rehearsal.localaws.ground import host, persistence
from rehearsal.localaws.ground.request_gate import gate
from rehearsal.localaws.moto_bridge import wiring
from rehearsal.localaws.state import contents, pickling, snapshot
from rehearsal.localaws.state.record_classes import NotKept
from rehearsal.localaws.state.store import Store

log = logging.getLogger("rehearsal.localaws.state")

QUIET_SECONDS = 1.0
LOAD_SECONDS = 5.0
"""Under load a snapshot begins so long after the last one ended."""
_SHARE = 4
"""A snapshot that takes long is followed by a pause of so many times its length."""
_LOOK_SECONDS = 0.1
_UNREADABLE = (
    pickle.UnpicklingError,
    NotKept,
    AttributeError,
    ImportError,
    LookupError,
    TypeError,
    ValueError,
    EOFError,
    OverflowError,
    NotImplementedError,
)
"""What reading bytes raises that are no snapshot."""


class Keeper:
    """Keeps one embedded AWS in one directory."""

    def __init__(
        self, store: Store, *, quiet_seconds: float = QUIET_SECONDS, load_seconds: float = LOAD_SECONDS
    ) -> None:
        self._store = store
        self._quiet_seconds, self._load_seconds = quiet_seconds, load_seconds
        self._taking = threading.Lock()
        self._taken_change = 0
        self._ended_at = time.monotonic()
        self._not_before = 0.0
        self._stopped = threading.Event()

    def restore(self) -> bool:
        """Give every room what it kept; False in a new directory.

        Raises:
            StateError: for a snapshot that cannot be read.
        """
        found = self._store.read()
        if found is None:
            return False
        header, pickled = found
        try:
            kept = pickling.loads(pickled, self._store.locate)
        except _UNREADABLE as error:
            raise self._store.damaged(f"its records cannot be read ({type(error).__name__}: {error})") from error
        wiring.catch_up()  # the records brought their services with them
        for name, part in persistence.parts().items():
            if name in kept:
                part.restore(kept[name])
        lost = "nothing is lost: the server was stopped in order" if header.is_last else "what came later is lost"
        log.warning("the state of %s is served again, as it was at %s; %s", self._store.folder, header.taken_at, lost)
        return True

    def start(self, *, resuming: bool) -> None:
        """Take snapshots in the background, after setting going what was going."""
        for resume in persistence.resumers() if resuming else ():
            host.in_background(resume, name=f"resuming {resume.__module__}")
        if resuming:
            host.in_background(contents.check_all, name="contents of objects")
        host.in_background(self._keep_on, name="state")

    def finish(self) -> bool:
        """Take the last snapshot; no request is answered after it. Gives whether all that there was is kept."""
        self._stopped.set()
        is_kept = self._take(is_last=True)
        if not is_kept:
            log.error(
                "the last snapshot could not be written to %s: what came after the one before is lost",
                self._store.folder,
            )
        return is_kept

    def _keep_on(self) -> None:
        while not self._stopped.wait(min(_LOOK_SECONDS, self._quiet_seconds)):
            if persistence.last_change() == self._taken_change:
                continue
            is_due = time.monotonic() - self._ended_at > self._load_seconds
            if time.monotonic() < self._not_before:
                continue
            if gate.quiet_seconds() > self._quiet_seconds or is_due:
                self._take()

    def _take(self, *, is_last: bool = False) -> bool:
        with self._taking:
            change, began = persistence.last_change(), time.monotonic()
            is_taken = snapshot.take(self._store, is_last=is_last)
            if is_taken:
                self._taken_change = change
            self._ended_at = time.monotonic()
            self._not_before = self._ended_at + _SHARE * (self._ended_at - began)
        return is_taken
