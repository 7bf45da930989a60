"""Carries out what the state machine decides: starts and stops training jobs, asks the strategies, tells the event bus.

The only place of this room with a lock and a thread. The service itself starts a trial's training job, as on AWS: the
caller of CreateHyperParameterTuningJob has passed the role, and needs no permission for CreateTrainingJob.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.ground import arns, clock, host, persistence
from rehearsal.localaws.ground.errors import AwsError, describe
from rehearsal.localaws.sagemaker.training import job as training
from rehearsal.localaws.sagemaker.training import starting
from rehearsal.localaws.sagemaker.tuning import events, machine, searching, stopping, strategies, trials
from rehearsal.localaws.sagemaker.tuning.machine import Begin, Halt, Seen, Tell, Turn, Want
from rehearsal.localaws.sagemaker.tuning.records import Status, Trial, TrialStatus, TuningJob

log = logging.getLogger("rehearsal.localaws.sagemaker.tuning")

_LOOK_SECONDS = 0.02
"""How often it is looked how trials are getting on: into records of this process, no calls."""


class Engine:
    """The one engine of the process."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._live: dict[str, TuningJob] = {}
        self._events: queue.SimpleQueue[tuple[TuningJob, dict[str, Any]]] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the records still while they are read."""
        with self._changed:
            yield

    def start(self, job: TuningJob) -> None:
        """A new job begins."""
        with self._changed:
            self._take_up(job)
            self._carry_out(self._turn(job, machine.start))

    def _take_up(self, job: TuningJob) -> None:
        self._live[job.arn] = job
        if not self._threads:
            self._threads = [
                host.in_background(self._look, name="sagemaker tuning"),
                host.in_background(self._publish, name="sagemaker tuning events"),
            ]
        self._changed.notify_all()

    def stop(self, job: TuningJob) -> None:
        """Let a job stop its trials and end.

        Raises:
            AwsError: ValidationException, when it is over.
        """
        with self._changed:
            if not job.status.is_live:
                raise AwsError(
                    "ValidationException",
                    f"The request was rejected because the hyperparameter tuning job is in status {job.status}.",
                )
            if job.status is not Status.STOPPING:
                self._carry_out(self._turn(job, machine.stop))

    def resume_all(self) -> None:
        """Take up every job after a restart."""
        for account in sagemaker_backends.values():
            for backend in account.values():
                for job in backend.tuning_jobs:
                    if job.status.is_live:
                        self._resume(job)

    def _resume(self, job: TuningJob) -> None:
        with self._changed:
            for trial in job.trials:
                if trial.status is TrialStatus.BEGINNING:
                    trial.status = TrialStatus.WAITING
            self._take_up(job)

    def _look(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._live))
                jobs = list(self._live.values())
            for job in jobs:
                self._look_at(job)
            clock.sleep(_LOOK_SECONDS)

    def _look_at(self, job: TuningJob) -> None:
        try:
            with self._changed:
                turn = self._turn(job, _observe)
                self._carry_out(turn)
            for _ in [each for each in turn.instructions if isinstance(each, Want)]:
                self._launch(job)
        except Exception as error:  # the outermost edge of a job: it must not stay InProgress for ever
            log.exception("tuning job %s", job.arn)
            self._give_up(job, f"InternalServerError: {type(error).__name__}: {error}")

    def _launch(self, job: TuningJob) -> None:
        """Choose values, for which nobody waits, and launch a trial with them."""
        with self._changed:
            definition = searching.next_definition(job)
            search = searching.search_of(job, definition)
        strategy = job.request["HyperParameterTuningJobConfig"]["Strategy"]
        values = strategies.suggest(strategy, search)
        with self._changed:
            turn = self._turn(job, lambda turn: machine.launch(turn, definition, search.index, values))
            self._carry_out(turn)

    def _give_up(self, job: TuningJob, reason: str) -> None:
        with self._changed:
            job.failure_reason, job.is_winding_up = reason, True
            for trial in job.live_trials():
                _halt(job, trial)
            turn = Turn(job, clock.now())
            turn.set_status(Status.FAILED)
            self._carry_out(turn)

    def _turn(self, job: TuningJob, event: Callable[[Turn], None]) -> Turn:
        turn = Turn(job, clock.now())
        event(turn)
        return turn

    def _carry_out(self, turn: Turn) -> None:
        job = turn.job
        for instruction in turn.instructions:
            if isinstance(instruction, Begin):
                host.in_background(self._begin, job, instruction.trial, name=f"trial {instruction.trial.name}")
            elif isinstance(instruction, Halt):
                _halt(job, instruction.trial)
            elif isinstance(instruction, Tell):
                self._events.put((job, events.detail_of(job)))
        if not job.status.is_live:
            self._live.pop(job.arn, None)
        if turn.has_changed:
            persistence.changed()

    def _publish(self) -> None:
        """Events go out one after the other, in the order in which things happened."""
        while True:
            job, detail = self._events.get()
            try:
                events.publish(job, detail)
            except Exception:  # the outermost edge of a thread: a target's failure must not end the events
                log.exception("while publishing a change of %s", job.arn)

    def _begin(self, job: TuningJob, trial: Trial) -> None:
        """Start the training job of a trial, within the quota of the first configuration of instances that has room."""
        try:
            _start_training(job, trial)
        except AwsError as error:
            if error.code == "ResourceLimitExceeded":
                self._after(job, lambda turn: machine.no_instances(turn, trial))
            else:
                reason = describe(error)
                self._after(job, lambda turn: machine.cannot_begin(turn, trial, f"ClientError: {reason}"))
        except Exception as error:  # the outermost edge of a trial
            log.exception("trial %s", trial.name)
            unforeseen = f"InternalServerError: {type(error).__name__}: {error}"
            self._after(job, lambda turn: machine.cannot_begin(turn, trial, unforeseen))

    def _after(self, job: TuningJob, event: Callable[[Turn], None]) -> None:
        with self._changed:
            self._carry_out(self._turn(job, event))


def _backend(job: TuningJob) -> Any:
    return sagemaker_backends[arns.account_of(job.arn)][job.region]


def _observe(turn: Turn) -> None:
    """What the training jobs show now, and what follows from it."""
    jobs = _backend(turn.job).trained_jobs
    for trial in turn.job.live_trials():
        found: training.TrainingJob | None = jobs.find(trial.name)
        if found is not None:
            machine.see(turn, trial, _seen(found, len(trial.curve)))
    machine.advance(turn)


def _seen(job: training.TrainingJob, known: int) -> Seen:
    """All members of one moment; so many values of the objective are known."""
    with job.changed:
        told = job.metrics.get(job.trial.metric) if job.trial else None
        return Seen(
            job.status.value,
            job.created_at,
            job.started_at,
            job.ended_at,
            job.failure_reason,
            tuple(job.followed[known:]),
            told["Value"] if told else None,
        )


def _halt(job: TuningJob, trial: Trial) -> None:
    found: training.TrainingJob | None = _backend(job).trained_jobs.find(trial.name)
    if found is not None:
        found.request_stop(clock.now())


def _start_training(job: TuningJob, trial: Trial) -> None:
    definition, backend = job.definitions[trial.definition], _backend(job)
    keeps_values = stopping.decision_of(job) is not None
    wanted = training.Trial(job.arn, definition.objective.metric, keeps_values)
    refused: AwsError | None = None
    for request in trials.requests(definition, trial.name, trial.values, backend.tag_store.of(job.arn)):
        program = starting.check_place(request, job.region)
        try:
            starting.check_quota(request, backend.trained_jobs)
        except AwsError as error:
            refused = error
            continue
        credentials = starting.assume(request["RoleArn"], job.region)
        starting.begin(starting.prepare(request, program, credentials, job.region), backend, job.region, wanted)
        return
    assert refused is not None, "a definition has one configuration of instances at least"
    raise refused


engine = Engine()

persistence.hold_still(engine.reading)
persistence.on_resume(engine.resume_all)
