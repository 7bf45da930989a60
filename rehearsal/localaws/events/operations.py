"""Operations of EventBridge that moto leaves empty, or answers otherwise than AWS."""

import json
from functools import wraps
from typing import Any

from moto.events.exceptions import InvalidEventPatternException, ResourceNotFoundException, ValidationException
from moto.events.models import EventsBackend, Replay
from moto.events.responses import EventsHandler

from rehearsal.localaws.events import archives, other_accounts, patterns, requests
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around, replace

_NOT_AUTHORIZED = {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}


def install() -> None:
    """Put them into moto's handler."""
    replace(EventsHandler, "test_event_pattern", _test_event_pattern)
    replace(EventsHandler, "put_events", _put_events)
    replace(Replay, "replay_events", archives.replay)
    around(EventsBackend, "put_targets", _with_checked_targets)
    around(EventsBackend, "describe_rule", _with_named_bus)
    around(EventsBackend, "update_archive", _with_a_change)
    around(EventsBackend, "list_archives", _of_known_bus)
    around(EventsBackend, "remove_permission", _by_statement)
    around(EventsHandler, "create_event_bus", _with_description)
    around(EventsHandler, "list_event_buses", _with_times)
    for operation, words in _NOT_THERE.items():
        around(EventsHandler, operation, _in_words(words))


def _test_event_pattern(handler: Any) -> str:
    try:
        pattern = patterns.parse(handler._get_param("EventPattern"))
    except patterns.InvalidPattern as error:
        raise InvalidEventPatternException(str(error)) from error
    event = requests.event(handler._get_param("Event"))
    return json.dumps({"Result": patterns.matches(pattern, event)})


def _put_events(handler: Any) -> str:
    """Sources that begin with ``aws.`` are the services' own."""
    given = handler._get_param("Entries")
    requests.check_entries(given)
    refusals = [_NOT_AUTHORIZED if _is_of_aws(entry) else requests.malformed(entry) for entry in given]
    taken = [entry for entry, refused in zip(given, refusals, strict=True) if refused is None]
    answers = iter(_taken(handler.events_backend, taken))
    entries = [next(answers) if refused is None else refused for refused in refusals]
    failed = sum("ErrorCode" in entry for entry in entries)
    return json.dumps({"FailedEntryCount": failed, "Entries": entries})


def _taken(backend: Any, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers to entries for buses of this account, and of others."""
    away = [other_accounts.is_elsewhere(entry.get("EventBusName"), backend.account_id) for entry in entries]
    own = [entry for entry, is_away in zip(entries, away, strict=True) if not is_away]
    answers = iter(backend.put_events(own) if own else [])
    return [
        other_accounts.put(entry, backend.account_id) if is_away else next(answers)
        for entry, is_away in zip(entries, away, strict=True)
    ]


def _is_of_aws(entry: dict[str, Any]) -> bool:
    return str(entry.get("Source", "")).startswith("aws.")


def _with_checked_targets(method: Any) -> Any:
    @wraps(method)
    def checked(backend: Any, name: str, event_bus_arn: str | None, targets: list[dict[str, Any]]) -> None:
        rule = next((bus.rules[name] for bus in _buses(backend, event_bus_arn) if name in bus.rules), None)
        requests.check_targets(targets, [] if rule is None else rule.targets)
        method(backend, name, event_bus_arn, targets)

    return checked


def _buses(backend: Any, event_bus_arn: str | None) -> list[Any]:
    name = backend._normalize_event_bus_arn(event_bus_arn)
    return [bus for bus in backend.event_buses.values() if bus.name == name]


def _with_named_bus(method: Any) -> Any:
    @wraps(method)
    def named(backend: Any, name: str, event_bus_arn: str | None) -> Any:
        buses = _buses(backend, event_bus_arn)
        if buses and name not in buses[0].rules:
            raise ResourceNotFoundException(f"Rule {name} does not exist on EventBus {buses[0].name}.")
        return method(backend, name, event_bus_arn)

    return named


def _with_a_change(method: Any) -> Any:
    @wraps(method)
    def changed(backend: Any, name: str, *changes: Any) -> Any:
        if not any(changes):
            raise ValidationException("At least one of EventPattern, RetentionDays or Description must be provided.")
        return method(backend, name, *changes)

    return changed


def _of_known_bus(method: Any) -> Any:
    @wraps(method)
    def known(backend: Any, name_prefix: Any, source_arn: str | None, state: Any) -> Any:
        if source_arn:
            backend._get_event_bus(source_arn)
        return method(backend, name_prefix, source_arn, state)

    return known


def _by_statement(method: Any) -> Any:
    """A bus without statements lacks the one that is asked for; AWS says no more than that."""

    @wraps(method)
    def removed(backend: Any, event_bus_name: str | None, statement_id: str, remove_all_permissions: bool) -> None:
        bus = backend.describe_event_bus(event_bus_name or "default")
        if not remove_all_permissions and not bus.has_permissions():
            raise ResourceNotFoundException("Statement with the provided id does not exist.")
        method(backend, event_bus_name, statement_id, remove_all_permissions)

    return removed


def _with_description(method: Any) -> Any:
    @wraps(method)
    def described(handler: Any) -> Any:
        body, headers = method(handler)
        given = {name: handler._get_param(name) for name in ("Description", "KmsKeyIdentifier", "DeadLetterConfig")}
        return json.dumps({**json.loads(body), **{name: value for name, value in given.items() if value}}), headers

    return described


def _with_times(method: Any) -> Any:
    @wraps(method)
    def timed(handler: Any) -> Any:
        body, headers = method(handler)
        answer = json.loads(body)
        for told in answer["EventBuses"]:
            bus = handler.events_backend.event_buses[told["Name"]]
            told |= {"CreationTime": bus.creation_time, "LastModifiedTime": bus.last_modified_time}
            if bus.description:
                told["Description"] = bus.description
        return json.dumps(answer), headers

    return timed


_NOT_THERE = {
    "describe_connection": ("describe", "connection", "Connection"),
    "describe_api_destination": ("describe", "api-destination", "An api-destination"),
}


def _in_words(words: tuple[str, str, str]) -> Any:
    verb, plural, subject = words

    def wrap(method: Any) -> Any:
        @wraps(method)
        def told(handler: Any) -> Any:
            try:
                return method(handler)
            except ResourceNotFoundException as error:
                text = f"Failed to {verb} the {plural}(s). {subject} '{handler._get_param('Name')}' does not exist."
                raise AwsError("ResourceNotFoundException", text) from error

        return told

    return wrap
