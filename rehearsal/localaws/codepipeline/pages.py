"""Pagination as AWS's list operations have it: opaque tokens, and an error for one that was not handed out. Pure."""

import base64
import binascii
from typing import Any, TypeVar

from rehearsal.localaws.errors import AwsError

T = TypeVar("T")


def page(rows: list[T], params: dict[str, Any], member: str, *, default: int) -> dict[str, Any]:
    """One page of ``rows`` under ``member``, by the request's ``maxResults`` and ``nextToken``."""
    start = _offset(params.get("nextToken"), member)
    end = start + (params.get("maxResults") or default)
    answer: dict[str, Any] = {member: rows[start:end]}
    if end < len(rows):
        answer["nextToken"] = base64.urlsafe_b64encode(f"{member}:{end}".encode()).decode()
    return answer


def _offset(token: str | None, member: str) -> int:
    if token is None:
        return 0
    try:
        kind, _, offset = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if kind == member:
            return int(offset)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise AwsError("InvalidNextTokenException", "The next token was specified in an invalid format.")
