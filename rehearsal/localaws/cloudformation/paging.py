"""Pages of long answers. Tokens are offsets: nobody but this module reads them."""

from collections.abc import Sequence
from typing import TypeVar

from rehearsal.localaws.cloudformation.template import invalid

Item = TypeVar("Item")

PAGE_SIZE = 100


def page(items: Sequence[Item], token: str | None, size: int = PAGE_SIZE) -> tuple[Sequence[Item], str | None]:
    """One page of ``items`` and the token of the next, if there is one.

    Raises:
        AwsError: ValidationError, for a token that this service did not give.
    """
    if token is not None and not token.isdigit():
        raise invalid("Invalid NextToken")
    start = int(token or 0)
    following = start + size
    return items[start:following], str(following) if following < len(items) else None
