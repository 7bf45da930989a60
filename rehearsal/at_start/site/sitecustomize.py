"""Loaded by Python's ``site`` at start-up, wherever this folder is on ``PYTHONPATH``: runs the hooks that the
environment names.

A hook is a Python file. Its ``at_start()``, where it has one, is called at once; its ``AFTER_IMPORT``, where it has
one, names modules and what is to be done with each as soon as it is loaded: ``{"botocore.session": function of the
module}``.

https://docs.python.org/3/library/site.html#module-sitecustomize. One that the machine or the user has runs afterwards.
"""

from __future__ import annotations

import os
import sys


class _Watching:
    """A finder of modules that finds as the others do, and has what it finds patched once it is loaded."""

    def __init__(self) -> None:
        self.patches = {}  # type: ignore[var-annotated]

    def find_spec(self, name, path, _target=None):  # type: ignore[no-untyped-def]
        if name not in self.patches:
            return None
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module):  # type: ignore[no-untyped-def]
                load(module)
                for patch in self.patches[name]:
                    patch(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _namespace(file: str) -> dict:  # type: ignore[type-arg]
    names = {"__name__": "rehearsal_at_start", "__file__": file}
    with open(file, encoding="utf-8") as source:
        exec(compile(source.read(), file, "exec"), names)
    return names


def _other() -> list[str]:
    """The ``sitecustomize.py`` that this one stands before."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120  pathlib would be slower to import
    files = [os.path.join(path, "sitecustomize.py") for path in sys.path if os.path.abspath(path) != here]  # noqa: PTH118, PTH100
    return [file for file in files if os.path.isfile(file)][:1]  # noqa: PTH113


def main() -> None:
    """Run the hooks, then the other file."""
    watching = _Watching()
    for file in filter(None, os.environ.get("_REHEARSAL_AT_START", "").split(os.pathsep)):
        hook = _namespace(file)
        for name, patch in hook.get("AFTER_IMPORT", {}).items():
            watching.patches.setdefault(name, []).append(patch)
        if "at_start" in hook:
            hook["at_start"]()
    if watching.patches:
        sys.meta_path.insert(0, watching)
    for file in _other():
        _namespace(file)


main()
