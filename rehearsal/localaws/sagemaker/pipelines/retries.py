"""Retry policies of a step: read from the definition, and when a failed try is followed by another. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.invalid import against_model, list_of, object_of, unparsable

DEFAULT_ATTEMPTS = 5
_MEMBERS = frozenset({"ExceptionType", "IntervalSeconds", "BackoffRate", "MaxAttempts", "ExpireAfterMin"})
_LIMITS = {"IntervalSeconds": (1, 43200), "MaxAttempts": (1, 20), "ExpireAfterMin": (1, 14400)}


class Fault(StrEnum):
    """What went wrong, as retry policies name it."""

    SERVICE_FAULT = "Step.SERVICE_FAULT"
    THROTTLING = "Step.THROTTLING"
    JOB_INTERNAL_ERROR = "SageMaker.JOB_INTERNAL_ERROR"
    CAPACITY_ERROR = "SageMaker.CAPACITY_ERROR"
    RESOURCE_LIMIT = "SageMaker.RESOURCE_LIMIT"


ALL_FAULTS = frozenset(Fault)
OF_CALLS = frozenset({Fault.SERVICE_FAULT, Fault.THROTTLING})


@dataclass(frozen=True)
class RetryPolicy:
    """``max_attempts`` None: until ``expire_after`` seconds after the first try."""

    faults: frozenset[Fault]
    interval_seconds: float = 1.0
    backoff_rate: float = 2.0
    max_attempts: int | None = DEFAULT_ATTEMPTS
    expire_after: float | None = None

    def pause(self, attempts: int) -> float:
        """Seconds to wait after so many tries."""
        return self.interval_seconds * self.backoff_rate ** (attempts - 1)

    def allows(self, attempts: int, seconds_since_first: float) -> bool:
        """Whether there is another try after so many, and so much time."""
        if self.max_attempts is not None:
            return attempts <= self.max_attempts
        return seconds_since_first < (self.expire_after or 0.0)


DEFAULT = RetryPolicy(OF_CALLS)
"""What every step has for errors of the call itself, with a policy of its own or without."""


def parse(raw: Any, offered: frozenset[Fault], step: str) -> tuple[RetryPolicy, ...]:
    """The policies of a step whose type takes the faults ``offered``.

    Raises:
        InvalidDefinition: one of them is not as the service takes it.
    """
    policies = tuple(_policy(each, offered, step) for each in list_of(raw))
    seen: set[Fault] = set()
    for policy in policies:
        twice = sorted(seen & policy.faults)
        if twice:
            raise unparsable(f"Step '{step}' has more than one retry policy for {twice[0]}.")
        seen |= policy.faults
    return policies


def _policy(raw: Any, offered: frozenset[Fault], step: str) -> RetryPolicy:
    given = object_of(raw, _MEMBERS, ("ExceptionType",))
    named = list_of(given["ExceptionType"])
    unknown = [name for name in named if name not in offered]
    if unknown or not named:
        what = f"Exception type '{unknown[0]}' is not supported" if unknown else "A retry policy without ExceptionType"
        raise unparsable(f"{what} in step '{step}'.")
    if "MaxAttempts" in given and "ExpireAfterMin" in given:
        raise unparsable(f"The retry policy of step '{step}' has both MaxAttempts and ExpireAfterMin.")
    for name, (least, most) in _LIMITS.items():
        if name in given and not (_is_number(given[name]) and least <= given[name] <= most):
            raise against_model(f"Value '{given[name]}' for '{name}' must be between {least} and {most}")
    rate = given.get("BackoffRate", 2.0)
    if not _is_number(rate) or rate < 0:
        raise against_model(f"Value '{rate}' for 'BackoffRate' must be a positive number")
    expires = given.get("ExpireAfterMin")
    return RetryPolicy(
        frozenset(map(Fault, named)),
        float(given.get("IntervalSeconds", 1)),
        float(rate),
        None if expires is not None else int(given.get("MaxAttempts", DEFAULT_ATTEMPTS)),
        None if expires is None else expires * 60.0,
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def next_try(
    policies: Sequence[RetryPolicy], fault: Fault | None, attempts: int, seconds_since_first: float
) -> float | None:
    """Seconds until the next try after ``attempts`` of them; None when there is none."""
    if fault is None:
        return None
    policy = next((each for each in policies if fault in each.faults), DEFAULT if fault in OF_CALLS else None)
    if policy is None or not policy.allows(attempts, seconds_since_first):
        return None
    return policy.pause(attempts)
