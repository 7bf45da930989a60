"""Carries out what the state machine decides: takes turns one at a time, lets providers work in threads, minds the
clock.

The records have no lock of their own: whoever reads or changes them holds this engine's. All pipelines share it: a turn
takes microseconds, and nothing is awaited while it is held. Polling has a thread of its own (``polling.py``).
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from moto.codepipeline.models import codepipeline_backends

from rehearsal.localaws.codepipeline import announcements, state_machine
from rehearsal.localaws.codepipeline.actions import artifacts, providers
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context, failure_of
from rehearsal.localaws.codepipeline.records import ErrorDetails, Execution, Pipeline, Run
from rehearsal.localaws.codepipeline.turns import Announce, Instruction, Turn, Withdraw, Work
from rehearsal.localaws.events import bus
from rehearsal.localaws.ground import clock, host, persistence

log = logging.getLogger("rehearsal.localaws.codepipeline")

T = TypeVar("T")


class Engine:
    """The one engine of the process."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._moments: dict[str, tuple[float, Pipeline]] = {}
        self._withdrawn: dict[str, threading.Event] = {}
        self._events: queue.SimpleQueue[tuple[Pipeline, announcements.Event]] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._interrupted: frozenset[str] = frozenset()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the records still while they are read."""
        with self._changed:
            yield

    def turn(self, pipeline: Pipeline, event: Callable[[Turn], T]) -> T:
        """Let one event happen to a pipeline, start what it makes possible, and return what ``event`` returns."""
        with self._changed:
            turn = Turn(pipeline, clock.timestamp())
            result = event(turn)
            state_machine.advance(turn)
            self._remember(turn)
            for instruction in turn.instructions:
                self._carry_out(pipeline, instruction)
        return result

    def withdrawal_of(self, run: Run) -> threading.Event:
        """What is set when the run is abandoned; a run that nobody works on has one that nobody sets."""
        return self._withdrawn.get(run.id) or threading.Event()

    def forget(self, pipeline: Pipeline) -> None:
        """A pipeline has been deleted: its executions are abandoned, and nobody is told."""
        with self._changed:
            turn = Turn(pipeline, clock.timestamp())
            for execution in pipeline.live():
                state_machine.stop(turn, execution, abandoned=True, reason="The pipeline was deleted")
            self._moments.pop(pipeline.arn, None)
            for instruction in turn.instructions:
                if isinstance(instruction, Withdraw):
                    self._withdraw(instruction.run_id)

    def resume(self, pipeline: Pipeline) -> None:
        """Take up a pipeline whose records come from a snapshot: fail what was running here, go on with what waits for
        others."""
        interrupted_runs = self._interrupted

        def interrupted(turn: Turn) -> None:
            for execution in pipeline.live():
                for run in list(execution.runs()):
                    awaits_others = run.jobs or run.approval_token or run.resume_at is not None
                    if run.is_live and (run.id in interrupted_runs or not awaits_others):
                        state_machine.fail(turn, execution, run, _INTERRUPTED)

        self.turn(pipeline, interrupted)

    def working(self) -> frozenset[str]:
        """The runs whose providers are at work in this process."""
        return frozenset(self._withdrawn)

    def remember_interrupted(self, run_ids: frozenset[str]) -> None:
        """These runs had a provider at work when the snapshot was taken."""
        self._interrupted = run_ids

    def resume_all(self) -> None:
        """Take up every pipeline after a restart."""
        for account in codepipeline_backends.values():
            for backend in account.values():
                for pipeline in backend.records.pipelines.values():
                    self.resume(pipeline)

    def _remember(self, turn: Turn) -> None:
        """Keep the pipeline's next moment, and wake the timer when it has become earlier."""
        self._start_threads()
        moment = state_machine.next_moment(turn)
        before = self._next()
        if moment is None:
            self._moments.pop(turn.pipeline.arn, None)
            return
        self._moments[turn.pipeline.arn] = (moment, turn.pipeline)
        if before is None or moment < before:
            self._changed.notify_all()

    def _carry_out(self, pipeline: Pipeline, instruction: Instruction) -> None:
        if isinstance(instruction, Announce):
            event = announcements.event(pipeline, instruction)
            if event is not None:
                self._events.put((pipeline, event))
        elif isinstance(instruction, Withdraw):
            self._withdraw(instruction.run_id)
        else:
            self._withdrawn[instruction.run_id] = threading.Event()
            host.in_background(self._work, pipeline, instruction, name=f"action {instruction.run_id}")

    def _withdraw(self, run_id: str) -> None:
        withdrawn = self._withdrawn.get(run_id)
        if withdrawn is not None:
            withdrawn.set()

    def _work(self, pipeline: Pipeline, work: Work) -> None:
        """Let a provider do its part of one run, and tell the machine how it went."""
        found = self._find(pipeline, work)
        if found is None:
            return
        execution, run, withdrawn = found
        try:
            with self._changed:
                context = Context.of(pipeline, execution, run, withdrawn)
            outcome = self._act(pipeline, context, run)
        except Exception as error:  # the outermost edge of an action: whatever went wrong is shown in the action
            details = failure_of(error)
            if not isinstance(error, ActionFailed):
                log.debug("action %s of %s failed", run.declared.name, pipeline.name, exc_info=True)
            external_id = error.external_id if isinstance(error, ActionFailed) else None
            self.turn(pipeline, lambda turn: state_machine.fail(turn, execution, run, details, external_id))
            return
        finally:
            self._withdrawn.pop(run.id, None)
        if isinstance(outcome, state_machine.Later):
            self.turn(pipeline, lambda turn: state_machine.postpone(turn, run, outcome))
        elif outcome is not None:
            self.turn(pipeline, lambda turn: state_machine.succeed(turn, execution, run, outcome))

    def _find(self, pipeline: Pipeline, work: Work) -> tuple[Execution, Run, threading.Event] | None:
        """The run that is to be worked on; None when it is over or withdrawn by now."""
        with self._changed:
            execution = pipeline.executions[work.execution_id]
            run = next(run for run in execution.runs() if run.id == work.run_id)
            withdrawn = self._withdrawn.setdefault(run.id, threading.Event())
            return (execution, run, withdrawn) if run.is_live and not withdrawn.is_set() else None

    def _act(
        self, pipeline: Pipeline, context: Context, run: Run
    ) -> state_machine.Outcome | state_machine.Later | None:
        """Bring the inputs to the action's region, hand out its job where it takes one, and let the provider act."""
        provider = providers.provider_of(run.declared)
        if context.continuation_token is None:
            artifacts.bring_inputs(context)
        if not provider.takes_jobs:
            return provider.act(context)
        with self._changed:
            if not run.is_live or context.withdrawn.is_set():
                return None
            turn = Turn(pipeline, clock.timestamp())
            job = state_machine.open_job(turn, run, worker=provider.is_worker)
            self._remember(turn)
        return provider.act(replace(context, job_id=job.id))

    def _start_threads(self) -> None:
        if not self._threads:
            self._threads = [
                host.in_background(self._mind_the_clock, name="codepipeline clock"),
                host.in_background(self._publish, name="codepipeline events"),
            ]

    def _next(self) -> float | None:
        return min((moment for moment, _ in self._moments.values()), default=None)

    def _mind_the_clock(self) -> None:
        while True:
            with self._changed:
                moment = self._next()
                clock.wait_until(self._changed, lambda seen=moment: self._next() != seen, moment)  # type: ignore[misc]
                now = clock.timestamp()
                persistence.changed()
                due = [pipeline for moment, pipeline in self._moments.values() if moment <= now]
            for pipeline in due:
                host.attempt(self.turn, pipeline, state_machine.pass_time, name=f"clock of pipeline {pipeline.name}")

    def _publish(self) -> None:
        """Events go out one after the other, in the order in which things happened."""
        while True:
            pipeline, event = self._events.get()
            try:
                bus.publish(
                    announcements.SOURCE,
                    event.detail_type,
                    event.detail,
                    [pipeline.arn],
                    region=pipeline.region,
                    account_id=pipeline.account_id,
                )
            except Exception:  # the outermost edge of a thread: a target's failure must not end the events
                log.exception("while publishing %s of %s", event.detail_type, pipeline.name)


_INTERRUPTED = ErrorDetails(
    "JobFailed", "The embedded AWS was stopped while the action ran. Retry the stage to run it again."
)

engine = Engine()

persistence.keep("codepipeline.working", engine.working, engine.remember_interrupted)
persistence.hold_still(engine.reading)
persistence.on_resume(engine.resume_all)
