"""Which earlier run a step reuses, by the documented keys and durations alone, and why not."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from rehearsal.localaws.sagemaker.pipelines import caching, definition, durations
from rehearsal.localaws.sagemaker.pipelines.caching import Hit
from rehearsal.localaws.sagemaker.pipelines.definition import Step
from rehearsal.localaws.sagemaker.pipelines.records import Caller, Execution, Miss, Pipeline, StepRun, StepStatus
from tests.localaws.sagemaker.pipelines.definitions import get, parameter, step, text, training

DAY = 86400.0


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("p30d", 30 * DAY),
        ("P4DT12H", 4.5 * DAY),
        ("T12H", DAY / 2),
        ("T16m", 960),
        ("30d", 30 * DAY),
        ("5y", 5 * 365 * DAY),
        ("30dT5h", 30 * DAY + 18000),
        ("PT1H", 3600),
        ("P30M", 900 * DAY),
        ("p2w", 14 * DAY),
    ],
)
def test_durations_are_taken_as_loosely_as_the_service_takes_them(written: str, seconds: float) -> None:
    assert durations.seconds(written) == seconds


@pytest.mark.parametrize("written", ["", "P", "T", "1", "PT", "1h30", "-P1D", "P1.5D", "P1DT", "tomorrow"])
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no ISO 8601 duration"):
        durations.seconds(written)


def parsed(raw: dict[str, Any]) -> Any:
    return definition.parse(text(raw)).steps[raw["Name"]]


CACHED = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P1D"}}
KEYS = {
    "Training": "AlgorithmSpecification CheckpointConfig DebugHookConfig DebugRuleConfigurations Environment "
    "HyperParameters InputDataConfig",
    "Processing": "AppSpecification Environment ProcessingInputs",
    "Transform": "DataProcessing Environment ModelName TransformInput",
}


@pytest.mark.parametrize("kind", KEYS)
def test_the_keys_are_those_of_the_developer_guide(kind: str) -> None:
    made = parsed(step("S", kind, **CACHED))
    assert sorted(made.kind.cache_keys) == sorted(KEYS[kind].split())


values = st.recursive(
    st.integers(0, 2) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=2),
    max_leaves=6,
)
requests = st.dictionaries(st.sampled_from([*KEYS["Training"].split(), "OutputDataConfig", "ResourceConfig"]), values)


@given(requests, requests)
def test_keys_differ_exactly_when_a_key_has_another_value(before: dict[str, Any], now: dict[str, Any]) -> None:
    made = parsed(training("S", **CACHED))
    found = caching.differences(made, before, now)
    keys = {path.split(".")[0].split("[")[0] for path in found}
    wanted = {key for key in made.kind.cache_keys if before.get(key) != now.get(key)}
    assert keys <= wanted
    assert bool(found) == bool(wanted)


def test_the_path_of_what_differs_is_told() -> None:
    made = parsed(training("S", **CACHED))
    before = {"HyperParameters": {"eta": "1", "depth": "2"}, "InputDataConfig": [{"Uri": "a"}], "RoleArn": "x"}
    now = {"HyperParameters": {"eta": "3", "depth": "2", "new": "1"}, "InputDataConfig": [{"Uri": "b"}], "RoleArn": "y"}
    assert caching.differences(made, before, now) == [
        "HyperParameters.eta",
        "HyperParameters.new",
        "InputDataConfig[0].Uri",
    ]


@pytest.fixture
def told(aws):
    """What the embedded AWS says besides of an execution's steps."""

    def ask(arn: str) -> dict[str, Any]:
        return {each["name"]: each for each in aws.rehearsal("GET", f"model-pipelines?execution={arn}")[0]["steps"]}

    return ask


