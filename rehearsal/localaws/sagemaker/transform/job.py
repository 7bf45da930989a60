"""A transform job: what was asked for, and how far it is."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rehearsal.localaws.sagemaker.hosting.model import Model
from rehearsal.localaws.sagemaker.refusals import invalid
from rehearsal.localaws.sagemaker.transform.data_processing import FilterError, Processing
from rehearsal.localaws.sagemaker.transform.records import Split, Strategy

_MB = 1024 * 1024


class Status(StrEnum):
    """TransformJobStatus."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


@dataclass(frozen=True)
class Plan:
    """How the job's data go through the model."""

    content_type: str | None
    accept: str | None
    split: Split
    strategy: Strategy
    payload_bytes: int
    concurrency: int | None
    processing: Processing | None
    timeout_seconds: int
    retries: int


def plan(request: dict[str, Any]) -> Plan:
    """Read the request.

    Raises:
        AwsError: ValidationException, for what the service or the embedded AWS does not take.
    """
    source = request["TransformInput"]
    split = source.get("SplitType", "None")
    if split not in set(Split):
        raise invalid(f"The embedded AWS offers SplitType None, Line and RecordIO, not {split}.")
    megabytes = 6 if request.get("MaxPayloadInMB") is None else request["MaxPayloadInMB"]
    concurrency = request.get("MaxConcurrentTransforms") or None
    if megabytes > 100 or megabytes * (concurrency or 1) > 100:
        raise invalid("MaxPayloadInMB, and MaxConcurrentTransforms times MaxPayloadInMB, must not exceed 100 MB.")
    client = request.get("ModelClientConfig") or {}
    return Plan(
        content_type=source.get("ContentType"),
        accept=request["TransformOutput"].get("Accept"),
        split=Split(split),
        strategy=Strategy(request.get("BatchStrategy", "MultiRecord")),
        payload_bytes=megabytes * _MB or 100 * _MB,
        concurrency=concurrency,
        processing=_processing(request, split),
        timeout_seconds=client.get("InvocationsTimeoutInSeconds", 600),
        retries=client.get("InvocationsMaxRetries", 3),
    )


def _processing(request: dict[str, Any], split: str) -> Processing | None:
    try:
        processing = Processing.parse(request.get("DataProcessing"), request["TransformInput"].get("ContentType") or "")
    except FilterError as error:
        raise invalid(f"DataProcessing: {error}") from error
    if processing is not None and split != Split.LINE:
        raise invalid("DataProcessing needs SplitType Line: it works on each record.")
    return processing


@dataclass
class TransformJob:
    """One job."""

    request: dict[str, Any]
    arn: str
    region: str
    model: Model
    plan: Plan
    created_at: datetime
    status: Status = Status.IN_PROGRESS
    failure_reason: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    changing: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def name(self) -> str:
        return str(self.request["TransformJobName"])

    def request_stop(self) -> bool:
        """Ask the run to end; whether it was under way."""
        with self.changing:
            if self.status is not Status.IN_PROGRESS:
                return False
            self.status = Status.STOPPING
        self.stopping.set()
        return True

    def end(self, status: Status, at: datetime, reason: str | None = None) -> None:
        """The last word on the job."""
        with self.changing:
            self.failure_reason, self.ended_at, self.status = reason, at, status

    def description(self) -> dict[str, Any]:
        """The answer of DescribeTransformJob."""
        answer = {key: value for key, value in self.request.items() if key != "Tags"}
        answer |= {
            "TransformJobArn": self.arn,
            "TransformJobStatus": str(self.status),
            "FailureReason": self.failure_reason,
            "CreationTime": self.created_at,
            "TransformStartTime": self.started_at,
            "TransformEndTime": self.ended_at,
        }
        return {key: value for key, value in answer.items() if value is not None}

    def summary(self) -> dict[str, Any]:
        """One entry of ListTransformJobs."""
        members = ("TransformJobName", "TransformJobArn", "CreationTime", "TransformEndTime", "TransformJobStatus")
        description = {**self.description(), "LastModifiedTime": self.ended_at or self.created_at}
        return {
            name: description[name] for name in (*members, "LastModifiedTime", "FailureReason") if name in description
        }
