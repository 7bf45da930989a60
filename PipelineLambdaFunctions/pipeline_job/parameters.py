"""UserParameters: read, checked, and merged over what the Source stage delivers.

Pure. The functions, the command line and the lint rules all ask here, so that all three say the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline_job import json_text, rules, schema
from pipeline_job.json_text import Member
from pipeline_job.problem import Problem, report

LENGTH_LIMIT = 1000
"""Characters; the service model's bound of an action's configuration value (the live service has accepted more)."""


class InvalidParameters(ValueError):
    """UserParameters or a training config that the function refuses; the text is ready to be shown to its author."""


@dataclass(frozen=True)
class Checked:
    """UserParameters after reading: typed ``values`` of what was given, all ``problems``, and ``warnings`` beside
    them."""

    text: str
    values: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def check(function: str, text: str, *, unresolved: bool = False) -> Checked:
    """Read the UserParameters of ``function`` and hold them against its schema.

    ``unresolved`` is for a text whose ``#{variables}`` CodePipeline has not filled in yet. Rules between keys are
    :func:`rules_broken`'s, because a training config may bring the other key.
    """
    members, broken = json_text.members(text or "{}")
    if broken is not None:
        return Checked(text, {}, (broken,))
    given = {member.key: member.value for member in members}
    described = schema.load(function)
    problems = tuple(_placed(schema.validate(given, described, unresolved=unresolved), members))
    values = {} if problems else schema.read_object(given, described)
    return Checked(text, values, problems, tuple(_warnings(text, members)))


def rules_broken(function: str, checked: Checked) -> Checked:
    """``checked`` with the problems that lie between its keys, for who knows of no training config."""
    if checked.problems or "#{" in checked.text:
        return checked
    members, _ = json_text.members(checked.text or "{}")
    return replace(checked, problems=tuple(_placed(rules.check(function, checked.values), members)))


def read(function: str, text: str) -> Checked:
    """As :func:`check`, for the function itself.

    Raises:
        InvalidParameters: with every problem, each pointing at its character.
    """
    checked = check(function, text)
    if checked.problems:
        raise InvalidParameters(refusal(function, checked))
    return checked


def refusal(function: str, checked: Checked) -> str:
    """What is wrong, for a person: a title, then each problem with its line and caret."""
    unreadable = checked.problems[0].position is not None and not checked.problems[0].path
    title = f"UserParameters of {function} is not JSON" if unreadable else f"UserParameters of {function} is refused"
    return report(title, checked.problems, checked.text)


def merge(function: str, checked: Checked, section: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The values that apply: UserParameters over ``section`` of the training config ``source`` over the schema's
    defaults.

    Raises:
        InvalidParameters: when the section holds what the schema refuses, or both together break a rule.
    """
    described = {**schema.load(function), "required": ()}
    if problems := list(schema.validate(section, described)):
        raise InvalidParameters(report(f"{source}, section {function}, is refused", problems, ""))
    merged = {**schema.read_object(section, described), **checked.values}
    if problems := list(rules.check(function, merged)):
        origin = f"UserParameters of {function}" + (f", merged over {source}," if section else "")
        raise InvalidParameters(report(f"{origin} are refused", problems, ""))
    return {**schema.defaults(described), **merged}


def _placed(problems: Iterable[Problem], members: list[Member]) -> Iterator[Problem]:
    by_key = {member.key: member for member in members}
    for problem in problems:
        member = by_key.get(problem.path[0]) if problem.path else None
        if member is None:
            yield problem
        elif problem.message.startswith("unknown key") and len(problem.path) == 1:
            yield replace(problem, position=member.key_position)
        else:
            yield replace(problem, position=member.value_position)


def _warnings(text: str, members: list[Member]) -> Iterator[Problem]:
    positions = {member.key: member.key_position for member in members}
    if len(text) > LENGTH_LIMIT:
        message = f"{len(text)} characters: CodePipeline's documented limit is {LENGTH_LIMIT}"
        yield Problem(message, position=LENGTH_LIMIT, hint="move keys into training-config/<model-name>.json")
    if {"num-round", "hp-num-round"} <= positions.keys():
        position = positions["num-round"]
        yield Problem("'hp-num-round' wins over 'num-round'", ("num-round",), position, "remove 'num-round'")
