"""Deployments: an endpoint created, updated blue/green, rescaled; each runs in a thread of its own and ends in a
settled status.

The new fleet is started and answers before the first request reaches it, the old one is stopped after its last request:
an update drops none.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.alarms import evaluation
from rehearsal.localaws.door import faults
from rehearsal.localaws.events import bus
from rehearsal.localaws.ground import arns, clock, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.hosting import fleet as fleets
from rehearsal.localaws.sagemaker.hosting.endpoint import Endpoint, EndpointStatus
from rehearsal.localaws.sagemaker.hosting.endpoint_config import EndpointConfig
from rehearsal.localaws.sagemaker.hosting.fleet import Fleet, Placement, StartError
from rehearsal.localaws.sagemaker.hosting.model import Model
from rehearsal.localaws.sagemaker.hosting.traffic import Rollout

_ALARM_CHECK_SECONDS = 1.0

Retain = Callable[[Fleet, Fleet], None]
"""Carries properties of the old fleet's variants over to the new one's."""


class RolledBack(Exception):
    """The deployment is given up; the text says why."""


def create(endpoint: Endpoint, config: EndpointConfig, models: dict[str, Model]) -> None:
    """Bring a new endpoint into service, or to Failed with the reason."""
    announce(endpoint)
    try:
        endpoint.swap(fleets.start(config, models, _placement(endpoint)))
    except StartError as error:
        settle(endpoint, EndpointStatus.FAILED, str(error))
        return
    except Exception as error:  # a fault of this program: an endpoint that stays Creating would be waited for
        settle(endpoint, EndpointStatus.FAILED, f"An internal error: {error}")
        raise
    settle(endpoint, EndpointStatus.IN_SERVICE)


def update(
    endpoint: Endpoint, config: EndpointConfig, models: dict[str, Model], rollout: Rollout, retain: Retain
) -> None:
    """Move an endpoint to another configuration; what fails or alarms leaves the old one serving."""
    announce(endpoint)
    incoming: Fleet | None = None
    try:
        incoming = fleets.start(config, models, _placement(endpoint))
        if endpoint.live is not None:
            retain(endpoint.live, incoming)
            _shift(endpoint, incoming, rollout)
    except (StartError, RolledBack) as error:
        _roll_back(endpoint, incoming, str(error))
        return
    except Exception as error:  # see create
        _roll_back(endpoint, incoming, f"An internal error: {error}")
        raise
    retired = endpoint.swap(incoming)
    endpoint.config_name = config.name
    settle(endpoint, EndpointStatus.IN_SERVICE)
    if retired is not None:
        retired.retire()


def delete(endpoint: Endpoint) -> None:
    """Stop what serves."""
    endpoint.status = EndpointStatus.DELETING
    announce(endpoint)
    retired = endpoint.swap(None)
    if retired is not None:
        host.in_background(retired.retire, name=f"fleet of {endpoint.name}")


def rescale(endpoint: Endpoint, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Give variants other weights and instance counts (UpdateEndpointWeightsAndCapacities)."""
    announce(endpoint)
    assert endpoint.live is not None
    for each in wanted:
        running = endpoint.live.variants[each["VariantName"]]
        if each.get("DesiredWeight") is not None:
            running.weight = each["DesiredWeight"]
        if each.get("DesiredInstanceCount") is not None:
            running.scale(each["DesiredInstanceCount"])
    settle(endpoint, EndpointStatus.IN_SERVICE)


def _shift(endpoint: Endpoint, incoming: Fleet, rollout: Rollout) -> None:
    """Take the steps of the rollout; RolledBack as soon as an alarm goes off or the time is up."""
    deadline = None if rollout.maximum_seconds is None else endpoint.modified_at.timestamp() + rollout.maximum_seconds
    if faults.rolls_back(endpoint.name):
        raise RolledBack("Deployment rolled back: a fault that was planned for this endpoint asked for it.")
    began = clock.timestamp()
    for step in rollout.steps:
        began = clock.timestamp()  # before anybody can see the step
        endpoint.shift(incoming, step.share)
        _wait(began + step.wait_seconds, rollout.alarm_names, endpoint, deadline)
        began += step.wait_seconds
    _wait(began + rollout.termination_wait_seconds, rollout.alarm_names, endpoint, deadline)


