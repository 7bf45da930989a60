"""Transitions, retries, rollback and the execution modes, as a user of the API meets them."""

from typing import Any

import pytest

from tests.localaws.codepipeline.workbench import approval, function, stage
from tests.localaws.waiting import wait_until


def change(bench: Any, name: str, stage_name: str, *, enable: bool) -> None:
    client = bench.codepipeline
    members = {"pipelineName": name, "stageName": stage_name, "transitionType": "Inbound"}
    if enable:
        client.enable_stage_transition(**members)
    else:
        client.disable_stage_transition(**members, reason="Freeze before the holidays")


def test_a_disabled_transition_holds_executions_until_it_is_enabled(bench: Any) -> None:
    name = bench.create(stage("First", approval("Ask")), stage("Gate", approval()))
    change(bench, name, "Gate", enable=False)
    bench.answer(name, "First", "Ask")
    state = wait_until(lambda: (s := bench.stage_state(name, "Gate")).get("inboundExecution") and s)
    assert state["inboundTransitionState"]["enabled"] is False
    assert state["inboundTransitionState"]["disabledReason"] == "Freeze before the holidays"
    assert state["inboundTransitionState"]["lastChangedBy"].endswith("user/admin")
    assert "latestExecution" not in state
    change(bench, name, "Gate", enable=True)
    bench.answer(name, "Gate")
    assert bench.ended(name) == "Succeeded"


def test_a_newer_execution_supersedes_the_one_that_waits(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    bench.token_of(name)
    second = bench.start(name)
    wait_until(lambda: bench.stage_state(name, "Gate").get("inboundExecution"))
    third = bench.start(name)
    assert bench.ended(name, second) == "Superseded"
    bench.answer(name, "Gate")
    wait_until(lambda: bench.stage_state(name, "Gate")["latestExecution"]["pipelineExecutionId"] == third)
    bench.answer(name, "Gate")
    assert bench.ended(name, third) == "Succeeded"


def test_queued_executions_are_taken_in_order(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()), pipelineType="V2", executionMode="QUEUED")
    first = bench.executions(name)[0]["pipelineExecutionId"]
    others = [bench.start(name), bench.start(name)]
    for execution_id in (first, *others):
        gate = wait_until(
            lambda wanted=execution_id: (
                bench.stage_state(name, "Gate").get("latestExecution", {}).get("pipelineExecutionId") == wanted
            )
        )
        assert gate
        bench.answer(name, "Gate")
        assert bench.ended(name, execution_id) == "Succeeded"


def test_parallel_executions_do_not_wait_for_each_other(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()), pipelineType="V2", executionMode="PARALLEL")
    bench.start(name)
    bench.start(name)

    def waiting() -> bool:
        return sum(run["status"] == "InProgress" for run in bench.action_runs(name, "Approve")) == 3

    assert wait_until(waiting)


def test_a_retry_of_failed_actions_keeps_what_succeeded(bench: Any, silent_function: str) -> None:
    name = bench.create(stage("Both", function("Good"), function("Bad")))
    bench.codepipeline.put_job_success_result(jobId=bench.job_of(name, "Good"))
    failure = {"type": "JobFailed", "message": "first try"}
    first = bench.job_of(name, "Bad")
    bench.codepipeline.put_job_failure_result(jobId=first, failureDetails=failure)
    assert bench.ended(name) == "Failed"
    execution_id = bench.executions(name)[0]["pipelineExecutionId"]
    bench.codepipeline.retry_stage_execution(
        pipelineName=name, stageName="Both", pipelineExecutionId=execution_id, retryMode="FAILED_ACTIONS"
    )
    bench.codepipeline.put_job_success_result(jobId=bench.job_of(name, "Bad", other_than=first))
    assert bench.ended(name) == "Succeeded"
    assert [run["status"] for run in bench.action_runs(name, "Bad")] == ["Succeeded", "Failed"]
    assert len(bench.action_runs(name, "Good")) == 1
    latest = {"pipelineExecutionId": execution_id, "startTimeRange": "Latest"}
    runs = bench.codepipeline.list_action_executions(pipelineName=name, filter={"latestInPipelineExecution": latest})
    assert [run["actionName"] for run in runs["actionExecutionDetails"]] == ["Bad", "Good", "Fetch"]
    assert bench.stage_state(name, "Both")["retryStageMetadata"] == {
        "manualStageRetryAttempt": 1,
        "latestRetryTrigger": "ManualStageRetry",
    }


