"""A child process that has loaded a program once and is forked for each run of it: ``python forking.py FILE CONTROL``.

FILE defines ``preload()``, called once, and ``serve()``, called in each fork. The socket CONTROL keeps messages apart.
On it come, for each fork, a JSON document and the descriptors of its output and of the lifeline; the answer is the
fork's process id. First of all the names of all modules loaded are sent, as JSON: a program that has another module of
such a name cannot be served here.

This process runs nothing of the user's, has no credentials, and starts no thread. A fork gets its own session,
environment, view of the files, and guards, and its parent is the server: the process between them ends at once, and the
server adopts its orphans. Imports only its neighbours and the standard library.
"""

import gc
import json
import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Any

LONGEST_ORDER = 1 << 20
_DESCRIPTORS = 2
_LAST_DESCRIPTOR = 1 << 16
_SET_BY_THE_INTERPRETER = ("LC_CTYPE",)  # where the system lacks the locale: PEP 538


def main() -> None:
    """Fork until the server closes the control socket; in a fork, be the program and return when it does."""
    import child  # type: ignore[import-not-found]  # the neighbours, by the folder of this file
    import landlock  # type: ignore[import-not-found]

    child.load_guards()
    sys.path.pop(0)  # the folder of this file, which the program must not import from
    program = runpy.run_path(sys.argv[1])
    control = socket.socket(fileno=int(sys.argv[2]))
    program["preload"]()
    for name in ("child", "landlock"):
        del sys.modules[name]  # the program may have modules of these names
    gc.collect()
    gc.freeze()  # what is there already stays in pages that the forks share
    names = sorted({name.partition(".")[0] for name in sys.modules})
    try:
        control.sendall(json.dumps(names).encode())
    except BrokenPipeError:  # the server has ended meanwhile
        return
    order = _await_order(control)
    if order is None:
        return
    _become(order)
    if landlock.version():
        landlock.restrict_this_thread(**{kind: map(Path, paths) for kind, paths in order["view"].items()})
    leave = child.install_guards()
    try:
        program["serve"]()
    finally:
        leave()


def _await_order(control: socket.socket) -> dict[str, Any] | None:
    """In a fork: what it is to be. In this process: None, when the server has ended."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, LONGEST_ORDER, _DESCRIPTORS)
        if not message:
            return None
        reading, writing = os.pipe()
        between = os.fork()
        if between == 0:
            if os.fork() != 0:
                os._exit(0)
            os.setsid()
            os.write(writing, os.getpid().to_bytes(8, "big"))
            os.close(writing)
            control.close()
            return {**json.loads(message), "descriptors": descriptors}
        os.waitpid(between, 0)  # from now on the fork is the server's child
        os.close(writing)
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(os.read(reading, 8))
        os.close(reading)


def _become(order: dict[str, Any]) -> None:
    """Take the order's environment, folder and output, and let go of every other descriptor."""
    output, lifeline = order["descriptors"]
    os.dup2(output, 1)
    os.dup2(output, 2)
    kept = sorted({output, lifeline})
    os.closerange(3, kept[0])
    os.closerange(kept[0] + 1, kept[1])
    os.closerange(kept[1] + 1, _LAST_DESCRIPTOR)
    for descriptor in kept:
        os.set_inheritable(descriptor, False)
    coerced = {name: os.environ[name] for name in _SET_BY_THE_INTERPRETER if name in os.environ}
    os.environ.clear()
    os.environ.update(coerced | order["environment"])
    for name, descriptor in ((order["output_variable"], output), (order["lifeline_variable"], lifeline)):
        os.environ[name] = str(descriptor)
    os.chdir(order["cwd"])


if __name__ == "__main__":
    main()
