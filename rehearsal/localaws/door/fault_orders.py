"""What the order of a fault may say: a fault that could never strike, or that would hold a request for ever, is
refused. Pure."""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session

LONGEST_SECONDS = 3600.0
"""Longer than any request or training job here waits for; what is longer is a slip of the pen."""
_DATA_PLANE = "-runtime"


def check(members: Mapping[str, Any]) -> None:
    """Hold the members of an order, besides its kind, to what they can be.

    Raises:
        ValueError: an unknown service or operation, a name that is no text, or a number out of its range; says which.
    """
    service, operation = _text(members, "service"), _text(members, "operation")
    _text(members, "name")
    _check_seconds(members.get("seconds", 0.0))
    _check_count(members.get("count", 1))
    if service:
        _check_operation(service, operation)
    elif operation:
        raise ValueError(f"operation {operation} needs its service, for example sagemaker")


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text, not {value!r}")  # noqa: TRY004 - what a capability answers with 400
    return value


def _check_seconds(seconds: Any) -> None:
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not is_number or not math.isfinite(seconds) or not 0 <= seconds <= LONGEST_SECONDS:
        raise ValueError(f"seconds must be a number from 0 to {LONGEST_SECONDS:g}, not {seconds!r}")


def _check_count(count: Any) -> None:
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
        raise ValueError(f"count must be a whole number from 1, or null for a fault without end, not {count!r}")


def _check_operation(service: str, operation: str) -> None:
    session = _models()
    if service not in session.get_available_services():
        raise ValueError(f"there is no service {service!r}; write it as the SDK does, for example sagemaker or s3")
    known = [
        name
        for each in (service, f"{service}{_DATA_PLANE}")
        if each in session.get_available_services()
        for name in session.get_service_model(each).operation_names
    ]
    if operation and operation.lower() not in map(str.lower, known):
        raise ValueError(f"{service} has no operation {operation!r}; write it as the API does, for example {known[0]}")


@cache
def _models() -> botocore.session.Session:
    return botocore.session.Session()


def is_of(ordered: str, called: str) -> bool:
    """Whether a fault ordered for one service strikes a call of another: the data plane goes by the service's IAM name,
    too."""
    return ordered in (called, f"{called}{_DATA_PLANE}")
