r"""Regular expressions in Java's dialect, which CloudFormation's AllowedPattern speaks, for Python. Pure.

What templates use and Python reads otherwise: classes such as ``\p{Print}``, and ``-`` beside a class within brackets
(``[\w-\+]``). https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html
"""

import re
from functools import lru_cache

_CLASSES = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": r"\x00-\x7F",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1F\x7F",
    "XDigit": "0-9a-fA-F",
    "Space": r"\s",
    "L": "^\\W\\d_",
    "IsAlphabetic": "^\\W\\d_",
}
_TOKEN = re.compile(r"\\p\{(?P<class>\w+)\}|\\Q(?P<quoted>.*?)\\E|\\.|\[\^?\]?|\]|.", re.DOTALL)
_SET = re.compile(r"\\[wdsWDS]")


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern for Python.

    Raises:
        re.error: it is none in Java either, or has what is not known here.
    """
    written: list[str] = []
    inside, last = False, ""
    for found in _TOKEN.finditer(pattern):
        token = found[0]
        written.append(_python(found, last, pattern[found.end() :], inside=inside))
        inside = token != "]" if inside else token.startswith("[")
        last = token
    return re.compile("".join(written), re.ASCII)


def _python(found: re.Match[str], last: str, rest: str, *, inside: bool) -> str:
    token = found[0]
    if found["class"] is not None:
        if found["class"] not in _CLASSES or (inside and _CLASSES[found["class"]].startswith("^")):
            raise re.error(f"unknown class {token}")
        members = _CLASSES[found["class"]]
        return members if inside else f"[{members}]"
    if found["quoted"] is not None:
        return re.escape(found["quoted"])
    if token == "-" and inside and (_SET.fullmatch(last) or _SET.match(rest) or last.startswith("\\p")):
        return r"\-"
    return r"\[" if inside and token.startswith("[") else token
