"""What the passing of time does to a pipeline: days pass in a moment when the clock is advanced."""

from typing import Any

import pytest

from tests.localaws.codepipeline.workbench import approval, function, stage

MINUTE, DAY = 60, 86_400


@pytest.mark.usefixtures("silent_function")
def test_a_function_that_says_nothing_for_20_minutes_fails_the_action(bench: Any) -> None:
    name = bench.create(stage("Invoke", function()))
    bench.job_of(name)
    bench.aws.rehearsal("POST", "clock", seconds=19 * MINUTE)
    assert bench.status(name) == "InProgress"
    bench.aws.rehearsal("POST", "clock", seconds=2 * MINUTE)
    assert bench.ended(name) == "Failed"
    error = bench.action_state(name, "Call")["errorDetails"]
    assert error["code"] == "JobFailed"
    assert "failed to return a result" in error["message"]


@pytest.mark.usefixtures("silent_function")
def test_a_late_answer_is_refused(bench: Any) -> None:
    name = bench.create(stage("Invoke", function()))
    job = bench.job_of(name)
    bench.aws.rehearsal("POST", "clock", seconds=21 * MINUTE)
    bench.ended(name)
    with pytest.raises(bench.codepipeline.exceptions.InvalidJobStateException, match="TimedOut"):
        bench.codepipeline.put_job_success_result(jobId=job)


@pytest.mark.usefixtures("silent_function")
def test_a_continuation_opens_a_new_window_but_24_hours_are_the_end(bench: Any) -> None:
    name = bench.create(stage("Invoke", function()))
    job = bench.job_of(name)
    for _ in range(3):
        bench.aws.rehearsal("POST", "clock", seconds=15 * MINUTE)
        bench.codepipeline.put_job_success_result(jobId=job, continuationToken="not yet")
        job = bench.job_of(name, other_than=job)
    bench.codepipeline.put_job_success_result(jobId=job, continuationToken="not yet")
    bench.aws.rehearsal("POST", "clock", seconds=DAY - 45 * MINUTE)
    assert bench.ended(name) == "Failed"


def test_an_approval_waits_for_seven_days(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    bench.token_of(name)
    bench.aws.rehearsal("POST", "clock", seconds=7 * DAY - MINUTE)
    assert bench.status(name) == "InProgress"
    bench.aws.rehearsal("POST", "clock", seconds=2 * MINUTE)
    assert bench.ended(name) == "Failed"
    assert "10080 minutes" in bench.action_state(name, "Approve")["errorDetails"]["message"]


def test_an_approval_may_have_a_time_limit_of_its_own(bench: Any) -> None:
    name = bench.create(stage("Gate", approval(timeoutInMinutes=5)))
    bench.token_of(name)
    bench.aws.rehearsal("POST", "clock", seconds=6 * MINUTE)
    assert bench.ended(name) == "Failed"
