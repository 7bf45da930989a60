"""Do something when a module is first imported: services load when they are first asked for, so that the server is
ready at once."""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Sequence
from types import ModuleType

Action = Callable[[], object]


class _Watcher(importlib.abc.MetaPathFinder):
    """A finder that finds nothing itself: it lets the usual one find, and runs what waits for the module."""

    def __init__(self) -> None:
        self.before: dict[str, list[Action]] = {}
        self.after: dict[str, list[Action]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        for action in self.before.pop(fullname, ()):
            action()
        if fullname not in self.after:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            self._follow(spec.loader, fullname)
        return spec

    def _follow(self, loader: importlib.abc.Loader, name: str) -> None:
        execute = loader.exec_module

        def execute_and_act(module: ModuleType) -> None:
            execute(module)
            for action in self.after.pop(name, ()):
                action()

        loader.exec_module = execute_and_act  # type: ignore[method-assign]


_watcher = _Watcher()
sys.meta_path.insert(0, _watcher)


def before(module: str, action: Action) -> None:
    """Run ``action`` when ``module`` is about to be imported for the first time.

    Raises:
        RuntimeError: it has been imported already.
    """
    if module in sys.modules:
        raise RuntimeError(f"{module} was imported before the embedded AWS was wired")
    _watcher.before.setdefault(module, []).append(action)


def after(module: str, action: Action) -> None:
    """Run ``action`` when ``module`` has been imported; at once, if it has been already."""
    if module in sys.modules:
        action()
    else:
        _watcher.after.setdefault(module, []).append(action)
