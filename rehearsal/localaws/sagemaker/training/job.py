"""The record of a training job: what was asked, where it stands, what it gave. No threads, no calls: the run moves it
on."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rehearsal.localaws.sagemaker import repeated


class Status(StrEnum):
    """TrainingJobStatus."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


class Phase(StrEnum):
    """SecondaryStatus: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SecondaryStatusTransition.html"""

    STARTING = "Starting"
    DOWNLOADING = "Downloading"
    TRAINING = "Training"
    INTERRUPTED = "Interrupted"
    RESTARTING = "Restarting"
    UPLOADING = "Uploading"
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"
    MAX_RUNTIME_EXCEEDED = "MaxRuntimeExceeded"
    MAX_WAIT_TIME_EXCEEDED = "MaxWaitTimeExceeded"


FINISHED = frozenset({Status.COMPLETED, Status.FAILED, Status.STOPPED})

_MESSAGES = {
    Phase.STARTING: "Preparing the instances for training",
    Phase.DOWNLOADING: "Downloading input data",
    Phase.TRAINING: "Training image download completed. Training in progress.",
    Phase.INTERRUPTED: "Training job interrupted",
    Phase.RESTARTING: "Restarting the training job",
    Phase.UPLOADING: "Uploading generated training model",
    Phase.STOPPING: "Stopping the training job",
    Phase.COMPLETED: "Training job completed",
    Phase.FAILED: "Training job failed",
    Phase.STOPPED: "Training job stopped",
    Phase.MAX_RUNTIME_EXCEEDED: "Training job runtime exceeded MaxRuntimeInSeconds provided",
    Phase.MAX_WAIT_TIME_EXCEEDED: "Training job wait time exceeded MaxWaitTimeInSeconds provided",
}


def message_of(phase: Phase) -> str:
    """The StatusMessage of a phase."""
    return _MESSAGES[phase]


_NEVER_AGAIN = threading.Condition()
"""Of all jobs that have finished: one for each that is kept would be a kilobyte."""

_ECHOED = (
    "HyperParameters",
    "RoleArn",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "VpcConfig",
    "StoppingCondition",
    "CheckpointConfig",
    "Environment",
    "RetryStrategy",
    "DebugHookConfig",
    "TensorBoardOutputConfig",
    "ExperimentConfig",
    "ProfilerConfig",
)
_SWITCHES = ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining")
_MAX_REASON = 1024


@dataclass(frozen=True)
class Trial:
    """What a tuning job wants of the job that it has started: its own ARN, its objective, and whether all values are
    kept."""

    tuning_job_arn: str
    metric: str
    keeps_values: bool = False


