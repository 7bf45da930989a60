"""moto's exceptions that a value of the caller's causes, told apart from faults of the embedded AWS. Pure.

moto looks up what a request names without asking whether it is there, and turns page tokens into numbers without asking
whether they are its own. Where the exception itself names one of the caller's values, and came from moto's code, the
caller named what is not there. Where it names a member of the request that was left out, moto's operation needs what
AWS may not: it is refused by that name. Nothing else is explained away: all other exceptions stay faults of ours.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from types import TracebackType
from typing import Any
from urllib.parse import quote, unquote

from moto.core.model import OperationModel

from rehearsal.localaws.authorizer.denials import Denial
from rehearsal.localaws.entrance.contract import words

_NO_TOKEN = re.compile(
    r"(?:invalid literal for int\(\) with base 10: |could not convert string to float: )?'(.*?)('?)(?: is not in "
    r"list)?$",
    re.DOTALL,
)
_LAST_OF_ARN = re.compile("[:/]")
_MOTO = "moto"
_DEEPEST = 6


def denial(
    error: Exception, service: str, protocol: str, operation: OperationModel, params: Mapping[str, Any]
) -> Denial | None:
    """The answer to the caller whose value is named by ``error``; None where the fault is ours."""
    if not _is_from_moto(error.__traceback__):
        return None
    given = set(_texts(params))
    if isinstance(error, KeyError) and error.args and not given.isdisjoint(_names(error.args[0])):
        return words.not_there(service, protocol, [shape.name for shape in operation.error_shapes], error.args[0])
    if isinstance(error, KeyError) and error.args and error.args[0] in set(_members(operation.input_shape, _DEEPEST)):
        return words.not_offered_without(service, operation.name, error.args[0])
    found = _NO_TOKEN.match(str(error)) if isinstance(error, ValueError) else None
    token = next((each for each in given if found and _is_told(each, found)), None)
    if token is not None:
        return words.not_a_token(service, protocol, [shape.name for shape in operation.error_shapes], token)
    return None


def _names(looked_up: Any) -> Iterator[str]:
    """What was looked up, and the name that moto has made an ARN of."""
    if isinstance(looked_up, str):
        yield looked_up
        if looked_up.startswith("arn:"):
            yield _LAST_OF_ARN.split(looked_up)[-1]


def _is_told(text: str, found: re.Match[str]) -> bool:
    """Whether an exception tells a text, which Python cuts off after 200 characters, with the mark that closes it."""
    written = repr(text)[1:-1]
    return written == found[1] if found[2] else written.startswith(found[1])


def _members(shape: Any, depth: int) -> Iterator[str]:
    """The names of a model's members, also of what is in them."""
    if shape is None or depth == 0:
        return
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield name
            yield from _members(member, depth - 1)
    elif shape.type_name in ("list", "map"):
        yield from _members(shape.member if shape.type_name == "list" else shape.value, depth - 1)


def _is_from_moto(traceback: TracebackType | None) -> bool:
    last = ""
    while traceback is not None:
        last, traceback = traceback.tb_frame.f_code.co_filename, traceback.tb_next
    return _MOTO in PurePath(last).parts


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (value, quote(value, safe=""), unquote(value))  # some of moto's paths stay encoded
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(key)
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
