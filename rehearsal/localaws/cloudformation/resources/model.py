"""What every resource type offers to the engine, and what the engine hands to it."""

import random
import string
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from rehearsal.localaws.cloudformation.cancellation import Cancellation
from rehearsal.localaws.ground import clock

Properties = Mapping[str, Any]


class Support(StrEnum):
    """What the embedded AWS makes of a resource type."""

    EXECUTED = "executed"
    RECORDED = "recorded"


class ResourceFailed(Exception):
    """A resource could not be made, changed or removed; the text is the reason in its event.

    ``physical_id`` names what there is of it nevertheless, for the rollback to remove.
    """

    def __init__(self, reason: str, *, physical_id: str = "") -> None:
        super().__init__(reason)
        self.physical_id = physical_id


class Cancelled(ResourceFailed):
    """A long wait ended because the deployment has failed elsewhere."""

    def __init__(self, *, physical_id: str = "") -> None:
        super().__init__("Resource creation cancelled", physical_id=physical_id)


class NotOffered(ResourceFailed):
    """A property or change that AWS knows and the embedded AWS does not."""


@dataclass(frozen=True)
class Made:
    """What there is after a resource was made or changed: what Ref gives, and what GetAtt gives."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One resource to make, change or remove."""

    type: str
    logical_id: str
    properties: Properties
    stack_name: str
    stack_id: str
    region: str
    account_id: str
    client: Callable[[str], Any]
    """A boto3 client of a service, with the credentials that the stack acts with."""
    cancelled: Cancellation
    """Set when another resource has failed: long waits end early."""
    physical_id: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    previous: Properties = field(default_factory=dict)
    """The properties before the change; empty when there was nothing."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The stack's tags (already in the properties of taggable types)."""
    capabilities: tuple[str, ...] = ()
    role_arn: str | None = None
    creation_policy: Mapping[str, Any] = field(default_factory=dict)
    began_at: float = field(default_factory=clock.timestamp)
    """When the work on it began, by the clock: not later than anybody could see it. Time limits count from here."""
    token: str = field(default_factory=lambda: str(uuid.uuid4()))

    def generated_name(self, max_length: int = 64, *, lower: bool = False) -> str:
        """``stack-LogicalId-RANDOM`` as CloudFormation names what has no name, cut to ``max_length``."""
        tail = "".join(random.choices(string.ascii_uppercase + string.digits, k=12))
        room = max_length - len(tail) - 1
        stem = f"{self.stack_name}-{self.logical_id}"
        if len(stem) > room:
            half = (room - 1) // 2
            stem = f"{self.stack_name[: room - 1 - min(half, len(self.logical_id))]}-{self.logical_id[:half]}"[:room]
        name = f"{stem}-{tail}"
        return name.lower() if lower else name

    def changed(self, *names: str) -> bool:
        """Whether one of the properties differs from before."""
        return any(self.properties.get(name) != self.previous.get(name) for name in names)


class Handler(Protocol):
    """One resource type."""

    @property
    def type(self) -> str: ...

    @property
    def support(self) -> Support: ...

    @property
    def name_property(self) -> str | None: ...

    def create(self, request: Request) -> Made:
        """Make it; return as soon as it has an id."""

    def finish(self, request: Request) -> Made:
        """Whatever remains once it has an id (``request.physical_id``): settings, waiting until it is ready for use."""

    def update(self, request: Request) -> Made:
        """Change it in place; a different physical id means that it was replaced."""

    def delete(self, request: Request) -> None:
        """Remove it; what is gone already counts as removed."""


class HandlerBase:
    """A handler of an executed type that is ready as soon as it is made."""

    type: str = ""
    support: Support = Support.EXECUTED
    name_property: str | None = None
    """The property that names it: a replacement must not keep a name that is given."""

    def finish(self, request: Request) -> Made:
        return Made(request.physical_id, request.attributes)
