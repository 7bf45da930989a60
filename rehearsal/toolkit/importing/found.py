"""What was read of an account: resources, zips, and what was left out. Values; nothing is asked here."""

import re
from dataclasses import dataclass, field
from typing import Any

_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9]+")


@dataclass
class Found:
    """Resources for a template, their properties with the account's own values, and what the page says of the rest."""

    pipeline: str
    account_id: str
    region: str
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By logical id: ``Type`` and ``Properties``."""
    references: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What stands, in the template, for the ARN of a resource that is in it."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Parameters without a value, and what each is for."""
    zips: dict[str, bytes] = field(default_factory=dict)
    """By path within the project."""
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """What, and why."""

    def add(self, kind: str, name: str, properties: dict[str, Any], ending: str) -> str:
        """A resource; gives its logical id, made of its name and ``ending``."""
        logical_id = self._free_id(name, ending)
        given = {key: value for key, value in properties.items() if value not in (None, "", [], {})}
        self.resources[logical_id] = {"Type": kind, "Properties": given}
        return logical_id

    def refer(self, arn: str, logical_id: str, attribute: str = "") -> None:
        """Have every value that is exactly ``arn`` refer to the resource instead."""
        self.references[arn] = {"Fn::GetAtt": [logical_id, attribute]} if attribute else {"Ref": logical_id}

    def ask(self, name: str, purpose: str) -> dict[str, str]:
        """A parameter in place of a value that does not belong into a file; gives the reference to it."""
        logical_id = self._free_id(name, "")
        self.parameters[logical_id] = purpose
        return {"Ref": logical_id}

    def leave_out(self, what: str, why: str) -> None:
        """Say on the page what is not in the template."""
        if (what, why) not in self.left_out:
            self.left_out.append((what, why))

    def _free_id(self, name: str, ending: str) -> str:
        words = [word for word in _NOT_IN_AN_ID.split(name) if word]
        stem = "".join(word[0].upper() + word[1:] for word in words)[:200] or "Resource"
        stem = stem if stem.endswith(ending) else stem + ending
        taken = self.resources.keys() | self.parameters.keys()
        return next(each for each in (stem, *(f"{stem}{number}" for number in range(2, 1000))) if each not in taken)
