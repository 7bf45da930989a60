"""An execution's way through one stage: conditions before, actions in run order, conditions after, retries. Pure."""

import secrets
import string
from dataclasses import replace

from rehearsal.localaws.codepipeline import conditions, variables
from rehearsal.localaws.codepipeline.definition import Action, Gate, Result, RetryMode, Stage
from rehearsal.localaws.codepipeline.records import (
    ActionRun,
    Artifact,
    ConditionStatus,
    ErrorDetails,
    Execution,
    ExecutionStatus,
    Phase,
    RunStatus,
    StageRun,
    StageStatus,
)
from rehearsal.localaws.codepipeline.turns import Turn, Withdraw, Work, new_id

DAY_SECONDS = 86_400.0
APPROVAL_SECONDS = 7 * DAY_SECONDS
_KEY_LETTERS = string.ascii_letters + string.digits


def phase_of(gate: Gate) -> Phase:
    """The phase in which a gate is looked at."""
    return {
        Gate.BEFORE_ENTRY: Phase.BEFORE_ENTRY,
        Gate.ON_SUCCESS: Phase.ON_SUCCESS,
        Gate.ON_FAILURE: Phase.ON_FAILURE,
    }[gate]


def step(turn: Turn, execution: Execution) -> bool:
    """Take the execution as far through its present stage as it can go now; whether anything changed."""
    stage_run = execution.stage_runs[execution.stage_name]
    declared = execution.definition.stages[execution.position]
    steps = {
        Phase.BEFORE_ENTRY: _before_entry,
        Phase.ACTIONS: _actions,
        Phase.ON_SUCCESS: _on_success,
        Phase.ON_FAILURE: _on_failure,
    }
    return steps[stage_run.phase](turn, execution, declared, stage_run) if stage_run.phase in steps else False


def _before_entry(turn: Turn, execution: Execution, declared: Stage, stage_run: StageRun) -> bool:
    gate = conditions.look(turn, execution, declared, stage_run, Gate.BEFORE_ENTRY)
    if gate.status is ConditionStatus.IN_PROGRESS:
        return gate.changed
    if gate.result is None:
        stage_run.phase = Phase.ACTIONS
    elif gate.result is Result.SKIP:
        finish(turn, execution, stage_run, StageStatus.SKIPPED)
    else:
        finish(turn, execution, stage_run, StageStatus.FAILED)
    return True


def _actions(turn: Turn, execution: Execution, declared: Stage, stage_run: StageRun) -> bool:
    runs = stage_run.current_runs()
    if any(run.is_live for run in runs):
        return False
    if execution.status is ExecutionStatus.STOPPING:
        finish(turn, execution, stage_run, StageStatus.STOPPED)
    elif any(run.status is not RunStatus.SUCCEEDED for run in runs):
        stage_run.phase = Phase.ON_FAILURE
    else:
        _start_next_group(turn, execution, declared, stage_run)
    return True


def _start_next_group(turn: Turn, execution: Execution, declared: Stage, stage_run: StageRun) -> None:
    missing = [action for action in declared.actions if action.name not in stage_run.current]
    if not missing:
        stage_run.phase = Phase.ON_SUCCESS
        return
    order = min(action.run_order for action in missing)
    for action in [action for action in missing if action.run_order == order]:
        _start(turn, execution, stage_run, action)


def _start(turn: Turn, execution: Execution, stage_run: StageRun, action: Action) -> None:
    run = ActionRun(new_id(), stage_run.name, action, turn.now, turn.now, deadline=turn.now + limit_seconds(action))
    stage_run.actions.append(run)
    stage_run.current[action.name] = run.id
    try:
        run.configuration = variables.resolve(action.configuration, execution)
        run.inputs = [_input(turn, execution, action, name) for name in action.inputs]
    except variables.Unresolved as error:
        turn.announce_run(execution, run, "STARTED")
        fail(turn, execution, run, ErrorDetails("ConfigurationError", str(error)))
        return
    run.outputs = [_new_place(turn, execution, action, name) for name in action.outputs]
    if action.type.category == "Approval":
        run.approval_token = new_id()
    turn.announce_run(execution, run, "STARTED")
    turn.instructions.append(Work(execution.id, run.id))


def limit_seconds(action: Action) -> float:
    """How long an action may take: its own timeout, 7 days for an approval, else a day (CodePipeline's quotas page)."""
    if action.timeout_minutes is not None:
        return action.timeout_minutes * 60.0
    return APPROVAL_SECONDS if action.type.category == "Approval" else DAY_SECONDS


def _input(turn: Turn, execution: Execution, action: Action, name: str) -> Artifact:
    """Where an action finds an input: in the store of its own region, to which CodePipeline copies what was made in
    another."""
    if name not in execution.artifacts:
        raise variables.Unresolved(f"The input artifact {name} was not made by an earlier action of this execution.")
    made = execution.artifacts[name]
    here = _new_place(turn, execution, action, name)
    return made if made.bucket == here.bucket else replace(here, revision=made.revision, origin=made)


def _new_place(turn: Turn, execution: Execution, action: Action, name: str) -> Artifact:
    """A place in the store of the action's region: ``<pipeline>/<artifact>/<random>``, cut as CodePipeline cuts
    them."""
    store = execution.definition.stores[action.region or turn.pipeline.region]
    tail = "".join(secrets.choice(_KEY_LETTERS) for _ in range(7))
    return Artifact(name, store.bucket, f"{execution.definition.name[:20]}/{name[:10]}/{tail}")


