"""The log pipe of a sandbox: plain output and the runtime's framed messages, mixed, cut into log events.

awslambdaric writes each record of ``logging`` as a frame (type, length, microseconds, text; big-endian) to the
descriptor in ``_LAMBDA_TELEMETRY_LOG_FD``; ``print`` writes plain lines. One pipe takes both, so that their order
holds.
"""

import struct
from collections.abc import Sequence

from rehearsal.localaws.services.logs import LogLine

_FRAME_MARK = b"\xa5\x5a\x00"
_FRAME_HEADER = struct.Struct(">IIQ")


class LogCutter:
    """Takes bytes as they come, gives whole log events; what is unfinished waits for the next bytes."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, received: bytes, now_ms: int) -> list[LogLine]:
        """The events that ``received`` completes; plain lines are stamped ``now_ms``."""
        self._buffer += received
        events: list[LogLine] = []
        while (cut := self._next(now_ms)) is not None:
            event, self._buffer = cut
            if event.message:
                events.append(event)
        return events

    def flush(self, now_ms: int) -> list[LogLine]:
        """An unfinished line counts as one when its invocation ends."""
        rest, self._buffer = self._buffer, b""
        return [LogLine(now_ms, _text(rest))] if rest and not rest.startswith(_FRAME_MARK) else []

    def _next(self, now_ms: int) -> tuple[LogLine, bytes] | None:
        if self._buffer.startswith(_FRAME_MARK):
            return self._frame()
        mark, end = self._buffer.find(_FRAME_MARK), self._buffer.find(b"\n")
        if mark >= 0 and (end < 0 or mark < end):
            return LogLine(now_ms, _text(self._buffer[:mark])), self._buffer[mark:]
        if end < 0:
            return None
        return LogLine(now_ms, _text(self._buffer[:end])), self._buffer[end + 1 :]

    def _frame(self) -> tuple[LogLine, bytes] | None:
        if len(self._buffer) < _FRAME_HEADER.size:
            return None
        _, length, microseconds = _FRAME_HEADER.unpack_from(self._buffer)
        end = _FRAME_HEADER.size + length
        if len(self._buffer) < end:
            return None
        return LogLine(microseconds // 1000, _text(self._buffer[_FRAME_HEADER.size : end])), self._buffer[end:]


def chronological(lines: Sequence[LogLine]) -> list[LogLine]:
    """The same order, no event before its predecessor: plain lines are stamped when they are read, frames when
    written."""
    ordered: list[LogLine] = []
    for line in reversed(lines):
        latest = ordered[-1].timestamp_ms if ordered else line.timestamp_ms
        ordered.append(LogLine(min(line.timestamp_ms, latest), line.message))
    return ordered[::-1]


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")
