"""Answers on their way out: a worker writes as long as the client takes what is written, and does not wait for a client
who does not.

What a slow client has not taken lies in a file, which the event loop sends: the worker is free.
"""

import os
import select
import socket
import tempfile
from pathlib import Path
from typing import IO

PATIENCE_MILLISECONDS = 50
"""How long a worker waits for room in the socket before the rest of its answer goes to a file."""
PIECE_BYTES = 1 << 18


class Answer:
    """The file object that a worker writes one answer to. ``rest`` is what was not sent, or None."""

    closed = False

    def __init__(self, connection: socket.socket, folder: Path) -> None:
        self._socket = connection
        self._folder = folder
        self._head: bytes | None = None
        self._is_begun = False
        self.rest: IO[bytes] | None = None

    def write(self, data: bytes) -> None:
        """Send it, or keep it for the event loop. The first piece, the head, waits for the second: one packet in place
        of two."""
        if not self._is_begun:
            self._is_begun, self._head = True, data
            return
        if self._head is not None:
            data, self._head = self._head + data, None
        self._send(data)

    def finish(self) -> None:
        """All is written; what could not be sent is ready to be read from ``rest``."""
        if self._head is not None:
            head, self._head = self._head, None
            self._send(head)
        if self.rest is not None:
            self.rest.seek(0)

    def _send(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            if self.rest is not None:
                self.rest.write(left)
                return
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                if not _has_room(self._socket):
                    self.rest = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 closed by who sends it


def _has_room(connection: socket.socket) -> bool:
    poll = select.poll()  # not select.select, which takes no descriptor above 1023
    poll.register(connection, select.POLLOUT)
    return bool(poll.poll(PATIENCE_MILLISECONDS))


def send_some(connection: socket.socket, rest: IO[bytes]) -> bool:
    """Send one piece, or as much of it as there is room for; gives whether nothing is left.

    Raises:
        OSError: the client is gone.
    """
    piece = rest.read(PIECE_BYTES)
    try:
        sent = connection.send(piece) if piece else 0
    except BlockingIOError:
        sent = 0
    rest.seek(sent - len(piece), os.SEEK_CUR)
    return not piece
