"""Run a Python program that may open connections to this machine alone: ``python loopback_only.py (-m MODULE | FILE) ARGS...``.

Runs inside the child process, before the user's code, and imports only what the interpreter has loaded anyway.
An audit hook (PEP 578) refuses connections and name look-ups beyond loopback, so that a hard-coded endpoint or a
forgotten ``endpoint_url`` shows itself here instead of acting on a real account. It guards against accidents, not
against malice: a program that the child starts, in Python or not, is outside its reach.
"""

import ipaddress
import os
import runpy
import sys
import threading

LIFELINE_VARIABLE = "_REHEARSAL_LIFELINE"
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
    """Raise the error that a function's author will read in the log."""
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


def end_with_server(lifeline: int) -> None:
    """End this process when the server's end of the pipe closes: it has stopped, however it did."""

    def watch() -> None:
        while os.read(lifeline, 1):
            pass
        os._exit(137)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def main() -> None:
    """Install the guards, then run the named program as ``python`` would."""
    lifeline = os.environ.pop(LIFELINE_VARIABLE, None)
    if lifeline is not None:
        end_with_server(int(lifeline))
    sys.addaudithook(audit)
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
