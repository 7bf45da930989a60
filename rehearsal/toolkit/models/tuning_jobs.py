"""Hyperparameter tuning jobs: what was searched, and every trial with its values and its result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.toolkit.aws.account import Aws

MOST_TRIALS = 500


@dataclass(frozen=True)
class TuningLine:
    """A tuning job in the list."""

    name: str
    status: str
    strategy: str
    created_at: datetime
    completed: int


@dataclass(frozen=True)
class Trial:
    """One training job of it: ``values`` are those that were searched, ``result`` is None while it has none."""

    job: str
    status: str
    values: Mapping[str, str]
    result: float | None
    seconds: float | None


@dataclass(frozen=True)
class TuningJob:
    """``is_maximized`` says which end of ``metric`` is the better; trials by their creation."""

    name: str
    status: str
    strategy: str
    metric: str
    is_maximized: bool
    ranges: Mapping[str, str]
    created_at: datetime
    reason: str
    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial | None:
        """The trial with the best result."""
        measured = [each for each in self.trials if each.result is not None]
        if not measured:
            return None
        return (max if self.is_maximized else min)(measured, key=lambda each: each.result or 0.0)


def listed(aws: Aws, limit: int = 50) -> list[TuningLine]:
    """The newest ones."""
    pages = (
        aws.client("sagemaker")
        .get_paginator("list_hyper_parameter_tuning_jobs")
        .paginate(SortBy="CreationTime", SortOrder="Descending", PaginationConfig={"MaxItems": limit})
    )
    return [
        TuningLine(
            each["HyperParameterTuningJobName"],
            each["HyperParameterTuningJobStatus"],
            each["Strategy"],
            each["CreationTime"],
            each["TrainingJobStatusCounters"].get("Completed", 0),
        )
        for page in pages
        for each in page["HyperParameterTuningJobSummaries"]
    ]


def read(aws: Aws, name: str) -> TuningJob:
    """One with its trials."""
    sagemaker = aws.client("sagemaker")
    answer = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=name,
        SortBy="CreationTime",
        SortOrder="Ascending",
        PaginationConfig={"MaxItems": MOST_TRIALS},
    )
    return job_of(answer, [each for page in pages for each in page["TrainingJobSummaries"]])


def job_of(answer: Mapping[str, Any], trials: list[Mapping[str, Any]]) -> TuningJob:
    """Both answers as a value. Pure."""
    config = answer["HyperParameterTuningJobConfig"]
    definitions = [answer.get("TrainingJobDefinition"), *answer.get("TrainingJobDefinitions", ())]
    first: Mapping[str, Any] = next((each for each in definitions if each), {})
    objective = config.get("HyperParameterTuningJobObjective") or first.get("TuningObjective") or {}
    return TuningJob(
        answer["HyperParameterTuningJobName"],
        answer["HyperParameterTuningJobStatus"],
        config["Strategy"],
        objective.get("MetricName", ""),
        objective.get("Type", "Minimize") == "Maximize",
        ranges_of(config.get("ParameterRanges") or first.get("HyperParameterRanges") or {}),
        answer["CreationTime"],
        answer.get("FailureReason", ""),
        tuple(_trial(each) for each in trials),
    )


def ranges_of(ranges: Mapping[str, Any]) -> dict[str, str]:
    """Each searched hyperparameter with its range in words. Pure."""
    found = {}
    for kind in ("IntegerParameterRanges", "ContinuousParameterRanges"):
        for each in ranges.get(kind, ()):
            scale = each.get("ScalingType", "Auto")
            beside = f", {scale.lower()}" if scale not in ("Auto", "Linear") else ""
            found[each["Name"]] = f"{each['MinValue']} to {each['MaxValue']}{beside}"
    for each in ranges.get("CategoricalParameterRanges", ()):
        found[each["Name"]] = ", ".join(each["Values"])
    return found


def _trial(each: Mapping[str, Any]) -> Trial:
    result = each.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value")
    began, ended = each.get("TrainingStartTime"), each.get("TrainingEndTime")
    return Trial(
        each["TrainingJobName"],
        each["TrainingJobStatus"],
        each.get("TunedHyperParameters", {}),
        result,
        (ended - began).total_seconds() if began and ended else None,
    )
