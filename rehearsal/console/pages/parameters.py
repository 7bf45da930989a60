"""The UserParameters of an action: edited as JSON, checked while typing, saved through the stack."""

import json
from typing import Any
from urllib.parse import quote

from pipeline_job import parameters as schema_check
from pipeline_job import schema
from pipeline_job.problem import Problem
from rehearsal.console import commands
from rehearsal.console.page import Asked, Change, Page
from rehearsal.console.session import Session
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.executions import addressing, executions, steering
from rehearsal.toolkit.executions.addressing import DeclaredAction
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.parameters import user_parameters, workshop_actions
from rehearsal.toolkit.stacks import discovery


def show(session: Session, asked: Asked) -> Page:
    """The editor; ``text`` in the query is what is typed and not saved yet."""
    name = asked.path["name"]
    action = _declared(session, asked)
    function = _function(action)
    deployed = _laid_out(action.configuration.get("UserParameters", ""))
    text = asked.query.get("text", deployed)
    checked = schema_check.rules_broken(function, schema_check.check(function, text, unresolved="#{" in text))
    facts = {
        "name": name,
        "action": action,
        "function": function,
        "deployed": deployed,
        "text": text,
        "sent": _sent(text),
        "limit": schema_check.LENGTH_LIMIT,
        "problems": [_placed(each, text) for each in checked.problems],
        "warnings": [_placed(each, text) for each in checked.warnings],
        "changes": [] if checked.problems else user_parameters.differences(deployed, text),
        "keys": _keys(function, text),
    }
    command = commands.rehearse(name, "params", "set", action.path, "NAME=VALUE")
    return Page("parameters.html", f"UserParameters of {action.path}", facts, command=command, is_live=False)


def _declared(session: Session, asked: Asked) -> DeclaredAction:
    declared = executions.definition(session.aws, asked.path["name"])
    return addressing.find(declared, f"{asked.path['stage']}/{asked.path['action']}")


def _function(action: DeclaredAction) -> str:
    found = workshop_actions.find(action.path)
    if found is None:
        raise NotThere(
            f"what {action.path} takes is not known here",
            where=action.configuration.get("FunctionName", action.path),
            next_step="the editor knows the functions of the workshop; change others where their pipeline is declared",
        )
    return found.function


def _laid_out(text: str) -> str:
    """As the editor shows it: one key a line."""
    try:
        return json.dumps(json.loads(text or "{}"), indent=2, ensure_ascii=False)
    except json.JSONDecodeError:
        return text


def _sent(text: str) -> str:
    """As it is sent to CodePipeline: without the layout, which would count against the limit."""
    try:
        return json.dumps(json.loads(text or "{}"), ensure_ascii=False)
    except json.JSONDecodeError:
        return text


def _placed(problem: Problem, text: str) -> dict[str, Any]:
    """A finding with its place, and the line before and after the character."""
    where = problem.line_and_column(text)
    line = text.splitlines()[where[0] - 1] if where and text.splitlines()[where[0] - 1 :] else ""
    column = where[1] if where else 0
    return {
        "message": problem.message,
        "hint": problem.hint,
        "position": problem.position,
        "line": where[0] if where else None,
        "column": column or None,
        "before": line[max(0, column - 41) : max(0, column - 1)],
        "at": line[column - 1 : column] or " ",
        "after": line[column : column + 40],
    }


def _keys(function: str, text: str) -> list[dict[str, Any]]:
    """What the function takes, each with its value in the text where it has one."""
    described = schema.load(function)
    try:
        parsed = json.loads(text or "{}")
    except json.JSONDecodeError:
        parsed = {}
    given = parsed if isinstance(parsed, dict) else {}
    required = set(described.get("required", ()))
    rows = [
        {
            "name": key,
            "title": about.get("title", key),
            "description": about.get("description", ""),
            "is_required": key in required,
            "default": about.get("default"),
            "range": _range(about),
            "example": json.dumps(
                next(iter([about["default"]] if "default" in about else about.get("examples", [""])), "")
            ),
            "value": given.get(key),
            "is_set": key in given,
        }
        for key, about in described["properties"].items()
    ]
    return sorted(rows, key=lambda row: (not row["is_set"], not row["is_required"]))


def _range(about: Any) -> str:
    if "enum" in about:
        return "one of " + ", ".join(map(str, about["enum"]))
    low, high = about.get("minimum"), about.get("maximum")
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"at least {low}"
    return f"at most {high}" if high is not None else ""


def save(session: Session, asked: Asked) -> Change:
    """Update the stack with the text; then start an execution, if that was asked for."""
    name = asked.path["name"]
    action = _declared(session, asked)
    text = _sent(asked.form.get("text", ""))
    user_parameters.check(action.path, asked.form.get("text", ""))
    releases = asked.form.get("then") == "release"
    which = _workshop(session, name)
    address = f"/pipelines/{quote(name, safe='')}"

    def do(tell: Tell) -> str:
        user_parameters.set_in_stack(session.aws, which, action, text, tell)
        return f"{address}/executions/{steering.start(session.aws, name)}" if releases else address

    changed = user_parameters.differences(action.configuration.get("UserParameters", ""), text)
    words = [f"{each.key}={_as_typed(each.after)}" for each in changed if each.after is not None]
    removed = [part for each in changed if each.after is None for part in ("--unset", each.key)]
    command = commands.rehearse(name, "params", "set", action.path, *words, *removed)
    return Change(
        sentence=f"save the UserParameters of {action.path}{' and start the pipeline' if releases else ''}",
        command=command + (f" && {commands.rehearse(name, 'release')}" if releases else ""),
        then=address,
        do=do,
        cost="The next execution uses them." if not releases else "An execution starts: it trains and deploys.",
        is_slow=True,
    )


def _workshop(session: Session, pipeline: str) -> Workshop:
    """The workshop whose stack holds the parameters.

    Raises:
        BadInput: the pipeline is of no workshop.
    """
    suffix = commands.suffix_of(pipeline)
    if suffix is None:
        raise BadInput(
            f"the UserParameters of {pipeline} are not a workshop's",
            where=pipeline,
            next_step="change them where the pipeline is declared",
        )
    return discovery.workshop(session.aws, suffix)


def _as_typed(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
