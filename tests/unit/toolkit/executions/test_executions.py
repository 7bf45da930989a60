"""CodePipeline's answers become one value."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rehearsal.toolkit.executions import executions, failures, report
from rehearsal.toolkit.executions.executions import Execution, Status

BEGAN = datetime(2026, 11, 21, tzinfo=UTC)
DECLARED: dict[str, Any] = {
    "name": "p",
    "stages": [
        {
            "name": "Train",
            "actions": [
                {"name": "GetStatus", "actionTypeId": {"provider": "Lambda"}, "runOrder": 2},
                {"name": "TrainModel", "actionTypeId": {"provider": "Lambda"}, "runOrder": 1, "namespace": "Train"},
            ],
        },
        {
            "name": "DeployTest",
            "actions": [{"name": "FullTest", "actionTypeId": {"provider": "Lambda"}}],
        },
    ],
}


def attempt(stage: str, action: str, status: str, second: float = 0, **output: Any) -> dict[str, Any]:
    return {
        "stageName": stage,
        "actionName": action,
        "actionExecutionId": f"{action}-{second}",
        "status": status,
        "startTime": BEGAN + timedelta(seconds=second),
        "lastUpdateTime": BEGAN + timedelta(seconds=second + 1.5),
        "output": output,
    }


def assembled(attempts: list[dict[str, Any]], status: str = "InProgress", live: Any = None) -> Execution:
    overall = {"pipelineExecutionId": "e", "status": status}
    return executions.assemble(DECLARED, overall, attempts, live or {})


def test_actions_come_by_run_order_and_those_not_begun_are_there() -> None:
    train, test = assembled([attempt("Train", "TrainModel", "Succeeded")]).stages
    assert [action.name for action in train.actions] == ["TrainModel", "GetStatus"]
    assert (train.status, test.status) == (Status.IN_PROGRESS, Status.NOT_STARTED)
    assert train.actions[0].seconds == 1.5
    assert train.actions[1].seconds is None


def test_the_newest_attempt_of_a_retried_action_counts() -> None:
    found = assembled([attempt("Train", "TrainModel", "Succeeded", 9), attempt("Train", "TrainModel", "Failed", 1)])
    assert found.actions[0].status is Status.SUCCEEDED
    assert found.actions[0].attempts == 2
    assert found.failed_actions == ()


def test_what_only_the_pipeline_state_knows_is_added_to_running_actions() -> None:
    live = {("Train", "GetStatus", "GetStatus-0"): {"summary": "12/20 rounds", "percentComplete": 60}}
    found = assembled([attempt("Train", "GetStatus", "InProgress")], live=live)
    assert (found.actions[1].summary, found.actions[1].percent_complete) == ("12/20 rounds", 60)


def test_changes_are_new_and_moved_actions_only() -> None:
    first = assembled([attempt("Train", "TrainModel", "InProgress")])
    second = assembled([attempt("Train", "TrainModel", "Succeeded"), attempt("Train", "GetStatus", "InProgress", 2)])
    assert [action.name for action in executions.changes(None, first)] == ["TrainModel"]
    assert [action.name for action in executions.changes(first, second)] == ["TrainModel", "GetStatus"]
    assert list(executions.changes(second, second)) == []


def test_an_ended_action_that_loses_its_live_percentage_has_not_changed() -> None:
    live = {("Train", "GetStatus", "GetStatus-0"): {"summary": "done", "percentComplete": 100}}
    ended = [attempt("Train", "GetStatus", "Succeeded")]
    assert list(executions.changes(assembled(ended, live=live), assembled(ended, "Succeeded"))) == []


def test_metrics_are_the_lower_case_numbers_of_an_actions_output() -> None:
    variables = {"Rows": "160", "rmse": "0.63", "EndpointName": "wine-sde-Test", "note": "fine"}
    found = assembled([attempt("DeployTest", "FullTest", "Succeeded", outputVariables=variables)], "Succeeded")
    document = report.of(found).as_json()
    assert document["evaluations"] == {"FullTest": {"rows": 160, "metrics": {"rmse": 0.63}}}
    assert document["endpoints"] == {"Test": "wine-sde-Test"}
    assert document["stages"][1]["actions"][0]["startTime"] == BEGAN.isoformat()


def test_a_failure_says_which_action_why_what_it_means_and_what_shows_more() -> None:
    error = {"code": "JobFailed", "message": "ClientError: Extraneous hyperparameter found: hp"}
    found = assembled([attempt("Train", "GetStatus", "Failed", executionResult={"errorDetails": error})], "Failed")
    told = failures.failure_of(found)
    assert told.what == "Train/GetStatus Failed: ClientError: Extraneous hyperparameter found: hp (JobFailed)"
    assert "execution e" in told.where
    assert "does not know this hyperparameter" in told.next_step
    assert "rehearse logs Train/GetStatus" in told.next_step


def test_a_stopped_execution_gives_its_summary() -> None:
    overall = {"pipelineExecutionId": "e", "status": "Stopped", "statusSummary": "by hand"}
    told = failures.failure_of(executions.assemble(DECLARED, overall, [], {}))
    assert told.what == "the execution is Stopped: by hand"


def test_overlapping_work_counts_once() -> None:
    assert report.seconds_covered([(0, 2), (1, 3), (5, 6), (5.2, 5.4)]) == 4
    assert report.seconds_covered([]) == 0
