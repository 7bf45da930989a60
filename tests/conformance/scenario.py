"""Calls with the answers of AWS, as the tables have them. Pure.

A table (``tables/<service>.yaml``) is a list of scenarios, each with its source: ``recorded`` and the month in which
AWS answered so, or ``documented`` and the page that says so. A step is one call::

    - call: create_role          # boto3's method; of another service with ``of``
      with: {RoleName: "${n}"}
      keep: made                 # under which later steps find the answer: ${made.Role.Arn}
      answer: {Role: {Path: /, RoleName: "${n}", CreateDate: <time>}}

``answer`` (with ``status``, when it says one) is complete: a member that it lacks, or that the answer lacks, is a
difference. ``refused`` has the error's ``code``, ``message`` and ``status``, and further members of its body. A step
with neither prepares. ``until`` asks again until the answer has these members.

In expected texts ``<text>``, ``<time>``, ``<number>`` and ``<any>`` stand for any value of the kind; within a text
``<...>`` stands for one character or more. ``${...}`` is what earlier steps kept, ``${n}`` a name of the scenario's
own, ``${account}``, ``${region}``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jmespath
import yaml

TABLES = Path(__file__).parent / "tables"
_REFERENCE = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True)
class Step:
    """One call, with what AWS answers: ``answer``, or ``refused`` with code, message, status and further members."""

    service: str
    method: str
    given: Mapping[str, Any]
    keep: str
    answer: Mapping[str, Any] | None
    refused: Mapping[str, Any] | None
    until: Mapping[str, Any]


@dataclass(frozen=True)
class Scenario:
    """Steps that share what they make."""

    service: str
    name: str
    source: str
    steps: tuple[Step, ...]

    @property
    def is_recorded(self) -> bool:
        return self.source.startswith("recorded")

    @property
    def facts(self) -> int:
        """How many single things about AWS it says."""
        return sum(_facts(step) for step in self.steps)


def load(folder: Path = TABLES) -> list[Scenario]:
    """Every scenario of every table."""
    return [each for table in sorted(folder.glob("*.yaml")) for each in _scenarios(yaml.safe_load(table.read_text()))]


def _scenarios(table: Mapping[str, Any]) -> Iterator[Scenario]:
    for given in table["scenarios"]:
        steps = tuple(_step(table["service"], step) for step in given["steps"])
        yield Scenario(table["service"], given["name"], str(given["source"]), steps)


def _step(service: str, given: Mapping[str, Any]) -> Step:
    unknown = set(given) - {"call", "of", "with", "keep", "answer", "refused", "until"}
    if unknown:
        raise ValueError(f"{service}: a step has {', '.join(unknown)}")
    return Step(
        service=given.get("of", service),
        method=given["call"],
        given=given.get("with") or {},
        keep=given.get("keep", ""),
        answer=given.get("answer"),
        refused=given.get("refused"),
        until=given.get("until") or {},
    )


def _facts(step: Step) -> int:
    return sum(len(list(leaves(expected))) for expected in (step.answer, step.refused) if expected is not None)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value, with where it stands; an empty structure or list is one."""
    if isinstance(value, Mapping) and value:
        for name, each in value.items():
            yield from leaves(each, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list) and value:
        for number, each in enumerate(value):
            yield from leaves(each, f"{path}[{number}]")
    else:
        yield path, value


def filled(value: Any, known: Mapping[str, Any]) -> Any:
    """With what is known in the place of ``${...}``; a text that is nothing else becomes the value itself."""
    if isinstance(value, Mapping):
        return {filled(name, known): filled(each, known) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, known) for each in value]
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return _lookup(whole[1], known)
    return _REFERENCE.sub(lambda found: str(_lookup(found[1], known)), value)


def _lookup(expression: str, known: Mapping[str, Any]) -> Any:
    found = jmespath.search(expression, known)
    if found is None:
        raise KeyError(f"nothing is kept as {expression}")
    return found
