"""Sources that are polled (``PollForSourceChanges`` or ``DetectChanges``, on unless switched off): a new revision
starts the pipeline.

CodePipeline looks about once a minute; so does this, by the embedded clock, and at once after a change in CodeCommit.
"""

import logging
import threading
from typing import Any

from botocore.exceptions import ClientError
from moto.codepipeline.models import codepipeline_backends

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.codecommit import models as codecommit
from rehearsal.localaws.codepipeline import connections, pushes, starts, state_machine, triggers
from rehearsal.localaws.codepipeline.actions import providers
from rehearsal.localaws.codepipeline.definition import Action
from rehearsal.localaws.codepipeline.engine import engine
from rehearsal.localaws.codepipeline.records import Execution, Pipeline
from rehearsal.localaws.codepipeline.turns import Turn, new_id
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError

log = logging.getLogger("rehearsal.localaws.codepipeline")

EVERY_SECONDS = 60.0
_wanted = threading.Condition()
_looking = threading.Lock()
_changes = 0


def install() -> None:
    """Look after changes from now on."""
    codecommit.on_change(look_now)
    connections.on_attached(look)
    host.look_after(_poll, clock.timestamp(), name="codepipeline polling")


def look_now() -> None:
    """Look at all polled sources as soon as possible."""
    global _changes
    with _wanted:
        _changes += 1
        _wanted.notify_all()


def _poll(since: float) -> None:
    looked_at = 0
    while True:
        with _wanted:
            clock.wait_until(_wanted, lambda known=looked_at: _changes != known, since + EVERY_SECONDS)  # type: ignore[misc]
            looked_at, since = _changes, clock.timestamp()
        host.attempt(look, name="codepipeline polling")


def look() -> None:
    """Look at all polled sources; what was there before has been seen when this returns. One looks at a time, or one
    push starts two."""
    with _looking:
        for pipeline in _pipelines():
            pushes.look_at(pipeline)
            for action in _polled(pipeline):
                _look_at(pipeline, action)


def _pipelines() -> list[Pipeline]:
    with engine.reading():
        regions = [region for account in codepipeline_backends.values() for region in account.values()]
        return [pipeline for backend in regions for pipeline in backend.records.pipelines.values()]


def _polled(pipeline: Pipeline) -> list[Action]:
    """A trigger takes the place of an action's own change detection."""
    triggered = {trigger.action for trigger in pipeline.definition.triggers}
    return [
        action
        for action in pipeline.definition.stages[0].actions
        if action.name not in triggered and _is_polled(action)
    ]


def _is_polled(action: Action) -> bool:
    switch = providers.provider_of(action).polling_switch
    return switch is not None and action.configuration.get(switch, "true").lower() != "false"


def _look_at(pipeline: Pipeline, action: Action) -> None:
    seen = _last_seen(pipeline, action)
    if seen is None:
        return
    try:
        latest = _latest(pipeline, action)
        if latest not in (seen, pipeline.polled.get(action.name)):
            engine.turn(pipeline, lambda turn: _start(turn, action, seen, latest))
    except (ClientError, AwsError, connections.NotReachable) as error:
        log.debug("polling %s of %s: %s", action.name, pipeline.name, error)


def _last_seen(pipeline: Pipeline, action: Action) -> str | None:
    """The revision of the newest execution; None while its source stage is not over, and before the first execution."""
    with engine.reading():
        if not pipeline.executions:
            return None
        newest = list(pipeline.executions.values())[-1]
        if newest.rollback_target is None and newest.status.is_live and newest.position == 0:
            return None
        found = [r.id for e in reversed(pipeline.executions.values()) for r in e.revisions if r.action == action.name]
        return found[0] if found else ""


def _latest(pipeline: Pipeline, action: Action) -> str:
    given = action.configuration
    if action.type.provider == triggers.PROVIDER:
        return connections.tip(given["FullRepositoryId"], given["BranchName"])
    credentials = identity.assume_role(
        pipeline.definition.role_arn, pipeline.name, service="codepipeline.amazonaws.com", region=pipeline.region
    )
    if action.role_arn:
        credentials = identity.assume_role_through(credentials, action.role_arn, pipeline.name, region=pipeline.region)
    client: Any = identity.client(action.type.provider.lower(), credentials, pipeline.region)
    if action.type.provider == "S3":
        version: str = client.head_object(Bucket=given["S3Bucket"], Key=given["S3ObjectKey"]).get("VersionId", "")
        return version
    branch = client.get_branch(repositoryName=given["RepositoryName"], branchName=given["BranchName"])["branch"]
    commit: str = branch["commitId"]
    return commit


def _start(turn: Turn, action: Action, seen: str, latest: str) -> None:
    pipeline = turn.pipeline
    if _last_seen(pipeline, action) != seen:
        return
    pipeline.polled[action.name] = latest  # a source that fails on it is not started again and again
    starts.check_room(pipeline)
    values = starts.variable_values(pipeline.definition, [])
    kind, detail = _trigger(action, latest)
    state_machine.start(turn, Execution(new_id(), pipeline.definition, kind, detail, turn.now, turn.now, values))


def _trigger(action: Action, latest: str) -> tuple[str, str]:
    """What the execution says has started it: a connection's provider tells of a push by its webhook, as far as users
    see."""
    if action.type.provider == triggers.PROVIDER:
        return pushes.TRIGGER_TYPE, action.configuration["ConnectionArn"]
    return "PollForSourceChanges", f"{action.name} has revision {latest}"
