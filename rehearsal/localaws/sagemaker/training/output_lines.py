"""The lines that a container prints, passed on while it runs."""

import os
from collections.abc import Callable, Sequence

Sink = Callable[[Sequence[str]], None]

_READ_BYTES = 1 << 16
_MAX_LINE_BYTES = 256 * 1024  # of a CloudWatch log event


def follow(descriptor: int, sink: Sink) -> None:
    """Hand every line on ``descriptor`` to ``sink`` as soon as it is whole, several at once where they came at once."""
    rest = b""
    while chunk := os.read(descriptor, _READ_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _MAX_LINE_BYTES:
            lines, rest = [*lines, rest], b""
        if lines:
            sink([_text(line) for line in lines])
    if rest:
        sink([_text(rest)])


def _text(line: bytes) -> str:
    """As CloudWatch shows it: a tab is written ``#011``."""
    return line.decode("utf-8", "replace").rstrip("\r").replace("\t", "#011")
