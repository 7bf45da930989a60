"""Following a log: every line once, as they come, and only those that belong to the action."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.executions import logs
from rehearsal.toolkit.executions.executions import ActionRun, Execution, StageRun, Status
from rehearsal.toolkit.executions.logs import Source
from tests.unit.toolkit.fakes import Client, account

BEGAN = datetime(2026, 11, 21, tzinfo=UTC)


def event(number: int) -> dict[str, Any]:
    return {"timestamp": 1000 * number, "message": f"line {number}\n", "eventId": str(number)}


def test_follow_gives_each_line_once_and_waits_in_between() -> None:
    written = [event(1), event(2)]
    client = Client(filter_log_events=lambda **_: {"events": list(written)})
    waits = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        written.append(event(len(written) + 1))

    lines = logs.follow(account(logs=client), [Source("/g")], Pace(sleep=sleep))
    assert [line.message for line in islice(lines, 5)] == [f"line {number}" for number in range(1, 6)]
    assert len(waits) == 3


def test_a_log_that_does_not_exist_has_no_lines() -> None:
    client = Client(filter_log_events=Client.exceptions.ResourceNotFoundException())
    assert logs.tail(account(logs=client), [Source("/g")], 5) == []


def test_tail_mixes_sources_by_time() -> None:
    def events(**query: Any) -> dict[str, Any]:
        return {"events": [event(1), event(4)] if query["logGroupName"] == "/a" else [event(2), event(3)]}

    lines = logs.tail(account(logs=Client(filter_log_events=events)), [Source("/a"), Source("/b")], 3)
    assert [(line.group, line.message) for line in lines] == [("/b", "line 2"), ("/b", "line 3"), ("/a", "line 4")]


def test_the_sources_of_an_action_are_its_function_and_its_stages_job_and_endpoint() -> None:
    train = ActionRun("Train", "TrainModel", "Lambda", variables={"TrainingJobName": "w-1"}, status=Status.SUCCEEDED)
    status = ActionRun(
        "Train",
        "GetStatus",
        "Lambda",
        configuration={"FunctionName": "MLOps-BIA-GetStatus-sde"},
        status=Status.FAILED,
        started_at=BEGAN,
        updated_at=BEGAN + timedelta(seconds=60),
    )
    execution = Execution("p", "e", Status.FAILED, "", (StageRun("Train", (train, status)),))
    function, job = logs.sources_of(execution, status)
    assert (function.is_function, function.subject) == (True, "MLOps-BIA-GetStatus-sde")
    assert function.since is not None
    assert function.until is not None
    assert (function.since < BEGAN, function.until > BEGAN + timedelta(seconds=60)) == (True, True)
    assert (job.group, job.subject, job.is_function) == ("/aws/sagemaker/TrainingJobs", "w-1", False)
    assert logs.sources_of(execution, ActionRun("Train", "Later")) == []


def ran(stage: str, second: float, seconds: float) -> ActionRun:
    """A GetStatus that began in this second."""
    began = BEGAN + timedelta(seconds=second)
    return ActionRun(
        stage,
        "GetStatus",
        "Lambda",
        configuration={"FunctionName": "MLOps-BIA-GetStatus-sde"},
        status=Status.SUCCEEDED,
        started_at=began,
        updated_at=began + timedelta(seconds=seconds),
    )


def test_the_lines_of_a_function_that_several_actions_call_are_told_apart() -> None:
    train, dev = ran("Train", 10, 1), ran("DeployDev", 12, 1)
    execution = Execution("p", "e", Status.SUCCEEDED, "", (StageRun("Train", (train,)), StageRun("DeployDev", (dev,))))
    written = [9.9, 10.5, 11.2, 11.9, 12.1, 13.2]  # the clocks of services differ, and REPORT comes after the result
    start = int(BEGAN.timestamp() * 1000)
    events = [{"timestamp": start + int(1000 * at), "message": str(at), "eventId": str(at)} for at in written]
    aws = account(logs=Client(filter_log_events={"events": events}))

    def lines_of(action: ActionRun) -> list[str]:
        return [line.message for line in logs.tail(aws, logs.sources_of(execution, action), 10)]

    assert lines_of(train) == ["9.9", "10.5", "11.2"]
    assert lines_of(dev) == ["11.9", "12.1", "13.2"]