def test_a_retry_of_all_actions_runs_them_all_again(bench: Any, silent_function: str) -> None:
    name = bench.create(stage("Both", function("Good"), approval(runOrder=2)))
    first = bench.job_of(name, "Good")
    bench.codepipeline.put_job_success_result(jobId=first)
    bench.answer(name, "Both", status="Rejected")
    assert bench.ended(name) == "Failed"
    execution_id = bench.executions(name)[0]["pipelineExecutionId"]
    bench.codepipeline.retry_stage_execution(
        pipelineName=name, stageName="Both", pipelineExecutionId=execution_id, retryMode="ALL_ACTIONS"
    )
    bench.codepipeline.put_job_success_result(jobId=bench.job_of(name, "Good", other_than=first))
    bench.answer(name, "Both")
    assert bench.ended(name) == "Succeeded"


def test_a_stage_that_did_not_fail_cannot_be_retried(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    bench.token_of(name)
    execution_id = bench.executions(name)[0]["pipelineExecutionId"]
    with pytest.raises(bench.codepipeline.exceptions.StageNotRetryableException):
        bench.codepipeline.retry_stage_execution(
            pipelineName=name, stageName="Gate", pipelineExecutionId=execution_id, retryMode="ALL_ACTIONS"
        )


def test_a_stage_can_be_rolled_back_to_an_execution_that_succeeded(bench: Any) -> None:
    version = bench.upload(body=b"good")
    name = bench.create(stage("Gate", approval(configuration={"CustomData": "#{Source.VersionId}"})), pipelineType="V2")
    target = bench.executions(name)[0]["pipelineExecutionId"]
    bench.answer(name, "Gate")
    assert bench.ended(name) == "Succeeded"
    bench.upload(body=b"bad")
    second = bench.start(name)
    bench.answer(name, "Gate", status="Rejected")
    assert bench.ended(name, second) == "Failed"
    rollback = bench.codepipeline.rollback_stage(pipelineName=name, stageName="Gate", targetPipelineExecutionId=target)[
        "pipelineExecutionId"
    ]
    bench.answer(name, "Gate")
    assert bench.ended(name, rollback) == "Succeeded"
    summary = bench.executions(name)[0]
    assert summary["executionType"] == "ROLLBACK"
    assert summary["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": target}
    assert summary["trigger"]["triggerType"] == "ManualRollback"
    resolved = bench.action_runs(name, "Approve")[0]["input"]["resolvedConfiguration"]
    assert resolved == {"CustomData": version}


def test_a_failed_stage_rolls_itself_back_where_it_says_so(bench: Any) -> None:
    gate = stage("Gate", approval(), onFailure={"result": "ROLLBACK"})
    name = bench.create(gate, pipelineType="V2")
    bench.answer(name, "Gate")
    assert bench.ended(name) == "Succeeded"
    failing = bench.start(name)
    bench.answer(name, "Gate", status="Rejected")
    assert bench.ended(name, failing) == "Failed"
    rollback = bench.executions(name)[0]
    assert rollback["trigger"] == {
        "triggerType": "AutomatedRollback",
        "triggerDetail": f"FailedPipelineExecutionId: {failing}",
    }


def test_a_failed_stage_is_retried_once_by_itself_where_it_says_so(bench: Any, silent_function: str) -> None:
    retry = {"result": "RETRY", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}}
    name = bench.create(stage("Invoke", function(), onFailure=retry), pipelineType="V2")
    failure = {"type": "JobFailed", "message": "no"}
    first = bench.job_of(name)
    bench.codepipeline.put_job_failure_result(jobId=first, failureDetails=failure)
    second = bench.job_of(name, other_than=first)
    bench.codepipeline.put_job_failure_result(jobId=second, failureDetails=failure)
    assert bench.ended(name) == "Failed"
    assert bench.stage_state(name, "Invoke")["retryStageMetadata"]["autoStageRetryAttempt"] == 1


