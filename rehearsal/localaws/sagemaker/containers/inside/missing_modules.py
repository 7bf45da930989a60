"""A hook: a script that ends because a module is missing leaves the module's name where the service finds it.

The name goes to the file in :data:`VARIABLE`; the job's FailureReason then says how to bring the module.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType, TracebackType
from typing import Any

VARIABLE = "_REHEARSAL_MISSING_MODULE"


def _leave(name: str | None) -> None:
    file = os.environ.get(VARIABLE)
    if file and name:
        with open(file, "w", encoding="utf-8") as opened:
            opened.write(name)


def at_start() -> None:
    """Watch for it."""
    before = sys.excepthook

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, ModuleNotFoundError):
            _leave(error.name)
        before(kind, error, trace)

    sys.excepthook = report


def _watch_programs(runpy: ModuleType) -> None:
    """``python -m MODULE`` tells of a module that is not there by itself, without an exception that gets out."""
    original = runpy._get_module_details

    def details(name: str, error: Any = ImportError) -> Any:
        try:
            return original(name, error)
        except error as raised:
            lacking = str(raised) == f"No module named {name}" and not name.endswith(".__main__")
            if lacking or isinstance(raised.__cause__, ModuleNotFoundError):
                _leave(name)
            raise

    runpy._get_module_details = details  # type: ignore[attr-defined]


AFTER_IMPORT = {"runpy": _watch_programs}
