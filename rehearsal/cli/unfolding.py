"""A function that takes groups of options, made one that Typer can read.

Typer reads one option from each parameter of a function. :func:`unfolded` lets a function take a whole group instead.
"""

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints


def unfolded(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` with every parameter that is a dataclass replaced by keyword parameters, one for each field."""
    hints = get_type_hints(function, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if isinstance(kind, type) and is_dataclass(kind)}
    own = inspect.signature(function).parameters

    @functools.wraps(function)
    def command(**values: Any) -> Any:
        arguments = {name: values[name] for name in own if name not in groups}
        for name, kind in groups.items():
            arguments[name] = kind(**{field.name: values[field.name] for field in fields(kind)})
        return function(**arguments)

    parameters = [
        parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in own.items()
        if name not in groups
    ]
    for kind in groups.values():
        parameters += _parameters_of(kind)
    del command.__wrapped__  # Typer must see the new signature, not the old one
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _parameters_of(group: type) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in fields(group)
    ]
