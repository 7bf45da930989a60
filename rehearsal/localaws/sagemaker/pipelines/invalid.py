"""Why a definition is refused. The service answers CreatePipeline and UpdatePipeline with the text as
ValidationException."""

from collections.abc import Mapping
from typing import Any


class InvalidDefinition(ValueError):
    """The text is the whole message."""


def unparsable(what: str) -> InvalidDefinition:
    """A document that the service cannot read."""
    return InvalidDefinition(f"Unable to parse pipeline definition. {what}")


def against_model(what: str) -> InvalidDefinition:
    """A value that the model of the API does not allow."""
    return unparsable(f"Model Validation failed: {what}")


def object_of(value: Any, known: frozenset[str], required: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """An object with these members and no others; those that are null count as left out.

    Raises:
        InvalidDefinition: it is none, has a member too many or lacks a required one.
    """
    if not isinstance(value, Mapping):
        raise unparsable("Expecting start of Json Object.")
    unknown = sorted(value.keys() - known)
    if unknown:
        raise unparsable(f"Cannot parse object, unknown property '{unknown[0]}'.")
    given = {name: member for name, member in value.items() if member is not None}
    missing = [name for name in required if name not in given]
    if missing:
        raise unparsable(f"Missing required property '{missing[0]}'.")
    return given


def list_of(value: Any) -> list[Any]:
    """A list.

    Raises:
        InvalidDefinition: it is none.
    """
    if not isinstance(value, list):
        raise unparsable("Expecting start of Json Array.")
    return value


def text_of(value: Any, what: str) -> str:
    """A text.

    Raises:
        InvalidDefinition: it is none.
    """
    if not isinstance(value, str):
        raise unparsable(f"Expecting a Json String for {what}.")
    return value
