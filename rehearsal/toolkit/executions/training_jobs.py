"""Training jobs: what was asked, how far it is, its metrics by round, and where its model is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions import logs
from rehearsal.toolkit.executions.logs import Line, Source

_GROUP = "/aws/sagemaker/TrainingJobs"
_ROUND = re.compile(r"^\[(?P<round>\d+)\](?P<metrics>(?:(?:#011|\t)[\w@.-]+:[-+\w.]+)+)")
_METRIC = re.compile(r"(?:#011|\t)(?P<set>[a-z]+)-(?P<metric>[\w@.-]+):(?P<value>[-+\w.]+)")
"""XGBoost's line of a round, as SageMaker's image logs it (its tabs are written as #011)."""


@dataclass(frozen=True)
class Phase:
    """A step of the job, in SageMaker's words (``Downloading``); ``ended_at`` is None while it goes on."""

    name: str
    message: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class TrainingJob:
    """One job; ``inputs`` are URIs by channel."""

    name: str
    status: str
    image: str
    instance: str
    created_at: datetime
    seconds: float | None
    billable_seconds: int | None
    hyperparameters: dict[str, str]
    inputs: dict[str, str]
    metrics: dict[str, float]
    phases: tuple[Phase, ...]
    model: str = ""
    reason: str = ""
    secondary: str = ""


@dataclass(frozen=True)
class Curves:
    """Values by metric, data set and round."""

    by_metric: dict[str, dict[str, list[tuple[int, float]]]] = field(default_factory=dict)


def listed(aws: Aws, limit: int = 50) -> list[dict[str, Any]]:
    """The newest jobs: name, status, times."""
    pages = (
        aws.client("sagemaker")
        .get_paginator("list_training_jobs")
        .paginate(SortBy="CreationTime", SortOrder="Descending", PaginationConfig={"MaxItems": limit})
    )
    return [
        {
            "name": each["TrainingJobName"],
            "status": each["TrainingJobStatus"],
            "created": each["CreationTime"],
            "ended": each.get("TrainingEndTime"),
        }
        for page in pages
        for each in page["TrainingJobSummaries"]
    ]


def read(aws: Aws, name: str) -> TrainingJob:
    """One job as it stands."""
    return job_of(aws.client("sagemaker").describe_training_job(TrainingJobName=name))


def job_of(answer: dict[str, Any]) -> TrainingJob:
    """DescribeTrainingJob's answer as a value. Pure."""
    resources = answer.get("ResourceConfig", {})
    began, ended = answer.get("TrainingStartTime"), answer.get("TrainingEndTime")
    return TrainingJob(
        name=answer["TrainingJobName"],
        status=answer["TrainingJobStatus"],
        secondary=answer.get("SecondaryStatus", ""),
        image=answer["AlgorithmSpecification"].get("TrainingImage", ""),
        instance=f"{resources.get('InstanceCount', 1)} x {resources.get('InstanceType', '')}",
        created_at=answer["CreationTime"],
        seconds=(ended - began).total_seconds() if began and ended else None,
        billable_seconds=answer.get("BillableTimeInSeconds"),
        hyperparameters=answer.get("HyperParameters", {}),
        inputs={
            each["ChannelName"]: each["DataSource"].get("S3DataSource", {}).get("S3Uri", "")
            for each in answer.get("InputDataConfig", [])
        },
        metrics={each["MetricName"]: each["Value"] for each in answer.get("FinalMetricDataList", [])},
        phases=tuple(
            Phase(each["Status"], each.get("StatusMessage", ""), each["StartTime"], each.get("EndTime"))
            for each in answer.get("SecondaryStatusTransitions", [])
        ),
        model=answer.get("ModelArtifacts", {}).get("S3ModelArtifacts", ""),
        reason=answer.get("FailureReason", ""),
    )


def log(aws: Aws, name: str) -> list[Line]:
    """What the job has written."""
    return logs.read(aws, Source(_GROUP, prefix=f"{name}/"))


def curves_in(messages: Iterable[str]) -> Curves:
    """The metrics of each round in the lines of a log. Pure."""
    found: dict[str, dict[str, list[tuple[int, float]]]] = {}
    for message in messages:
        line = _ROUND.match(message)
        for each in _METRIC.finditer(line["metrics"]) if line else ():
            try:
                value = float(each["value"])
            except ValueError:
                continue
            if value == value and abs(value) != float("inf"):
                found.setdefault(each["metric"], {}).setdefault(each["set"], []).append((int(line["round"]), value))  # type: ignore[index]
    return Curves(found)
