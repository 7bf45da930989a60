"""The state machine of pipeline executions: what an event does to one, and what must be done next. Pure.

Each function takes the :class:`~.turns.Turn` of the moment, changes the records of its execution and nothing else, and
adds instructions to the turn; ``advance`` then begins what has become possible. Names apart, the same events give the
same records.
"""

from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.sagemaker.pipelines import retries
from rehearsal.localaws.sagemaker.pipelines.records import Execution, ExecutionStatus, Miss, StepRun, StepStatus
from rehearsal.localaws.sagemaker.pipelines.retries import Fault
from rehearsal.localaws.sagemaker.pipelines.turns import Begin, Halt, TellExecution, TellStep, Turn, new_name, new_run

STEPS_FAILED = "Step failure: One or multiple steps failed."
MAX_REASON = 1024


def start(turn: Turn) -> None:
    """A new execution begins."""
    turn.instructions.append(TellExecution(None, ExecutionStatus.EXECUTING))


def advance(turn: Turn) -> None:
    """Begin every step that may begin now; end the execution when nothing is left to do."""
    execution = turn.execution
    if not execution.status.is_live:
        return
    if execution.status is ExecutionStatus.EXECUTING and not _has_failed(execution):
        _begin_ready(turn)
    if not execution.live_runs():
        _finish(turn)


def _has_failed(execution: Execution) -> bool:
    return any(run.status in (StepStatus.FAILED, StepStatus.STOPPED) for run in execution.runs.values())


def _begin_ready(turn: Turn) -> None:
    execution = turn.execution
    room = _room(execution)
    for name in execution.waits:
        if room <= 0:
            return
        if name not in execution.runs and is_ready(execution, name):
            run = new_run(execution.id, execution.definition.steps[name], turn.now)
            execution.runs[name] = run
            turn.instructions += [TellStep(run, None, StepStatus.STARTING), Begin(run)]
            room -= 1


def _room(execution: Execution) -> float:
    if execution.most_parallel is None:
        return float("inf")
    return execution.most_parallel - len(execution.live_runs())


def is_ready(execution: Execution, name: str) -> bool:
    """Whether all that the step waits for has succeeded, and the branch that it is in was taken."""
    for before in execution.waits[name]:
        run = execution.runs.get(before)
        if run is None or run.status is not StepStatus.SUCCEEDED:
            return False
    branch = execution.definition.steps[name].branch
    if branch is None or branch.condition not in execution.waits[name]:
        return True
    return execution.runs[branch.condition].outcome == branch.outcome


def _finish(turn: Turn) -> None:
    execution = turn.execution
    if execution.status is ExecutionStatus.STOPPING:
        turn.set_execution(ExecutionStatus.STOPPED)
    elif _has_failed(execution):
        execution.failure_reason = STEPS_FAILED
        turn.set_execution(ExecutionStatus.FAILED)
    else:
        turn.set_execution(ExecutionStatus.SUCCEEDED)


