"""Glob patterns as CodePipeline reads them. Pure.

Reference: user guide, "Working with glob patterns in syntax" (https://docs.aws.amazon.com/codepipeline/latest/userguide/syntax-glob.html).
"""

import re
from functools import lru_cache

_TOKEN = re.compile(
    r"\\(?P<escaped>.)|(?P<deep>\*\*)|(?P<star>\*)|(?P<one>\?)|\[(?P<not>!?)(?P<set>[^\]]+)\]|(?P<group>[{},])|(?P<plain>.)",
    re.DOTALL,
)
_WILD = {"deep": ".*", "star": "[^/]*", "one": "[^/]"}


def matches(pattern: str, name: str) -> bool:
    """Whether the whole of a branch, a tag or a path is as the pattern says.

    Raises:
        ValueError: when it is no pattern; :func:`check` tells so beforehand.
    """
    return _compiled(pattern).fullmatch(name) is not None


def check(pattern: str) -> None:
    """Be sure that it is a pattern.

    Raises:
        ValueError: with what is wrong about it.
    """
    _compiled(pattern)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts: list[str] = []
    is_in_group = False
    for token in _TOKEN.finditer(pattern):
        if token["group"] == "{" and is_in_group:
            raise ValueError(f"the groups of {pattern} are nested")
        if token["plain"] in ("[", "\\"):
            raise ValueError(f"{token['plain']} in {pattern} is left open")
        parts.append(_part(token, is_in_group=is_in_group))
        is_in_group = token["group"] == "{" or (is_in_group and token["group"] != "}")
    if is_in_group:
        raise ValueError(f"{{ in {pattern} is left open")
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error as error:
        raise ValueError(f"{pattern} has a range that is none: {error.msg}") from error


def _part(token: re.Match[str], *, is_in_group: bool) -> str:
    kind = token.lastgroup or ""
    if kind in _WILD:
        return _WILD[kind]
    if kind == "set":
        return _one_of(token["set"], negated=bool(token["not"]))
    if kind == "group" and (is_in_group or token["group"] == "{"):
        return {"{": "(?:", ",": "|", "}": ")"}[token["group"]]
    return re.escape(token["escaped"] or token[0])


def _one_of(members: str, *, negated: bool) -> str:
    """A bracket expression: ``*``, ``?`` and backslash stand for themselves, and so does a hyphen at the beginning."""
    own = re.sub(r"([\\\[\]^&~|])", r"\\\1", members)
    first = "\\" if own.startswith("-") else ""
    return f"(?!/)[{'^' if negated else ''}{first}{own}]"
