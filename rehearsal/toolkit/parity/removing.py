"""Removing what a run of a script made, by the names that its run id gives: at the run's end, or later when it was cut
off."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.aws.translation import code_of, message_of
from rehearsal.toolkit.cleanup.teardown import empty_bucket
from rehearsal.toolkit.executions.events import Note, Tell
from rehearsal.toolkit.parity.calls import Call, Names, Removal

_GONE_CODES = ("NotFound", "NoSuch", "NonExistent", "404", "DoesNotExist")
_GONE_WORDS = ("does not exist", "could not find", "not found", "cannot find", "non-existent")
_TRIES = 5
"""What has just gone (a function, an endpoint) may hold what it used for a few seconds more."""
_LONGEST_WAITS = 720
"""Looks at something that is being deleted: an hour at the longest pause."""


def remove(aws: Aws, script: Sequence[Call], names: Names, tell: Tell) -> list[str]:
    """Remove everything that the script's calls make, last first; gives what is left, with the reason."""
    left = []
    for call in reversed(script):
        if call.removal is not None and (reason := _remove(aws, call.service, call.removal, names)):
            left.append(f"{call.name}: {reason}")
            tell(Note(f"could not remove what {call.name} made: {reason}"))
    return left


def _remove(aws: Aws, service: str, removal: Removal, names: Names) -> str:
    """Try until it is gone; why it is not, empty when it is."""
    pace = Pace(shortest_seconds=0.5)
    reason = ""
    for _ in range(_TRIES):
        try:
            _call_removal(aws, service, removal, names)
            _wait_until_gone(aws, service, removal, names)
        except ClientError as error:
            if is_gone(error):
                return ""
            reason = f"{message_of(error)} ({code_of(error)})"
            pace.wait()
        else:
            return ""
    return reason


def _call_removal(aws: Aws, service: str, removal: Removal, names: Names) -> None:
    client = aws.client(service)
    params: dict[str, Any] = names.fill(removal.params)
    if removal.found_by is not None:
        operation, wanted, member = removal.found_by
        params[member] = getattr(client, operation)(**names.fill(wanted))[member]
    if removal.empties_bucket:
        empty_bucket(aws, params["Bucket"])
    getattr(client, removal.operation)(**params)


def _wait_until_gone(aws: Aws, service: str, removal: Removal, names: Names) -> None:
    """Ask until the service says that it is not there."""
    if removal.waits_until_gone is None:
        return
    operation, params = removal.waits_until_gone
    pace = Pace()
    for _ in range(_LONGEST_WAITS):
        getattr(aws.client(service), operation)(**names.fill(params))  # ends by the error that says it is gone
        pace.wait()


def is_gone(error: ClientError | ParamValidationError) -> bool:
    """Whether a removal's error says that there is nothing (any more) to remove. Pure."""
    if not isinstance(error, ClientError):
        return False
    code, message = code_of(error), message_of(error).lower()
    return any(part in code for part in _GONE_CODES) or any(words in message for words in _GONE_WORDS)
