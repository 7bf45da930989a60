"""Run a Python program that may open connections to this machine alone: ``python loopback_only.py (-m MODULE | FILE) ARGS...``.

Runs inside the child process, before the user's code, and imports only what the interpreter has loaded anyway.
An audit hook (PEP 578) refuses connections and name look-ups beyond loopback, so that a hard-coded endpoint or a
forgotten ``endpoint_url`` shows itself here instead of acting on a real account. It guards against accidents, not
against malice: a program that the child starts is outside its reach, unless it is Python and the environment names this
file as a hook (:mod:`rehearsal.at_start`). Then pip alone may fetch packages. Runs on Python 3.7 and later; audit hooks came
with 3.8, before which the functions of ``socket`` are replaced.
"""

from __future__ import annotations

import ipaddress
import os
import runpy
import signal
import sys
import threading

LIFELINE_VARIABLE = "_REHEARSAL_LIFELINE"
_PIP = ("/pip/__main__.py", "/pip", "/pip3")
_LOCAL_NAMES = {"localhost", "localhost.localdomain", "ip6-localhost", ""}


class BeyondThisMachine(RuntimeError):
    """A connection that was stopped. Not an OSError: HTTP libraries take those for a network that fails, and retry."""


def is_loopback(host: object) -> bool:
    """Whether a host name or address, as the socket functions take it, is this machine's loopback."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
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
        f"Rehearsal stopped a connection to {host!r}: code on the embedded AWS reaches only this machine, so that nothing "
        "acts on a real account by accident. Use the endpoint in AWS_ENDPOINT_URL (boto3 does, unless endpoint_url says otherwise)."
    )


def audit(event: str, args: tuple[object, ...]) -> None:
    """The audit hook: let loopback and local sockets through, refuse all else."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1]
        if isinstance(address, tuple) and not is_loopback(address[0]):
            refuse(address[0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and args[0] is not None and not is_loopback(args[0]):
        refuse(args[0])


def _is_pip() -> bool:
    """Whether this process is pip, which fetches packages and does nothing else."""
    return "pip" in sys.modules and bool(sys.argv) and sys.argv[0].endswith(_PIP)


def at_start() -> None:
    """Guard this interpreter, unless it is guarded already."""
    if not getattr(sys, "_rehearsal_is_guarded", False):
        guard()


def guard() -> None:
    """Refuse connections beyond this machine from now on."""
    sys._rehearsal_is_guarded = True  # type: ignore[attr-defined]
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


def end_with_server(lifeline: int) -> None:
    """End this process, and what it started, when the server's end of the pipe closes: it has stopped, however it did."""

    def watch() -> None:
        while os.read(lifeline, 1):
            pass
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(137)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def main() -> None:
    """Install the guards, then run the named program as ``python`` would."""
    lifeline = os.environ.pop(LIFELINE_VARIABLE, None)
    if lifeline is not None:
        end_with_server(int(lifeline))
    at_start()
    sys.path.pop(0)  # the folder of this file, which the program must not import from
    del sys.argv[0]
    if sys.argv[0] == "-m":
        del sys.argv[0]
        sys.path.insert(0, "")
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
