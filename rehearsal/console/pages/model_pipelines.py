"""SageMaker pipelines: all of them, an execution with the graph of its steps, and one step from the inside."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from rehearsal.console import commands
from rehearsal.console.page import Asked, Change, Page
from rehearsal.console.pictures.steps import MOST_STEPS, Node
from rehearsal.console.session import Session
from rehearsal.toolkit.aws import explanations
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.executions import model_definition, model_runs, model_steering
from rehearsal.toolkit.executions.model_definition import CACHED_TYPES, DeclaredStep
from rehearsal.toolkit.executions.model_runs import ModelRun, RunLine, StepRun

_HISTORY = 20
_STEPS = 200
_LOG_LINES = 200
_PAGES = {"training-job": "/training/", "endpoint": "/endpoints/"}
_COST = "Its steps run jobs, which cost by the second of their instances."


def show_all(session: Session, _asked: Asked) -> Page:
    """All of the account and region."""
    facts = {"pipelines": model_runs.pipelines(session.aws)}
    return Page("model_pipelines.html", "SageMaker pipelines", facts, command="aws sagemaker list-pipelines")


def show(session: Session, asked: Asked) -> Page:
    """The newest execution of one, or the one that the address names."""
    name = asked.path["name"]
    history = model_runs.history(session.aws, name, _number(asked.query.get("history"), _HISTORY))
    line = _line(history, asked.path.get("run"), name)
    length, only = _number(asked.query.get("show"), _STEPS), asked.query.get("only", "")
    run = _run(session, name, line) if line else None
    steps = run.steps if run else ()
    shown = [each for each in steps if not only or each.status == only]
    facts = {
        "name": name,
        "run": _told(run) if run else None,
        "history": history,
        "is_newest": line is not None and line == history[0],
        "steps": [_row(each) for each in shown[:length]],
        "counts": _counts(steps),
        "count": len(shown),
        "length": length,
        "only": only,
        "graph": _nodes(run) if run else _declared_nodes(session, name),
        "can_retry": any(each.reason and each.declared.type != "Fail" for each in steps),
        "failed": [_row(each) | {"cure": explanations.meaning_of(each.reason)} for each in steps if each.reason],
        "parameters": _parameters(session, name),
    }
    command = f"rehearse status --sagemaker-pipeline {name}" + (f" {line.run}" if line else "")
    return Page("model_pipeline.html", name, facts, command=command)


def _parameters(session: Session, name: str) -> list[Mapping[str, str]]:
    """Asked anew every half minute: a definition may be long, and an open page looks every second."""
    return session.recent(("parameters", name), 30.0, lambda: model_steering.parameters_of(session.aws, name))


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and 0 < int(text) <= 5000 else otherwise


def _line(history: list[RunLine], wanted: str | None, name: str) -> RunLine | None:
    if wanted is None:
        return history[0] if history else None
    for line in history:
        if line.run == wanted:
            return line
    raise NotThere(
        f"{name} has no execution {wanted} among its newest", where="SageMaker", next_step="choose one of its history"
    )


def _run(session: Session, name: str, line: RunLine) -> ModelRun:
    """The definition of an execution does not change; what succeeded does not either."""
    steps: tuple[DeclaredStep, ...] = session.remembered(
        ("definition", line.arn), lambda: model_runs.definition(session.aws, line)
    )

    def read() -> ModelRun:
        return model_runs.read(session.aws, name, line, steps)

    return session.remembered(("model run", line.arn), read) if line.status == "Succeeded" else read()


def _told(run: ModelRun) -> dict[str, Any]:
    return {
        "run": run.line.run,
        "arn": run.line.arn,
        "status": run.line.status,
        "started_at": run.line.started_at,
        "reason": run.line.reason,
        "seconds": run.seconds,
        "has_ended": run.has_ended,
        "parameters": dict(run.parameters),
    }


def _row(step: StepRun) -> dict[str, Any]:
    """What the table shows of a step."""
    return {
        "name": step.declared.name,
        "type": step.declared.type,
        "status": step.status,
        "seconds": step.seconds,
        "started_at": step.started_at,
        "note": step.note,
        "reason": step.reason,
        "is_reused": step.is_reused,
        "could_be_cached": step.declared.type in CACHED_TYPES and not step.declared.is_cached,
        "branch": step.declared.branch,
        "resource": step.resource,
    }


def _counts(steps: tuple[StepRun, ...]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in steps:
        counts[each.status] = counts.get(each.status, 0) + 1
    return counts


def _nodes(run: ModelRun) -> list[Node]:
    """The graph; empty where it would be too large to be read."""
    if len(run.steps) > MOST_STEPS:
        return []
    return _placed([each.declared for each in run.steps], {each.declared.name: each.status for each in run.steps})


def _declared_nodes(session: Session, name: str) -> list[Node]:
    steps = model_runs.declared(session.aws, name)
    return _placed(list(steps), {}) if len(steps) <= MOST_STEPS else []


def _placed(steps: list[DeclaredStep], statuses: dict[str, str]) -> list[Node]:
    columns, direct = model_definition.columns_of(steps), model_definition.direct(steps)
    return [
        Node(
            each.name,
            each.type,
            statuses.get(each.name, "NotStarted"),
            columns[each.name],
            direct[each.name],
            each.branch,
        )
        for each in steps
    ]


def show_step(session: Session, asked: Asked) -> Page:
    """One step of an execution: what it was given, what it made, its log, why it failed."""
    name, wanted = asked.path["name"], asked.path["step"]
    line = _line(model_runs.history(session.aws, name, 1000), asked.path["run"], name)
    assert line is not None  # a run was named
    step = next((each for each in _run(session, name, line).steps if each.declared.name == wanted), None)
    if step is None:
        raise NotThere(f"{name} has no step {wanted}", where=line.arn, next_step="choose one on its page")
    lines = model_runs.log(session.aws, step, _LOG_LINES)
    page = _PAGES.get(step.kind)
    facts = {
        "name": name,
        "run": line.run,
        "step": _row(step),
        "waits": step.declared.waits,
        "arguments": json.dumps(dict(step.declared.arguments), indent=2, ensure_ascii=False),
        "told": json.dumps(dict(step.told), indent=2, ensure_ascii=False, default=str),
        "made_at": page + quote(step.resource_name, safe="") if page else "",
        "lines": lines,
        "cure": explanations.meaning_of(step.reason) if step.reason else "",
    }
    command = f"aws sagemaker list-pipeline-execution-steps --pipeline-execution-arn {line.arn}"
    return Page("model_step.html", wanted, facts, command=command)


def _address(name: str) -> str:
    return f"/model-pipelines/{quote(name, safe='')}"


def start(session: Session, asked: Asked) -> Change:
    """Start an execution; parameters that are as declared are not sent."""
    name = asked.path["name"]
    declared = {each["name"]: each["default"] for each in model_steering.parameters_of(session.aws, name)}
    given = {key: asked.form.get(f"par-{key}", default) for key, default in declared.items()}
    changed = {key: value for key, value in given.items() if value != declared[key]}

    def do(_tell: Any) -> str:
        arn = model_steering.start(session.aws, name, changed)
        return f"{_address(name)}/executions/{arn.rpartition('/')[2]}"

    words = " ".join(f"Name={key},Value={value}" for key, value in changed.items())
    command = commands.aws("sagemaker", "start-pipeline-execution", pipeline_name=name, pipeline_parameters=words)
    return Change(f"start the SageMaker pipeline {name}", command, _address(name), do, cost=_COST)


def stop(session: Session, asked: Asked) -> Change:
    """Stop an execution."""
    name, arn = asked.path["name"], asked.form.get("arn", "")

    def do(_tell: Any) -> None:
        model_steering.stop(session.aws, arn)

    command = commands.aws("sagemaker", "stop-pipeline-execution", pipeline_execution_arn=arn)
    return Change(f"stop execution {arn.rpartition('/')[2]} of {name}", command, _after(name, arn), do)


def retry(session: Session, asked: Asked) -> Change:
    """Go on with a failed execution."""
    name, arn = asked.path["name"], asked.form.get("arn", "")

    def do(_tell: Any) -> None:
        model_steering.retry(session.aws, arn)

    command = commands.aws("sagemaker", "retry-pipeline-execution", pipeline_execution_arn=arn)
    sentence = f"run the failed steps of execution {arn.rpartition('/')[2]} of {name} again"
    return Change(sentence, command, _after(name, arn), do, cost=_COST)


def _after(name: str, arn: str) -> str:
    return f"{_address(name)}/executions/{quote(arn.rpartition('/')[2], safe='')}"
