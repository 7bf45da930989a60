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


def test_what_was_changed_stands_before_what_came_of_it() -> None:
    before = execution({"hp-eta": 0.2}, rmse="0.8", Rows="160")
    after = execution({"hp-eta": 0.3}, Status.FAILED, rmse="0.6", Rows="170", BillableSeconds="3")
    found = comparison.compare(before, after, {"data train": "ETag a"}, {"data train": "ETag b"})
    assert [each.fact for each in found] == [
        "status",
        "Train/TrainModel status",
        "Train/TrainModel hp-eta",
        "data train",
        "Train/TrainModel rmse",
        "Train/TrainModel Rows",
    ]


def test_a_metric_is_judged_by_its_direction() -> None:
    before = execution({}, rmse="0.8", r2="0.5", custom="1", auc_new="nan")
    after = execution({}, rmse="0.6", r2="0.4", custom="2")
    judged = {each.fact.rpartition(" ")[2]: each.judgement for each in comparison.compare(before, after)}
    assert judged == {"rmse": "-25.0%, better", "r2": "-20.0%, worse", "custom": "+100.0%", "auc_new": ""}


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
