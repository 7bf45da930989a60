"""Members without a value, which CloudFormation refuses anywhere in a template. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.localaws.cloudformation.template import Node, invalid

_DEPTH_OF_PROPERTIES = 3


def check(raw: Mapping[str, Any]) -> None:
    """Refuse a member or item without a value, wherever it is.

    Raises:
        AwsError: ValidationError, with the place as CloudFormation writes it: ``Type`` stands for a resource's
        Properties.
    """
    place = next(_nulls(raw, ()), None)
    if place is not None:
        inner = len(place) > _DEPTH_OF_PROPERTIES and (place[0], place[2]) == ("Resources", "Properties")
        names = (*place[:2], "Type", *place[3:]) if inner else place
        raise invalid(f"[/{'/'.join(names)}] 'null' values are not allowed in templates")


def _nulls(node: Node, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if node is None:
        yield place
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, member in members:
        yield from _nulls(member, (*place, str(name)))
