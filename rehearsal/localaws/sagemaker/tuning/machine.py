"""The state machine of tuning jobs: what is seen of the trials goes in, what must be done comes out. Pure.

Each function takes the :class:`Turn` of the moment, changes the records of its job and nothing else, and adds
instructions.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rehearsal.localaws.sagemaker.tuning import stopping
from rehearsal.localaws.sagemaker.tuning.records import Status, Trial, TrialStatus, TuningJob

ATTEMPTS_TO_SUCCEED = 5
"""When so many trials are over and none has succeeded, the service gives up."""
_CONVERGED_AFTER = 10
"""So many trials in a row without an improvement of 1 % are convergence here. The service's own criterion is not
public."""
_SIGNIFICANT = 0.01
_SECONDS_TO_NEXT_LOOK = 1.0
_INTERNAL = "InternalServerError"
_RETRIES = 3
"""So often a trial is tried again that failed by the service's fault, where its definition has no RetryStrategy."""


@dataclass(frozen=True)
class Want:
    """Instruction: choose values for another trial, and launch it."""


@dataclass(frozen=True)
class Begin:
    """Instruction: start the trial's training job."""

    trial: Trial


@dataclass(frozen=True)
class Halt:
    """Instruction: stop the trial's training job."""

    trial: Trial


@dataclass(frozen=True)
class Tell:
    """Instruction: tell the event bus that the job's status has changed."""

    status: Status


Instruction = Want | Begin | Halt | Tell


@dataclass(frozen=True)
class Seen:
    """A trial's training job at one moment."""

    status: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    failure_reason: str | None
    more: tuple[float, ...]
    """The values of the objective that were told since the last look."""
    objective: float | None


@dataclass
class Turn:
    """One turn: the job it changes, the moment, and what must be done afterwards."""

    job: TuningJob
    now: datetime
    instructions: list[Instruction] = field(default_factory=list)
    has_changed: bool = False

    def set_status(self, status: Status) -> None:
        self.job.status, self.job.modified_at, self.has_changed = status, self.now, True
        if not status.is_live:
            self.job.ended_at = self.now
        self.instructions.append(Tell(status))


def start(turn: Turn) -> None:
    """A new job begins."""
    turn.has_changed = True
    turn.instructions.append(Tell(Status.IN_PROGRESS))


def see(turn: Turn, trial: Trial, seen: Seen) -> None:
    """Take note of what the trial's training job shows."""
    status = TrialStatus(seen.status)
    turn.has_changed |= status is not trial.status
    trial.created_at, trial.started_at, trial.ended_at = seen.created_at, seen.started_at, seen.ended_at
    trial.objective, trial.failure_reason = seen.objective, seen.failure_reason
    for value in seen.more:
        trial.add(value)
    trial.status = status
    trial.is_retryable = (seen.failure_reason or "").startswith(_INTERNAL)
    if trial.is_halted and status is TrialStatus.IN_PROGRESS:
        turn.instructions.append(Halt(trial))


def advance(turn: Turn) -> None:
    """Do what has become possible or due: stop trials, launch others, end the job."""
    job = turn.job
    if not job.status.is_live:
        return
    _take_note_of_ends(turn)
    for trial in stopping.to_stop(job):
        _halt(turn, trial)
    if not job.is_winding_up and (_has_failed(job) or _is_fulfilled(turn)):
        job.is_winding_up = turn.has_changed = True
    if job.is_winding_up:
        _wind_up(turn)
    else:
        _launch_more(turn)
    if not job.live_trials() and not any(isinstance(each, Want) for each in turn.instructions):
        _finish(turn)


def stop(turn: Turn) -> None:
    """The user wants the job to stop."""
    turn.job.is_winding_up = True
    turn.set_status(Status.STOPPING)
    advance(turn)


def launch(turn: Turn, definition: int, index: int, values: Mapping[str, str], attempt: int = 1) -> None:
    """Add a trial with these values, and have it begun."""
    job = turn.job
    if job.is_winding_up:
        return
    number = max((each.number for each in job.trials), default=0) + 1
    name = f"{job.name}-{number:03d}-{secrets.token_hex(4)}"
    trial = Trial(number, index, name, definition, dict(values), attempt, TrialStatus.BEGINNING)
    job.trials.append(trial)
    turn.has_changed = True
    turn.instructions.append(Begin(trial))


def no_instances(turn: Turn, trial: Trial) -> None:
    """The trial's training job could not start within the quota: it is tried again a little later."""
    trial.status, trial.again_at = TrialStatus.WAITING, turn.now.timestamp() + _SECONDS_TO_NEXT_LOOK


def cannot_begin(turn: Turn, trial: Trial, reason: str) -> None:
    """The trial's training job is refused, as any other would be: the tuning job has failed."""
    turn.job.trials.remove(trial)
    turn.job.failure_reason = turn.job.failure_reason or reason
    turn.job.is_winding_up = turn.has_changed = True
    advance(turn)


