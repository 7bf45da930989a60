"""Operations of EventBridge that moto leaves empty, or answers otherwise than AWS."""

import json
from typing import Any

from moto.events.exceptions import InvalidEventPatternException
from moto.events.responses import EventsHandler

from rehearsal.localaws.events import patterns
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import replace

_NOT_AUTHORIZED = {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}


def install() -> None:
    """Put them into moto's handler."""
    replace(EventsHandler, "test_event_pattern", _test_event_pattern)
    replace(EventsHandler, "put_events", _put_events)


def _test_event_pattern(handler: Any) -> str:
    try:
        pattern = patterns.parse(handler._get_param("EventPattern"))
    except patterns.InvalidPattern as error:
        raise InvalidEventPatternException(str(error)) from error
    try:
        event = json.loads(handler._get_param("Event"))
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise AwsError("ValidationException", "Parameter Event is not valid. It must be a JSON object.")
    return json.dumps({"Result": patterns.matches(pattern, event)})


def _put_events(handler: Any) -> str:
    """Sources that begin with ``aws.`` are the services' own."""
    given = handler._get_param("Entries")
    own = [entry for entry in given if not _is_of_aws(entry)]
    taken = iter(handler.events_backend.put_events(own) if own else [])
    entries = [_NOT_AUTHORIZED if _is_of_aws(entry) else next(taken) for entry in given]
    failed = sum("ErrorCode" in entry for entry in entries)
    return json.dumps({"FailedEntryCount": failed, "Entries": entries})


def _is_of_aws(entry: dict[str, Any]) -> bool:
    return str(entry.get("Source", "")).startswith("aws.")
