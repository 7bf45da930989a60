"""An action of an execution: what it was told, what it read and wrote, what it said, why it failed."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from rehearsal.console import commands
from rehearsal.console.page import Asked, Page
from rehearsal.console.pages import evaluation as evaluated
from rehearsal.console.session import Session
from rehearsal.toolkit.aws import explanations
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.executions import artifacts, evaluations, executions, job_events, logs
from rehearsal.toolkit.executions.evaluations import Evaluation
from rehearsal.toolkit.executions.executions import ActionRun, Execution
from rehearsal.toolkit.executions.job_events import Attempt
from rehearsal.toolkit.executions.logs import Line

LOG_LINES = 200
_LATE_LINES = timedelta(minutes=1)


def show(session: Session, asked: Asked) -> Page:
    """One action."""
    name, run = asked.path["name"], asked.path["execution"]
    stage, action_name = asked.path["stage"], asked.path["action"]
    execution = executions.read(session.aws, executions.definition(session.aws, name), run)
    action = _find(execution, stage, action_name)
    tries = job_events.attempts(session.aws, name, run, stage, action_name)
    lines = _lines(session, execution, action)
    same = _commands(name, execution, action, is_embedded=session.is_embedded)
    report = _evaluation(session, action, tries)
    facts = {
        "name": name,
        "execution": execution,
        "action": action,
        "configuration": {key: _indented(value) for key, value in action.configuration.items()},
        "can_edit": "UserParameters" in action.configuration and commands.suffix_of(name) is not None,
        "attempts": tries,
        "event": _event(session, action, tries),
        "inside": _inside(session, asked, tries),
        "evaluation": report,
        "beyond": evaluated.facts(session, report, tries[0].action_execution_id) if report else {},
        "lines": lines,
        "cure": _cure(action, [line.message for line in lines]),
        "commands": same,
    }
    return Page("action.html", f"{stage}/{action_name}", facts, command=same[0])


def _lines(session: Session, execution: Execution, action: ActionRun) -> list[Line]:
    """The last lines of its log; read once when it ended a minute ago, for a log may be long and comes late."""

    def read() -> list[Line]:
        return logs.tail(session.aws, logs.sources_of(execution, action), LOG_LINES)

    ended = action.updated_at if action.status.has_ended else None
    if ended is None or datetime.now(UTC) - ended < _LATE_LINES:
        return read()
    return session.remembered(("log", execution.execution_id, action.path, action.attempts), read)


def _find(execution: Execution, stage: str, name: str) -> ActionRun:
    for action in execution.actions:
        if (action.stage, action.name) == (stage, name):
            return action
    raise NotThere(
        f"the pipeline has no action {stage}/{name}", where=execution.pipeline, next_step="choose one on its page"
    )


def _indented(value: str) -> str:
    """A configuration value that is a JSON object, laid out for reading."""
    try:
        parsed = json.loads(value)
    except json.JSONDecodeError:
        return value
    return json.dumps(parsed, indent=2, ensure_ascii=False) if isinstance(parsed, dict) else value


def _event(session: Session, action: ActionRun, tries: list[Attempt]) -> str:
    if action.provider != "Lambda" or not tries:
        return ""
    return json.dumps(job_events.event_of(action.configuration, tries[0], session.account_id), indent=2)


def _inside(session: Session, asked: Asked, tries: list[Attempt]) -> dict[str, Any] | None:
    """The artifact that the address names, and one of its files: only artifacts of this action are looked into."""
    wanted, file = asked.query.get("artifact"), asked.query.get("file")
    known = [each for attempt in tries[:1] for each in (*attempt.inputs, *attempt.outputs)]
    for artifact in known:
        if artifact.name == wanted and artifact.key:
            contents = artifacts.look(session.aws, artifact.bucket, artifact.key, file)
            return {"artifact": artifact, "contents": contents, "file": file or ""}
    return None


def _evaluation(session: Session, action: ActionRun, tries: list[Attempt]) -> Evaluation | None:
    """The report that a test of the model has left, read once."""
    if not action.status.has_ended or ("Rows" not in action.variables and action.error is None):
        return None
    reports = [each for attempt in tries[:1] for each in attempt.outputs if each.key]
    return next(
        (
            found
            for each in reports
            if (
                found := session.remembered(
                    ("evaluation", each.bucket, each.key), partial(evaluations.read, session.aws, each)
                )
            )
        ),
        None,
    )


def _cure(action: ActionRun, messages: list[str]) -> str:
    if action.error is None:
        return ""
    return explanations.meaning_of(action.error.message) or explanations.meaning_of("\n".join(messages[-20:]))


def _commands(name: str, execution: Execution, action: ActionRun, *, is_embedded: bool) -> list[str]:
    """What shows and changes the same in a terminal."""
    run = execution.execution_id[:8]
    found = [
        commands.rehearse(name, "logs", action.path, run),
        commands.rehearse(name, "params", "show", action.path) if "UserParameters" in action.configuration else None,
        commands.rehearse(name, "retry", run) if action.error else None,
        commands.rehearse(name, "replay", run, action.path) if action.provider == "Lambda" and is_embedded else None,
        f"aws codepipeline list-action-executions --pipeline-name {name} --filter "
        f"pipelineExecutionId={execution.execution_id}",
    ]
    return [each for each in found if each]
