"""Who may enter a stage now: one execution at a time, transitions, and what the execution mode does with those that
wait. Pure."""

from rehearsal.localaws.codepipeline.definition import Mode
from rehearsal.localaws.codepipeline.records import Execution, ExecutionStatus, StageRun
from rehearsal.localaws.codepipeline.turns import Turn


def admit(turn: Turn) -> bool:
    """Let in whoever may enter a stage; whether anything changed. The last stages come first, so that they become
    free."""
    admitted = [_admit_to(turn, name) for name in reversed(_waited_for(turn))]
    return any(admitted)


def _waited_for(turn: Turn) -> list[str]:
    """Stages that executions wait for, in pipeline order; an execution waits by the name of the stage, as versions may
    differ."""
    waiting = sorted((e for e in turn.pipeline.live() if e.waiting), key=lambda execution: execution.position)
    return list(dict.fromkeys(execution.stage_name for execution in waiting))


def waiting_for(live: list[Execution], stage: str) -> list[Execution]:
    """The executions among these that wait for the stage, first come first."""
    here = [execution for execution in live if execution.waiting and execution.stage_name == stage]
    return sorted(here, key=lambda execution: execution.waiting_since)


def _admit_to(turn: Turn, stage: str) -> bool:
    waiting = waiting_for(turn.pipeline.live(), stage)
    changed = False
    if turn.pipeline.definition.mode is Mode.SUPERSEDED:
        changed = _supersede(turn, waiting[:-1])
        waiting = waiting[-1:]
    if not is_open(turn, stage):
        return changed
    if turn.pipeline.definition.mode is Mode.PARALLEL:
        for execution in waiting:
            _enter(turn, execution)
        return True
    if waiting and not occupant(turn.pipeline.live(), stage):
        _enter(turn, waiting[0])
        return True
    return changed


def is_open(turn: Turn, stage: str) -> bool:
    """Whether the transition into the stage is enabled."""
    transition = turn.pipeline.transitions.get(stage)
    return transition is None or transition.enabled


def occupant(live: list[Execution], stage: str) -> Execution | None:
    """The execution that is in the stage now."""
    return next((e for e in live if not e.waiting and e.stage_name == stage), None)


def _supersede(turn: Turn, overtaken: list[Execution]) -> bool:
    for execution in overtaken:
        execution.status = ExecutionStatus.SUPERSEDED
        execution.waiting = False
        turn.announce_execution(execution, "SUPERSEDED")
    return bool(overtaken)


def _enter(turn: Turn, execution: Execution) -> None:
    """Begin a new run of the stage that the execution waits for; an earlier one of the same execution is a retry's, and
    stays."""
    execution.waiting = False
    stage_run = StageRun(execution.stage_name, turn.now)
    execution.stage_runs[stage_run.name] = stage_run
    turn.announce_stage(execution, stage_run, "STARTED")
