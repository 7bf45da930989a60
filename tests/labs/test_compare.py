"""The lab compare: one flow in three ways; what they are measured by; all of it run and removed at full size."""

from typing import Any

import pytest
import yaml

from rehearsal.toolkit import project
from rehearsal.toolkit.labs import comparison, definitions
from tests.end_to_end.rehearse import Answer
from tests.localaws.authorizer.minimal import statements
from tests.localaws.authorizer.minimal.statements import Loader, Named
from tests.localaws.authorizer.minimal.table import TABLE, Evaluated

LABS = project.find().root / "labs"
STACK = "lab-compare-ways"
WHO = ("--suffix", "ways")
HERE = "tests/labs/test_compare.py"
NEEDED = {name: row for name, row in TABLE.items() if isinstance(row, Evaluated) and row.test.startswith(HERE)}
TEMPLATE = """Resources:
  First:
    Type: A::B::C

    Properties: {}
  Second: # with a comment
    Type: A::B::C
Outputs: {}
"""


@pytest.mark.parametrize(("logical_id", "lines"), [("First", 3), ("Second", 2)])
def test_lines_of_a_resource_are_counted_without_empty_ones(logical_id: str, lines: int) -> None:
    assert comparison.lines_of_resource(TEMPLATE, logical_id) == lines


def test_overhead_is_what_no_job_explains() -> None:
    way = comparison.Way("one", 10, 20, 3, 12.34, 10.0, 3.0)
    assert way.as_json()["secondsOverhead"] == 2.3


def test_the_stack_gives_what_the_definition_of_the_abalone_wants() -> None:
    outputs = yaml.load((LABS / "compare" / "compare.yaml").read_text(), Loader)["Outputs"]
    text = (LABS / "abalone" / "definition-evaluated.json").read_text()
    assert "${" not in definitions.filled(text, dict.fromkeys(outputs, "x"))


def test_the_three_ways_train_with_the_same_hyperparameters() -> None:
    machine = yaml.load((LABS / "compare" / "compare.yaml").read_text(), Loader)["Resources"]["StateMachine"]
    states = machine["Properties"]["Definition"]["States"]["Train"]["Parameters"]["HyperParameters"]
    config = yaml.safe_load((LABS / "compare" / "training-config" / "abalone.json").read_text())["TrainModel"]
    workshop = {key.removeprefix("hp-").replace("-", "_"): str(value) for key, value in config.items()}
    assert workshop == states


def test_step_functions_may_mark_the_jobs_that_it_starts() -> None:
    """With ``.sync`` it tags them MANAGED_BY_AWS, for which AWS asks the right of its role."""
    assert statements.all_of_them()[Named("RunCompareStates", "Tag")] == ["sagemaker:AddTags"]


def test_a_suffix_that_leaves_no_room_is_refused(typed: Any) -> None:
    answer = typed("lab", "run", "compare", "--suffix", "twelve-chars")
    assert (answer.exit_code, "at most 10 characters" in answer.err) == (2, True), answer.err


@pytest.fixture(scope="module")
def ran(typed: Any) -> Answer:
    """The lab after two runs: the second updates the endpoints."""
    typed("lab", "run", "compare", *WHO)
    done: Answer = typed("lab", "run", "compare", *WHO, "--json")
    return done


@pytest.mark.full("labs")
def test_three_ways_make_the_same_model(ran: Answer) -> None:
    assert ran.exit_code == 0, ran.err
    ways = ran.document["facts"]["comparison"]
    assert [each["orchestrator"] for each in ways] == ["CodePipeline", "SageMaker pipeline", "state machine"]
    assert len({each["mse"] for each in ways}) == 1
    for each in ways:
        assert 0 <= each["secondsOverhead"] < each["seconds"]
        assert each["actions"] > 10


@pytest.mark.full("labs")
@pytest.mark.parametrize("name", NEEDED, ids=" ".join)
def test_recorded_calls_would_be_denied_without_the_statement(ran: Answer, typed: Any, name: Named) -> None:
    assert set(NEEDED[name].actions) <= typed.needed(STACK)[name]
    assert typed.denied(STACK) == []


@pytest.mark.full("labs")
def test_destroy_leaves_nothing_of_lab_and_workshop(ran: Answer, typed: Any) -> None:
    done = typed("lab", "destroy", "compare", *WHO, "--json")
    assert (done.exit_code, done.document["remaining"]) == (0, {}), done.err
    removed = {each["kind"] for each in done.document["removed"]}
    assert {"endpoint", "model package", "lab stack", "pipeline stack", "prep stack"} <= removed
    assert typed("leaks", *WHO).exit_code == 0
    assert typed("leaks", "--suffix", "cmp-ways").exit_code == 0
