"""Many real jobs at once: all run, no more side by side than allowed, and what waits for a later try begins when the
clock says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.localaws.sagemaker.job_data import TRAIN, csv
from tests.localaws.sagemaker.pipelines.conftest import ALLOWED, Lab, make_role
from tests.localaws.sagemaker.pipelines.test_retry_policies import again, job
from tests.localaws.waiting import wait_until

QUOTA = "ml.m5.large for training job usage"
HOUR = 3600


def fan(lab: Lab, count: int) -> list[dict[str, Any]]:
    """Half of them training jobs, half processing jobs, none waiting for another."""
    steps = [{**job(lab), "Name": f"Train{number}"} for number in range(count // 2)]
    return steps + [lab.script(f"Process{number}", "print('done')") for number in range(count - len(steps))]


def side_by_side(steps: dict[str, dict[str, Any]]) -> int:
    """The most steps that were under way at one moment. One that ends as another begins is not beside it."""
    moments = [(step["StartTime"], 1) for step in steps.values()] + [(step["EndTime"], -1) for step in steps.values()]
    under_way = most = 0
    for _, change in sorted(moments):
        under_way += change
        most = max(most, under_way)
    return most


@pytest.mark.parametrize(
    ("count", "limit"), [(6, 2), pytest.param(30, 4, marks=pytest.mark.full("pipelines"))], ids=["few", "many"]
)
def test_jobs_fan_out_no_wider_than_allowed(lab, count: int, limit: int) -> None:
    name = lab.create(*fan(lab, count), ParallelismConfiguration={"MaxParallelExecutionSteps": limit})
    arn = lab.start(name)
    assert lab.ended(arn, seconds=600)["PipelineExecutionStatus"] == "Succeeded"
    steps = lab.steps(arn)
    assert len(steps) == count
    assert {step["StepStatus"] for step in steps.values()} == {"Succeeded"}
    assert 2 <= side_by_side(steps) <= limit


@contextmanager
def lab_of_its_own(unique: Any) -> Iterator[Lab]:
    """A lab whose clock no other test sees."""
    aws = start_embedded_aws()
    try:
        bucket = "pipelines-later"
        aws.client("s3").create_bucket(Bucket=bucket)
        aws.client("s3").put_object(Bucket=bucket, Key="train/train.csv", Body=csv(TRAIN))
        yield Lab(aws, make_role(aws, "pipelines-later", ALLOWED), bucket, unique)
    finally:
        stop_embedded_aws(aws)


def later(lab: Lab, seconds: float, arn: str) -> int:
    """How often the step has been tried when the clock has gone on by so much."""
    if seconds:
        lab.aws.rehearsal("POST", "clock", seconds=seconds)
    return lab.steps(arn).get("Train", {}).get("AttemptCount", 0)


def test_a_later_try_begins_when_the_clock_has_passed_its_wait(unique) -> None:
    with lab_of_its_own(unique) as lab:
        policy = again("SageMaker.RESOURCE_LIMIT", IntervalSeconds=HOUR, MaxAttempts=3)
        lab.aws.rehearsal("POST", "quotas", **{QUOTA: 0})
        arn = lab.start(lab.create(job(lab, RetryPolicies=[policy])))
        for attempt in (1, 2):
            wait_until(lambda attempt=attempt: later(lab, 0, arn) == attempt)
            assert later(lab, HOUR / 10, arn) == attempt
            if attempt == 2:
                lab.aws.rehearsal("POST", "quotas", **{QUOTA: None})
            wait_until(lambda attempt=attempt: later(lab, HOUR / 10, arn) == attempt + 1)
        assert lab.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
        step = lab.step(arn, "Train")
        assert step["AttemptCount"] == 3
        assert (step["EndTime"] - step["StartTime"]).total_seconds() >= 2 * HOUR
