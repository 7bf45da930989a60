"""Pagination as AWS's list operations have it: opaque tokens, and an error for one that was not handed out. Pure."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from rehearsal.localaws.ground.errors import AwsError

Row = TypeVar("Row")


def cut(
    rows: Sequence[Row], token: str | None, size: int, refusal: AwsError, *, of: str = "from"
) -> tuple[Sequence[Row], str | None]:
    """One page of ``rows`` and the token of the next, None after the last. ``of`` names the list: another's token is
    refused.

    Raises:
        AwsError: ``refusal``, which is the service's for a token that it did not give.
    """
    start = _position(token, of) if token else 0
    if start is None:
        raise refusal
    end = start + size
    following = base64.urlsafe_b64encode(f"{of}:{end}".encode()).decode() if end < len(rows) else None
    return rows[start:end], following


def page(
    rows: Sequence[Any],
    params: Mapping[str, Any],
    member: str,
    *,
    default: int,
    refusal: str = "InvalidNextTokenException",
) -> dict[str, Any]:
    """One page of ``rows`` under ``member``, by the request's ``maxResults`` and ``nextToken``.

    Raises:
        AwsError: with the code ``refusal``.
    """
    invalid = AwsError(refusal, "The next token was specified in an invalid format.")
    found, following = cut(rows, params.get("nextToken"), params.get("maxResults") or default, invalid, of=member)
    return {member: list(found)} | ({"nextToken": following} if following else {})


def _position(token: str, of: str) -> int | None:
    try:
        kind, _, position = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        return int(position) if kind == of and position.isdigit() else None
    except (binascii.Error, ValueError):
        return None
