"""What may leave the machine of an answer: its shape and words, without ids, times, secrets, and who and where it was.
Pure.

What is known of the account (its id, the caller, the keys) is replaced by value; everything that looks like such a
thing by its look. What is left is checked once more before it is written (:func:`leaks_in`).
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_SECRET_MEMBER = re.compile(r"(?i)secret|password|credential|token|signature|receipthandle")
_VARYING_MEMBER = {
    "UserId",
    "VersionId",
    "RevisionId",
    "MessageId",
    "CreatedBy",
    "Etag",
    "IpAddress",
    "HostId",
    "RequestId",
    "StackId",
    "ChangeSetId",
    "ExtendedRequestId",
}
_MAIL = (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<e-mail>")
"""First of all: its words may be the caller's name."""
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    _MAIL,
    (re.compile(r"(?<=Request ID: )[\w-]+|(?<=RequestId: )[\w-]+"), "<request>"),
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA)[A-Z0-9]{12,}\b"), "<unique-id>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<uuid>"),
    (re.compile(r"https?://[^\s/\"'<>]+"), "<host>"),
    (re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.(?:amazonaws\.com(?:\.cn)?|on\.aws|compute\.internal)\b(?::\d+)?"), "<host>"),
    (re.compile(r'(?:(?<=File ")|(?<=File \\"))[^"\\]*/'), "<folder>/"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"), "<address>"),
    (re.compile(r"\b\d{12}\b"), "<account>"),
)
_SERVICE = re.compile(r"^[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$")
"""A service principal is no host, and says nothing of the account."""


@dataclass(frozen=True)
class Known:
    """What is known of the account and replaced wherever it occurs: ``words`` by what stands in their place, longest
    first."""

    words: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, words: Mapping[str, str]) -> "Known":
        """Empty words are left out."""
        kept = [(word, name) for word, name in words.items() if word]
        return cls(tuple(sorted(kept, key=lambda pair: len(pair[0]), reverse=True)))


def redacted(value: Any, known: Known, member: str = "") -> Any:
    """An answer (or request) as it may be written: texts, numbers, lists and members only."""
    if isinstance(value, Mapping):
        return {
            str(name): redacted(each, known, str(name)) for name, each in value.items() if name != "ResponseMetadata"
        }
    if isinstance(value, list | tuple):
        return sorted((redacted(each, known, member) for each in value), key=_canonical)
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, datetime):
        return "<time>"
    if value is None or isinstance(value, bool | int | float):
        return value
    return _text(str(value), known, member)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _text(text: str, known: Known, member: str) -> str:
    if _SECRET_MEMBER.search(member):
        return "<secret>"
    if member in _VARYING_MEMBER:
        return f"<{member}>"
    if _SERVICE.match(text):
        return text
    text = _MAIL[0].sub(_MAIL[1], text)
    for word, name in known.words:
        text = text.replace(word, name)
    for pattern, name in _PATTERNS:
        text = pattern.sub(lambda found, name=name: found[0] if _SERVICE.match(found[0]) else name, text)  # type: ignore[misc]
    return text


def leaks_in(text: str, words: Iterable[str]) -> list[str]:
    """Which of the words that may not leave stand in a text that is to be written, and what in it looks like an
    account, key or mail.

    Words shorter than four letters are no secrets but chance.
    """
    found = [word for word in words if len(word) > 3 and word in text]
    for pattern, name in _PATTERNS:
        if name in ("<e-mail>", "<unique-id>", "<account>"):
            found += pattern.findall(text)
    return found
