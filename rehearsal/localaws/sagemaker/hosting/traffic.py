"""Which variant serves a request, and how traffic moves to a new fleet. Pure: no clock, no process, no randomness of
its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Any

from rehearsal.localaws.ground.errors import AwsError


def choose(weights: Sequence[tuple[str, float]], point: float) -> str | None:
    """The name on which ``point`` (0 <= point < 1) falls when the weights are laid end to end; None when all weigh
    nothing."""
    total = sum(weight for _, weight in weights)
    position = point * total
    for name, weight in weights:
        if position < weight:
            return name
        position -= weight
    return next((name for name, weight in reversed(weights) if weight > 0), None)


class Routing(StrEnum):
    """TrafficRoutingConfiguration.Type."""

    ALL_AT_ONCE = "ALL_AT_ONCE"
    CANARY = "CANARY"
    LINEAR = "LINEAR"


@dataclass(frozen=True)
class Step:
    """Give the new fleet this share of the traffic, then wait."""

    share: float
    wait_seconds: int


@dataclass(frozen=True)
class Rollout:
    """A deployment's plan."""

    steps: tuple[Step, ...]
    termination_wait_seconds: int = 0
    alarm_names: tuple[str, ...] = ()
    maximum_seconds: int | None = None


AT_ONCE = Rollout((Step(1.0, 0),))


def plan(deployment: Mapping[str, Any] | None, instance_count: int) -> Rollout:
    """The plan that a DeploymentConfig describes for a fleet of ``instance_count`` instances.

    Raises:
        AwsError: ValidationException, where the service refuses it.
    """
    if not deployment:
        return AT_ONCE
    if deployment.get("RollingUpdatePolicy"):
        raise AwsError(
            "ValidationException",
            "The embedded AWS offers no RollingUpdatePolicy; use BlueGreenUpdatePolicy with LINEAR.",
        )
    policy = deployment.get("BlueGreenUpdatePolicy")
    alarms = (deployment.get("AutoRollbackConfiguration") or {}).get("Alarms") or ()
    names = tuple(alarm["AlarmName"] for alarm in alarms)
    if not policy:
        return Rollout(AT_ONCE.steps, alarm_names=names)
    return Rollout(
        tuple(_steps(policy["TrafficRoutingConfiguration"], instance_count)),
        policy.get("TerminationWaitInSeconds", 0),
        names,
        policy.get("MaximumExecutionTimeoutInSeconds"),
    )


def _steps(routing: Mapping[str, Any], instance_count: int) -> Iterator[Step]:
    wait_seconds = routing["WaitIntervalInSeconds"]
    if routing["Type"] == Routing.ALL_AT_ONCE:
        yield Step(1.0, wait_seconds)
        return
    if routing["Type"] == Routing.CANARY:
        yield Step(_share(routing, "CanarySize", instance_count, least_percent=1), wait_seconds)
        yield Step(1.0, wait_seconds)
        return
    share = _share(routing, "LinearStepSize", instance_count, least_percent=10)
    for number in range(1, ceil(1 / share - 1e-9) + 1):
        yield Step(min(1.0, number * share), wait_seconds)


def _share(routing: Mapping[str, Any], member: str, instance_count: int, *, least_percent: int) -> float:
    """The step's share of the instances, which is its share of the traffic: whole instances only, at most half of
    them."""
    size = routing.get(member)
    if size is None:
        raise AwsError("ValidationException", f"Traffic routing of type {routing['Type']} needs {member}.")
    if size["Type"] == "INSTANCE_COUNT":
        instances = size["Value"]
    else:
        if not least_percent <= size["Value"] <= 50:
            raise AwsError(
                "ValidationException",
                f"{member} of type CAPACITY_PERCENT must be from {least_percent} to 50, not {size['Value']}.",
            )
        instances = max(1, instance_count * size["Value"] // 100)
    if instances * 2 > instance_count:
        raise AwsError(
            "ValidationException",
            f"{member} must be at most 50% of the fleet: {instances} of {instance_count} instance(s) is more. Use at "
            f"least {instances * 2} instances in each variant, or ALL_AT_ONCE.",
        )
    return float(instances / instance_count)
