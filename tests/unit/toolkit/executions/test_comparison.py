"""Two executions side by side: what differs, and nothing that always does."""

import json

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.toolkit.executions import comparison
from rehearsal.toolkit.executions.comparison import Difference
from rehearsal.toolkit.executions.executions import ActionRun, Execution, StageRun, Status


def execution(parameters: dict[str, object], status: Status = Status.SUCCEEDED, **variables: str) -> Execution:
    action = ActionRun(
        "Train",
        "TrainModel",
        configuration={"FunctionName": "f", "UserParameters": json.dumps(parameters)},
        status=status,
        variables=variables,
    )
    return Execution("p", "e", status, "", (StageRun("Train", (action,)),))


def test_parameters_are_compared_key_by_key() -> None:
    found = comparison.compare(execution({"a": 1, "b": 2}), execution({"a": 1, "c": "x"}))
    assert found == [
        Difference("Train/TrainModel b", "2", None),
        Difference("Train/TrainModel c", None, '"x"'),
    ]


def test_a_setting_that_is_the_executions_own_id_is_not_compared() -> None:
    before, after = execution({"execution-id": "e"}), execution({})
    assert comparison.compare(before, after) == []


def test_metrics_and_status_are_compared_and_names_of_the_run_are_not() -> None:
    before = execution({}, rmse="0.64250001", TrainingJobName="w-1", Rows="160")
    after = execution({}, Status.FAILED, rmse="0.7", TrainingJobName="w-2", Rows="160")
    facts = {each.fact: (each.before, each.after) for each in comparison.compare(before, after)}
    assert facts == {
        "status": ("Succeeded", "Failed"),
        "Train/TrainModel status": ("Succeeded", "Failed"),
        "Train/TrainModel rmse": ("0.6425", "0.7"),
    }


@given(st.dictionaries(st.text(min_size=1), st.integers() | st.text() | st.booleans()))
def test_nothing_differs_from_itself(parameters: dict[str, object]) -> None:
    assert comparison.compare(execution(parameters), execution(parameters)) == []
