"""The record of a processing job."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """ProcessingJobStatus."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


FINISHED = frozenset({Status.COMPLETED, Status.FAILED, Status.STOPPED})
_ECHOED = (
    "ProcessingInputs",
    "ProcessingOutputConfig",
    "ProcessingResources",
    "StoppingCondition",
    "AppSpecification",
    "Environment",
    "NetworkConfig",
    "RoleArn",
    "ExperimentConfig",
)


@dataclass
class ProcessingJob:
    """One job. ``changed`` is held while it is moved on, and notified afterwards."""

    request: Mapping[str, Any]
    arn: str
    region: str
    created_at: datetime
    status: Status = Status.IN_PROGRESS
    started_at: datetime | None = None
    ended_at: datetime | None = None
    failure_reason: str | None = None
    exit_message: str | None = None
    stop_requested: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    @property
    def name(self) -> str:
        return str(self.request["ProcessingJobName"])

    @property
    def cluster(self) -> Mapping[str, Any]:
        resources: Mapping[str, Any] = self.request["ProcessingResources"]["ClusterConfig"]
        return resources

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    def end(self, status: Status, at: datetime, reason: str | None = None) -> None:
        """The last word on the job."""
        with self.changed:
            self.status, self.ended_at, self.failure_reason = status, at, reason
            self.changed.notify_all()

    def request_stop(self) -> None:
        """Ask the run to end. Nothing happens to one that has ended."""
        with self.changed:
            if not self.is_finished:
                self.status, self.stop_requested = Status.STOPPING, True
                self.changed.notify_all()

    def summary(self) -> dict[str, Any]:
        """A row of ListProcessingJobs: all members of one moment."""
        with self.changed:
            known = {
                "ProcessingJobName": self.name,
                "ProcessingJobArn": self.arn,
                "ProcessingJobStatus": self.status.value,
                "CreationTime": self.created_at,
                "LastModifiedTime": self.ended_at or self.started_at or self.created_at,
                "ProcessingEndTime": self.ended_at,
                "FailureReason": self.failure_reason,
                "ExitMessage": self.exit_message,
            }
        return {name: value for name, value in known.items() if value is not None}

    def description(self) -> dict[str, Any]:
        """The answer of DescribeProcessingJob."""
        started = {"ProcessingStartTime": self.started_at} if self.started_at else {}
        asked = {name: self.request[name] for name in _ECHOED if self.request.get(name) is not None}
        return {**self.summary(), **started, **asked}
