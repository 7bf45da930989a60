"""What a stack is: its template, parameters, resources, events and outputs. State only; the engine changes it."""

import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from rehearsal.localaws.cloudformation.cancellation import Cancellation
from rehearsal.localaws.cloudformation.parameters import ParameterValue
from rehearsal.localaws.cloudformation.statuses import ResourceStatus, StackStatus
from rehearsal.localaws.cloudformation.template import Template
from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.host import Credentials

STACK_TYPE = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class Blueprint:
    """Everything that CreateStack or UpdateStack says a stack shall be."""

    template: Template
    parameters: Mapping[str, ParameterValue]
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    role_arn: str | None = None
    notification_arns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resource:
    """A resource of a stack as it stands. Frozen: the stack holds the newest, rollback keeps the older."""

    logical_id: str
    type: str
    physical_id: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    """As resolved, with dynamic references still in place."""
    applied: Mapping[str, Any] = field(default_factory=dict)
    """As sent to the service: coerced by the schema, dynamic references resolved, stack tags added."""
    status: ResourceStatus = ResourceStatus.CREATE_IN_PROGRESS
    reason: str | None = None
    changed_at: datetime | None = None
    deletion_policy: str | None = None
    update_replace_policy: str | None = None
    dependencies: frozenset[str] = frozenset()
    metadata: Any = None
    creation_policy: Mapping[str, Any] | None = None

    @property
    def exists(self) -> bool:
        """Whether there is something to delete."""
        return bool(self.physical_id) and self.status not in (
            ResourceStatus.DELETE_COMPLETE,
            ResourceStatus.DELETE_SKIPPED,
        )


@dataclass(frozen=True)
class Event:
    """One line of DescribeStackEvents."""

    event_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None
    at: datetime
    properties: str | None
    token: str | None


@dataclass(frozen=True)
class Output:
    """One evaluated output."""

    key: str
    value: str
    description: str | None = None
    export_name: str | None = None


@dataclass
class Stack:
    """One stack. Its lock guards every member; the engine is the only writer once it runs."""

    name: str
    stack_id: str
    account_id: str
    region: str
    blueprint: Blueprint
    credentials: Credentials
    """Of whoever made the latest request: what is done without a role is done with these."""
    created_at: datetime
    status: StackStatus = StackStatus.CREATE_IN_PROGRESS
    reason: str | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    outputs: tuple[Output, ...] = ()
    imports: frozenset[str] = frozenset()
    parent_id: str | None = None
    root_id: str | None = None
    termination_protection: bool = False
    disable_rollback: bool = False
    on_failure: str = "ROLLBACK"
    timeout_minutes: int | None = None
    policy_body: str | None = None
    change_set_id: str | None = None
    token: str | None = None
    running: Cancellation | None = None
    """Cancels the operation that runs."""
    before_update: Mapping[str, Resource] = field(default_factory=dict)
    """What the way back of the latest update goes back to."""
    imports_before_update: frozenset[str] = frozenset()
    superseded: list[Resource] = field(default_factory=list)
    """What the latest update, or its way back, has put others in the place of, and has still to remove."""
    left_out: tuple[Resource, ...] = ()
    """What the new template of an update no longer has."""
    deletion: tuple[tuple[str, ...], str | None] = ((), None)
    """Of the latest DeleteStack: the logical ids to retain, and the role to act with."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    settled: threading.Condition = field(default_factory=threading.Condition)
    """Notified whenever the status changes: a parent stack waits on it."""

    def begin(self, status: StackStatus) -> None:
        """Move to the status of an operation that can be cancelled, from the moment on at which it can be seen."""
        self.running = Cancellation()
        self.record(status, "User Initiated")

    def record(self, status: StackStatus, reason: str | None = None) -> None:
        """Move to a status, and say so in the events."""
        with self.lock:
            self._event(self.name, self.stack_id, STACK_TYPE, status, reason, None)
            self.reason, self.status = reason, status  # the status last: whoever sees it finds the rest
        with self.settled:
            self.settled.notify_all()

    def wait_until_settled(self) -> None:
        """Return when nothing is being done to the stack."""
        with self.settled:
            self.settled.wait_for(lambda: not self.status.in_progress)

    def put(self, resource: Resource, *, quiet: bool = False) -> Resource:
        """Keep a resource's new state, and (unless ``quiet``) say so in the events."""
        now = clock.now()
        resource = replace(resource, changed_at=now)
        with self.lock:
            self.resources[resource.logical_id] = resource
            if not quiet:
                self.announce(resource)
        return resource

    def announce(self, resource: Resource) -> None:
        """Add an event of a resource without keeping its state (the old one of a replacement, say)."""
        properties = json.dumps(resource.properties, default=str) if resource.properties else None
        with self.lock:
            self._event(
                resource.logical_id, resource.physical_id, resource.type, resource.status, resource.reason, properties
            )

    def forget(self, logical_id: str) -> None:
        """Leave a resource out of the stack."""
        with self.lock:
            self.resources.pop(logical_id, None)

    def _event(
        self, logical_id: str, physical_id: str, kind: str, status: str, reason: str | None, properties: str | None
    ) -> None:
        event_id = f"{logical_id}-{status}-{uuid.uuid4()}" if kind != STACK_TYPE else str(uuid.uuid4())
        self.events.append(
            Event(event_id, logical_id, physical_id, kind, status, reason, clock.now(), properties, self.token)
        )
