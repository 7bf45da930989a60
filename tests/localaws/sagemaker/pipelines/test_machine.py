"""The pure state machine on random graphs, under random results and interleavings: the documented invariants hold."""

import copy
import json
import pickle
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rehearsal.localaws.sagemaker.pipelines import caching, conditions, definition, execution, graph, structure
from rehearsal.localaws.sagemaker.pipelines.caching import Hit
from rehearsal.localaws.sagemaker.pipelines.definition import Definition
from rehearsal.localaws.sagemaker.pipelines.records import (
    Caller,
    Execution,
    ExecutionStatus,
    Pipeline,
    StepRun,
    StepStatus,
)
from rehearsal.localaws.sagemaker.pipelines.retries import Fault
from rehearsal.localaws.sagemaker.pipelines.turns import Begin, Halt, Turn
from rehearsal.localaws.sagemaker.pipelines.values import Scope
from tests.localaws.sagemaker.pipelines.definitions import (
    callback,
    condition,
    document,
    equals,
    fail,
    function,
    get,
    parameter,
    training,
)

ME = Caller("arn:aws:iam::123456789012:user/tests", "id")
OUTPUTS = [{"OutputName": "n", "OutputType": "String"}]
CACHE = {"Enabled": True, "ExpireAfter": "T1H"}
POLICIES = [{"ExceptionType": ["Step.THROTTLING", "SageMaker.JOB_INTERNAL_ERROR"], "MaxAttempts": 2}]


@st.composite
def graphs(draw: st.DrawFn) -> Definition:
    """A pipeline of up to nine steps of all ways to begin and end; each may wait for any of those before it."""
    names = [f"S{number}" for number in range(draw(st.integers(1, 6)))]
    steps: list[dict[str, Any]] = []
    referable: list[str] = []
    ordinary: list[str] = []
    for name in names:
        before = draw(st.lists(st.sampled_from(ordinary), unique=True, max_size=3)) if ordinary else []
        raw = draw(any_step(name, referable)) | {"DependsOn": before}
        steps.append(raw)
        if raw["Type"] != "Fail":
            ordinary.append(name)
        if raw["Type"] in ("Lambda", "Callback"):
            referable.append(name)
        if raw["Type"] == "Condition":
            ordinary += [each["Name"] for each in raw["Arguments"]["IfSteps"] if each["Type"] != "Fail"]
    made = definition.parse(json.dumps(document(*steps, parameters=[parameter("P", default="0")])))
    structure.check(made)
    return made


@st.composite
def any_step(draw: st.DrawFn, name: str, referable: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(["Lambda", "Callback", "Training", "Training", "Condition", "Fail"]))
    value = get(f"Steps.{draw(st.sampled_from(referable))}.OutputParameters['n']") if referable else get("Parameters.P")
    if kind == "Lambda":
        return function(name, {"x": value}, OutputParameters=OUTPUTS)
    if kind == "Callback":
        return callback(name, {"x": value}, OutputParameters=OUTPUTS)
    if kind == "Training":
        return training(name, {"HyperParameters": {"x": value}}, CacheConfig=CACHE, RetryPolicies=POLICIES)
    if kind == "Fail":
        return fail(name)
    branches = ([function(f"{name}-yes")], [fail(f"{name}-no") if draw(st.booleans()) else training(f"{name}-no")])
    return condition(name, [equals(value, "0")], *branches)


def result_of(run: StepRun) -> dict[str, Any]:
    """What a step gives: nothing but what its keys say, as a deterministic job would."""
    keys = run.step.kind.cache_keys
    told = json.dumps({key: run.arguments.get(key) for key in keys}, sort_keys=True) if keys else str(run.arguments)
    return {"OutputParameters": {"n": str(len(told) % 2)}, "Told": told}


