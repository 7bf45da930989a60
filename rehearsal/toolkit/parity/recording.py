"""Running a script on an account: every call made and its answer kept, everything that was made removed again, whatever
happens."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from rehearsal import __version__
from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import RehearsalError
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.aws.translation import code_of, message_of
from rehearsal.toolkit.executions.events import Note, Tell
from rehearsal.toolkit.parity import redaction
from rehearsal.toolkit.parity.calls import Call, Names
from rehearsal.toolkit.parity.redaction import Known
from rehearsal.toolkit.parity.removing import remove
from rehearsal.toolkit.parity.transcript import Entry, Transcript

_RETRY_SECONDS = 120.0
_JOB_SECONDS = 3600.0
_IN_FLIGHT_SECONDS = 5.0


@dataclass(frozen=True)
class Recorded:
    """The transcript, and what may not stand in it wherever it came from."""

    transcript: Transcript
    secrets: tuple[str, ...]


def record(aws: Aws, script: Sequence[Call], names: Names, tell: Tell) -> Recorded:
    """Make every call of the script in its order and remove what they made; after an error or Ctrl-C, too.

    Raises:
        RehearsalError: something could not be removed; says how to.
    """
    known, secrets = _known_of(aws, names)
    entries: list[Entry] = []
    try:
        for number, call in enumerate(script, start=1):
            tell(Note(f"{number:>3} of {len(script)}  {call.name}"))
            entries.append(_entry(aws, call, names, known))
    finally:
        left = remove(aws, script, names, tell)
        if len(entries) < len(script):  # the call that was interrupted may have been carried out since
            time.sleep(_IN_FLIGHT_SECONDS)
            left = remove(aws, script, names, tell)
    if left:
        raise RehearsalError(
            f"{len(left)} things of run {names.run} are left: {left[0]}",
            where=f"account of {aws.region}",
            next_step=f"rehearse parity clean {names.run} tries again",
        )
    place = "embedded" if capabilities.is_rehearsal(aws) else "aws"
    return Recorded(Transcript(place, __version__, tuple(entries)), secrets)


def _known_of(aws: Aws, names: Names) -> tuple[Known, tuple[str, ...]]:
    """What is replaced by value, and what must not be there afterwards."""
    credentials = aws.session.get_credentials()
    keys = [each for each in (credentials.access_key, credentials.secret_key, credentials.token) if each]
    caller = aws.identity.arn.partition("/")[2]
    endpoint = aws.endpoint_url or ""
    words = {names.account: "<account>", names.prefix: "<run>", names.run: "<run>", names.region: "<region>"}
    words |= {names.image: "<image>", caller: "<caller>", caller.rpartition("/")[2]: "<caller>", endpoint: "<host>"}
    words |= dict.fromkeys(keys, "<secret>")
    return Known.of(words), (names.account, *keys, caller)


def _entry(aws: Aws, call: Call, names: Names, known: Known) -> Entry:
    status, error, answer = _answer(aws, call, names)
    return Entry(call.name, call.service, call.operation, status, error, redaction.redacted(answer, known))


def _answer(aws: Aws, call: Call, names: Names) -> tuple[int, str, Any]:
    """HTTP status, error code, and the answer or the error's words."""
    for is_last in _tries(call):
        try:
            answer = getattr(aws.client(call.service), call.operation)(**names.fill(call.params))
        except ClientError as error:
            if not is_last() and call.retried_on and call.retried_on in message_of(error):
                continue
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            return status, code_of(error), {"Message": message_of(error)}
        except ParamValidationError as error:
            return 0, "ParamValidationError", {"Message": str(error)}
        if call.until is None or answer.get(call.until[0]) in call.until[1] or is_last():
            return int(answer["ResponseMetadata"]["HTTPStatusCode"]), "", _read(answer)
    raise AssertionError("the last try returns")


def _tries(call: Call) -> Iterator[Callable[[], bool]]:
    """Pauses between tries; each try can ask whether it is the last."""
    pace, began = Pace(), time.monotonic()
    longest = _JOB_SECONDS if call.until else _RETRY_SECONDS
    while True:
        yield lambda: time.monotonic() - began > longest
        pace.wait()


def _read(answer: dict[str, Any]) -> dict[str, Any]:
    """Streams (an object's or a function's answer) as text."""
    return {
        name: value.read().decode(errors="replace") if hasattr(value, "read") else value
        for name, value in answer.items()
    }