def resolved(
    run: StepRun,
    arguments: Mapping[str, Any],
    target: str | None,
    miss: Miss | None,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """What the step asks for is known, and that no earlier run is reused."""
    run.arguments, run.target, run.miss, run.settings = dict(arguments), target, miss, dict(settings or {})


def begun(turn: Turn, run: StepRun, metadata: Mapping[str, Any]) -> None:
    """The step's work is under way. One that is to stop already stays so, and is asked to stop again."""
    if not _is_current(turn, run):
        return
    run.metadata = dict(metadata)
    if run.status is StepStatus.STARTING:
        turn.set_step(run, StepStatus.EXECUTING)
    elif run.status is StepStatus.STOPPING:
        turn.instructions.append(Halt(run))


def succeed(turn: Turn, run: StepRun, metadata: Mapping[str, Any], properties: Mapping[str, Any]) -> None:
    """The step has come to a good end; of an execution that stops it is stopped all the same."""
    if not _is_current(turn, run):
        return
    run.metadata, run.properties = dict(metadata), dict(properties)
    stopping = run.status is StepStatus.STOPPING
    if run.status is StepStatus.STARTING:
        turn.set_step(run, StepStatus.EXECUTING)
    turn.set_step(run, StepStatus.STOPPED if stopping else StepStatus.SUCCEEDED)


def reuse(turn: Turn, run: StepRun, earlier: StepRun, execution_arn: str, arguments: Mapping[str, Any]) -> None:
    """An earlier run of the step serves as this one."""
    if not _is_current(turn, run):
        return
    run.arguments, run.cache_source = dict(arguments), execution_arn
    run.metadata, run.properties = dict(earlier.metadata), dict(earlier.properties)
    turn.set_step(run, StepStatus.STOPPED if run.status is StepStatus.STOPPING else StepStatus.SUCCEEDED)


def fail(
    turn: Turn, run: StepRun, reason: str, fault: Fault | None = None, metadata: Mapping[str, Any] | None = None
) -> None:
    """A try of the step has failed: another follows if a policy says so, else the step has failed."""
    if not _is_current(turn, run):
        return
    run.metadata = dict(metadata if metadata is not None else run.metadata)
    pause = None
    if turn.execution.status is ExecutionStatus.EXECUTING:
        pause = retries.next_try(run.step.policies, fault, run.attempts, turn.now - run.started_at)
    if pause is not None:
        run.resume_at, run.failure_reason = turn.now + pause, reason[:MAX_REASON]
        return
    run.failure_reason = _whole_reason(turn.execution, run, reason, fault)[:MAX_REASON] or None
    turn.set_step(run, StepStatus.FAILED)


def _whole_reason(execution: Execution, run: StepRun, reason: str, fault: Fault | None) -> str:
    """The reason, with the service's sentence about a fault that a retry policy could have named."""
    if fault is None or fault in retries.OF_CALLS or any(fault in policy.faults for policy in run.step.policies):
        return reason
    return (
        f"{reason}\nRetry not appropriate on execution of step with PipelineExecutionArn {execution.arn} and StepId "
        f"{run.step.name}. No retry policy configured for the exception type {fault.upper().replace('.', '_')}."
    )


def stopped(turn: Turn, run: StepRun) -> None:
    """What the step had started was stopped: as the execution wanted it, or by somebody else, and then the step has
    failed."""
    if not _is_current(turn, run):
        return
    if run.status is StepStatus.STOPPING:
        turn.set_step(run, StepStatus.STOPPED)
    else:
        fail(turn, run, f"ClientError: {run.name} was stopped before it had finished.")


def _is_current(turn: Turn, run: StepRun) -> bool:
    """Whether the run is the one that counts and is not over: what comes late is not heard."""
    return turn.execution.runs.get(run.step.name) is run and run.status.is_live


def stop(turn: Turn) -> None:
    """Stop the execution: nothing new begins, and what runs is asked to stop."""
    turn.set_execution(ExecutionStatus.STOPPING)
    for run in turn.execution.live_runs():
        if run.resume_at is not None:
            turn.set_step(run, StepStatus.STOPPED)
            continue
        turn.set_step(run, StepStatus.STOPPING)
        turn.instructions.append(Halt(run))


def retry(turn: Turn) -> None:
    """Take a failed or stopped execution up again: steps that succeeded stay, the others run anew."""
    execution = turn.execution
    execution.runs = {name: run for name, run in execution.runs.items() if run.status is StepStatus.SUCCEEDED}
    execution.failure_reason = execution.ended_at = None
    turn.set_execution(ExecutionStatus.EXECUTING)


def has_failed_by_intent(execution: Execution) -> bool:
    """Whether a Fail step has ended it."""
    return any(run.step.kind.type == "Fail" and run.status is StepStatus.FAILED for run in execution.runs.values())


def next_moment(execution: Execution) -> float | None:
    """When the passing of time next changes something: another try of a step begins."""
    if not execution.status.is_live:
        return None
    return min((run.resume_at for run in execution.runs.values() if run.resume_at is not None), default=None)


def pass_time(turn: Turn) -> None:
    """Do what has become due by ``turn.now``."""
    for run in turn.execution.live_runs():
        if run.resume_at is not None and run.resume_at <= turn.now:
            run.resume_at, run.failure_reason = None, None
            run.attempts += 1
            run.name = new_name(turn.execution.id, run.step)
            if run.status is not StepStatus.STARTING:
                turn.set_step(run, StepStatus.STARTING)
            turn.instructions.append(Begin(run))
