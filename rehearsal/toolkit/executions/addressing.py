"""``Stage/Action``, or the bare action name where it is unique. Pure."""

from dataclasses import dataclass
from typing import Any

from rehearsal.toolkit.aws.errors import BadInput


@dataclass(frozen=True)
class DeclaredAction:
    """An action of a pipeline's declaration."""

    stage: str
    name: str
    configuration: dict[str, str]
    provider: str

    @property
    def path(self) -> str:
        return f"{self.stage}/{self.name}"


def actions_of(declared: dict[str, Any]) -> list[DeclaredAction]:
    """All actions, in the pipeline's order."""
    return [
        DeclaredAction(
            stage["name"], action["name"], action.get("configuration", {}), action["actionTypeId"]["provider"]
        )
        for stage in declared["stages"]
        for action in sorted(stage["actions"], key=lambda each: each.get("runOrder", 1))
    ]


def find(declared: dict[str, Any], address: str) -> DeclaredAction:
    """The action that ``address`` names.

    Raises:
        BadInput: there is none, or several; says which there are.
    """
    actions = actions_of(declared)
    fits = [action for action in actions if address in (action.path, action.name)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        paths = ", ".join(action.path for action in fits)
        raise BadInput(
            f"{address!r} is the name of several actions", where=declared["name"], next_step=f"write {paths}"
        )
    raise BadInput(
        f"the pipeline has no action {address!r}",
        where=declared["name"],
        next_step=f"write one of {', '.join(action.path for action in actions)}",
    )
