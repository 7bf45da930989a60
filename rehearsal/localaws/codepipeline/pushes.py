"""Sees pushes to connected repositories, in place of the provider's webhook, and starts the pipelines whose triggers
they match.

What a repository's branches and tags were when the pipeline got its trigger is no push; from then on each new or moved
one is.
"""

import logging
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from rehearsal.localaws.codepipeline import connections, starts, state_machine
from rehearsal.localaws.codepipeline.definition import Action
from rehearsal.localaws.codepipeline.engine import engine
from rehearsal.localaws.codepipeline.records import Execution, Pipeline
from rehearsal.localaws.codepipeline.triggers import Push, Trigger
from rehearsal.localaws.codepipeline.turns import Turn, new_id
from rehearsal.localaws.ground import persistence
from rehearsal.localaws.ground.errors import AwsError

TRIGGER_TYPE = "WebhookV2"
"""What executions show that a connection's push has started."""

log = logging.getLogger("rehearsal.localaws.codepipeline")

References = dict[str, str]
"""Full names of branches and tags, with their commits."""

_Watched = tuple[str, str, str]
"""A pipeline's ARN, the name of its source action, the full name of the repository."""

_known: dict[_Watched, References] = {}
persistence.keep_dict("codepipeline.references", _known)


def watch(pipeline: Pipeline) -> None:
    """Remember how the repositories of the pipeline's triggers are now; those that are watched already stay as they are
    known."""
    wanted = {_key(pipeline, action): action for _, action in _triggered(pipeline)}
    with engine.reading():
        for key in [key for key in _known if key[0] == pipeline.arn and key not in wanted]:
            del _known[key]
    for key, action in wanted.items():
        try:
            references = connections.references(_repository(action))
        except connections.NotReachable:
            continue  # the first look that reaches it takes it for what was there before
        with engine.reading():
            _known.setdefault(key, references)


def forget(pipeline: Pipeline) -> None:
    """The pipeline has been deleted."""
    with engine.reading():
        for key in [key for key in _known if key[0] == pipeline.arn]:
            del _known[key]


def look_at(pipeline: Pipeline) -> None:
    """Start the pipeline once for each push since the last look that one of its triggers wants."""
    for trigger, action in _triggered(pipeline):
        try:
            _look_for(pipeline, trigger, action)
        except (AwsError, connections.NotReachable) as error:
            log.warning("the trigger of %s by source action %s: %s", pipeline.name, action.name, error)


def _triggered(pipeline: Pipeline) -> list[tuple[Trigger, Action]]:
    sources = pipeline.definition.stages[0]
    found = [(trigger, sources.action(trigger.action)) for trigger in pipeline.definition.triggers]
    return [(trigger, action) for trigger, action in found if action is not None]


def _repository(action: Action) -> str:
    return action.configuration["FullRepositoryId"]


def _key(pipeline: Pipeline, action: Action) -> _Watched:
    return pipeline.arn, action.name, _repository(action)


def _look_for(pipeline: Pipeline, trigger: Trigger, action: Action) -> None:
    name = _repository(action)
    if name not in connections.attached():
        return
    now = connections.references(name)
    with engine.reading():
        before = _known.get(_key(pipeline, action))
        _known[_key(pipeline, action)] = now
    if before is None or before == now:
        return
    persistence.changed()
    seen = set(before.values())
    for reference, commit in sorted(now.items()):
        if before.get(reference) == commit:
            continue
        push = Push(reference, commit, _changed_files(name, commit, before.get(reference), frozenset(seen)))
        seen.add(commit)  # what this push brought is not new on the branches after it
        if trigger.starts_by(push, action.configuration["BranchName"]):
            engine.turn(pipeline, lambda turn, push=push: _start(turn, action, push))  # type: ignore[misc]


def _changed_files(name: str, commit: str, since: str | None, known: Collection[str]) -> Callable[[], Collection[str]]:
    """What the push changes: since the branch's last known commit, or on a new branch since all that was known."""

    def changed() -> Collection[str]:
        with tempfile.TemporaryDirectory() as folder:
            copy = connections.fetch(name, "refs/heads/*", Path(folder, "copy"))
            return copy.changed_files(commit, since=since, known=known)

    return changed


def _start(turn: Turn, action: Action, push: Push) -> None:
    """An execution of the pushed commit, whatever branch the action names."""
    pipeline = turn.pipeline
    starts.check_room(pipeline)
    values = starts.variable_values(pipeline.definition, [])
    override = {"revisionType": "COMMIT_ID", "revisionValue": push.commit, "reference": push.reference}
    execution = Execution(
        id=new_id(),
        definition=pipeline.definition,
        trigger_type=TRIGGER_TYPE,
        trigger_detail=action.configuration["ConnectionArn"],
        started_at=turn.now,
        updated_at=turn.now,
        variables=values,
        source_overrides={action.name: override},
    )
    state_machine.start(turn, execution)
