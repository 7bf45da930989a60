"""Following one execution until it has ended: looks at it again and again, tells what changed and what is silent."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.executions import executions
from rehearsal.toolkit.executions.events import ActionChanged, ExecutionFound, StillRunning, Tell
from rehearsal.toolkit.executions.executions import Execution, Status
from rehearsal.toolkit.executions.unanswered import Listener

_ADOPTION_SECONDS = 60


def watch(aws: Aws, pipeline: str, execution_id: str, tell: Tell, pace: Pace | None = None) -> Execution:
    """Tell each change of the execution's actions, and functions that failed without an answer; return it when it has
    ended."""
    declared = executions.definition(aws, pipeline)
    tell(ExecutionFound(pipeline, execution_id))
    pace = pace or Pace()
    listener = Listener(aws)
    before: Execution | None = None
    while True:
        now = executions.read(aws, declared, execution_id)
        changed = list(executions.changes(before, now))
        for action in changed:
            tell(ActionChanged(action))
        if now.status.has_ended:
            return now
        if changed or before is None or now.status is not before.status:
            pace.changed()
        else:
            for silent in listener.look(now):
                tell(silent)
            for running in _signs_of_life(now):
                tell(running)
        before = now
        pace.wait()


def _signs_of_life(execution: Execution) -> Iterator[StillRunning]:
    for action in execution.actions:
        if action.status is Status.IN_PROGRESS and action.started_at is not None:
            yield StillRunning(action, (datetime.now(UTC) - action.started_at).total_seconds())


def adopt(aws: Aws, pipeline: str, pace: Pace | None = None, besides: Collection[str] = frozenset()) -> str:
    """The newest execution, as the one that the pipeline's creation starts, as soon as it shows.

    ``besides`` are the ids of those that are not meant: what ran before a change that starts another.

    Raises:
        NotThere: none began within a minute.
    """
    pace = pace or Pace()
    give_up_at = pace.now() + _ADOPTION_SECONDS
    while pace.now() < give_up_at:
        runs = executions.history(aws, pipeline, limit=1)
        if runs and runs[0].execution_id not in besides:
            return runs[0].execution_id
        pace.wait()
    raise NotThere(
        f"the pipeline {pipeline} was {'changed' if besides else 'created'}, but no execution began within "
        f"{_ADOPTION_SECONDS} s",
        where="CodePipeline",
        next_step="rehearse release starts one",
    )
