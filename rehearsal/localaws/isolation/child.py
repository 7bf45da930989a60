"""The program of every child process: ``python child.py (-m MODULE | FILE) ARGS...`` sets the guards, then runs what is
named.

Imports only its neighbours and what the interpreter has loaded anyway: a cold start is short.
"""

import importlib
import os
import runpy
import sys
from collections.abc import Callable
from types import ModuleType

MEASURED_VARIABLE = "_REHEARSAL_MEASURED"
"""Set for the children whose use of this machine the server measures, for which the kernel must show it their working
folder."""


def main() -> None:
    """Install the guards, then run the named program as ``python`` would."""
    load_guards()
    leave = install_guards()
    sys.path.pop(0)  # the folder of this file, which the program must not import from
    del sys.argv[0]
    try:
        if sys.argv[0] == "-m":
            del sys.argv[0]
            sys.path.insert(0, "")
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(sys.argv[0], run_name="__main__")
    finally:
        leave()


_guards: list[ModuleType] = []


def load_guards() -> None:
    """Import the neighbours, while ``sys.path`` begins with the folder of this file."""
    for name in ("kernel", "lifeline", "loopback_only", "process_table"):
        _guards.append(importlib.import_module(name))
        del sys.modules[name]  # the program may have modules of these names


def install_guards() -> Callable[[], None]:
    """Gives what is to be called when the program ends."""
    kernel, lifeline, loopback_only, process_table = _guards
    kernel.adopt_orphans()
    if not os.environ.pop(MEASURED_VARIABLE, ""):
        kernel.hide_memory()
    descriptor = int(os.environ.pop(lifeline.VARIABLE))

    def descendants() -> list[int]:
        return process_table.descendants(os.getpid(), process_table.living())

    def leave() -> None:
        if lifeline.has_ended(descriptor):
            lifeline.end(descendants)

    lifeline.end_with_server(descriptor, descendants)
    sys.addaudithook(loopback_only.audit)
    return leave


if __name__ == "__main__":
    main()
