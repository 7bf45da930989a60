"""The pure state machine under random interleavings: whatever happens in whatever order, the documented invariants
hold."""

import copy
import pickle
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rehearsal.localaws.codepipeline import conditions, definition, entry, state_machine
from rehearsal.localaws.codepipeline.definition import Gate, Mode, RetryMode
from rehearsal.localaws.codepipeline.records import (
    ConditionStatus,
    ErrorDetails,
    Execution,
    ExecutionStatus,
    JobStatus,
    Phase,
    Pipeline,
    Run,
    RunStatus,
    StageStatus,
    Transition,
)
from rehearsal.localaws.codepipeline.state_machine import Outcome
from rehearsal.localaws.codepipeline.turns import Announce, Turn, Withdraw, Work, new_id
from rehearsal.localaws.codepipeline.views import pipeline_state, stage_runs

REGION = "us-east-1"
CALLS = {"FunctionName": "any"}
ENDED = (ExecutionStatus.SUCCEEDED, ExecutionStatus.SUPERSEDED)


def raw_action(name: str, category: str, provider: str, **members: Any) -> dict[str, Any]:
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        **members,
    }


def raw_condition(name: str, result: str) -> dict[str, Any]:
    type_id = {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"}
    return {"conditions": [{"result": result, "rules": [{"name": name, "ruleTypeId": type_id}]}]}


def declared(mode: str, *, entry_result: str | None, success_result: str | None, failure: str | None) -> dict[str, Any]:
    """Three stages; the second has two actions side by side and one after them, and conditions where asked for."""
    build: dict[str, Any] = {
        "name": "Build",
        "actions": [
            raw_action("Left", "Invoke", "Lambda", namespace="LeftNamespace", configuration=CALLS),
            raw_action("Right", "Invoke", "Lambda", configuration=CALLS),
            raw_action("After", "Approval", "Manual", runOrder=2),
        ],
    }
    if entry_result:
        build["beforeEntry"] = raw_condition("Entry", entry_result)
    if success_result:
        build["onSuccess"] = raw_condition("Success", success_result)
    if failure:
        build["onFailure"] = {"result": failure}
    source = raw_action("Fetch", "Source", "S3", outputArtifacts=[{"name": "Out"}])
    deploy = raw_action("Deploy", "Invoke", "Lambda", inputArtifacts=[{"name": "Out"}], configuration=CALLS)
    return {
        "name": "machine",
        "roleArn": "arn:aws:iam::123456789012:role/any",
        "executionMode": mode,
        "pipelineType": "V2",
        "artifactStore": {"type": "S3", "location": "bucket"},
        "stages": [
            {"name": "Source", "actions": [source]},
            build,
            {"name": "Deploy", "actions": [deploy]},
        ],
    }


class PipelineMachine(RuleBasedStateMachine):
    """Starts, results, stops, retries and the passing of time, in any order."""

    @initialize(
        mode=st.sampled_from(list(Mode)),
        entry_result=st.sampled_from([None, "FAIL", "SKIP"]),
        success_result=st.sampled_from([None, "FAIL", "ROLLBACK"]),
        failure=st.sampled_from([None, "ROLLBACK", "RETRY", "FAIL"]),
    )
    def create(self, mode: Mode, **results: str | None) -> None:
        raw = declared(mode.value, **results)
        parsed = definition.parse(definition.complete(raw, 1), REGION)
        self.pipeline = Pipeline("arn", REGION, "123456789012", parsed, 0.0, 0.0)
        self.now = 1000.0
        self.working: set[str] = set()
        self.over: dict[str, tuple[Any, ...]] = {}

    def happen(self, event: Any) -> None:
        """One turn, as the engine takes it; work that is asked for is remembered, as a provider would begin it."""
        turn = Turn(self.pipeline, self.now)
        event(turn)
        state_machine.advance(turn)
        for instruction in turn.instructions:
            if isinstance(instruction, Work):
                run = self.run_of(instruction.run_id)
                if run.declared.type.provider == "Lambda" and run.is_live:
                    state_machine.open_job(turn, run, worker=False)
                self.working.add(instruction.run_id)
            elif isinstance(instruction, Withdraw):
                self.working.discard(instruction.run_id)
            else:
                assert isinstance(instruction, Announce)
        self.now += 1.0

    def run_of(self, run_id: str) -> Run:
        return next(run for e in self.pipeline.executions.values() for run in e.runs() if run.id == run_id)

    def live_runs(self) -> list[tuple[Execution, Run]]:
        return [(e, run) for e in self.pipeline.executions.values() for run in e.runs() if run.is_live]

    def any_execution(self, data: st.DataObject) -> Execution:
        return data.draw(st.sampled_from(list(self.pipeline.executions.values())))

    @rule()
    def start(self) -> None:
        execution = Execution(new_id(), self.pipeline.definition, "StartPipelineExecution", "tests", self.now, self.now)
        self.happen(lambda turn: state_machine.start(turn, execution))

    @precondition(lambda self: self.live_runs())
    @rule(data=st.data(), good=st.booleans())
    def result(self, data: st.DataObject, good: bool) -> None:
        execution, run = data.draw(st.sampled_from(self.live_runs()))
        if good:
            self.happen(lambda turn: state_machine.succeed(turn, execution, run, Outcome(variables={"Made": "1"})))
        else:
            self.happen(lambda turn: state_machine.fail(turn, execution, run, ErrorDetails("JobFailed", "because")))

    @precondition(lambda self: self.pipeline.executions)
    @rule(data=st.data(), good=st.booleans())
    def late_result(self, data: st.DataObject, good: bool) -> None:
        """A result for a run that is over changes nothing."""
        execution = self.any_execution(data)
        ended = [run for run in execution.runs() if not run.is_live]
        if not ended:
            return
        run = data.draw(st.sampled_from(ended))
        before = copy.deepcopy(run)
        if good:
            self.happen(lambda turn: state_machine.succeed(turn, execution, run, Outcome(summary="too late")))
        else:
            self.happen(lambda turn: state_machine.fail(turn, execution, run, ErrorDetails("JobFailed", "too late")))
        assert run == before

    @precondition(lambda self: any(run.jobs and run.resume_at is None for _, run in self.live_runs()))
    @rule(data=st.data())
    def continuation(self, data: st.DataObject) -> None:
        asking = [(e, run) for e, run in self.live_runs() if run.jobs and run.resume_at is None]
        execution, run = data.draw(st.sampled_from(asking))
        self.happen(lambda turn: state_machine.continue_job(turn, execution, run, "token", turn.now + 30))

    @rule(seconds=st.sampled_from([10.0, 31.0, 1201.0, 86_401.0, 604_801.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.happen(state_machine.pass_time)

    @precondition(lambda self: self.pipeline.live())
    @rule(data=st.data(), abandoned=st.booleans())
    def stop(self, data: st.DataObject, abandoned: bool) -> None:
        execution = data.draw(st.sampled_from(self.pipeline.live()))
        if execution.status is ExecutionStatus.STOPPING and not abandoned:
            return
        self.happen(lambda turn: state_machine.stop(turn, execution, abandoned=abandoned, reason="tests"))
        if abandoned:
            assert execution.status is ExecutionStatus.STOPPED

    @rule(stage=st.sampled_from(["Source", "Build", "Deploy"]), mode=st.sampled_from(list(RetryMode)))
    def retry(self, stage: str, mode: RetryMode) -> None:
        runs = stage_runs(self.pipeline, stage)
        if not runs:
            return
        execution, stage_run = runs[0]
        retryable = stage_run.status in (StageStatus.FAILED, StageStatus.STOPPED) and not execution.status.is_live
        if not retryable or entry.occupant(self.pipeline.live(), stage):
            return
        self.over.pop(execution.id, None)
        self.happen(lambda turn: state_machine.retry(turn, execution, stage_run, mode))

    @rule()
    def override(self) -> None:
        for execution, stage_run in stage_runs(self.pipeline, "Build")[:1]:
            for gate in (Gate.BEFORE_ENTRY, Gate.ON_SUCCESS):
                run = stage_run.gates.get(gate)
                failed = run is not None and run.status is ConditionStatus.FAILED
                is_over = execution.status is ExecutionStatus.FAILED and stage_run.status is StageStatus.FAILED
                if failed and is_over and not entry.occupant(self.pipeline.live(), "Build"):
                    self.over.pop(execution.id, None)
                    self.happen(lambda turn, g=gate: state_machine.override(turn, execution, stage_run, g))  # noqa: B023
                    return

    @rule(stage=st.sampled_from(["Build", "Deploy"]), data=st.data())
    def roll_back(self, stage: str, data: st.DataObject) -> None:
        turn = Turn(self.pipeline, self.now)
        targets = [e for e in self.pipeline.executions.values() if conditions.can_be_target(turn, e, stage)]
        if targets:
            target = data.draw(st.sampled_from(targets))
            self.happen(lambda turn: conditions.begin_rollback(turn, target, stage, "ManualRollback", "tests"))

    @rule(stage=st.sampled_from(["Source", "Build", "Deploy"]), enabled=st.booleans())
    def transition(self, stage: str, enabled: bool) -> None:
        def change(turn: Turn) -> None:
            self.pipeline.transitions[stage] = Transition(enabled, "tests", turn.now, None if enabled else "why not")

        self.happen(change)

    @rule()
    def snapshot(self) -> None:
        """What is kept can be copied and serialised at any moment, and goes on from the copy."""
        self.pipeline = pickle.loads(pickle.dumps(self.pipeline))
        self.over = {id_: self.shown(e) for id_, e in self.pipeline.executions.items() if id_ in self.over}

    @staticmethod
    def shown(execution: Execution) -> tuple[Any, ...]:
        return execution.status, copy.deepcopy(execution.stage_runs)

    @invariant()
    def a_stage_holds_one_execution_unless_the_mode_is_parallel(self) -> None:
        if self.pipeline.definition.mode is Mode.PARALLEL:
            return
        inside = [e.stage_name for e in self.pipeline.live() if not e.waiting]
        assert len(inside) == len(set(inside))

    @invariant()
    def only_one_execution_waits_for_a_stage_in_superseded_mode(self) -> None:
        if self.pipeline.definition.mode is Mode.SUPERSEDED:
            waiting = [e.stage_name for e in self.pipeline.live() if e.waiting]
            assert len(waiting) == len(set(waiting))

    @invariant()
    def nothing_is_stuck(self) -> None:
        """A live execution waits for a stage that is closed or taken, or has a run that is going on and whose end the
        clock knows."""
        for execution in self.pipeline.live():
            if execution.waiting:
                closed = not entry.is_open(Turn(self.pipeline, self.now), execution.stage_name)
                taken = entry.occupant(self.pipeline.live(), execution.stage_name) is not None
                assert closed or taken
                continue
            live = [run for run in execution.runs() if run.is_live]
            assert live
            assert state_machine.next_moment(Turn(self.pipeline, self.now)) is not None

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for execution in self.pipeline.executions.values():
            if execution.status.is_live:
                continue
            shown = self.shown(execution)
            assert self.over.setdefault(execution.id, shown) == shown

    @invariant()
    def runs_of_an_ended_execution_have_ended(self) -> None:
        for execution in self.pipeline.executions.values():
            if not execution.status.is_live:
                assert not any(run.is_live for run in execution.runs())
                assert all(not job.status.is_open for run in execution.runs() for job in run.jobs)

    @invariant()
    def success_means_that_every_stage_succeeded_or_was_skipped(self) -> None:
        for execution in self.pipeline.executions.values():
            if execution.status is ExecutionStatus.SUCCEEDED and not execution.rollback_target:
                statuses = {stage_run.status for stage_run in execution.stage_runs.values()}
                assert len(execution.stage_runs) == 3
                assert statuses <= {StageStatus.SUCCEEDED, StageStatus.SKIPPED}

    @invariant()
    def a_failure_shows_its_reason(self) -> None:
        for execution in self.pipeline.executions.values():
            for run in execution.runs():
                assert (run.status is RunStatus.FAILED) == (run.error is not None)
            if execution.status is not ExecutionStatus.FAILED:
                continue
            failed = [s for s in execution.stage_runs.values() if s.status is StageStatus.FAILED]
            assert failed
            for stage_run in failed:
                reasons = [run.error for run in stage_run.current_runs() if run.error]
                unmet = [gate.summary for gate in stage_run.gates.values() if gate.status is ConditionStatus.FAILED]
                assert reasons or unmet

    @invariant()
    def run_orders_are_kept(self) -> None:
        for execution in self.pipeline.executions.values():
            build = execution.stage_runs.get("Build")
            if build is None or "After" not in build.current:
                continue
            sides = [build.latest("Left"), build.latest("Right")]
            assert all(run is not None and run.status is RunStatus.SUCCEEDED for run in sides)

    @invariant()
    def the_state_can_be_shown(self) -> None:
        pipeline_state(self.pipeline)

    @invariant()
    def stages_that_are_over_are_in_no_phase(self) -> None:
        for execution in self.pipeline.executions.values():
            for stage_run in execution.stage_runs.values():
                is_over = stage_run.status not in (StageStatus.IN_PROGRESS, StageStatus.STOPPING)
                assert (stage_run.phase is Phase.OVER) == is_over

    @invariant()
    def a_run_has_at_most_one_open_job(self) -> None:
        for _, run in self.live_runs():
            assert sum(job.status in (JobStatus.IN_PROGRESS, JobStatus.QUEUED) for job in run.jobs) <= 1


TestPipelineMachine = PipelineMachine.TestCase
TestPipelineMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
