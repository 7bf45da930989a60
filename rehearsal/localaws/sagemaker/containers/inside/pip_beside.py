"""A hook: pip installs into the container's own folder (``PIP_TARGET``), and takes nothing out of the interpreter's.

The interpreter is the machine's, shared by all jobs and by the embedded AWS itself. What it has already and fits is not
installed again, as in a container: with a target folder pip would bring everything anew, the SDK's 300 MB with each
function that is a job.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

_ANEW = ("-t", "--target", "-I", "--ignore-installed", "--force-reinstall", "--prefix", "--root")
"""Options with which the user wants pip to bring what is there already, or to put it elsewhere."""


def _leave(command: ModuleType) -> None:
    def run(_self: Any, _options: Any, arguments: Any) -> int:
        print("Rehearsal: pip uninstall does nothing here, since the interpreter is shared: " + " ".join(arguments))
        return 0

    command.UninstallCommand.run = run


def _use_what_is_there(factory: ModuleType) -> None:
    """Have pip see what the interpreter has, and put another version before it rather than in its place."""
    if any(word.partition("=")[0] in _ANEW for word in sys.argv):
        return
    original = factory.Factory.__init__

    def init(self: Any, *arguments: Any, **members: Any) -> None:
        if "ignore_installed" in members:
            members["ignore_installed"] = False
        original(self, *arguments, **members)

    factory.Factory.__init__ = init
    factory.Factory.get_dist_to_uninstall = lambda _self, _candidate: None


AFTER_IMPORT = {
    "pip._internal.commands.uninstall": _leave,
    "pip._internal.resolution.resolvelib.factory": _use_what_is_there,
}
