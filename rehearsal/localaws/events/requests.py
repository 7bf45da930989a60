"""What EventBridge refuses of a request, in its words. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from moto.events.exceptions import ValidationException

from rehearsal.localaws.ground.errors import AwsError

_MOST_BYTES = 1024 * 1024
"""Of all entries of PutEvents together; https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html."""
_TIME_BYTES = 14
_MOST_TARGETS = 5
_INPUTS = ("Input", "InputPath", "InputTransformer")
_PLACEHOLDER = re.compile(r"<([\w.-]+)>")
_NEEDED = ("id", "account", "source", "time", "region", "resources", "detail-type")
"""Members that TestEventPattern wants in an event."""


def event(text: str) -> Any:
    """The event of TestEventPattern.

    Raises:
        ValidationException: it is no event.
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ValidationException("Parameter Event is not valid.") from error
    if not isinstance(found, dict) or any(name not in found for name in _NEEDED):
        raise ValidationException("Parameter Event is not valid.")
    return found


def check_entries(entries: Sequence[Mapping[str, Any]]) -> None:
    """All entries of PutEvents together.

    Raises:
        ValidationException: they are too big.
    """
    if sum(_size(entry) for entry in entries) > _MOST_BYTES:
        raise ValidationException("Total size of the entries in the request is over the limit.")


def _size(entry: Mapping[str, Any]) -> int:
    texts = [entry.get(name) or "" for name in ("Source", "DetailType", "Detail")]
    sizes = [len(str(text).encode()) for text in [*texts, *(entry.get("Resources") or ())]]
    return sum(sizes) + (_TIME_BYTES if entry.get("Time") else 0)


def malformed(entry: Mapping[str, Any]) -> dict[str, str] | None:
    """The answer to one entry whose detail is no JSON object; None for others."""
    if not all(entry.get(name) for name in ("Source", "DetailType", "Detail")):
        return None
    try:
        is_object = isinstance(json.loads(str(entry["Detail"])), dict)
    except ValueError:
        is_object = False
    return None if is_object else {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}


def check_targets(given: Sequence[Mapping[str, Any]], present: Sequence[Mapping[str, Any]]) -> None:
    """Targets of PutTargets, beside those that the rule has.

    Raises:
        AwsError: LimitExceededException.
        ValidationException: a target has several inputs, or a template names what it does not have.
    """
    if len({target["Id"] for target in (*given, *present)}) > _MOST_TARGETS:
        raise AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    for target in given:
        _check_input(target)


def _check_input(target: Mapping[str, Any]) -> None:
    if sum(target.get(name) is not None for name in _INPUTS) > 1:
        raise ValidationException(
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {target['Id']}."
        )
    transformer = target.get("InputTransformer") or {}
    known = transformer.get("InputPathsMap") or {}
    for name in _PLACEHOLDER.findall(transformer.get("InputTemplate", "")):
        if name not in known and not name.startswith("aws.events."):
            raise ValidationException(f"InputTemplate for target {target['Id']} contains invalid placeholder {name}.")