def succeed(turn: Turn, execution: Execution, run: ActionRun) -> None:
    """The action is done: its outputs and variables count from now on."""
    run.status = RunStatus.SUCCEEDED
    for artifact in run.outputs:
        execution.artifacts[artifact.name] = artifact
    if run.action.namespace:
        execution.namespaces[run.action.namespace] = dict(run.variables)
    turn.announce_run(execution, run, "SUCCEEDED")


def fail(turn: Turn, execution: Execution, run: ActionRun, error: ErrorDetails) -> None:
    """The action failed, for a reason that stays visible."""
    run.status, run.error = RunStatus.FAILED, error
    turn.announce_run(execution, run, "FAILED")


def abandon(turn: Turn, execution: Execution, run: ActionRun) -> None:
    """Nobody waits for the action any more."""
    run.status = RunStatus.ABANDONED
    turn.announce_run(execution, run, "ABANDONED")
    turn.instructions.append(Withdraw(execution.id, run.id))


def _on_success(turn: Turn, execution: Execution, declared: Stage, stage_run: StageRun) -> bool:
    gate = conditions.look(turn, execution, declared, stage_run, Gate.ON_SUCCESS)
    if gate.status is ConditionStatus.IN_PROGRESS:
        return gate.changed
    if gate.result is None:
        finish(turn, execution, stage_run, StageStatus.SUCCEEDED)
    else:
        _give_up(turn, execution, stage_run, gate.result)
    return True


def _on_failure(turn: Turn, execution: Execution, declared: Stage, stage_run: StageRun) -> bool:
    gate = conditions.look(turn, execution, declared, stage_run, Gate.ON_FAILURE)
    if gate.status is ConditionStatus.IN_PROGRESS:
        return gate.changed
    result = gate.result or (declared.failure_result if Gate.ON_FAILURE not in stage_run.gates else None)
    _give_up(turn, execution, stage_run, result or Result.FAIL, declared.retry_mode)
    return True


def _give_up(
    turn: Turn, execution: Execution, stage_run: StageRun, result: Result, retry_mode: RetryMode | None = None
) -> None:
    """Fail the stage, or do what its declaration says should follow instead. It is retried by itself only once."""
    if result is Result.RETRY and not stage_run.automatic_retries and execution.status is ExecutionStatus.IN_PROGRESS:
        stage_run.automatic_retries += 1
        stage_run.latest_retry = "AutomatedStageRetry"
        again(turn, execution, stage_run, retry_mode or RetryMode.FAILED_ACTIONS)
        return
    finish(turn, execution, stage_run, StageStatus.FAILED)
    if result is Result.ROLLBACK:
        conditions.roll_back(turn, execution, stage_run.name)


def again(turn: Turn, execution: Execution, stage_run: StageRun, mode: RetryMode) -> None:
    """Go back to the stage's actions: to those that did not succeed, or to all."""
    kept = [run for run in stage_run.current_runs() if run.status is RunStatus.SUCCEEDED]
    stage_run.current = {} if mode is RetryMode.ALL_ACTIONS else {run.declared.name: run.id for run in kept}
    stage_run.past_rules = list(stage_run.rule_runs())
    before = stage_run.gates.get(Gate.BEFORE_ENTRY)
    entered = before is None or before.status in (ConditionStatus.SUCCEEDED, ConditionStatus.OVERRIDDEN)
    stage_run.gates = {Gate.BEFORE_ENTRY: before} if before is not None and entered else {}
    if stage_run.gates:
        stage_run.past_rules = [rule for rule in stage_run.past_rules if rule not in _rules_of(stage_run)]
    stage_run.phase = Phase.ACTIONS if entered else Phase.BEFORE_ENTRY
    stage_run.status = StageStatus.IN_PROGRESS
    turn.announce_stage(execution, stage_run, "RESUMED")


def _rules_of(stage_run: StageRun) -> list[object]:
    return [rule for gate in stage_run.gates.values() for condition in gate.conditions for rule in condition.rules]


_STATES = {
    StageStatus.SUCCEEDED: "SUCCEEDED",
    StageStatus.FAILED: "FAILED",
    StageStatus.STOPPED: "STOPPED",
    StageStatus.SKIPPED: "SKIPPED",
}


def finish(turn: Turn, execution: Execution, stage_run: StageRun, status: StageStatus) -> None:
    """End the run of a stage, and take the execution to what follows."""
    stage_run.status, stage_run.phase = status, Phase.OVER
    turn.announce_stage(execution, stage_run, _STATES[status])
    if status is StageStatus.FAILED:
        end(turn, execution, ExecutionStatus.FAILED)
    elif status is StageStatus.STOPPED:
        end(turn, execution, ExecutionStatus.STOPPED)
    else:
        _go_on(turn, execution)


def _go_on(turn: Turn, execution: Execution) -> None:
    is_last = execution.position + 1 == len(execution.definition.stages)
    if execution.status is ExecutionStatus.STOPPING:
        end(turn, execution, ExecutionStatus.STOPPED)
    elif is_last or execution.rollback_target:
        end(turn, execution, ExecutionStatus.SUCCEEDED)
    else:
        execution.position += 1
        execution.waiting, execution.waiting_since = True, turn.now


def end(turn: Turn, execution: Execution, status: ExecutionStatus) -> None:
    """The execution is over (a failed or stopped one until it is retried)."""
    execution.status, execution.waiting = status, False
    turn.announce_execution(execution, status.value.upper())
