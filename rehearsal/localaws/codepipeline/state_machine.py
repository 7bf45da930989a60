"""The pipeline state machine: what an event does to a pipeline's executions, and what must be done next. Pure.

Each function takes the :class:`~.turns.Turn` of the moment, changes the records of its pipeline and nothing else, and
adds instructions to the turn; ``advance`` then goes on until nothing more can start. Ids apart, the same events give
the same records.
"""

from dataclasses import dataclass, field

from rehearsal.localaws.codepipeline import conditions, entry, history, stage
from rehearsal.localaws.codepipeline.definition import Definition, Gate, RetryMode
from rehearsal.localaws.codepipeline.records import (
    ActionRun,
    Artifact,
    ErrorDetails,
    Execution,
    ExecutionStatus,
    Job,
    JobStatus,
    Revision,
    Run,
    RunStatus,
    StageRun,
    StageStatus,
)
from rehearsal.localaws.codepipeline.turns import Turn, Withdraw, Work, new_id

REPLY_SECONDS = 20 * 60.0
"""A function that has not answered by then has failed (user guide, "Invoke an AWS Lambda function in a pipeline")."""


@dataclass(frozen=True)
class Outcome:
    """What a provider, worker or function reports of a run that has come to a good end."""

    summary: str | None = None
    external_id: str | None = None
    external_url: str | None = None
    log_stream_arn: str | None = None
    percent: int | None = None
    variables: dict[str, str] = field(default_factory=dict)
    outputs: tuple[Artifact, ...] | None = None
    revisions: tuple[Revision, ...] = ()


@dataclass(frozen=True)
class Later:
    """What a provider answers that wants to be asked again after so many seconds."""

    seconds: float


def postpone(turn: Turn, run: Run, later: Later) -> None:
    """Ask the provider of a run again later."""
    if run.is_live:
        run.resume_at = turn.now + later.seconds


def advance(turn: Turn) -> None:
    """Start everything that may start now."""
    while _step(turn):
        pass


def _step(turn: Turn) -> bool:
    moved = [stage.step(turn, execution) for execution in turn.pipeline.live() if not execution.waiting]
    return entry.admit(turn) or any(moved)


def start(turn: Turn, execution: Execution) -> None:
    """A new execution comes to the pipeline's first stage."""
    execution.waiting, execution.waiting_since = True, turn.now
    turn.pipeline.executions[execution.id] = execution
    history.forget_oldest(turn.pipeline)
    turn.announce_execution(execution, "STARTED")


def change(turn: Turn, definition: Definition) -> None:
    """The pipeline has a new version, for executions that start from now on."""
    turn.pipeline.definition = turn.pipeline.versions[definition.version] = definition
    turn.pipeline.updated_at = turn.now


def progress(run: Run, outcome: Outcome) -> None:
    """Keep what is known of a run, whether it is over or not."""
    run.summary = outcome.summary or run.summary
    run.external_id = outcome.external_id or run.external_id
    run.external_url = outcome.external_url or run.external_url
    run.log_stream_arn = outcome.log_stream_arn or run.log_stream_arn
    run.percent = run.percent if outcome.percent is None else outcome.percent
    run.variables.update(outcome.variables)
    if outcome.outputs is not None:
        run.outputs = list(outcome.outputs)


def succeed(turn: Turn, execution: Execution, run: Run, outcome: Outcome) -> None:
    """A run has come to a good end. What comes for a run that is over already is not heard."""
    if not run.is_live:
        return
    _close_jobs(run, JobStatus.SUCCEEDED)
    progress(run, outcome)
    execution.revisions += outcome.revisions
    if isinstance(run, ActionRun):
        stage.succeed(turn, execution, run)
    else:
        run.status, run.updated_at = RunStatus.SUCCEEDED, turn.now


def fail(turn: Turn, execution: Execution, run: Run, error: ErrorDetails, external_id: str | None = None) -> None:
    """A run has failed."""
    if not run.is_live:
        return
    _close_jobs(run, JobStatus.FAILED)
    run.external_id = external_id or run.external_id
    if isinstance(run, ActionRun):
        stage.fail(turn, execution, run, error)
    else:
        run.status, run.error, run.updated_at = RunStatus.FAILED, error, turn.now


def _close_jobs(run: Run, status: JobStatus) -> None:
    run.resume_at = None
    for job in run.jobs:
        if job.status.is_open:
            job.status = status


def open_job(turn: Turn, run: Run, *, worker: bool) -> Job:
    """A new job for a run: handed to a function at once (``worker`` false), or queued for a custom worker's poll."""
    status = JobStatus.QUEUED if worker else JobStatus.IN_PROGRESS
    begun_at = turn.now if run.jobs else run.started_at  # the run is seen before its first job is
    limit = run.deadline if worker else min(run.deadline, begun_at + REPLY_SECONDS)
    job = Job(new_id(), str(len(run.jobs) + 1), status, limit, run.continuation_token)
    run.jobs.append(job)
    run.external_id = run.external_id if worker else job.id
    run.resume_at = None
    return job


