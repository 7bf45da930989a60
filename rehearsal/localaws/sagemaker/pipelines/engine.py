"""Carries out what the state machine decides: takes turns one at a time, makes the calls of steps in threads, minds the
clock.

The only place of this room with a lock and threads; the records have none. Nothing is awaited while the lock is held.
"""

import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.events import bus
from rehearsal.localaws.ground import arns, clock, host, persistence
from rehearsal.localaws.sagemaker.pipelines import caching, conditions, contexts, events
from rehearsal.localaws.sagemaker.pipelines import execution as machine
from rehearsal.localaws.sagemaker.pipelines.caching import Hit
from rehearsal.localaws.sagemaker.pipelines.records import Execution, StepRun, StepStatus
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended, Started, StepFailed, StepStopped
from rehearsal.localaws.sagemaker.pipelines.turns import Begin, Halt, Instruction, TellExecution, TellStep, Turn
from rehearsal.localaws.sagemaker.pipelines.values import Unresolved

log = logging.getLogger("rehearsal.localaws.sagemaker.pipelines")

T = TypeVar("T")

_LOOK_SECONDS = 0.02
"""How often it is looked whether what steps have started is over: into records of this process, no calls."""
_AT_ONCE = max(8, 4 * (os.cpu_count() or 1))
_INTERRUPTED = (
    "InternalServerError: the embedded AWS was restarted while the step ran. Retry the execution to run it again."
)


