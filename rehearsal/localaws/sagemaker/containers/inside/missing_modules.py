"""A hook: a script that ends because a module is missing leaves the module's name where the service finds it.

The name goes to the file in :data:`VARIABLE`; the job's FailureReason then says how to bring the module.
"""

from __future__ import annotations

import os
import sys
from types import TracebackType

VARIABLE = "_REHEARSAL_MISSING_MODULE"


def at_start() -> None:
    """Watch for it."""
    before = sys.excepthook

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        file = os.environ.get(VARIABLE)
        if file and isinstance(error, ModuleNotFoundError) and error.name:
            with open(file, "w", encoding="utf-8") as opened:
                opened.write(error.name)
        before(kind, error, trace)

    sys.excepthook = report
