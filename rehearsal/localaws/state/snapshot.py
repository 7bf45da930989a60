"""One snapshot: the process is forked, and the copy, in which nothing moves any more, writes the records in its own
time.

The server goes on after some milliseconds, however large its state is.
"""

import logging
import os
import signal
import stat
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from rehearsal.localaws.ground import persistence
from rehearsal.localaws.ground.request_gate import gate
from rehearsal.localaws.state import pickling
from rehearsal.localaws.state.pickling import Blob
from rehearsal.localaws.state.store import Store
from rehearsal.localaws.storage.body import FileBody, nothing_removed

log = logging.getLogger("rehearsal.localaws.state")

LONGEST_SECONDS = 300
_WRITTEN, _FAILED = 0, 1
_told: set[str] = set()
"""What has been said once is not said at every snapshot."""


def take(store: Store, *, is_last: bool = False) -> bool:
    """Write a snapshot, and say whether that worked. What went wrong is in the log.

    After the last one no request is let in: what it answered would be lost.
    """
    with nothing_removed():
        return _take(store, is_last=is_last)


def _take(store: Store, *, is_last: bool) -> bool:
    reading, writing = os.pipe()
    with ExitStack() as held:
        for holder in persistence.holders(before_requests=True):
            held.enter_context(holder())
        held.enter_context(gate.closed(for_ever=is_last))
        for holder in persistence.holders():
            held.enter_context(holder())
        taken_at = datetime.now(UTC)
        child = os.fork()
        if child == 0:
            _write_and_exit(store, writing, taken_at, is_last=is_last)
    os.close(writing)
    watch = threading.Timer(LONGEST_SECONDS, _kill, (child,))
    watch.daemon = True
    watch.start()
    with os.fdopen(reading, errors="replace") as told:
        words = told.read().strip()
    _, status = os.waitpid(child, 0)
    watch.cancel()
    for line in words.splitlines():
        if line not in _told:
            _told.add(line)
            log.error("state: %s", line)
    if status != _WRITTEN and not words:
        log.error("state: the snapshot was not written (status %s); the last one stays", status)
    return status == _WRITTEN


def _kill(child: int) -> None:
    log.error("state: a snapshot was given up after %s s; the last one stays", LONGEST_SECONDS)
    os.kill(child, signal.SIGKILL)


def _write_and_exit(store: Store, report: int, taken_at: datetime, *, is_last: bool) -> None:
    """The copy's whole life. It never returns: the server's code must not run twice."""
    code = _FAILED
    try:
        _let_go_of_the_server(report)
        for words in write(store, taken_at, is_last=is_last):
            _tell(report, words)
        code = _WRITTEN
    except BaseException as error:  # noqa: BLE001 - whatever it is, it goes to the server's log, and the copy ends
        _tell(report, f"the snapshot was not written, the last one stays: {type(error).__name__}: {error}")
    finally:
        os._exit(code)


def _tell(report: int, words: str) -> None:
    os.write(report, f"{words}\n".encode())


def _let_go_of_the_server(report: int) -> None:
    """Close sockets and pipes, whose other ends must notice when the server itself is gone; keep regular files."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - numbers, not paths
        number = int(name)
        try:
            kind = os.fstat(number).st_mode
        except OSError:  # the listing's own
            continue
        if number > 2 and number != report and (stat.S_ISSOCK(kind) or stat.S_ISFIFO(kind)):
            os.close(number)
    sys.setswitchinterval(1)


def write(store: Store, taken_at: datetime, *, is_last: bool) -> list[str]:
    """Export, pickle and store everything that can be kept; gives what cannot, with the reason."""
    contents: set[Blob] = set()

    def save(content: bytes | FileBody) -> Blob:
        blob = store.save(content)
        contents.add(blob)
        return blob

    exported: dict[str, Any] = {name: part.export() for name, part in persistence.parts().items()}
    left_out: list[str] = []
    try:
        pickled = pickling.dumps(exported, save)
    except Exception:  # noqa: BLE001 - something of one backend; the others must not be lost for it
        left_out = _leave_out(exported)
        pickled = pickling.dumps(exported, save)
    store.write(pickled, contents, taken_at=taken_at, is_last=is_last)
    return left_out


def _leave_out(exported: dict[str, Any]) -> list[str]:
    """Take out of what was exported the parts and backends that cannot be pickled; gives their names and why."""
    told = []
    for name in [name for name in exported if name != "backends"]:
        if why := _obstacle(exported[name]):
            del exported[name]
            told.append(f"{name} cannot be kept ({why})")
    for (module, name), accounts in exported["backends"].items():
        for regions in accounts.values():
            for region in list(regions):
                if why := _obstacle(regions[region]):
                    del regions[region]
                    told.append(f"{name} of {module} in {region} cannot be kept ({why})")
    return told


def _obstacle(part: Any) -> str | None:
    """Why the part cannot be kept."""
    try:
        pickling.dumps(part, lambda _content: Blob("0" * 64, 0))
    except Exception as error:  # noqa: BLE001 - whatever its members raise
        return f"{type(error).__name__}: {error}"
    return None
