"""The parameters that a template declares, and whether chosen values fit them: asked of the file, before anything is
made.

CloudFormation says the same, but only when the stack is asked for, and by then an earlier stack and its uploads are
there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.stacks import template_files

_LONGEST_VALUE = 4096
"""Characters of a parameter's value (CloudFormation quotas)."""


@dataclass(frozen=True)
class Declared:
    """One parameter of a template; None where the template says nothing."""

    name: str
    default: str | None = None
    allowed_values: tuple[str, ...] = ()
    allowed_pattern: str | None = None
    shortest: int = 0
    longest: int = _LONGEST_VALUE
    explanation: str = ""
    """ConstraintDescription: the template's own words for what it takes."""
    description: str = ""
    is_secret: bool = False
    """NoEcho: CloudFormation never shows its value."""

    def problem_of(self, value: str) -> str | None:
        """What is wrong with a value, or None. A pattern must match all of it, as with CloudFormation."""
        if self.allowed_values and value not in self.allowed_values:
            return f"must be one of {', '.join(self.allowed_values)}"
        if not self.shortest <= len(value) <= self.longest:
            return self.explanation or f"has {len(value):,} characters; {self.shortest} to {self.longest} are allowed"
        if self.allowed_pattern is not None and not re.fullmatch(self.allowed_pattern, value):
            return self.explanation or f"must match {self.allowed_pattern}"
        return None


def declared_in(template: Path) -> dict[str, Declared]:
    """The template's parameters by name.

    Raises:
        BadInput: the file is no YAML or JSON document with parameters.
    """
    return _declared_in(template_files.read(template))


def _declared_in(document: Mapping[str, Any]) -> dict[str, Declared]:
    entries: Mapping[str, Any] = document.get("Parameters", {})
    return {name: _declared(name, entry) for name, entry in entries.items()}


def _declared(name: str, entry: Mapping[str, Any]) -> Declared:
    default = entry.get("Default")
    return Declared(
        name,
        default=None if default is None else str(default),
        allowed_values=tuple(map(str, entry.get("AllowedValues", ()))),
        allowed_pattern=entry.get("AllowedPattern"),
        shortest=int(entry.get("MinLength", 0)),
        longest=int(entry.get("MaxLength", _LONGEST_VALUE)),
        explanation=" ".join(str(entry.get("ConstraintDescription", "")).split()),
        description=" ".join(str(entry.get("Description", "")).split()),
        is_secret=bool(entry.get("NoEcho", False)),
    )


@dataclass(frozen=True)
class Group:
    """Parameters that belong together on a form: its title, and each with its label."""

    title: str
    parameters: tuple[tuple[str, Declared], ...]


def groups_in(template: Path) -> list[Group]:
    """The template's parameters as its Metadata groups and labels them (AWS::CloudFormation::Interface); the rest come
    last."""
    document = template_files.read(template)
    interface = document.get("Metadata", {}).get("AWS::CloudFormation::Interface", {})
    labels = {name: label.get("default", name) for name, label in interface.get("ParameterLabels", {}).items()}
    left = _declared_in(document)
    groups = []
    for each in interface.get("ParameterGroups", []):
        names = [name for name in each.get("Parameters", []) if name in left]
        members = tuple((labels.get(name, name), left.pop(name)) for name in names)
        groups.append(Group(each.get("Label", {}).get("default", ""), members))
    if left:
        groups.append(Group("More", tuple((labels.get(name, name), declared) for name, declared in left.items())))
    return groups


def check(declared: Mapping[str, Declared], chosen: Mapping[str, str], *, where: str) -> None:
    """Hold chosen values against what is declared.

    Raises:
        BadInput: a name is not declared, or a value does not fit; names the first.
    """
    for name, value in chosen.items():
        if name not in declared:
            raise BadInput(
                f"the stacks have no parameter {name}",
                where=where,
                next_step=f"they have {', '.join(sorted(declared))}",
            )
        problem = declared[name].problem_of(value)
        if problem is not None:
            raise BadInput(
                f"{name} {problem}; it is {value[:80]!r}", where=where, next_step="give a value that the template takes"
            )
