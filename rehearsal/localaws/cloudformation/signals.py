"""Signals to resources that have a CreationPolicy: SignalResource puts them here, the resource's handler waits for
them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html
"""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.localaws.cloudformation.resources.model import Cancelled, Request, ResourceFailed
from rehearsal.localaws.cloudformation.template import invalid

TYPES = frozenset({"AWS::CloudFormation::WaitCondition"})
"""The types offered here that heed a CreationPolicy; AWS ignores it on any other."""
_DURATION = re.compile(r"PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
_LONGEST_SECONDS = 12 * 3600.0
SUCCESS, FAILURE = "SUCCESS", "FAILURE"


@dataclass
class Signals:
    """What came to one resource, by the unique id of the sender."""

    statuses: dict[str, str] = field(default_factory=dict)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def count(self, status: str) -> int:
        return list(self.statuses.values()).count(status)


_signals: dict[tuple[str, str], Signals] = {}
_guard = threading.Lock()


def _of(stack_id: str, logical_id: str) -> Signals:
    """A signal may come before its resource has begun to wait."""
    with _guard:
        return _signals.setdefault((stack_id, logical_id), Signals())


def take(stack_id: str, logical_id: str, unique_id: str, status: str, announce: Callable[[], None]) -> None:
    """Keep a signal, announce it, and wake who waits: its event comes before the resource's completion.

    Raises:
        AwsError: ValidationError, for a second success of one sender.
    """
    signals = _of(stack_id, logical_id)
    with signals.arrived:
        if unique_id in signals.statuses and status == SUCCESS:
            raise invalid(
                f"Signal with ID {unique_id} for resource {logical_id} already exists. "
                "Signals may only be updated with a FAILURE status."
            )
        announce()
        signals.statuses[unique_id] = status
        signals.arrived.notify_all()


def wait(request: Request) -> None:
    """Wait for as many successes as the resource's policy wants.

    Raises:
        ResourceFailed: after a failure, or when the policy's time is over.
    """
    count, timeout_seconds = wanted(request.creation_policy)
    signals = _of(request.stack_id, request.logical_id)
    with signals.arrived:
        request.cancelled.wait_until(
            signals.arrived,
            lambda: bool(signals.count(FAILURE)) or signals.count(SUCCESS) >= count,
            request.began_at + timeout_seconds,
        )
    with _guard:
        _signals.pop((request.stack_id, request.logical_id), None)
    failed = [unique_id for unique_id, status in signals.statuses.items() if status == FAILURE]
    if failed:
        raise ResourceFailed(f"Received FAILURE signal with UniqueId {failed[0]}")
    missing = count - signals.count(SUCCESS)
    if missing > 0 and request.cancelled.is_set():
        raise Cancelled
    if missing > 0:
        raise ResourceFailed(f"Failed to receive {missing} resource signal(s) within the specified duration")


def wanted(policy: Mapping[str, Any]) -> tuple[int, float]:
    """How many signals a CreationPolicy waits for, and how many seconds at most.

    Raises:
        ResourceFailed: when it says neither in CloudFormation's way.
    """
    given = policy.get("ResourceSignal") or {}
    text = str(given.get("Timeout", "PT5M"))
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ResourceFailed(
            f"Invalid Timeout {text} in CreationPolicy: an ISO 8601 duration such as PT1H30M is wanted"
        )
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return int(given.get("Count", 1)), min(hours * 3600.0 + minutes * 60 + seconds, _LONGEST_SECONDS)
