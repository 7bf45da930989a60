"""The words in which the table of actions is written. Pure data.

A *template* is an ARN's last part (``training-job/{TrainingJobName}``), put behind
``arn:aws:<prefix>:<region>:<account>:``, or a whole ARN. ``{a.b}`` is a member of the request's parameters,
``{Names[]}`` stands for each item of a list. A parameter that holds an ARN already is taken as it is. Of the templates
of a service, the first whose parameters are all there gives the resource; an operation of its own list needs every
resource whose parameters are there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Operation:
    """Where an operation departs from its service: ``actions`` and ``resources`` belong together pairwise when both
    have several.

    ``resources`` None keeps the service's rule; an empty one is ``*``. ``keys_below`` are parameters under which there
    are more of those that condition keys are taken from.
    """

    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] | None = None
    keys_below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tagging:
    """The further permission that tags at creation need: the action, and the parameter that holds the tags."""

    action: str
    parameter: str = "Tags"
    operations: tuple[str, ...] | None = None


@dataclass(frozen=True)
class PassedRole:
    """A parameter that holds a role for the service to assume, and the service that gets it.

    ``operations`` are prefixes of the operations concerned.
    """

    parameter: str
    service: str
    operations: tuple[str, ...] = ("Create", "Update")
    may_be_elsewhere: bool = False
    """A role of another account is not passed: the service comes to it through a role of the caller's account."""


@dataclass(frozen=True)
class Service:
    """One service: ``prefix`` of its actions, the rule for resources, and the exceptions."""

    prefix: str
    templates: tuple[str, ...] = ()
    operations: Mapping[str, Operation] = field(default_factory=dict)
    without_resource: frozenset[str] = frozenset()
    tagging: tuple[Tagging, ...] = ()
    passed_roles: tuple[PassedRole, ...] = ()
    context_keys: Mapping[str, str] = field(default_factory=dict)
    """Condition keys and the parameters they are taken from."""
    lower_case_names: bool = False
    kept_case: frozenset[str] = frozenset()
    """Parameters whose names keep their case in ARNs all the same."""
    arn_service: str | None = None

    def operation(self, name: str) -> Operation:
        """The exceptions of an operation; an empty one when it has none."""
        return self.operations.get(name, _REGULAR)


_REGULAR = Operation()


def only(action: str, *resources: str) -> Operation:
    """One action; its resources, when they are not the service's rule."""
    return Operation((action,), resources or None)


def on(*resources: str) -> Operation:
    """The action of the operation's own name on these resources."""
    return Operation((), resources)


def words(text: str) -> frozenset[str]:
    """The names in ``text``."""
    return frozenset(text.split())
