"""A process that has read the command line's modules once and forks for each command: most of a short command's time
is reading them.

The fork is a process like the one that a user starts: environment, folder, streams, signals and exit code are its own.
What only the start of Python decides (``PYTHON...`` and ``LC_...`` variables) is not: such commands start Python.
"""

import array
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import tempfile
from typing import Any

_LONGEST_REQUEST = 1 << 20


def main() -> None:
    """Fork for each connection to the socket of this path until standard input ends; in the forks, run the command."""
    _read_modules()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(64)
    gc.freeze()  # or each command would look through all of it for garbage at its end
    print("ready", flush=True)
    if _forked_for_a_command(listener):
        from rehearsal.cli.main import main as run

        run()


def _read_modules() -> None:
    """Every command's module, and what they import when they first speak to an account."""
    import boto3
    import pydantic

    import rehearsal.cli

    for module in pkgutil.iter_modules(rehearsal.cli.__path__, "rehearsal.cli."):
        importlib.import_module(module.name)
    importlib.import_module("rehearsal.toolkit.aws.translation")
    boto3.session.Session()
    pydantic.TypeAdapter(str)  # how the arguments are read


def _forked_for_a_command(listener: socket.socket) -> bool:
    """True in a process that was forked for a command, False at the end of the host."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait for the commands
    while True:
        readable, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in readable:
            return False
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return _run(connection)
        connection.close()


def _run(connection: socket.socket) -> bool:
    """Fork the command, report its process id and exit code; True in the command itself."""
    request, streams = _received(connection)
    command = os.fork()
    if command == 0:
        connection.close()
        _become(request, streams)
        return True
    connection.sendall(f"{command}\n".encode())
    _, status = os.waitpid(command, 0)
    connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _received(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The request, and the three streams of the command."""
    text, ancillary, _, _ = connection.recvmsg(_LONGEST_REQUEST, socket.CMSG_SPACE(3 * array.array("i").itemsize))
    streams = array.array("i")
    for _, _, data in ancillary:
        streams.frombytes(data)
    while not text.endswith(b"\n"):
        text += connection.recv(_LONGEST_REQUEST)
    request: dict[str, Any] = json.loads(text)
    return request, list(streams)


def _become(request: dict[str, Any], streams: list[int]) -> None:
    """Take the command's place: its streams, environment, folder and arguments."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115 - for the whole process
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    tempfile.tempdir = None
    sys.argv[1:] = request["arguments"]


if __name__ == "__main__":
    main()