def continue_job(turn: Turn, execution: Execution, run: Run, token: str, resume_at: float) -> None:
    """A function asks to be called again with its token."""
    _close_jobs(run, JobStatus.SUCCEEDED)
    run.continuation_token, run.resume_at, run.updated_at = token, resume_at, turn.now
    execution.updated_at = turn.now


def approve(turn: Turn, execution: Execution, run: ActionRun, *, approved: bool, summary: str, by: str) -> None:
    """Somebody has approved or rejected a manual approval."""
    run.updated_by, run.summary = by, summary
    run.spent_token, run.approval_token = run.approval_token, None
    if approved:
        stage.succeed(turn, execution, run)
    else:
        stage.fail(turn, execution, run, ErrorDetails("ApprovalRejected", f"The approval was rejected: {summary}"))


def stop(turn: Turn, execution: Execution, *, abandoned: bool, reason: str) -> None:
    """Stop an execution: what runs may end first, or is abandoned."""
    execution.stop_reason = reason
    if execution.status is ExecutionStatus.IN_PROGRESS:
        execution.status = ExecutionStatus.STOPPING
        turn.announce_execution(execution, "STOPPING")
    if execution.waiting:
        stage.end(turn, execution, ExecutionStatus.STOPPED)
        return
    stage_run = execution.stage_runs[execution.stage_name]
    stage_run.status = StageStatus.STOPPING
    turn.announce_stage(execution, stage_run, "STOPPING")
    if abandoned:
        _abandon(turn, execution, stage_run)


def _abandon(turn: Turn, execution: Execution, stage_run: StageRun) -> None:
    conditions.abandon(turn, execution, stage_run)
    for run in stage_run.current_runs():
        if run.is_live:
            _close_jobs(run, JobStatus.FAILED)
            stage.abandon(turn, execution, run)
    stage.finish(turn, execution, stage_run, StageStatus.STOPPED)


def retry(turn: Turn, execution: Execution, stage_run: StageRun, mode: RetryMode) -> None:
    """Take a failed or stopped stage up again, in the same execution."""
    execution.status, execution.status_summary, execution.stop_reason = ExecutionStatus.IN_PROGRESS, None, None
    execution.position = execution.definition.position(stage_run.name)
    stage_run.manual_retries += 1
    stage_run.latest_retry = "ManualStageRetry"
    turn.announce_execution(execution, "RESUMED")
    stage.again(turn, execution, stage_run, mode)


def override(turn: Turn, execution: Execution, stage_run: StageRun, gate: Gate) -> None:
    """Go on from a failed condition as if it had been met."""
    conditions.override(turn, stage_run.gates[gate])
    execution.status, execution.status_summary = ExecutionStatus.IN_PROGRESS, None
    execution.position = execution.definition.position(stage_run.name)
    stage_run.status = StageStatus.IN_PROGRESS
    stage_run.phase = stage.phase_of(gate)
    turn.announce_execution(execution, "RESUMED")
    turn.announce_stage(execution, stage_run, "RESUMED")


def next_moment(turn: Turn) -> float | None:
    """When the passing of time next changes something: a reply or time limit runs out, or a function is to be called
    again."""
    moments = [moment for execution in turn.pipeline.live() for run in execution.runs() for moment in _moments(run)]
    return min(moments, default=None)


def _moments(run: Run) -> list[float]:
    if not run.is_live:
        return []
    resume = [] if run.resume_at is None else [run.resume_at]
    return [run.deadline, *resume, *(job.deadline for job in run.jobs if job.status.is_open)]


def pass_time(turn: Turn) -> None:
    """Do what has become due by ``turn.now``."""
    for execution in turn.pipeline.live():
        for run in list(execution.runs()):
            if run.is_live:
                _pass_time_of(turn, execution, run)


def _pass_time_of(turn: Turn, execution: Execution, run: Run) -> None:
    late = next((job for job in run.jobs if job.status.is_open and job.deadline <= turn.now), None)
    if run.deadline <= turn.now:
        _time_out(turn, execution, run, _overdue(run))
    elif late is not None:
        late.status = JobStatus.TIMED_OUT
        _time_out(turn, execution, run, _unanswered(run))
    elif run.resume_at is not None and run.resume_at <= turn.now:
        run.resume_at = None
        turn.instructions.append(Work(execution.id, run.id))


def _time_out(turn: Turn, execution: Execution, run: Run, error: ErrorDetails) -> None:
    fail(turn, execution, run, error)
    turn.instructions.append(Withdraw(execution.id, run.id))


def _unanswered(run: Run) -> ErrorDetails:
    function = run.configuration.get("FunctionName", run.declared.name)
    return ErrorDetails(
        "JobFailed",
        f"The AWS Lambda function {function} failed to return a result. Check the function to verify that it has "
        f"permission to call the PutJobSuccessResult action and that it made a call to PutJobSuccessResult.",
    )


def _overdue(run: Run) -> ErrorDetails:
    minutes = round((run.deadline - run.started_at) / 60)
    if run.declared.type.category == "Approval":
        return ErrorDetails("ApprovalTimedOut", f"Nobody approved or rejected within {minutes} minutes.")
    return ErrorDetails("JobFailed", f"The action execution timed out: it took longer than {minutes} minutes.")
