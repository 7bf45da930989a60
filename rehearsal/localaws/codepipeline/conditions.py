"""Stage conditions: rules that are run at a gate, and what follows when a condition is not met. Pure."""

from dataclasses import dataclass, replace

from rehearsal.localaws.codepipeline import history, variables
from rehearsal.localaws.codepipeline.definition import Condition, Gate, Result, Rule, Stage
from rehearsal.localaws.codepipeline.records import (
    ConditionRun,
    ConditionStatus,
    ErrorDetails,
    Execution,
    ExecutionStatus,
    GateRun,
    RuleRun,
    RunStatus,
    StageRun,
    StageStatus,
)
from rehearsal.localaws.codepipeline.turns import Turn, Withdraw, Work, new_id

_RULE_SECONDS = 86_400.0


@dataclass(frozen=True)
class Verdict:
    """Where a gate is: ``result`` is what must follow, None when the way is free."""

    status: ConditionStatus
    result: Result | None = None
    changed: bool = False


def look(turn: Turn, execution: Execution, declared: Stage, stage_run: StageRun, gate: Gate) -> Verdict:
    """The verdict of a gate; its rules are started when it is looked at for the first time."""
    if not declared.conditions.get(gate):
        return Verdict(ConditionStatus.SUCCEEDED)
    if execution.status is ExecutionStatus.STOPPING and gate not in stage_run.gates:
        return Verdict(ConditionStatus.SUCCEEDED)
    if gate not in stage_run.gates:
        conditions = [_begin(turn, execution, stage_run, condition) for condition in declared.conditions[gate]]
        stage_run.gates[gate] = GateRun(conditions)
        return Verdict(ConditionStatus.IN_PROGRESS, changed=True)
    return _verdict(turn, stage_run.gates[gate])


def _begin(turn: Turn, execution: Execution, stage_run: StageRun, condition: Condition) -> ConditionRun:
    rules = [_begin_rule(turn, execution, stage_run, rule) for rule in condition.rules]
    return ConditionRun(condition.result, rules, turn.now)


def _begin_rule(turn: Turn, execution: Execution, stage_run: StageRun, rule: Rule) -> RuleRun:
    limit = rule.timeout_minutes * 60.0 if rule.timeout_minutes is not None else _RULE_SECONDS
    run = RuleRun(new_id(), stage_run.name, rule, turn.now, turn.now, deadline=turn.now + limit)
    try:
        run.configuration = variables.resolve(rule.configuration, execution)
    except variables.Unresolved as error:
        run.status, run.error = RunStatus.FAILED, ErrorDetails("ConfigurationError", str(error))
        return run
    run.inputs = [execution.artifacts[name] for name in rule.inputs if name in execution.artifacts]
    turn.instructions.append(Work(execution.id, run.id))
    return run


def _verdict(turn: Turn, gate: GateRun) -> Verdict:
    if gate.status is ConditionStatus.IN_PROGRESS:
        for condition in gate.conditions:
            _settle(turn, condition)
        gate.status, gate.summary = _worst(gate.conditions)
    if gate.status is ConditionStatus.IN_PROGRESS:
        return Verdict(gate.status)
    if gate.status is ConditionStatus.FAILED:
        unmet = next(c for c in gate.conditions if c.status is ConditionStatus.FAILED)
        return Verdict(gate.status, unmet.result)
    if gate.status is ConditionStatus.ABANDONED:
        return Verdict(gate.status, Result.FAIL)
    return Verdict(gate.status)


def _settle(turn: Turn, condition: ConditionRun) -> None:
    """A condition is met when all its rules succeed; it is judged when all are over."""
    if condition.status is not ConditionStatus.IN_PROGRESS or any(rule.is_live for rule in condition.rules):
        return
    failed = [rule for rule in condition.rules if rule.status is not RunStatus.SUCCEEDED]
    condition.updated_at = turn.now
    condition.status = ConditionStatus.FAILED if failed else ConditionStatus.SUCCEEDED
    if failed:
        reasons = ", ".join(f"{rule.declared.name}: {rule.error.message}" for rule in failed if rule.error)
        condition.summary = f"The condition was not met ({condition.result}). {reasons}"[:2048]


def _worst(conditions: list[ConditionRun]) -> tuple[ConditionStatus, str | None]:
    for status in (ConditionStatus.IN_PROGRESS, ConditionStatus.FAILED):
        found = next((condition for condition in conditions if condition.status is status), None)
        if found is not None:
            return status, found.summary
    return ConditionStatus.SUCCEEDED, None


def override(turn: Turn, gate: GateRun) -> None:
    """Count a failed gate as met, as OverrideStageCondition asks."""
    gate.status = ConditionStatus.OVERRIDDEN
    for condition in gate.conditions:
        if condition.status is ConditionStatus.FAILED:
            condition.status, condition.updated_at = ConditionStatus.OVERRIDDEN, turn.now


def abandon(turn: Turn, execution: Execution, stage_run: StageRun) -> None:
    """Stop waiting for the rules of the stage's gates."""
    for gate in stage_run.gates.values():
        if gate.status is not ConditionStatus.IN_PROGRESS:
            continue
        gate.status = ConditionStatus.ABANDONED
        for condition in gate.conditions:
            for rule in condition.rules:
                if rule.is_live:
                    rule.status, rule.updated_at = RunStatus.ABANDONED, turn.now
                    turn.instructions.append(Withdraw(execution.id, rule.id))
            if condition.status is ConditionStatus.IN_PROGRESS:
                condition.status, condition.updated_at = ConditionStatus.ABANDONED, turn.now


def roll_back(turn: Turn, failed: Execution, stage: str) -> None:
    """Start the rollback of a stage to the last execution that succeeded in it; its absence is told in the failed
    execution."""
    target = next((e for e in reversed(turn.pipeline.executions.values()) if can_be_target(turn, e, stage)), None)
    if failed.rollback_target is not None:
        return
    if target is None:
        failed.status_summary = (
            f"Stage {stage} could not be rolled back: no earlier execution of this version succeeded in it."
        )
        return
    begin_rollback(turn, target, stage, "AutomatedRollback", f"FailedPipelineExecutionId: {failed.id}")


def can_be_target(turn: Turn, execution: Execution, stage: str) -> bool:
    """Whether a stage may be rolled back to the execution: it succeeded there, in the present version, and is no
    rollback itself."""
    run = execution.stage_runs.get(stage)
    return (
        run is not None
        and run.status is StageStatus.SUCCEEDED
        and execution.rollback_target is None
        and execution.definition.version == turn.pipeline.definition.version
    )


def begin_rollback(turn: Turn, target: Execution, stage: str, trigger: str, detail: str) -> Execution:
    """A new execution of one stage with the revisions, artifacts and variables of ``target``."""
    execution = Execution(
        id=new_id(),
        definition=turn.pipeline.definition,
        trigger_type=trigger,
        trigger_detail=detail,
        started_at=turn.now,
        updated_at=turn.now,
        variables=dict(target.variables),
        position=turn.pipeline.definition.position(stage),
        waiting_since=turn.now,
        artifacts=dict(target.artifacts),
        namespaces={name: dict(values) for name, values in target.namespaces.items()},
        revisions=[replace(revision) for revision in target.revisions],
        rollback_target=target.id,
    )
    turn.pipeline.executions[execution.id] = execution
    history.forget_oldest(turn.pipeline)
    turn.announce_execution(execution, "STARTED")
    return execution