def _take_note_of_ends(turn: Turn) -> None:
    """How far the objective has come, counted trial by trial in the order of their ends."""
    job = turn.job
    ended = [each for each in job.trials if each.status.is_over and not each.is_counted]
    for trial in sorted(ended, key=lambda each: (each.ended_at or turn.now, each.number)):
        trial.is_counted = True
        if trial.has_objective and trial.objective is not None:
            _note_objective(turn, trial.objective)


def _note_objective(turn: Turn, value: float) -> None:
    job, before = turn.job, turn.job.reference
    is_better = before is None or job.objective.is_better(value, before)
    if is_better:
        job.reference = value
    if before is None or (is_better and abs(value - before) >= _SIGNIFICANT * abs(before)):
        job.not_improving = 0
        return
    job.not_improving += 1
    if job.not_improving >= _CONVERGED_AFTER and job.converged_at is None:
        job.converged_at = turn.now


def _is_fulfilled(turn: Turn) -> bool:
    """Whether one of the completion criteria holds."""
    job, limits = turn.job, turn.job.limits
    if limits.seconds is not None and (turn.now - job.created_at).total_seconds() >= limits.seconds:
        return True
    if limits.not_improving is not None and job.not_improving >= limits.not_improving:
        return True
    if limits.on_convergence and job.converged_at is not None:
        return True
    reached, target = job.reference, limits.target
    return target is not None and reached is not None and not job.objective.is_better(target, reached)


def _has_failed(job: TuningJob) -> bool:
    """Whether the service gives up, with the reason noted."""
    if any(trial.has_objective for trial in job.trials):
        return False
    if len(_without_objective(job)) >= ATTEMPTS_TO_SUCCEED:
        job.failure_reason = _why_none_succeeded(job)
    return job.failure_reason is not None


def _without_objective(job: TuningJob) -> list[Trial]:
    """Trials that are over, told no objective, and are not tried again."""
    return [
        each for each in job.trials if each.status.is_over and not each.has_objective and not _is_to_retry(job, each)
    ]


def _why_none_succeeded(job: TuningJob) -> str:
    over = _without_objective(job)
    silent = [trial for trial in over if trial.status is not TrialStatus.FAILED]
    if silent:
        return (
            f"No objective metrics found after running {len(over)} training jobs. Please ensure that the custom "
            f"algorithm is emitting the objective metric as defined by the regular expression provided."
        )
    if len(over) < ATTEMPTS_TO_SUCCEED:
        return "All training jobs failed. Please take a look at the training jobs failures to get more details."
    return (
        f"No training job succeeded after {ATTEMPTS_TO_SUCCEED} attempts. For additional details, please take a look "
        f"at the training job failures by listing training jobs for the hyperparameter tuning job."
    )


def _is_to_retry(job: TuningJob, trial: Trial) -> bool:
    """Whether a trial that failed by the service's fault is tried again."""
    given = job.definitions[trial.definition].request.get("RetryStrategy") or {}
    left = trial.attempt <= given.get("MaximumRetryAttempts", _RETRIES)
    return trial.is_retryable and trial.status is TrialStatus.FAILED and left and not job.is_winding_up


def _launch_more(turn: Turn) -> None:
    job = turn.job
    for trial in job.trials:
        if trial.status is TrialStatus.WAITING and trial.again_at <= turn.now.timestamp():
            trial.status = TrialStatus.BEGINNING
            turn.instructions.append(Begin(trial))
    replaced = {(each.definition, each.index, each.attempt - 1) for each in job.trials}
    for trial in list(job.trials):
        if _is_to_retry(job, trial) and (trial.definition, trial.index, trial.attempt) not in replaced:
            launch(turn, trial.definition, trial.index, trial.values, trial.attempt + 1)
    room = job.limits.most_parallel - len(job.live_trials())
    left = job.limits.most_trials - job.searched
    turn.instructions += [Want()] * max(0, min(room, left))


def _halt(turn: Turn, trial: Trial) -> None:
    trial.is_halted = turn.has_changed = True
    turn.instructions.append(Halt(trial))


def _wind_up(turn: Turn) -> None:
    """Stop what runs; what has not begun is left out."""
    job = turn.job
    job.trials = [each for each in job.trials if each.status is not TrialStatus.WAITING]
    for trial in job.live_trials():
        if not trial.is_halted:
            _halt(turn, trial)


def _finish(turn: Turn) -> None:
    job = turn.job
    if job.status is Status.STOPPING:
        turn.set_status(Status.STOPPED)
    elif job.failure_reason is not None:
        turn.set_status(Status.FAILED)
    elif any(trial.has_objective for trial in job.trials) or not job.trials:
        turn.set_status(Status.COMPLETED)
    else:
        job.failure_reason = _why_none_succeeded(job)
        turn.set_status(Status.FAILED)
