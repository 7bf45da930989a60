"""Wildcards and policy variables, as policies write them in actions, resources and condition values. Pure.

``*`` stands for any run of characters and ``?`` for one; ``${aws:username}`` is replaced by the request's value, and
``${*}``, ``${?}``, ``${$}`` are the characters themselves. A variable without a value and without a default
(``${aws:PrincipalTag/team, 'none'}``) makes the text match nothing.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Callable
from functools import lru_cache

Lookup = Callable[[str], str | None]
"""Gives the request's single value of a context key, None when it has none."""

_VARIABLE = re.compile(r"\$\{\s*([^},]+?)\s*(?:,\s*'([^']*)'\s*)?\}")
_LITERALS = ("*", "?", "$")
_ARN_PARTS = 6


@lru_cache(maxsize=16384)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    translated = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(translated, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def matches(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Whether ``value`` as a whole fits ``pattern`` with its wildcards."""
    if pattern == "*" or pattern == value:
        return True
    if "*" not in pattern and "?" not in pattern and not ignore_case:
        return False
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


@lru_cache(maxsize=2048)
def arn_matches(pattern: str, arn: str) -> bool:
    """Whether ``arn`` fits an ARN pattern: each of the six parts by itself, missing parts of the pattern standing for
    anything."""
    if pattern == "*":
        return True
    parts, wanted = arn.split(":", _ARN_PARTS - 1), pattern.split(":", _ARN_PARTS - 1)
    if wanted[0] != "arn" or len(parts) < _ARN_PARTS:
        return matches(pattern, arn)
    wanted += ["*"] * (_ARN_PARTS - len(wanted))
    return all(matches(each, part) for each, part in zip(wanted, parts, strict=True))


def has_variables(text: str) -> bool:
    """Whether ``text`` mentions policy variables."""
    return "${" in text


_ESCAPES = {"*": "\ue000", "?": "\ue001"}
"""Wildcard characters that are meant literally, while a pattern is at work: from Unicode's private area."""


def resolve(text: str, lookup: Lookup) -> str | None:
    """``text`` with its variables replaced, literal wildcards protected by :func:`protect`; None when one has no
    value."""
    missing = False

    def replaced(found: re.Match[str]) -> str:
        nonlocal missing
        name, default = found.group(1), found.group(2)
        value = name if name in _LITERALS else lookup(name)
        if value is None:
            value = default
        if value is None:
            missing = True
            return ""
        return protect(value)

    resolved = _VARIABLE.sub(replaced, text)
    return None if missing else resolved


def unprotect(value: str) -> str:
    """The text that :func:`protect` was given."""
    for character, mark in _ESCAPES.items():
        value = value.replace(mark, character)
    return value


def protect(value: str) -> str:
    """``value`` with its own ``*`` and ``?`` marked as literal, on the pattern's and the value's side alike."""
    if "*" not in value and "?" not in value:
        return value
    for character, mark in _ESCAPES.items():
        value = value.replace(character, mark)
    return value
