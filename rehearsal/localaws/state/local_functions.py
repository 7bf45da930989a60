"""Functions defined within functions (moto gives its tables lambdas), kept as the place in the source where they are made.

Only the place and the closure are kept; the code is that of the installed module.
"""

import sys
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any

_LOCALS = ".<locals>."


def is_local(thing: Any) -> bool:
    """Whether pickle could not find the function by its name."""
    return type(thing) is FunctionType and _LOCALS in thing.__qualname__


def reduced(function: FunctionType) -> tuple[Any, ...]:
    """How :mod:`pickle` makes the function again."""
    outer, *names = function.__qualname__.split(_LOCALS)
    code = function.__code__
    same = _within(_code_at(function.__module__, outer, names[:-1]), names[-1])
    closure = tuple(cell.cell_contents for cell in function.__closure__ or ())
    return made, (function.__module__, outer, tuple(names), same.index(code), function.__defaults__, closure)


def made(
    module: str,
    outer: str,
    names: tuple[str, ...],
    number: int,
    defaults: tuple[Any, ...] | None,
    closure: tuple[Any, ...],
) -> FunctionType:
    """The function again: the ``number``-th of its name within the enclosing function."""
    if module.partition(".")[0] not in ("moto", "rehearsal"):
        raise ValueError(f"{module} is neither of moto nor of this program")
    import_module(module)
    code = _within(_code_at(module, outer, list(names[:-1])), names[-1])[number]
    return FunctionType(code, vars(sys.modules[module]), names[-1], defaults, tuple(_cell(value) for value in closure))


def _code_at(module: str, outer: str, names: list[str]) -> CodeType:
    found: Any = sys.modules[module]
    for name in outer.split("."):
        found = getattr(found, name)
    code: CodeType = found.__code__
    for name in names:
        code = _within(code, name)[0]
    return code


def _within(code: CodeType, name: str) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == name]


def _cell(value: Any) -> Any:
    return (lambda: value).__closure__[0]  # type: ignore[index]