def test_a_step_is_reused_until_a_key_differs_or_its_time_is_over(lab, told) -> None:
    script = lab.script("Work", "print('at work')", {"Environment": {"SIZE": get("Parameters.Size")}}, **CACHED)
    script["Arguments"]["ProcessingResources"]["ClusterConfig"]["VolumeSizeInGB"] = get("Parameters.Volume")
    declared = [parameter("Size", default="small"), parameter("Volume", "Integer", 5)]
    name = lab.create(script, parameters=declared)
    first = lab.run(name)["PipelineExecutionArn"]
    assert told(first)["Work"]["notReused"]["reason"] == "no earlier run of this step has succeeded"
    again = lab.run(name, {"Volume": "6"})["PipelineExecutionArn"]
    assert lab.step(again, "Work")["CacheHitResult"] == {"SourcePipelineExecutionArn": first}
    assert lab.step(again, "Work")["Metadata"] == lab.step(first, "Work")["Metadata"]
    other = lab.run(name, {"Size": "large"})["PipelineExecutionArn"]
    assert "CacheHitResult" not in lab.step(other, "Work")
    assert told(other)["Work"]["notReused"] == {
        "reason": "these keys differ",
        "execution": first,
        "differingKeys": ["Environment.SIZE"],
    }
    assert set(lab.step(other, "Work")) <= {
        *("StepName", "StartTime", "EndTime", "StepStatus", "AttemptCount", "Metadata"),
    }, "AWS tells no more"


ME = Caller("arn:aws:iam::123456789012:user/tests", "id")


def ran(made: Step, ended_at: float, eta: str = "1", **more: Any) -> StepRun:
    """A run of the step that has succeeded."""
    members: dict[str, Any] = {
        "status": StepStatus.SUCCEEDED,
        "ended_at": ended_at,
        "arguments": {"HyperParameters": {"eta": eta}},
    }
    return StepRun(made, ended_at - 10, "name", "token", **(members | more))


def look(made: Step, *runs: StepRun, now: float = 1000.0) -> Hit | Miss:
    """Look for a run with ``eta`` 1 among executions that each have one of ``runs``."""
    parsed_text = definition.parse(text(training("S", **CACHED)))
    common: tuple[Any, ...] = ("arn:p", "p", "us-east-1", 1, parsed_text, {}, {}, "role", "d", ME, 0.0, 0.0, ME)
    executions = [Execution(f"e{number}", *common, runs={"S": run}) for number, run in enumerate(runs)]
    pipeline = Pipeline("p", "arn:p", "role", "p", 0.0, 0.0, ME, ME, executions={each.arn: each for each in executions})
    return caching.look(pipeline, Execution("new", *common), made, {"HyperParameters": {"eta": "1"}}, now)


def test_the_newest_run_with_equal_keys_counts() -> None:
    made = parsed(training("S", **CACHED))
    old, newer, other = ran(made, 100.0), ran(made, 200.0), ran(made, 300.0, eta="2")
    assert look(made, newer, old, other) == Hit(newer, "e0")


def test_a_run_counts_until_its_time_is_over() -> None:
    made = parsed(training("S", **CACHED))
    run = ran(made, 100.0)
    assert look(made, run, now=100.0 + DAY - 1) == Hit(run, "e0")
    assert look(made, run, now=100.0 + DAY) == Miss("the run with equal keys is older than ExpireAfter", "e0")


def test_what_failed_still_runs_or_was_reused_itself_does_not_count() -> None:
    made = parsed(training("S", **CACHED))
    failed = ran(made, 100.0, status=StepStatus.FAILED)
    running = ran(made, 100.0, status=StepStatus.EXECUTING)
    reused, selected = ran(made, 100.0, cache_source="e9"), ran(made, 100.0, selection_source="e9")
    assert look(made, failed, running, reused, selected) == Miss("no earlier run of this step has succeeded")


def test_a_type_without_keys_is_never_reused() -> None:
    made = parsed(step("S", "Lambda", FunctionArn="arn", **CACHED))
    assert look(made, ran(made, 100.0)) == Miss("steps of type Lambda are never reused")
