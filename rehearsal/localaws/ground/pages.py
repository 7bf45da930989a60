"""Pagination as AWS's list operations have it: opaque tokens, and an error for one that was not handed out. Pure."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from rehearsal.localaws.ground.errors import AwsError


def page(
    rows: Sequence[Any],
    params: dict[str, Any],
    member: str,
    *,
    default: int,
    refusal: str = "InvalidNextTokenException",
) -> dict[str, Any]:
    """One page of ``rows`` under ``member``, by the request's ``maxResults`` and ``nextToken``.

    Raises:
        AwsError: with the code ``refusal``, which is the service's for a token that it did not give.
    """
    start = _offset(params.get("nextToken"), member, refusal)
    end = start + (params.get("maxResults") or default)
    answer: dict[str, Any] = {member: list(rows[start:end])}
    if end < len(rows):
        answer["nextToken"] = base64.urlsafe_b64encode(f"{member}:{end}".encode()).decode()
    return answer


def _offset(token: str | None, member: str, refusal: str) -> int:
    if token is None:
        return 0
    try:
        kind, _, offset = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if kind == member:
            return int(offset)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise AwsError(refusal, "The next token was specified in an invalid format.")
