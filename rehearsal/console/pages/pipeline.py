"""A pipeline: an execution of it as it runs, what may be done about it, and its history."""

from typing import Any
from urllib.parse import quote

from rehearsal.console import commands
from rehearsal.console.page import Asked, Change, Page
from rehearsal.console.session import Session
from rehearsal.toolkit.aws.errors import BadInput, ExecutionFailed
from rehearsal.toolkit.executions import comparison, executions, failures, gates, report, steering
from rehearsal.toolkit.executions.comparison import Difference
from rehearsal.toolkit.executions.executions import Execution, Status, Summary
from rehearsal.toolkit.executions.steering import RetryMode

PAGE_LENGTH = 20
_RUN_COST = (
    "It trains a model (minutes of an instance) and leaves endpoints, which cost by the hour until you delete them."
)


def show(session: Session, asked: Asked) -> Page:
    """The newest execution, or the one that the address names."""
    name = asked.path["name"]
    aws = session.aws
    declared = executions.definition(aws, name)
    length = _number(asked.query.get("show"), PAGE_LENGTH)
    history = executions.history(aws, name, limit=min(length, 1000))
    shown = asked.path.get("execution") or (history[0].execution_id if history else "")
    execution = executions.read(aws, declared, shown) if shown else None
    only = asked.query.get("only", "")
    facts = {
        "name": name,
        "execution": execution,
        "summary": next((each for each in history if each.execution_id == shown), None),
        "is_newest": bool(history) and shown == history[0].execution_id,
        "stage_names": [stage["name"] for stage in declared["stages"]],
        "gates": gates.read(aws, name),
        "failure": _failure(session, execution) if execution else None,
        "evaluations": list(report.evaluations_of(execution)) if execution else [],
        "endpoints": list(report.endpoints_of(execution)) if execution else [],
        "since_green": _since_green(session, declared, execution, history) if execution else None,
        "variables": [each["name"] for each in declared.get("variables", [])],
        "sources": steering.sources_of(declared),
        "editable": [action.path for action in execution.actions if "UserParameters" in action.configuration]
        if execution
        else [],
        "history": [each for each in history if not only or each.status == only],
        "only": only,
        "length": length,
        "is_more": len(history) == length,
    }
    words = ["status", *([shown[:8]] if shown else [])]
    return Page("pipeline.html", name, facts, command=commands.rehearse(name, *words))


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and 0 < int(text) <= 1000 else otherwise


def _failure(session: Session, execution: Execution) -> ExecutionFailed | None:
    """Why it failed; read once, for it does not change any more."""
    if not execution.status.has_ended or execution.status is Status.SUCCEEDED or not execution.failed_actions:
        return None
    key = ("failure", execution.execution_id, sum(action.attempts for action in execution.actions))
    return session.remembered(key, lambda: failures.with_log(session.aws, execution))


def _since_green(
    session: Session, declared: dict[str, Any], execution: Execution, history: list[Summary]
) -> dict[str, Any] | None:
    """What this execution has different from the last one before it that succeeded."""
    if not execution.status.has_ended:
        return None
    ids = [each.execution_id for each in history]
    before = history[ids.index(execution.execution_id) + 1 :] if execution.execution_id in ids else []
    green = next((each for each in before if each.status is Status.SUCCEEDED), None)
    if green is None:
        return None

    def compared() -> list[Difference]:
        return comparison.compare(executions.read(session.aws, declared, green.execution_id), execution)

    key = ("green", green.execution_id, execution.execution_id, str(execution.status), len(execution.actions))
    return {"execution_id": green.execution_id, "differences": session.remembered(key, compared)}


def compare(session: Session, asked: Asked) -> Page:
    """Two executions side by side."""
    name = asked.path["name"]
    declared = executions.definition(session.aws, name)
    ids = [asked.query.get("before", ""), asked.query.get("after", "")]
    if not all(ids):
        raise BadInput("two executions are compared", where=name, next_step="mark two in the history")
    before, after = (executions.read(session.aws, declared, each) for each in ids)
    facts = {"name": name, "before": before, "after": after, "differences": comparison.compare(before, after)}
    command = commands.rehearse(name, "diff", ids[0][:8], ids[1][:8])
    return Page("compare.html", f"Two executions of {name}", facts, command=command, is_live=False)


def _address(name: str) -> str:
    return f"/pipelines/{quote(name, safe='')}"


def release(session: Session, asked: Asked) -> Change:
    """Release change."""
    name = asked.path["name"]
    variables = {key[4:]: value for key, value in asked.form.items() if key.startswith("var-") and value}
    types = steering.sources_of(executions.definition(session.aws, name))
    wanted = {key[4:]: value.strip() for key, value in asked.form.items() if key.startswith("rev-") and value.strip()}
    revisions = {action: (types[action], value) for action, value in wanted.items() if action in types}

    def do(_tell: Any) -> str:
        execution = steering.start(session.aws, name, variables, revisions)
        return f"{_address(name)}/executions/{execution}"

    return Change(
        sentence=f"start the pipeline {name} from its source",
        command=_release_command(name, variables, revisions),
        then=_address(name),
        do=do,
        cost=_RUN_COST,
    )


