"""Endpoints: a stable name and its state, in front of the fleets that come and go behind it."""

import random
import threading
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.hosting import traffic
from rehearsal.localaws.sagemaker.hosting.fleet import Fleet, RunningVariant


class EndpointStatus(StrEnum):
    """EndpointStatus of DescribeEndpoint."""

    CREATING = "Creating"
    IN_SERVICE = "InService"
    UPDATING = "Updating"
    ROLLING_BACK = "RollingBack"
    OUT_OF_SERVICE = "OutOfService"
    FAILED = "Failed"
    DELETING = "Deleting"

    @property
    def event_word(self) -> str:
        """The status as events name it: ``IN_SERVICE``."""
        return "".join(f"_{letter}" if letter.isupper() else letter for letter in self.value).lstrip("_").upper()


_SERVING = (EndpointStatus.IN_SERVICE, EndpointStatus.UPDATING, EndpointStatus.ROLLING_BACK)
_SETTLED = (EndpointStatus.IN_SERVICE, EndpointStatus.FAILED, EndpointStatus.OUT_OF_SERVICE)
CHANGEABLE = (EndpointStatus.IN_SERVICE, EndpointStatus.OUT_OF_SERVICE)
"""Where UpdateEndpoint may begin."""
_MAX_REASON = 1024


@dataclass(frozen=True)
class Lease:
    """The variant that serves one request, and its fleet."""

    fleet: Fleet
    running: RunningVariant


class Endpoint:
    """One endpoint. Its members are read freely and changed by the deployment in charge alone."""

    def __init__(self, name: str, arn: str, config_name: str, region: str) -> None:
        self.name = name
        self.arn = arn
        self.region = region
        self.config_name = config_name
        self.status = EndpointStatus.CREATING
        self.failure_reason: str | None = None
        self.created_at: datetime = clock.now()
        self.modified_at = self.created_at
        self.last_deployment: dict[str, Any] | None = None
        self.live: Fleet | None = None
        self.incoming: Fleet | None = None
        self.incoming_share = 0.0
        self._guard = threading.Lock()

    @property
    def is_settled(self) -> bool:
        """No deployment is under way: it may be updated or deleted."""
        return self.status in _SETTLED

    def change(
        self,
        status: EndpointStatus,
        reason: str | None = None,
        *,
        only_from: Container[EndpointStatus] = tuple(EndpointStatus),
    ) -> bool:
        """Take on a status, where the present one is among ``only_from``; gives whether it was."""
        with self._guard:
            if self.status not in only_from:
                return False
            self.failure_reason = reason and reason[:_MAX_REASON]
            self.modified_at = clock.now()
            self.status = status
        return True

    @property
    def is_serving(self) -> bool:
        return self.status in _SERVING and self.live is not None

    @contextmanager
    def lease(self, target_variant: str | None = None) -> Iterator[Lease]:
        """The variant for one request; it is not stopped while the block runs.

        Raises:
            AwsError: ValidationError, when nothing serves or the target variant does not exist.
        """
        with self._guard:
            fleet = self._fleet()
            running = _variant(fleet, self.name, target_variant)
            fleet.begin()
        try:
            yield Lease(fleet, running)
        finally:
            fleet.end()

    def _fleet(self) -> Fleet:
        if not self.is_serving or self.live is None:
            raise AwsError("ValidationError", f"Endpoint {self.name} is not in service; its status is {self.status}.")
        if self.incoming is not None and random.random() < self.incoming_share:
            return self.incoming
        return self.live

    def shift(self, incoming: Fleet | None, share: float) -> None:
        """Send this share of the requests to the incoming fleet."""
        with self._guard:
            self.incoming, self.incoming_share = incoming, share

    def swap(self, fleet: Fleet | None) -> Fleet | None:
        """Serve from ``fleet`` alone; gives the one that served before."""
        with self._guard:
            before, self.live, self.incoming, self.incoming_share = self.live, fleet, None, 0.0
        return before

    def description(self) -> dict[str, Any]:
        """The answer of DescribeEndpoint."""
        answer: dict[str, Any] = {
            **self.summary(),
            "EndpointConfigName": self.config_name,
            "FailureReason": self.failure_reason,
            "LastDeploymentConfig": self.last_deployment,
        }
        if self.live is not None:
            answer |= _fleet_members(self.live)
        if self.incoming is not None:
            answer["PendingDeploymentSummary"] = {
                "EndpointConfigName": self.incoming.config.name,
                "ProductionVariants": [_variant_summary(running) for running in self.incoming.variants.values()],
            }
        return {key: value for key, value in answer.items() if value is not None}

    def summary(self) -> dict[str, Any]:
        """One entry of ListEndpoints."""
        return {
            "EndpointName": self.name,
            "EndpointArn": self.arn,
            "CreationTime": self.created_at,
            "LastModifiedTime": self.modified_at,
            "EndpointStatus": str(self.status),
        }


def _variant(fleet: Fleet, endpoint_name: str, target: str | None) -> RunningVariant:
    if target is not None:
        if target not in fleet.variants:
            raise AwsError("ValidationError", f"Variant {target} of endpoint {endpoint_name} not found.")
        return fleet.variants[target]
    if len(fleet.variants) == 1:
        return next(iter(fleet.variants.values()))
    name = traffic.choose([(name, running.weight) for name, running in fleet.variants.items()], random.random())
    if name is None:
        raise AwsError("ValidationError", f"All variants of endpoint {endpoint_name} have weight 0.")
    return fleet.variants[name]


def _fleet_members(fleet: Fleet) -> dict[str, Any]:
    members: dict[str, Any] = {"ProductionVariants": [_variant_summary(running) for running in fleet.variants.values()]}
    if fleet.shadows:
        members["ShadowProductionVariants"] = [_variant_summary(running) for running in fleet.shadows]
    capture = fleet.capture
    if capture:
        members["DataCaptureConfig"] = {
            "EnableCapture": True,
            "CaptureStatus": "Started",
            "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
            "DestinationS3Uri": capture["DestinationS3Uri"],
            "KmsKeyId": capture.get("KmsKeyId", ""),
        }
    return members


def _variant_summary(running: RunningVariant) -> dict[str, Any]:
    image = running.model.container.image
    summary: dict[str, Any] = {
        "VariantName": running.name,
        "DeployedImages": [{"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": running.started_at}],
        "CurrentWeight": running.weight,
        "DesiredWeight": running.weight,
    }
    if running.variant.serverless:
        wanted = running.variant.request["ServerlessConfig"]
        return {**summary, "CurrentServerlessConfig": wanted, "DesiredServerlessConfig": wanted}
    return {**summary, "CurrentInstanceCount": running.instance_count, "DesiredInstanceCount": running.instance_count}
