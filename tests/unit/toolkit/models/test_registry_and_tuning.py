"""What the registry and tuning jobs answer, as values."""

from datetime import UTC, datetime, timedelta

from rehearsal.toolkit.models import registry, tuning_jobs

BEGAN = datetime(2026, 11, 21, tzinfo=UTC)


def test_metrics_are_the_numbers_of_a_report_by_name() -> None:
    report = {"regression_metrics": {"mse": {"value": 4.2, "standard_deviation": "NaN"}, "note": "x"}, "version": 1}
    assert registry.metrics_in(report) == {"mse": 4.2}
    assert registry.metrics_in(["no report"]) == {}
    quality = {"ModelQuality": {"Statistics": {"S3Uri": "s3://b/k.json"}}, "Bias": {}}
    assert registry.reports_of(quality) == {"model quality": "s3://b/k.json"}


def test_the_best_trial_is_at_the_end_that_the_objective_names() -> None:
    def answer(kind: str) -> dict[str, object]:
        config = {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": kind, "MetricName": "validation:auc"},
            "ParameterRanges": {
                "IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "2", "MaxValue": "8"}],
                "ContinuousParameterRanges": [
                    {"Name": "eta", "MinValue": "0.1", "MaxValue": "1", "ScalingType": "Logarithmic"}
                ],
                "CategoricalParameterRanges": [{"Name": "booster", "Values": ["dart", "gbtree"]}],
            },
        }
        return {
            "HyperParameterTuningJobName": "search",
            "HyperParameterTuningJobStatus": "Completed",
            "HyperParameterTuningJobConfig": config,
            "CreationTime": BEGAN,
        }

    def trial(name: str, value: float | None) -> dict[str, object]:
        measured = {"FinalHyperParameterTuningJobObjectiveMetric": {"Value": value}} if value is not None else {}
        times = {"TrainingStartTime": BEGAN, "TrainingEndTime": BEGAN + timedelta(seconds=3)}
        return {"TrainingJobName": name, "TrainingJobStatus": "Completed", **times, **measured}

    trials = [trial("a", 0.7), trial("b", 0.9), trial("c", None)]
    best = {kind: tuning_jobs.job_of(answer(kind), [*trials]).best for kind in ("Maximize", "Minimize")}
    assert {kind: each.job for kind, each in best.items() if each} == {"Maximize": "b", "Minimize": "a"}
    job = tuning_jobs.job_of(answer("Maximize"), [])
    assert job.best is None
    assert job.ranges == {"max_depth": "2 to 8", "eta": "0.1 to 1, logarithmic", "booster": "dart, gbtree"}