class Engine:
    """The one engine of the process."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._moments: dict[str, tuple[float, Execution]] = {}
        self._watched: dict[str, tuple[Execution, StepRun, Context]] = {}
        self._events: queue.SimpleQueue[tuple[str, events.Event]] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._calls = threading.BoundedSemaphore(_AT_ONCE)
        self._long_calls = threading.BoundedSemaphore(_AT_ONCE)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the records still while they are read."""
        with self._changed:
            yield

    def turn(self, execution: Execution, event: Callable[[Turn], T]) -> T:
        """Let one event happen to an execution, start what it makes possible, and return what ``event`` returns."""
        with self._changed:
            turn = Turn(execution, clock.timestamp())
            result = event(turn)
            machine.advance(turn)
            self._remember(execution)
            for instruction in turn.instructions:
                self._carry_out(execution, instruction)
            self._changed.notify_all()
        persistence.changed()
        return result

    def await_end(self, execution: Execution, seconds: float) -> None:
        """Return when the execution is over, when nothing of it can end by itself soon, or when the time has passed."""
        with self._changed:
            clock.wait_for(self._changed, lambda: not is_at_work(execution), seconds)

    def resume_all(self) -> None:
        """Take up every execution after a restart."""
        for account in sagemaker_backends.values():
            for backend in account.values():
                for pipeline in backend.model_pipelines.pipelines.values():
                    for execution in pipeline.executions.values():
                        if execution.status.is_live:
                            self._resume(execution)

    def _resume(self, execution: Execution) -> None:
        """Watch what runs elsewhere, begin anew what only decides, fail what was in the middle of a call."""

        def taken_up(turn: Turn) -> None:
            for run in execution.live_runs():
                if run.resume_at is not None:
                    continue
                if run.status is StepStatus.STARTING and run.step.kind.decides:
                    turn.instructions.append(Begin(run))
                elif run.status is StepStatus.STARTING or run.step.kind.works_in_call or not run.metadata:
                    machine.fail(turn, run, _INTERRUPTED)
                else:
                    self._watch(execution, run, contexts.of(execution, run, run.arguments, run.target, run.settings))

        self.turn(execution, taken_up)

    def _remember(self, execution: Execution) -> None:
        """Keep the execution's next moment."""
        self._start_threads()
        moment = machine.next_moment(execution)
        if moment is None:
            self._moments.pop(execution.arn, None)
        else:
            self._moments[execution.arn] = (moment, execution)

    def _carry_out(self, execution: Execution, instruction: Instruction) -> None:
        if isinstance(instruction, TellExecution):
            self._events.put((execution.region, events.of_execution(execution, instruction)))
        elif isinstance(instruction, TellStep):
            self._events.put((execution.region, events.of_step(execution, instruction)))
        elif isinstance(instruction, Begin):
            host.in_background(self._begin, execution, instruction.run, name=f"step {instruction.run.name}")
        else:
            assert isinstance(instruction, Halt)
            host.in_background(self._halt, execution, instruction.run, name=f"stopping {instruction.run.name}")

    def _begin(self, execution: Execution, run: StepRun) -> None:
        """Make one try of a step, and tell the machine how it went."""
        with self._long_calls if run.step.kind.works_in_call else self._calls:
            self._reporting(execution, run, self._try)

    def _reporting(self, execution: Execution, run: StepRun, act: Callable[[Execution, StepRun], None]) -> None:
        """What goes wrong on the way is told to the machine as the step's failure."""
        try:
            act(execution, run)
        except StepFailed as error:
            reason, fault, metadata = str(error), error.fault, error.metadata
            self.turn(execution, lambda turn: machine.fail(turn, run, reason, fault, metadata))
        except StepStopped:
            self.turn(execution, lambda turn: machine.stopped(turn, run))
        except (Unresolved, conditions.NotComparable) as error:
            text = str(error) if str(error).startswith("ClientError") else f"ClientError: {error}"
            self.turn(execution, lambda turn: machine.fail(turn, run, text))
        except Exception as error:  # the outermost edge of a step: it must not stay Executing for ever
            log.exception("step %s of %s", run.step.name, execution.arn)
            unforeseen = f"InternalServerError: {type(error).__name__}: {error}"
            self.turn(execution, lambda turn: machine.fail(turn, run, unforeseen))

    def _try(self, execution: Execution, run: StepRun) -> None:
        with self._changed:
            if run.status is not StepStatus.STARTING:
                self.turn(execution, lambda turn: machine.stopped(turn, run))
                return
            scope = contexts.scope(execution, run)
        step = run.step
        if step.branches is not None:
            decided = "true" if conditions.all_hold(step.branches.conditions, scope.resolve) else "false"
            told = {"Condition": {"Outcome": decided.title()}}
            self.turn(execution, lambda turn: machine.succeed(turn, run, told, {"Outcome": decided}))
            return
        arguments, target, settings = map(scope.resolve, (step.arguments, step.target, step.settings))
        if self._is_reused(execution, run, arguments, target, settings):
            return
        context = contexts.of(execution, run, arguments, target, settings)
        if step.kind.works_in_call:
            self.turn(execution, lambda turn: machine.begun(turn, run, {}))
        self._call(execution, run, context)

    def _is_reused(self, execution: Execution, run: StepRun, arguments: Any, target: Any, settings: Any) -> bool:
        """Whether an earlier run serves; otherwise what was resolved and why none does is kept."""
        with self._changed:
            pipeline = contexts.pipeline_of(execution)
            found = None
            if run.step.cache is not None and pipeline is not None:
                given = {**arguments, **settings}
                found = caching.look(pipeline, execution, run.step, given, clock.timestamp())
            if isinstance(found, Hit):
                self.turn(execution, lambda turn: machine.reuse(turn, run, found.run, found.execution_arn, arguments))
                return True
            machine.resolved(run, arguments, target, found, settings)
            return False

    def _call(self, execution: Execution, run: StepRun, context: Context) -> None:
        assert run.step.kind.actor is not None
        result = run.step.kind.actor.begin(context)
        if isinstance(result, Ended):
            self.turn(execution, lambda turn: machine.succeed(turn, run, result.metadata, result.properties))
            return
        assert isinstance(result, Started)
        with self._changed:  # in one: who stops it meanwhile must find it
            self._watch(execution, run, replace(context, metadata=result.metadata))
            self.turn(execution, lambda turn: machine.begun(turn, run, result.metadata))

    def _watch(self, execution: Execution, run: StepRun, context: Context) -> None:
        self._watched[run.name] = (execution, run, context)

    def _halt(self, execution: Execution, run: StepRun) -> None:
        """Ask what the step has started to stop; what refuses to, fails the step."""
        with self._changed:
            watched = self._watched.get(run.name)
        if watched is not None and run.step.kind.actor is not None:
            actor, context = run.step.kind.actor, watched[2]
            with self._calls:
                self._reporting(execution, run, lambda _execution, _run: actor.halt(context))

    def _start_threads(self) -> None:
        if not self._threads:
            self._threads = [
                host.in_background(self._mind_the_clock, name="sagemaker pipelines clock"),
                host.in_background(self._look, name="sagemaker pipelines steps"),
                host.in_background(self._publish, name="sagemaker pipelines events"),
            ]

    def _next(self) -> float | None:
        return min((moment for moment, _ in self._moments.values()), default=None)

    def _mind_the_clock(self) -> None:
        while True:
            with self._changed:
                moment = self._next()
                clock.wait_until(self._changed, lambda seen=moment: self._next() != seen, moment)  # type: ignore[misc]
                now = clock.timestamp()
                due = [execution for moment, execution in self._moments.values() if moment <= now]
            for execution in due:
                host.attempt(self.turn, execution, machine.pass_time, name=f"clock of {execution.arn}")

    def _look(self) -> None:
        """See what is over among what steps have started."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._watched))
                watched = list(self._watched.items())
            for name, (execution, run, context) in watched:
                host.attempt(self._look_at, name, execution, run, context, name=f"look at step {name}")
            clock.sleep(_LOOK_SECONDS)

    def _look_at(self, name: str, execution: Execution, run: StepRun, context: Context) -> None:
        if not run.status.is_live or run.name != name:
            self._watched.pop(name, None)
        elif run.step.kind.actor is not None and run.step.kind.actor.is_over(context):
            self._watched.pop(name, None)
            host.in_background(self._end, execution, run, context, name=f"end of step {name}")

    def _end(self, execution: Execution, run: StepRun, context: Context) -> None:
        """What a step has started is over: read how it came out."""
        actor = run.step.kind.actor
        assert actor is not None

        def read(_execution: Execution, _run: StepRun) -> None:
            ended = actor.end(context)
            self.turn(execution, lambda turn: machine.succeed(turn, run, ended.metadata, ended.properties))

        with self._calls:
            self._reporting(execution, run, read)

    def _publish(self) -> None:
        """Events go out one after the other, in the order in which things happened."""
        while True:
            region, event = self._events.get()
            try:
                owner = arns.account_of(event.resources[0])
                bus.publish(
                    events.SOURCE, event.detail_type, event.detail, event.resources, region=region, account_id=owner
                )
            except Exception:  # the outermost edge of a thread: a target's failure must not end the events
                log.exception("while publishing %s of %s", event.detail_type, event.resources[-1])


def is_at_work(execution: Execution) -> bool:
    """Whether something is under way that ends by itself: neither an answer to a callback nor a later try is waited
    for."""
    if not execution.status.is_live:
        return False
    return any(run.resume_at is None and run.step.kind.type != "Callback" for run in execution.live_runs())


engine = Engine()

persistence.hold_still(engine.reading)
persistence.on_resume(engine.resume_all)
