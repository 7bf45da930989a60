"""Tuning jobs as the API's answers show them. Pure."""

import copy
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rehearsal.localaws.sagemaker.named import partition
from rehearsal.localaws.sagemaker.training.metrics import XGBOOST_DEFINITIONS
from rehearsal.localaws.sagemaker.tuning.records import Definition, Trial, TrialStatus, TuningJob

_RANGE_LISTS = ("IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges")


def description(job: TuningJob, now: datetime) -> dict[str, Any]:
    """The answer of DescribeHyperParameterTuningJob."""
    best = job.best()
    own = trial_summary(job, best) if best is not None else None
    known = {
        **summary(job),
        "HyperParameterTuningJobConfig": _config(job.request["HyperParameterTuningJobConfig"]),
        "BestTrainingJob": own,
        "OverallBestTrainingJob": _overall_best(job, own),
        "WarmStartConfig": job.request.get("WarmStartConfig"),
        "FailureReason": job.failure_reason,
        "TuningJobCompletionDetails": _completion(job),
        "ConsumedResources": {"RuntimeInSeconds": round(((job.ended_at or now) - job.created_at).total_seconds())},
        **_definitions(job),
    }
    del known["Strategy"], known["ResourceLimits"]
    return {name: value for name, value in known.items() if value is not None}


def summary(job: TuningJob) -> dict[str, Any]:
    """A row of ListHyperParameterTuningJobs."""
    config = job.request["HyperParameterTuningJobConfig"]
    known = {
        "HyperParameterTuningJobName": job.name,
        "HyperParameterTuningJobArn": job.arn,
        "HyperParameterTuningJobStatus": job.status.value,
        "Strategy": config["Strategy"],
        "CreationTime": job.created_at,
        "LastModifiedTime": job.modified_at or job.created_at,
        "HyperParameterTuningEndTime": job.ended_at,
        "TrainingJobStatusCounters": _status_counters(job),
        "ObjectiveStatusCounters": _objective_counters(job),
        "ResourceLimits": config["ResourceLimits"],
    }
    return {name: value for name, value in known.items() if value is not None}


def _config(given: Mapping[str, Any]) -> dict[str, Any]:
    """As the service shows it: what was left out has its default."""
    shown: dict[str, Any] = {"TrainingJobEarlyStoppingType": "Off", **copy.deepcopy(dict(given))}
    if "ParameterRanges" in shown:
        shown["ParameterRanges"] = _ranges(shown["ParameterRanges"])
    return shown


def _ranges(given: Mapping[str, Any]) -> dict[str, Any]:
    return {**given, **{name: given.get(name) or [] for name in _RANGE_LISTS}}


def _definitions(job: TuningJob) -> dict[str, Any]:
    shown = [_definition(each) for each in job.definitions]
    return (
        {"TrainingJobDefinitions": shown}
        if "TrainingJobDefinitions" in job.request
        else {"TrainingJobDefinition": shown[0]}
    )


def _definition(definition: Definition) -> dict[str, Any]:
    given = copy.deepcopy(dict(definition.request))
    specification = given["AlgorithmSpecification"]
    if definition.built_in:
        specification["MetricDefinitions"] = XGBOOST_DEFINITIONS
    if given.get("HyperParameterRanges"):
        given["HyperParameterRanges"] = _ranges(given["HyperParameterRanges"])
    given["StaticHyperParameters"] = definition.static
    switches = ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining")
    return {**dict.fromkeys(switches, False), **given}


def _status_counters(job: TuningJob) -> dict[str, int]:
    begun = [trial for trial in job.trials if trial.status.has_begun]
    counts = Counter(trial.status for trial in begun)
    retryable = sum(trial.is_retryable for trial in begun)
    return {
        "Completed": counts[TrialStatus.COMPLETED],
        "InProgress": counts[TrialStatus.IN_PROGRESS] + counts[TrialStatus.STOPPING],
        "RetryableError": retryable,
        "NonRetryableError": counts[TrialStatus.FAILED] - retryable,
        "Stopped": counts[TrialStatus.STOPPED],
    }


def _objective_counters(job: TuningJob) -> dict[str, int]:
    counts = Counter(_objective_status(trial) for trial in job.trials if trial.status.has_begun)
    return {status: counts[status] for status in ("Succeeded", "Pending", "Failed")}


def _objective_status(trial: Trial) -> str:
    if not trial.status.is_over:
        return "Pending"
    return "Succeeded" if trial.has_objective else "Failed"


def _completion(job: TuningJob) -> dict[str, Any]:
    told = {"NumberOfTrainingJobsObjectiveNotImproving": job.not_improving}
    return {**told, "ConvergenceDetectedTime": job.converged_at} if job.converged_at else dict(told)


def _overall_best(job: TuningJob, own: dict[str, Any] | None) -> dict[str, Any] | None:
    """Of the job and its parents, where they are of one kind."""
    if job.parents_best is None:
        return None
    if own is None:
        return dict(job.parents_best)
    found, theirs = (each["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for each in (own, job.parents_best))
    return dict(job.parents_best) if job.objective.is_better(theirs, found) else own


def trial_summary(job: TuningJob, trial: Trial) -> dict[str, Any]:
    """A row of ListTrainingJobsForHyperParameterTuningJob."""
    definition, account = job.definitions[trial.definition], job.arn.split(":")[4]
    arn = f"arn:{partition(job.region)}:sagemaker:{job.region}:{account}:training-job/{trial.name.lower()}"
    known = {
        "TrainingJobDefinitionName": definition.name,
        "TrainingJobName": trial.name,
        "TrainingJobArn": arn,
        "TuningJobName": job.name,
        "CreationTime": trial.created_at,
        "TrainingStartTime": trial.started_at,
        "TrainingEndTime": trial.ended_at,
        "TrainingJobStatus": trial.status.value,
        "TunedHyperParameters": dict(trial.values),
        "FailureReason": trial.failure_reason,
        "ObjectiveStatus": _objective_status(trial),
        "FinalHyperParameterTuningJobObjectiveMetric": _final_metric(definition, trial),
    }
    return {name: value for name, value in known.items() if value is not None}


def _final_metric(definition: Definition, trial: Trial) -> dict[str, Any] | None:
    if not trial.has_objective:
        return None
    return {"MetricName": definition.objective.metric, "Value": trial.objective} | (
        {"Type": definition.objective.type} if definition.name else {}
    )
