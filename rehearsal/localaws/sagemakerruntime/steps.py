"""A call that has to ask a model server on its way, written down as steps: run in one thread that waits, or on the
event loop.

Steps are a generator that yields each question, is sent the answer (or thrown the error), and returns the call's
answer.
"""

import logging
from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import NamedTuple

from rehearsal.localaws.door import faults
from rehearsal.localaws.ground.event_loop import loop
from rehearsal.localaws.ground.replies import Reply
from rehearsal.localaws.sagemaker.hosting.servers.instances import Exchange, Instance, InstanceError, Outcome
from rehearsal.localaws.sagemakerruntime import messages

log = logging.getLogger("rehearsal.localaws")
_FAULT = "a fault of the embedded AWS, in InvokeEndpoint"


class Question(NamedTuple):
    """What a model server is to be asked."""

    instance: Instance
    headers: Mapping[str, str]
    body: bytes


class Aside(NamedTuple):
    """What comes next may wait: for a model that is fetched from S3, which this very event loop has to serve."""


Steps = Generator[Question | Aside, Exchange | None, Reply]
Done = Callable[[Reply], None]


def run(steps: Steps) -> Reply:
    """Go through them, waiting for each answer."""
    step: Callable[[], Question | Aside] = partial(next, steps)
    while True:
        try:
            question = step()
        except StopIteration as end:
            answer: Reply = end.value
            return answer
        step = partial(next, steps) if isinstance(question, Aside) else partial(_resume, steps, _outcome(question))


def begin(steps: Steps, done: Done) -> None:
    """Go through them on the event loop; ``done`` is called on its thread. With faults on order, which may delay, aside
    of it."""
    if faults.plan.planned():
        loop().aside(lambda: _run_aside(steps, done))
    else:
        _go_on(partial(next, steps), steps, done)


def _go_on(step: Callable[[], Question | Aside], steps: Steps, done: Done) -> None:
    try:
        question = step()
    except StopIteration as end:
        done(end.value)
    except Exception:  # the outermost edge of a call
        log.exception(_FAULT)
        done(_internal_failure())
    else:
        if isinstance(question, Aside):
            loop().aside(lambda: _run_aside(steps, done))
            return
        question.instance.begin_invoke(
            question.headers,
            question.body,
            lambda outcome: _go_on(partial(_resume, steps, outcome), steps, done),
        )


def _run_aside(steps: Steps, done: Done) -> None:
    try:
        answer = run(steps)
    except Exception:  # the outermost edge of a call
        log.exception(_FAULT)
        answer = _internal_failure()
    loop().call(lambda: done(answer))


def _outcome(question: Question) -> Outcome:
    try:
        return question.instance.invoke(question.headers, question.body)
    except InstanceError as error:
        return error


def _resume(steps: Steps, outcome: Outcome) -> Question | Aside:
    return steps.throw(outcome) if isinstance(outcome, InstanceError) else steps.send(outcome)


def _internal_failure() -> Reply:
    return messages.error(500, "InternalFailure", "The request processing has failed because of an unknown error.")
