"""A hook: pip installs into the container's own folder (``PIP_TARGET``), and takes nothing out of the interpreter's.

The interpreter is the machine's, shared by all jobs and by the embedded AWS itself.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any


def _leave(command: ModuleType) -> None:
    def run(_self: Any, _options: Any, arguments: Any) -> int:
        print("Rehearsal: pip uninstall does nothing here, since the interpreter is shared: " + " ".join(arguments))
        return 0

    command.UninstallCommand.run = run


AFTER_IMPORT = {"pip._internal.commands.uninstall": _leave}
