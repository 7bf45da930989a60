"""Which selections of steps can run, on random graphs: what runs has all its inputs, and nothing between is left
out."""

import json

import hypothesis.strategies as st
import pytest
from hypothesis import given

from rehearsal.localaws.sagemaker.pipelines import definition, graph, selection
from rehearsal.localaws.sagemaker.pipelines.definition import Definition
from rehearsal.localaws.sagemaker.pipelines.records import Caller, Execution, ExecutionStatus, StepRun, StepStatus
from rehearsal.localaws.sagemaker.pipelines.selection import CannotSelect
from tests.localaws.sagemaker.pipelines.definitions import condition, document, equals, function

ME = Caller("arn:aws:iam::123456789012:user/tests", "id")


@st.composite
def graphs(draw: st.DrawFn) -> Definition:
    """Up to six functions; each may wait for any before it."""
    names: list[str] = []
    steps = []
    for number in range(draw(st.integers(1, 6))):
        before = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
        names.append(f"S{number}")
        steps.append(function(names[-1], DependsOn=before))
    return definition.parse(json.dumps(document(*steps)))


def source(made: Definition, *succeeded: str, status: ExecutionStatus = ExecutionStatus.FAILED) -> Execution:
    """An earlier execution in which these steps have succeeded."""
    runs = {name: StepRun(made.steps[name], 0.0, name, "t", status=StepStatus.SUCCEEDED) for name in succeeded}
    waits = graph.edges(made)
    return Execution(
        "source", "p", "p", "r", 1, made, waits, {}, "role", "d", ME, 0.0, 0.0, ME, status=status, runs=runs
    )


@given(graphs(), st.data())
def test_what_is_selected_has_its_inputs_and_is_connected(made: Definition, data: st.DataObject) -> None:
    names = list(made.steps)
    selected = data.draw(st.lists(st.sampled_from(names), unique=True, min_size=1))
    done = data.draw(st.lists(st.sampled_from(names), unique=True))
    waits = graph.edges(made)
    earlier = source(made, *done)
    between = {
        name
        for name in set(names) - set(selected)
        if graph.upstream(waits, [name]) & set(selected)
        and any(name in graph.upstream(waits, [each]) for each in selected)
    }
    missing = {before for name in selected for before in waits[name]} - set(selected) - set(done)
    if between or missing:
        with pytest.raises(CannotSelect):
            selection.check(made, waits, selected, earlier)
        return
    selection.check(made, waits, selected, earlier)
    kept = selection.kept(waits, selected, earlier)
    assert kept.keys() <= set(done) - set(selected)
    assert all(waits[name] <= kept.keys() | set(selected) for name in selected)
    assert {run.selection_source for run in kept.values()} <= {"source"}
    assert selection.restricted(waits, selected).keys() == set(selected)


def test_a_source_that_still_runs_has_no_results_yet() -> None:
    made = definition.parse(json.dumps(document(function("A"), function("B", DependsOn=["A"]))))
    running = source(made, "A", status=ExecutionStatus.EXECUTING)
    with pytest.raises(CannotSelect, match="The execution is Executing"):
        selection.check(made, graph.edges(made), ["B"], running)


def test_a_step_of_the_branch_that_the_source_did_not_take_cannot_run_alone() -> None:
    made = definition.parse(json.dumps(document(condition("C", [equals(1, 1)], [function("Yes")], [function("No")]))))
    earlier = source(made, "C")
    earlier.runs["C"].properties["Outcome"] = "true"
    selection.check(made, graph.edges(made), ["Yes"], earlier)
    with pytest.raises(CannotSelect, match=r"\[No\] is in the branch of C that source did not take"):
        selection.check(made, graph.edges(made), ["No"], earlier)
