"""Pages of long answers, with CloudFormation's refusal of a token that it did not give."""

from collections.abc import Sequence
from typing import TypeVar

from rehearsal.localaws.cloudformation.template import invalid
from rehearsal.localaws.ground import pages

Item = TypeVar("Item")

PAGE_SIZE = 100


def page(items: Sequence[Item], token: str | None, size: int = PAGE_SIZE) -> tuple[Sequence[Item], str | None]:
    """One page of ``items`` and the token of the next, if there is one.

    Raises:
        AwsError: ValidationError, for a token that this service did not give.
    """
    return pages.cut(items, token, size, invalid("Invalid NextToken"))
