"""Stopping, step by step on the pure state machine: what is rare in random orders."""

import json

from rehearsal.localaws.sagemaker.pipelines import definition, execution, graph
from rehearsal.localaws.sagemaker.pipelines.records import Caller, Execution, ExecutionStatus, StepStatus
from rehearsal.localaws.sagemaker.pipelines.retries import Fault
from rehearsal.localaws.sagemaker.pipelines.turns import Begin, Halt, Turn
from tests.localaws.sagemaker.pipelines.definitions import document, training

ME = Caller("arn:aws:iam::123456789012:user/tests", "id")


def begun() -> Execution:
    """An execution whose one step, a training job, is being started."""
    made = definition.parse(json.dumps(document(training("T"))))
    found = Execution("e", "p", "p", "r", 1, made, graph.edges(made), {}, "role", "d", ME, 0.0, 0.0, ME)
    turn(found, execution.start)
    return found


def turn(of: Execution, event, now: float = 1.0) -> Turn:
    made = Turn(of, now)
    event(made)
    execution.advance(made)
    return made


def test_a_step_that_waits_for_its_next_try_is_stopped_at_once() -> None:
    found = begun()
    run = found.runs["T"]
    turn(found, lambda made: execution.fail(made, run, "slow down", Fault.THROTTLING))
    assert run.resume_at is not None
    turn(found, execution.stop)
    assert (found.status, run.status, run.resume_at) == (ExecutionStatus.STOPPED, StepStatus.STOPPED, None)
    assert not [each for each in turn(found, execution.pass_time, 9999.0).instructions if isinstance(each, Begin)]


def test_a_job_that_is_told_after_the_stop_is_halted_then() -> None:
    found = begun()
    run = found.runs["T"]
    turn(found, execution.stop)
    told = turn(found, lambda made: execution.begun(made, run, {"TrainingJob": {"Arn": "a"}}))
    assert [each.run for each in told.instructions if isinstance(each, Halt)] == [run]
    turn(found, lambda made: execution.succeed(made, run, run.metadata, {}))
    assert (found.status, run.status) == (ExecutionStatus.STOPPED, StepStatus.STOPPED)


def test_a_job_that_somebody_else_stopped_fails_the_step() -> None:
    found = begun()
    run = found.runs["T"]
    turn(found, lambda made: execution.begun(made, run, {"TrainingJob": {"Arn": "a"}}))
    turn(found, lambda made: execution.stopped(made, run))
    assert (found.status, run.status) == (ExecutionStatus.FAILED, StepStatus.FAILED)
    assert "was stopped before it had finished" in str(run.failure_reason)
