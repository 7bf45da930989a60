"""What is decided from a request's head alone, before its body is read: whether it is HTTP, and who may not go on."""

import re
from collections.abc import Callable

from rehearsal.localaws.ground.http_messages import END_OF_HEAD, Head, Malformed, answer, parse_head

MAX_HEAD_BYTES = 1 << 16
_REQUEST_LINE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^\s\x00-\x1f\x7f]+ HTTP/(\d)\.(\d)")
_BLANKS = b"\r\n"

Judge = Callable[[Head], bytes | None]
"""Gives the whole answer to a head that is refused, None for one that may go on. It is called on the event loop's
thread and may not wait; its answer ends the connection, as the body stays unread."""

Shaper = Callable[[Head, int, str, str], bytes]
"""Makes a whole answer in the shape of a head's protocol from status, code and message. Called on the event loop's
thread too."""

_judges: list[Judge] = []
_shapers: list[Shaper] = []


class Refused(Exception):
    """What came is answered at once, and the connection ends."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(answer[:60])
        self.answer = answer


def add_judge(judge: Judge) -> None:
    """Have it look at every head that goes to the workers."""
    _judges.append(judge)


def shape_with(shaper: Shaper) -> None:
    """Have it shape what is told to a client whose head is known, from now on."""
    _shapers[:] = [shaper]


def told(head: Head | None, status: int, code: str, message: str) -> Refused:
    """The answer to a request that cannot go on; plain text while its protocol is not known."""
    if head is not None and _shapers:
        return Refused(_shapers[0](head, status, code, message))
    return not_http(message, f"{status} {code}")


def judge(head: Head) -> None:
    """Ask the judges.

    Raises:
        Refused: by the first who does.
    """
    for each in _judges:
        refusal = each(head)
        if refusal is not None:
            raise Refused(refusal)


def take_head(received: bytearray) -> Head | None:
    """Take the head from what has come; None while it is not there as a whole.

    Raises:
        Refused: it is not HTTP/1.
    """
    while received[:1] and received[0] in _BLANKS:  # RFC 9112, 2.2: empty lines before a request are passed over
        del received[0]
    end = received.find(END_OF_HEAD, 0, MAX_HEAD_BYTES)
    if end < 0:
        _check_start(received)
        return None
    try:
        head = parse_head(bytes(received[:end]))
        _check_request_line(head.first_line)
    except Malformed as error:
        raise not_http(str(error)) from None
    del received[: end + len(END_OF_HEAD)]
    return head


def not_http(what: str, status: str = "400 Bad Request") -> Refused:
    """The answer to what cannot be read."""
    return Refused(answer(status, *_text(f"{what}\n"), keep=False))


def _text(message: str) -> tuple[list[tuple[str, str]], bytes]:
    body = message.encode("utf-8", "backslashreplace")
    return [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))], body


def _check_start(received: bytearray) -> None:
    """Whether this may still become a head."""
    if received[:1] == b"\x16":
        raise not_http("The embedded AWS speaks HTTP, not HTTPS: its address begins with http://")
    if len(received) >= MAX_HEAD_BYTES:
        raise not_http(f"the headers are longer than {MAX_HEAD_BYTES} bytes", "431 Request Header Fields Too Large")
    line = received.find(b"\n")
    if line >= 0 and received[line - 1 : line] != b"\r":
        raise not_http("the lines of a head end in CRLF")


def _check_request_line(line: str) -> None:
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        raise not_http(f"{line[:100]!r} is no request line")
    if found[1] != "1":
        raise not_http(f"HTTP/{found[1]}.{found[2]} is not spoken here, HTTP/1.1 is", "505 HTTP Version Not Supported")