@dataclass
class TrainingJob:
    """One job. ``changed`` is held while it is moved on, and notified afterwards: the last time when it finishes."""

    request: Mapping[str, Any]
    arn: str
    region: str
    created_at: datetime
    status: Status = Status.IN_PROGRESS
    phase: Phase = Phase.STARTING
    transitions: list[dict[str, Any]] = field(default_factory=list)
    failure_reason: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    modified_at: datetime | None = None
    metrics: dict[str, dict[str, Any]] = field(default_factory=dict)
    artifacts: str | None = None
    metric_definitions: list[dict[str, str]] = field(default_factory=list)
    billable_seconds: int | None = None
    stop_requested: bool = False
    interruption_requested: bool = False
    seconds_without_instances: float = 0.0
    """After an interruption, until spot instances are to be had again."""
    trial: Trial | None = None
    followed: list[float] = field(default_factory=list)
    """The values of the trial's metric in the order in which they were told, one for each epoch, where they are
    kept."""
    changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def __post_init__(self) -> None:
        self.request = repeated.shared(self.request)
        self._open(Phase.STARTING, self.created_at, _MESSAGES[Phase.STARTING])

    @property
    def name(self) -> str:
        return str(self.request["TrainingJobName"])

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    def enter(self, phase: Phase, at: datetime, *, status: Status | None = None, message: str | None = None) -> None:
        """Move on to a phase."""
        with self.changed:
            self.transitions[-1].setdefault("EndTime", at)
            self.phase = phase
            self.status = status or self.status
            self._open(phase, at, message or _MESSAGES[phase])
            if self.is_finished:
                self.transitions[-1]["EndTime"] = at
                self.ended_at = at
            self.changed.notify_all()
            if self.is_finished:
                self.changed = _NEVER_AGAIN

    def measure(self, found: Iterable[tuple[str, float, datetime]]) -> None:
        """Metrics that the log has told of: the last value of each counts."""
        with self.changed:
            for name, value, at in found:
                self.metrics[name] = {"MetricName": name, "Value": value, "Timestamp": at}
                if self.trial is not None and self.trial.keeps_values and name == self.trial.metric:
                    self.followed.append(value)

    def fail(self, reason: str, at: datetime) -> None:
        """End as Failed; the API carries 1,024 characters of the reason."""
        self.failure_reason = reason[:_MAX_REASON]
        self.enter(Phase.FAILED, at, status=Status.FAILED, message=self.failure_reason)

    def request_stop(self, at: datetime) -> None:
        """Ask the run to end; it moves the job on to Stopped when it has. Nothing happens to one that has ended."""
        with self.changed:  # all in one: the run could end in between, and would not leave Stopping again
            if not (self.stop_requested or self.is_finished):
                self.stop_requested = True
                self.enter(Phase.STOPPING, at, status=Status.STOPPING)

    def request_interruption(self, seconds: float = 0.0) -> None:
        """Take the spot instances away for so long: the run then starts the job again from its checkpoints."""
        with self.changed:
            self.interruption_requested = True
            self.seconds_without_instances = seconds
            self.changed.notify_all()

    @property
    def is_spot(self) -> bool:
        return bool(self.request.get("EnableManagedSpotTraining"))

    @property
    def instance_count(self) -> int:
        return int(self.request["ResourceConfig"]["InstanceCount"])

    def _open(self, phase: Phase, at: datetime, message: str) -> None:
        self.modified_at = at
        self.transitions.append({"Status": phase.value, "StartTime": at, "StatusMessage": message})

    @property
    def training_seconds(self) -> int | None:
        """From the start of the download to the end of the upload."""
        if self.started_at is None or self.ended_at is None:
            return None
        return max(1, round((self.ended_at - self.started_at).total_seconds()))

    def description(self) -> dict[str, Any]:
        """The answer of DescribeTrainingJob: all members of one moment."""
        with self.changed:
            return self._description()

    def _description(self) -> dict[str, Any]:
        specification = {**self.request["AlgorithmSpecification"]}
        if self.metric_definitions:
            specification["MetricDefinitions"] = self.metric_definitions
        known = {
            "TrainingJobName": self.name,
            "TrainingJobArn": self.arn,
            "TuningJobArn": self.trial.tuning_job_arn if self.trial else None,
            "TrainingJobStatus": self.status.value,
            "SecondaryStatus": self.phase.value,
            "FailureReason": self.failure_reason,
            "AlgorithmSpecification": specification,
            "CreationTime": self.created_at,
            "TrainingStartTime": self.started_at,
            "TrainingEndTime": self.ended_at,
            "LastModifiedTime": self.modified_at,
            "SecondaryStatusTransitions": [{**transition} for transition in self.transitions],
            "FinalMetricDataList": [*self.metrics.values()] or None,
            "ModelArtifacts": {"S3ModelArtifacts": self.artifacts} if self.artifacts else None,
            "TrainingTimeInSeconds": self.training_seconds,
            "BillableTimeInSeconds": self.billable_seconds,
        }
        answer = {name: value for name, value in known.items() if value is not None}
        answer |= {name: bool(self.request.get(name)) for name in _SWITCHES}
        answer |= {name: self.request[name] for name in _ECHOED if self.request.get(name) is not None}
        return answer | {"OutputDataConfig": {"KmsKeyId": "", **self.request["OutputDataConfig"]}}

    def summary(self) -> dict[str, Any]:
        """A row of ListTrainingJobs."""
        with self.changed:
            row = {
                "TrainingJobName": self.name,
                "TrainingJobArn": self.arn,
                "CreationTime": self.created_at,
                "LastModifiedTime": self.modified_at,
                "TrainingJobStatus": self.status.value,
                "SecondaryStatus": self.phase.value,
            }
            return row | ({"TrainingEndTime": self.ended_at} if self.ended_at else {})
