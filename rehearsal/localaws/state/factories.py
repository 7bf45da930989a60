"""What tables call for a key that they lack: nameless functions (moto gives its tables lambdas) and record classes.

A function is kept as the place in the source where it is made, and only if it takes nothing and holds nothing: its code
is that of the installed moto, and nothing of a snapshot comes into it.
"""

import re
import sys
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any

from rehearsal.localaws.state.record_classes import NotKept, class_named

_LAMBDA = ".<locals>.<lambda>"
_MOTO = re.compile(r"moto\.\w+\.models(\.\w+)*")


class LocalFunction:
    """The function again: the ``number``-th lambda within ``outer`` of ``module``."""

    def __init__(self, module: str, outer: str, number: int) -> None:
        self.module, self.outer, self.number = module, outer, number

    def __call__(self) -> Any:
        if not _MOTO.fullmatch(self.module):
            raise NotKept(f"a function of {self.module} is not called for a snapshot")
        import_module(self.module)
        code = _lambdas(self.module, self.outer)[self.number]
        return FunctionType(code, vars(sys.modules[self.module]), "<lambda>")()


class RecordFactory:
    """What a table calls for a key that it lacks, where that is a record class itself."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self) -> Any:
        return class_named(self.name)()


def place_of(function: FunctionType) -> LocalFunction:
    """The place of a function.

    Raises:
        NotKept: it is no lambda of moto that takes nothing and holds nothing.
    """
    outer, _, rest = function.__qualname__.partition(_LAMBDA)
    code = function.__code__
    simple = not (code.co_argcount or code.co_kwonlyargcount or code.co_freevars)
    if rest or outer == function.__qualname__ or not simple or not _MOTO.fullmatch(function.__module__):
        raise NotKept(f"the function {function.__module__}.{function.__qualname__} is not kept")
    return LocalFunction(function.__module__, outer, _lambdas(function.__module__, outer).index(code))


def _lambdas(module: str, outer: str) -> list[CodeType]:
    """The lambdas in the body of a function or method, which take nothing and hold nothing."""
    within: Any = sys.modules[module]
    for name in outer.split("."):
        within = vars(within)[name]
    constants = within.__code__.co_consts
    known = [each for each in constants if isinstance(each, CodeType) and each.co_name == "<lambda>"]
    return [each for each in known if not (each.co_argcount or each.co_kwonlyargcount or each.co_freevars)]