def _release_command(name: str, variables: dict[str, str], revisions: dict[str, tuple[str, str]]) -> str:
    """The toolkit's own command takes variables, and no revisions."""
    if not revisions:
        given = [part for key, value in variables.items() for part in ("--variable", f"{key}={value}")]
        return commands.rehearse(name, "release", *given)
    return commands.aws(
        "codepipeline",
        "start-pipeline-execution",
        name=name,
        variables=" ".join(f"name={key},value={value}" for key, value in variables.items()),
        source_revisions=" ".join(
            f"actionName={action},revisionType={kind},revisionValue={value}"
            for action, (kind, value) in revisions.items()
        ),
    )


def override(session: Session, asked: Asked) -> Change:
    """Let an execution go on although a condition of a stage is not met."""
    name, execution = asked.path["name"], asked.form.get("execution", "")
    stage, kind = asked.form.get("stage", ""), asked.form.get("kind", "")

    def do(_tell: Any) -> None:
        gates.override(session.aws, name, execution, stage, kind)

    return Change(
        sentence=f"let execution {execution[:8]} of {name} go on although a condition of {stage} is not met",
        command=commands.aws(
            "codepipeline",
            "override-stage-condition",
            pipeline_name=name,
            stage_name=stage,
            pipeline_execution_id=execution,
            condition_type=kind,
        ),
        then=f"{_address(name)}/executions/{execution}",
        do=do,
        cost=_RUN_COST,
        is_destructive=True,
    )


def stop(session: Session, asked: Asked) -> Change:
    """Stop the execution, after what runs has ended or at once."""
    name, execution = asked.path["name"], asked.form.get("execution", "")
    abandon = asked.form.get("how") == "abandon"
    reason = asked.form.get("reason", "") or "stopped in the console"
    return Change(
        sentence=f"stop execution {execution[:8]} of "
        f"{name}{', leaving what runs' if abandon else ', after what runs has ended'}",
        command=commands.rehearse(name, "stop", execution[:8], *(["--abandon"] if abandon else [])),
        then=f"{_address(name)}/executions/{execution}",
        do=lambda _tell: _nothing(steering.stop(session.aws, name, execution, abandon=abandon, reason=reason)),
    )


def _nothing(_result: object) -> None:
    """The page to go to is known already."""


def retry(session: Session, asked: Asked) -> Change:
    """Run the failed stage again."""
    name, execution = asked.path["name"], asked.form.get("execution", "")
    mode = RetryMode.ALL if asked.form.get("what") == "all" else RetryMode.FAILED
    return Change(
        sentence=f"run the failed stage of execution {execution[:8]} of {name} again",
        command=commands.rehearse(name, "retry", execution[:8], *(["--all"] if mode is RetryMode.ALL else [])),
        then=f"{_address(name)}/executions/{execution}",
        do=lambda _tell: _nothing(steering.retry(session.aws, name, execution, mode)),
        cost=_RUN_COST,
    )


def roll_back(session: Session, asked: Asked) -> Change:
    """Bring a stage back to an earlier execution's."""
    name, stage, execution = asked.path["name"], asked.form.get("stage", ""), asked.form.get("execution", "")

    def do(_tell: Any) -> str:
        return f"{_address(name)}/executions/{steering.roll_back(session.aws, name, stage, execution)}"

    return Change(
        sentence=f"bring stage {stage} of {name} back to what execution {execution[:8]} had there",
        command=commands.aws(
            "codepipeline",
            "rollback-stage",
            pipeline_name=name,
            stage_name=stage,
            target_pipeline_execution_id=execution,
        ),
        then=_address(name),
        do=do,
        cost=_RUN_COST,
        is_destructive=True,
    )


def approve(session: Session, asked: Asked) -> Change:
    """Answer a manual approval, with a comment."""
    name, path = asked.path["name"], asked.form.get("action", "")
    is_approved = asked.form.get("answer") == "Approved"
    comment = asked.form.get("comment", "")
    words = ["approve", path, "--summary", comment, *([] if is_approved else ["--reject"])]
    return Change(
        sentence=f"{'approve' if is_approved else 'reject'} {path} of {name}",
        command=commands.rehearse(name, *words),
        then=_address(name),
        do=lambda _tell: _nothing(
            steering.approve(
                session.aws, name, path, approved=is_approved, summary=comment or "answered in the console"
            )
        ),
        cost=_RUN_COST if is_approved else "",
    )


def transition(session: Session, asked: Asked) -> Change:
    """Let executions into a stage, or hold them back."""
    name, stage = asked.path["name"], asked.form.get("stage", "")
    reason = asked.form.get("reason", "") or "held in the console"
    is_enabling = asked.form.get("to") == "enabled"

    def do(_tell: Any) -> None:
        if is_enabling:
            gates.enable(session.aws, name, stage)
        else:
            gates.disable(session.aws, name, stage, reason)

    operation = "enable-stage-transition" if is_enabling else "disable-stage-transition"
    return Change(
        sentence=f"{'let executions of' if is_enabling else 'hold executions of'} {name} "
        f"{'into' if is_enabling else 'before'} {stage}",
        command=commands.aws(
            "codepipeline", operation, pipeline_name=name, stage_name=stage, transition_type="Inbound"
        ),
        then=_address(name),
        do=do,
    )
