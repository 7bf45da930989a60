"""Retry policies, driven by faults on order, quotas and interrupted jobs."""

from typing import Any

import pytest

from rehearsal.localaws.sagemaker.pipelines import retries
from rehearsal.localaws.sagemaker.pipelines.retries import ALL_FAULTS, Fault, RetryPolicy
from tests.localaws.sagemaker.pipelines.definitions import training
from tests.localaws.waiting import wait_until


def policies(*raw: dict[str, Any]) -> tuple[RetryPolicy, ...]:
    return retries.parse(list(raw), ALL_FAULTS, "S")


def test_pauses_grow_by_the_rate_until_the_attempts_are_used_up() -> None:
    made = policies(
        {"ExceptionType": ["SageMaker.RESOURCE_LIMIT"], "IntervalSeconds": 3, "BackoffRate": 2, "MaxAttempts": 3}
    )
    pauses = [retries.next_try(made, Fault.RESOURCE_LIMIT, attempts, 0.0) for attempts in (1, 2, 3, 4)]
    assert pauses == [3.0, 6.0, 12.0, None]


def test_tries_go_on_until_the_minutes_are_over() -> None:
    made = policies({"ExceptionType": ["Step.SERVICE_FAULT"], "ExpireAfterMin": 2, "BackoffRate": 0})
    assert retries.next_try(made, Fault.SERVICE_FAULT, 50, 119.0) == 0.0
    assert retries.next_try(made, Fault.SERVICE_FAULT, 50, 120.0) is None


@pytest.mark.parametrize("fault", Fault)
def test_only_faults_of_the_call_are_tried_again_without_a_policy(fault: Fault) -> None:
    found = retries.next_try((), fault, 1, 0.0)
    assert (found is not None) == (fault in (Fault.SERVICE_FAULT, Fault.THROTTLING))


def test_a_fault_that_no_policy_names_is_not_tried_again() -> None:
    made = policies({"ExceptionType": ["Step.THROTTLING"]})
    assert retries.next_try(made, Fault.CAPACITY_ERROR, 1, 0.0) is None
    assert retries.next_try(made, None, 1, 0.0) is None


def again(name: str, **more: Any) -> dict[str, Any]:
    return {"ExceptionType": [name], "IntervalSeconds": 1, "BackoffRate": 1.0, "MaxAttempts": 3, **more}


def job(lab, **more: Any) -> dict[str, Any]:
    """A training job of a few rounds on the lab's data."""
    channel = {
        "ChannelName": "train",
        "ContentType": "text/csv",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{lab.bucket}/train/"}},
    }
    output = {"S3OutputPath": f"s3://{lab.bucket}/models"}
    return training("Train", {"RoleArn": lab.role, "InputDataConfig": [channel], "OutputDataConfig": output}, **more)


@pytest.mark.parametrize("kind", ["throttle", "fail"])
def test_a_call_that_is_throttled_or_fails_is_made_again(lab, aws, kind: str) -> None:
    name = lab.create(job(lab))
    aws.rehearsal("POST", "faults", kind=kind, service="sagemaker", operation="CreateTrainingJob", count=2)
    ended = lab.run(name)
    assert ended["PipelineExecutionStatus"] == "Succeeded"
    assert lab.step(ended["PipelineExecutionArn"], "Train")["AttemptCount"] == 3


def test_a_quota_is_waited_for_with_a_policy_and_fails_the_step_without(lab, aws) -> None:
    quota = "ml.m5.large for training job usage"
    aws.rehearsal("POST", "quotas", **{quota: 0})
    try:
        refused = lab.run(lab.create(job(lab)))["PipelineExecutionArn"]
        step = lab.step(refused, "Train")
        lines = step["FailureReason"].splitlines()
        assert lines[0].startswith(
            "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: The account-level"
        )
        assert lines[1] == (
            f"Retry not appropriate on execution of step with PipelineExecutionArn {refused} and StepId Train. "
            "No retry policy configured for the exception type SAGEMAKER_RESOURCE_LIMIT."
        )
        waits = lab.start(lab.create(job(lab, RetryPolicies=[again("SageMaker.RESOURCE_LIMIT", MaxAttempts=20)])))
        wait_until(lambda: lab.steps(waits).get("Train", {}).get("AttemptCount", 0) > 1)
    finally:
        aws.rehearsal("POST", "quotas", **{quota: None})
    assert lab.ended(waits)["PipelineExecutionStatus"] == "Succeeded"