def _wait(until: float, alarm_names: Sequence[str], endpoint: Endpoint, deadline: float | None) -> None:
    """Let the time pass while the alarms are watched."""
    place = {"region": endpoint.region, "account_id": arns.account_of(endpoint.arn)}
    while True:
        fired = evaluation.in_alarm(alarm_names, **place)
        if fired:
            raise RolledBack(f"Deployment rolled back: alarm(s) {', '.join(fired)} in ALARM state.")
        if deadline is not None and clock.timestamp() >= deadline:
            raise RolledBack("Deployment rolled back: it took longer than MaximumExecutionTimeoutInSeconds.")
        now = clock.timestamp()
        if now >= until:
            return
        moments = [until]
        if alarm_names:
            moments.append(now + _ALARM_CHECK_SECONDS)
        if deadline is not None:
            moments.append(deadline)
        clock.sleep_until(min(moments))


def _roll_back(endpoint: Endpoint, incoming: Fleet | None, reason: str) -> None:
    endpoint.shift(None, 0.0)
    if endpoint.live is None:
        settle(endpoint, EndpointStatus.FAILED, reason)
    else:
        endpoint.status = EndpointStatus.ROLLING_BACK
        announce(endpoint)
        _settle_on(endpoint, endpoint.live, reason)
    if incoming is not None:
        incoming.retire()


def _settle_on(endpoint: Endpoint, old: Fleet, reason: str) -> None:
    """The end of a rollback: the old fleet serves, or cannot any more."""
    try:
        old.start()
    except (StartError, AwsError) as error:
        settle(endpoint, EndpointStatus.OUT_OF_SERVICE, f"{reason} The rollback failed: {error}")
    else:
        settle(endpoint, EndpointStatus.IN_SERVICE, reason)


def settle(endpoint: Endpoint, status: EndpointStatus, reason: str | None = None) -> None:
    """Bring an endpoint to a settled status, and say so."""
    endpoint.change(status, reason)
    announce(endpoint)


def _placement(endpoint: Endpoint) -> Placement:
    return Placement(endpoint.name, endpoint.region, arns.account_of(endpoint.arn))


def turn(endpoint: Endpoint, before: EndpointStatus, after: EndpointStatus, reason: str | None = None) -> None:
    """Bring an endpoint from one settled status to another, and say so; not one that is in another status by now."""
    if endpoint.change(after, reason, only_from=(before,)):
        announce(endpoint)


def announce(endpoint: Endpoint) -> None:
    """Publish the state, as EventBridge carries it:
    https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"""
    backend = sagemaker_backends[arns.account_of(endpoint.arn)][endpoint.region]
    variants = endpoint.description().get("ProductionVariants", [])
    detail: dict[str, Any] = {
        "EndpointName": endpoint.name,
        "EndpointArn": endpoint.arn,
        "EndpointConfigName": endpoint.config_name,
        "ProductionVariants": [
            {key: value for key, value in variant.items() if key != "DeployedImages"} for variant in variants
        ],
        "EndpointStatus": endpoint.status.event_word,
        "FailureReason": endpoint.failure_reason,
        "CreationTime": int(endpoint.created_at.timestamp() * 1000),
        "LastModifiedTime": int(endpoint.modified_at.timestamp() * 1000),
        "Tags": {tag["Key"]: tag["Value"] for tag in backend.tag_store.of(endpoint.arn)},
    }
    bus.publish(
        "aws.sagemaker",
        "SageMaker Endpoint State Change",
        {key: value for key, value in detail.items() if value is not None},
        [endpoint.arn],
        region=endpoint.region,
        account_id=arns.account_of(endpoint.arn),
    )
