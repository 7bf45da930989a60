"""Training jobs as values, and the metrics in their logs."""

from datetime import UTC, datetime

from rehearsal.toolkit.executions import training_jobs

AT = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def test_the_metrics_of_each_round_are_read_from_the_log() -> None:
    lines = [
        "[2026-11-21:18:24:00:INFO] Single node training.",
        "[0]#011train-rmse:0.70543#011validation-rmse:0.74189",
        "[1]\ttrain-rmse:0.65\tvalidation-rmse:nan",
        "[2]#011train-ndcg@5-:1e-3#011validation-mlogloss:+2",
        "[3] no metric",
    ]
    curves = training_jobs.curves_in(lines).by_metric
    assert curves["rmse"] == {"train": [(0, 0.70543), (1, 0.65)], "validation": [(0, 0.74189)]}
    assert curves["ndcg@5-"] == {"train": [(2, 0.001)]}
    assert curves["mlogloss"] == {"validation": [(2, 2.0)]}


def test_a_job_that_has_not_begun_has_no_times() -> None:
    job = training_jobs.job_of(
        {
            "TrainingJobName": "j",
            "TrainingJobStatus": "InProgress",
            "AlgorithmSpecification": {"AlgorithmName": "a"},
            "CreationTime": AT,
            "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://b/k"}}}],
            "SecondaryStatusTransitions": [{"Status": "Starting", "StartTime": AT}],
        }
    )
    assert (job.seconds, job.billable_seconds, job.inputs, job.phases[0].ended_at) == (
        None,
        None,
        {"train": "s3://b/k"},
        None,
    )