class ExecutionMachine(RuleBasedStateMachine):
    """Executions of one pipeline: starts, results, faults, stops, retries and the passing of time, in any order."""

    @initialize(made=graphs())
    def create(self, made: Definition) -> None:
        self.made, self.now = made, 1000.0
        self.pipeline = Pipeline("p", "arn:p", "role", "p", 0.0, 0.0, ME, ME)
        self.working: dict[str, tuple[Execution, StepRun]] = {}
        self.halted: set[str] = set()
        self.began: dict[tuple[str, str, str], int] = {}
        self.ended: dict[str, Any] = {}

    def happen(self, of: Execution, event: Any) -> None:
        """One turn, as the engine takes it."""
        turn = Turn(of, self.now)
        event(turn)
        execution.advance(turn)
        for instruction in turn.instructions:
            if isinstance(instruction, Begin):
                self.begin(of, instruction.run)
            elif isinstance(instruction, Halt):
                assert instruction.run.status is StepStatus.STOPPING
                self.halted.add(instruction.run.name)
        self.now += 1.0

    def begin(self, of: Execution, run: StepRun) -> None:
        """A step may begin only when all it waits for has succeeded, once a try, and within the parallelism."""
        name = run.step.name
        assert run.name not in self.working, "a try begins once"
        assert of.status is ExecutionStatus.EXECUTING, "nothing begins while the execution stops"
        others = {each.status for each in of.runs.values() if each is not run}
        assert run.attempts > 1 or not others & {StepStatus.FAILED, StepStatus.STOPPED}, "nothing new after a failure"
        assert all(of.runs[before].status is StepStatus.SUCCEEDED for before in of.waits[name])
        branch = run.step.branch
        assert branch is None or of.runs[branch.condition].outcome == branch.outcome
        assert of.most_parallel is None or len(of.live_runs()) <= of.most_parallel
        self.working[run.name] = (of, run)

    @rule(most=st.sampled_from([None, 1, 2]), value=st.sampled_from(["0", "1"]))
    def start(self, most: int | None, value: str) -> None:
        if len(self.pipeline.executions) >= 4:
            return
        arn = f"arn:p/execution/e{len(self.pipeline.executions)}"
        made = Execution(
            arn,
            "arn:p",
            "p",
            "us-east-1",
            1,
            self.made,
            graph.edges(self.made),
            {"P": value},
            "role",
            "d",
            ME,
            self.now,
            self.now,
            ME,
            most_parallel=most,
        )
        self.pipeline.executions[arn] = made
        self.happen(made, execution.start)

    @precondition(lambda self: self.working)
    @rule(data=st.data())
    def good_result(self, data: st.DataObject) -> None:
        """What a step asked for is done, or was done before and is reused."""
        name = data.draw(st.sampled_from(sorted(self.working)))
        of, run = self.working.pop(name)
        if run.status is StepStatus.STOPPING:
            self.happen(of, lambda turn: execution.stopped(turn, run))
            return
        scope = Scope(
            self.made, of.parameters, {}, {name: each.properties for name, each in of.runs.items()}, json.loads
        )
        if run.step.branches is not None:
            outcome = "true" if conditions.all_hold(run.step.branches.conditions, scope.resolve) else "false"
            self.happen(of, lambda turn: execution.succeed(turn, run, {}, {"Outcome": outcome}))
            return
        if run.step.kind.is_leaf:
            self.happen(of, lambda turn: execution.fail(turn, run, "no good"))
            return
        arguments = scope.resolve(run.step.arguments)
        found = caching.look(self.pipeline, of, run.step, arguments, self.now) if run.step.cache else None
        if isinstance(found, Hit):
            self.happen(of, lambda turn: execution.reuse(turn, run, found.run, found.execution_arn, arguments))
            return
        execution.resolved(run, arguments, None, found)
        self.happen(of, lambda turn: execution.begun(turn, run, {"Told": True}))
        self.happen(of, lambda turn: execution.succeed(turn, run, {"Told": True}, result_of(run)))

    @precondition(lambda self: self.working)
    @rule(data=st.data(), fault=st.sampled_from([None, *Fault]))
    def bad_result(self, data: st.DataObject, fault: Fault | None) -> None:
        of, run = self.working.pop(data.draw(st.sampled_from(sorted(self.working))))
        self.happen(of, lambda turn: execution.fail(turn, run, "it broke", fault))

    @precondition(lambda self: self.ended_runs())
    @rule(data=st.data())
    def late_result(self, data: st.DataObject) -> None:
        """A result for a step that is over changes nothing."""
        of, run = data.draw(st.sampled_from(self.ended_runs()))
        before = copy.deepcopy(run)
        self.happen(of, lambda turn: execution.succeed(turn, run, {"late": True}, {"late": True}))
        self.happen(of, lambda turn: execution.fail(turn, run, "late"))
        assert run == before

    def ended_runs(self) -> list[tuple[Execution, StepRun]]:
        return [
            (of, run)
            for of in self.pipeline.executions.values()
            for run in of.runs.values()
            if not run.status.is_live and run.name not in self.working
        ]

    @precondition(lambda self: any(e.status is ExecutionStatus.EXECUTING for e in self.pipeline.executions.values()))
    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        running = [e for e in self.pipeline.executions.values() if e.status is ExecutionStatus.EXECUTING]
        self.happen(data.draw(st.sampled_from(running)), execution.stop)

    @precondition(lambda self: self.retryable())
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        of = data.draw(st.sampled_from(self.retryable()))
        kept = {name: run for name, run in of.runs.items() if run.status is StepStatus.SUCCEEDED}
        self.happen(of, execution.retry)
        assert all(of.runs[name] is run for name, run in kept.items())
        assert of.status is not ExecutionStatus.FAILED, "what failed is run anew"

    def retryable(self) -> list[Execution]:
        over = (ExecutionStatus.FAILED, ExecutionStatus.STOPPED)
        found = [each for each in self.pipeline.executions.values() if each.status in over]
        return [each for each in found if not execution.has_failed_by_intent(each)]

    @rule(seconds=st.sampled_from([1.0, 10.0, 4000.0]))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for of in self.pipeline.executions.values():
            moment = execution.next_moment(of)
            if moment is not None and moment <= self.now:
                self.happen(of, execution.pass_time)

    @invariant()
    def nobody_is_stuck(self) -> None:
        """A live execution has a step at work or a time at which one begins again."""
        for of in self.pipeline.executions.values():
            at_work = [run for run in of.live_runs() if run.name in self.working or run.resume_at is not None]
            assert bool(of.live_runs()) == of.status.is_live
            assert len(at_work) == len(of.live_runs())

    @invariant()
    def what_is_over_is_complete(self) -> None:
        """Succeeded: every step that may run ran, once, and none failed. Failed: one failed. Stopped: nothing runs."""
        for of in self.pipeline.executions.values():
            statuses = {run.status for run in of.runs.values()}
            if of.status is ExecutionStatus.SUCCEEDED:
                assert statuses == {StepStatus.SUCCEEDED}
                assert not [name for name in of.waits if name not in of.runs and execution.is_ready(of, name)]
            elif of.status is ExecutionStatus.FAILED:
                assert statuses & {StepStatus.FAILED, StepStatus.STOPPED}
                assert of.failure_reason == "Step failure: One or multiple steps failed."

    @invariant()
    def reused_results_are_those_of_a_real_run(self) -> None:
        for of in self.pipeline.executions.values():
            for run in of.runs.values():
                if run.cache_source is not None:
                    assert run.cache_source != of.arn
                    assert run.properties == result_of(run)

    @invariant()
    def records_can_be_kept(self) -> None:
        for of in self.pipeline.executions.values():
            assert pickle.loads(pickle.dumps(of)).runs.keys() == of.runs.keys()


TestExecutionMachine = ExecutionMachine.TestCase
TestExecutionMachine.settings = settings(
    settings.get_profile("steady"), max_examples=60, stateful_step_count=40, deadline=None
)
