"""The audit hook (PEP 578) of child processes: connections, name look-ups and listening beyond this machine's loopback
are refused.

So a hard-coded endpoint or a forgotten ``endpoint_url`` shows itself here instead of acting on a real account. It
guards against accidents, not against malice: code that calls the C library itself (ctypes) is outside its reach, and so
is a program that the child starts, unless it is Python and the environment names this file as a hook
(:mod:`rehearsal.at_start`). Pip alone may fetch packages there. Runs on Python 3.7 and later; audit hooks came with
3.8, before which functions of ``socket`` are replaced.
"""

from __future__ import annotations

import ipaddress
import sys

_PIP = ("/pip/__main__.py", "/pip", "/pip3")
_LOCAL_NAMES = {"localhost", "localhost.localdomain", "ip6-localhost", ""}
_NAMED_FIRST = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")


class BeyondThisMachine(RuntimeError):
    """A connection that was stopped. Not an OSError: HTTP libraries take those for a network that fails, and retry."""


def is_loopback(host: object) -> bool:
    """Whether a host name or address, as the socket functions take it, is this machine's loopback."""
    text = bytes(host).decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else str(host)
    if text.lower() in _LOCAL_NAMES or text.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def refuse(host: object) -> None:
    """Raise the error that a function's author will read in the log; pip may pass."""
    if _is_pip():
        return
    raise BeyondThisMachine(
        f"Rehearsal stopped a connection to {host!r}: code on the embedded AWS reaches only this machine, so that "
        "nothing acts on a real account by accident. Use the endpoint in AWS_ENDPOINT_URL (boto3 does, unless "
        "endpoint_url says otherwise)."
    )


def refuse_listening(host: object) -> None:
    """The same for a server that others could reach."""
    raise BeyondThisMachine(
        f"Rehearsal stopped a server on {host or '0.0.0.0'!r}: code on the embedded AWS is reached from this machine "
        "alone. Bind to 127.0.0.1."
    )


def _is_pip() -> bool:
    """Whether this process is pip, which fetches packages and does nothing else."""
    return "pip" in sys.modules and bool(sys.argv) and sys.argv[0].endswith(_PIP)


def at_start() -> None:
    """Refuse connections beyond this machine in this interpreter from now on."""
    if hasattr(sys, "addaudithook"):
        sys.addaudithook(audit)
        return
    import socket

    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self, address):  # type: ignore[no-untyped-def]
        audit("socket.connect", (self, address))
        connect(self, address)

    def guarded_look_up(host, *rest, **more):  # type: ignore[no-untyped-def]
        audit("socket.getaddrinfo", (host,))
        return look_up(host, *rest, **more)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign]
    socket.getaddrinfo = guarded_look_up


def audit(event: str, args: tuple[object, ...]) -> None:
    """The audit hook: let loopback and local sockets through, refuse all else."""
    if not event.startswith("socket."):
        return
    if event in _NAMED_FIRST:
        if args[0] is not None and not is_loopback(args[0]):
            refuse(args[0])
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if isinstance(args[1], tuple) and not is_loopback(args[1][0]):
            refuse(args[1][0])
    elif event == "socket.getnameinfo":
        if isinstance(args[0], tuple) and not is_loopback(args[0][0]):
            refuse(args[0][0])
    elif event == "socket.bind" and isinstance(args[1], tuple):
        host = args[1][0]
        if isinstance(host, (str, bytes, bytearray)) and (not host or not is_loopback(host)):
            refuse_listening(host)
