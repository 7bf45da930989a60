"""Bodies as they arrive, piece by piece: small ones stay in memory, others go to a file. Nothing here waits for a
socket."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from rehearsal.localaws.ground.http_messages import Head, Malformed
from rehearsal.localaws.storage.body import LARGE_BYTES, BodyWriter, FileBody

_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n]*)?")
_LONGEST_LINE = 4096
_LINE_END = b"\r\n"


class Sink:
    """Where a body is put: memory up to ``in_memory`` bytes, else a file in ``folder``."""

    def __init__(self, folder: Path, in_memory: int = LARGE_BYTES) -> None:
        self._folder = folder
        self._in_memory = in_memory
        self._memory = bytearray()
        self._file: BodyWriter | None = None

    def write(self, piece: memoryview) -> None:
        """The next piece.

        Raises:
            OSError: the disk is full.
        """
        if self._file is None:
            if len(self._memory) + len(piece) <= self._in_memory:
                self._memory += piece
                return
            self._file = BodyWriter(self._folder)
            self._file.write(self._memory)
            self._memory = bytearray()
        self._file.write(piece)

    def finish(self) -> bytes | FileBody:
        """The whole body."""
        return bytes(self._memory) if self._file is None else self._file.finish()

    def discard(self) -> None:
        """Leave nothing of it: the client is gone."""
        if self._file is not None:
            self._file.discard()


class Framing(Protocol):
    """How a body's end is told."""

    def take(self, received: bytearray, sink: Sink) -> bool:
        """Move what belongs to the body from ``received`` to ``sink``; gives whether the body is whole.

        Raises:
            Malformed: it is no body.
            OSError: the sink is full.
        """


class OfKnownLength:
    """So many bytes."""

    def __init__(self, length: int) -> None:
        self._left = length

    def take(self, received: bytearray, sink: Sink) -> bool:
        self._left -= _move(received, self._left, sink)
        return self._left == 0


class InChunks:
    """``Transfer-Encoding: chunked``: https://www.rfc-editor.org/rfc/rfc9112#section-7.1. Trailers are left out."""

    def __init__(self) -> None:
        self._left = 0
        self._step: Callable[[bytearray], bool] = self._size

    def take(self, received: bytearray, sink: Sink) -> bool:
        self._sink = sink
        while self._step(received):
            if self._step == self._end:
                return True
        return False

    def _size(self, received: bytearray) -> bool:
        line = _line(received)
        if line is None:
            return False
        found = _CHUNK_SIZE.fullmatch(line)
        if found is None:
            raise Malformed(f"no size of a chunk: {line[:40]!r}")
        self._left = int(found[1], 16)
        self._step = self._data if self._left else self._trailer
        return True

    def _data(self, received: bytearray) -> bool:
        self._left -= _move(received, self._left, self._sink)
        if self._left or len(received) < len(_LINE_END):
            return False
        if _line(received) != b"":
            raise Malformed("a chunk is longer than its size says")
        self._step = self._size
        return True

    def _trailer(self, received: bytearray) -> bool:
        line = _line(received)
        if line == b"":
            self._step = self._end
        return line is not None

    def _end(self, _received: bytearray) -> bool:
        return False


def framing_of(head: Head) -> Framing:
    """How the end of this request's body is told.

    Raises:
        Malformed: an encoding that is not known, or two ends that may contradict each other.
    """
    encoding = head.headers.get("transfer-encoding")
    if encoding is None:
        return OfKnownLength(head.body_length)
    if encoding.lower() != "chunked":
        raise Malformed(f"Transfer-Encoding is {encoding[:40]!r}: only chunked is taken")
    if "content-length" in head.headers:
        raise Malformed("Content-Length and Transfer-Encoding are given both")
    return InChunks()


def _move(received: bytearray, most: int, sink: Sink) -> int:
    count = min(most, len(received))
    if count:
        with memoryview(received) as view:
            sink.write(view[:count])
        del received[:count]
    return count


def _line(received: bytearray) -> bytes | None:
    """Take a line, without its end; None when it is not there yet."""
    end = received.find(_LINE_END, 0, _LONGEST_LINE)
    if end < 0:
        if len(received) >= _LONGEST_LINE:
            raise Malformed("a line between chunks that has no end")
        return None
    line = bytes(received[:end])
    del received[: end + len(_LINE_END)]
    return line