def test_the_source_stage_cannot_be_rolled_back(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    bench.answer(name, "Gate")
    bench.ended(name)
    target = bench.executions(name)[0]["pipelineExecutionId"]
    with pytest.raises(bench.codepipeline.exceptions.UnableToRollbackStageException):
        bench.codepipeline.rollback_stage(pipelineName=name, stageName="Source", targetPipelineExecutionId=target)


def test_stop_and_wait_lets_the_running_action_end(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()), stage("Later", approval("Again")))
    bench.token_of(name)
    execution_id = bench.executions(name)[0]["pipelineExecutionId"]
    client = bench.codepipeline
    client.stop_pipeline_execution(pipelineName=name, pipelineExecutionId=execution_id, reason="enough")
    assert bench.status(name) == "Stopping"
    with pytest.raises(client.exceptions.DuplicatedStopRequestException):
        client.stop_pipeline_execution(pipelineName=name, pipelineExecutionId=execution_id)
    bench.answer(name, "Gate")
    assert bench.ended(name) == "Stopped"
    assert bench.executions(name)[0]["stopTrigger"] == {"reason": "enough"}
    assert bench.action_state(name, "Approve")["status"] == "Succeeded"
    assert bench.action_state(name, "Again") == {}


def test_stop_and_abandon_ends_at_once(bench: Any, silent_function: str) -> None:
    name = bench.create(stage("Invoke", function()))
    job = bench.job_of(name)
    execution_id = bench.executions(name)[0]["pipelineExecutionId"]
    client = bench.codepipeline
    client.stop_pipeline_execution(pipelineName=name, pipelineExecutionId=execution_id, abandon=True)
    assert bench.status(name) == "Stopped"
    assert bench.action_state(name, "Call")["status"] == "Abandoned"
    with pytest.raises(client.exceptions.InvalidJobStateException):
        client.put_job_success_result(jobId=job)
    with pytest.raises(client.exceptions.PipelineExecutionNotStoppableException):
        client.stop_pipeline_execution(pipelineName=name, pipelineExecutionId=execution_id)


@pytest.mark.parametrize(("mode", "good_runs"), [("FAILED_ACTIONS", 1), ("ALL_ACTIONS", 2)])
def test_a_parallel_execution_is_retried_beside_another_in_the_same_stage(
    bench: Any, silent_function: str, mode: str, good_runs: int
) -> None:
    both = stage("Both", function("Good"), function("Bad"))
    name = bench.create(both, pipelineType="V2", executionMode="PARALLEL")
    retried = bench.executions(name)[0]["pipelineExecutionId"]
    other = bench.start(name)

    def job(execution: str, action: str, attempt: int = 1) -> str:
        """The job of the action's run in one execution, as soon as it waits for its answer."""

        def waiting() -> str | None:
            runs = [r for r in bench.action_runs(name, action) if r["pipelineExecutionId"] == execution]
            is_waiting = len(runs) == attempt and runs[0]["status"] == "InProgress"
            found = runs[0]["output"].get("executionResult", {}).get("externalExecutionId") if is_waiting else None
            return str(found) if found else None

        found: str = wait_until(waiting)
        return found

    client = bench.codepipeline
    client.put_job_success_result(jobId=job(retried, "Good"))
    client.put_job_failure_result(
        jobId=job(retried, "Bad"), failureDetails={"type": "JobFailed", "message": "first try"}
    )
    assert bench.ended(name, retried) == "Failed"
    in_other = [job(other, action) for action in ("Good", "Bad")]
    client.retry_stage_execution(pipelineName=name, stageName="Both", pipelineExecutionId=retried, retryMode=mode)
    client.put_job_success_result(jobId=job(retried, "Bad", attempt=2))
    if good_runs == 2:
        client.put_job_success_result(jobId=job(retried, "Good", attempt=2))
    assert bench.ended(name, retried) == "Succeeded"
    runs = [r["actionName"] for r in bench.action_runs(name, "Good") if r["pipelineExecutionId"] == retried]
    assert len(runs) == good_runs
    assert bench.status(name, other) == "InProgress"
    for waiting in in_other:
        client.put_job_success_result(jobId=waiting)
    assert bench.ended(name, other) == "Succeeded"
