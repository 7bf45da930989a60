"""Between the JSON of states and the requests and answers of boto3, by botocore's model of an operation. Pure.

States write members in PascalCase, whatever the API does, and JSON where the API has text.
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Moment = Callable[[datetime], Any]
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def in_states(member: str) -> str:
    """An API's member as states write it: ``executionArn`` is ``ExecutionArn``, ``SSEDescription``
    ``SseDescription``."""
    return "".join(word[:1].upper() + word[1:].lower() for word in _BOUNDARY.split(member))


def instant(moment: datetime) -> str:
    """A moment in answers of SDK integrations, as Java writes it: ISO 8601 in UTC, with milliseconds when there are
    any."""
    at = moment.astimezone(UTC)
    return at.isoformat(timespec="milliseconds" if at.microsecond >= 1000 else "seconds").replace("+00:00", "Z")


def epoch_milliseconds(moment: datetime) -> int:
    """A moment in answers of optimized integrations."""
    return round(moment.timestamp() * 1000)


def to_api(value: Any, shape: Any) -> Any:
    """A state's parameters as boto3 takes them. What the model does not know stays as it is, for boto3 to refuse."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        names = {in_states(name).lower(): name for name in shape.members}
        return dict(_member_to_api(name, each, shape, names) for name, each in value.items())
    if shape.type_name == "list" and isinstance(value, list):
        return [to_api(each, shape.member) for each in value]
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {name: to_api(each, shape.value) for name, each in value.items()}
    if shape.type_name == "string" and isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    if shape.type_name == "blob" and not isinstance(value, bytes):
        return (value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))).encode()
    return value


def _member_to_api(name: str, value: Any, shape: Any, names: Mapping[str, str]) -> tuple[str, Any]:
    known = name if name in shape.members else names.get(name.lower(), name)
    return known, to_api(value, shape.members[known]) if known in shape.members else value


def to_states(value: Any, shape: Any, moment: Moment) -> Any:
    """boto3's answer as a state has it: JSON, with moments written by ``moment`` and bytes as text."""
    if hasattr(value, "read"):
        return value.read().decode("utf-8", "replace")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, datetime):
        return moment(value)
    kind = getattr(shape, "type_name", "")
    if kind == "structure" and isinstance(value, Mapping):
        return {in_states(name): to_states(each, shape.members.get(name), moment) for name, each in value.items()}
    if isinstance(value, Mapping):
        inner = shape.value if kind == "map" else None
        return {name: to_states(each, inner, moment) for name, each in value.items()}
    if isinstance(value, list):
        return [to_states(each, shape.member if kind == "list" else None, moment) for each in value]
    return value


def unknown_members(given: Mapping[str, Any], shape: Any) -> list[str]:
    """Names among a Task's parameters that the operation has not; ``Name.$`` is ``Name``."""
    known = {in_states(name) for name in shape.members} | {
        name for name in shape.members if name[:1].isupper() or name[:1].isdigit()
    }
    return [name for name in given if name.removesuffix(".$") not in known]
