"""Makes, changes and removes one resource of a stack, with the events that CloudFormation writes.

It decides nothing about the stack: the engine says what to do, this does it and tells whether it worked.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.cloudformation import dynamic, intrinsics, reasons, registry, schemas
from rehearsal.localaws.cloudformation.cancellation import Cancellation
from rehearsal.localaws.cloudformation.resources.model import Made, Request, ResourceFailed
from rehearsal.localaws.cloudformation.scope import StackScope
from rehearsal.localaws.cloudformation.stack import Blueprint, Resource, Stack
from rehearsal.localaws.cloudformation.statuses import ResourceStatus
from rehearsal.localaws.cloudformation.template import ResourceDeclaration
from rehearsal.localaws.ground import persistence
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.ground.request_gate import Gate

log = logging.getLogger("rehearsal.localaws.cloudformation")

being_made = Gate()
"""A resource passes here from its making until the stack knows it: a snapshot in between would have it belong to
nobody."""
persistence.hold_still(being_made.closed, before_requests=True)

_INITIATED = "Resource creation Initiated"
_REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


class Provisioner:
    """Acts on the resources of one stack, with the credentials of one operation."""

    def __init__(self, stack: Stack, blueprint: Blueprint, cancelled: Cancellation) -> None:
        self._stack = stack
        self._blueprint = blueprint
        self._cancelled = cancelled

    def client(self, service: str) -> Any:
        """A client that acts as the stack's role, or as whoever made the request."""
        role = self._blueprint.role_arn
        credentials = (
            identity.assume_role(
                role, "AWSCloudFormation", service="cloudformation.amazonaws.com", region=self._stack.region
            )
            if role
            else self._stack.credentials
        )
        return identity.client(service, credentials, self._stack.region)

    def resolve(self, declared: ResourceDeclaration, scope: StackScope, needed: set[str]) -> Resource:
        """The resource as the template wants it now: functions resolved, nothing done."""
        properties = intrinsics.resolve(declared.properties, scope)
        return Resource(
            logical_id=declared.logical_id,
            type=declared.type,
            properties=properties,
            deletion_policy=_policy(declared.deletion_policy, scope),
            update_replace_policy=_policy(declared.update_replace_policy, scope),
            dependencies=frozenset(needed),
            metadata=declared.metadata,
            creation_policy=intrinsics.resolve(declared.creation_policy, scope),
        )

    def create(self, wanted: Resource, *, replacing: Resource | None = None) -> Resource | None:
        """Make ``wanted``; None when that failed (the stack then holds what there is of it)."""
        request = self._request(wanted)
        current = self._start(wanted, replacing)
        try:
            request = replace(request, properties=self._conformed(request))
            current = replace(current, applied=request.properties)
            handler = registry.handler(wanted.type)
            with being_made.passing():
                made = handler.create(request)
                current = _with(current, made)
                self._stack.put(replace(current, reason=_INITIATED), quiet=replacing is not None)
            made = handler.finish(replace(request, physical_id=made.physical_id, attributes=made.attributes))
        except Exception as error:  # noqa: BLE001 - a bug in a handler fails its resource, and _fail logs it
            verb = ResourceStatus.CREATE_FAILED if replacing is None else ResourceStatus.UPDATE_FAILED
            self._fail(current, verb, error, request.token)
            return None
        verb = ResourceStatus.CREATE_COMPLETE if replacing is None else ResourceStatus.UPDATE_COMPLETE
        return self._stack.put(replace(_with(current, made), status=verb, reason=None))

    def _start(self, wanted: Resource, replacing: Resource | None) -> Resource:
        if replacing is None:
            return self._stack.put(replace(wanted, status=ResourceStatus.CREATE_IN_PROGRESS))
        shown = replace(
            replacing, properties=wanted.properties, status=ResourceStatus.UPDATE_IN_PROGRESS, reason=_REPLACING
        )
        self._stack.announce(shown)
        return replace(wanted, status=ResourceStatus.UPDATE_IN_PROGRESS)

    def update(self, wanted: Resource, current: Resource) -> Resource | None:
        """Change ``current`` in place into ``wanted``; None when that failed."""
        started = replace(
            wanted,
            physical_id=current.physical_id,
            attributes=current.attributes,
            applied=current.applied,
            status=ResourceStatus.UPDATE_IN_PROGRESS,
        )
        request = replace(self._request(started), previous=current.applied)
        started = self._stack.put(started)
        try:
            request = replace(request, properties=self._conformed(request))
            handler = registry.handler(wanted.type)
            made = handler.update(request)
        except Exception as error:  # noqa: BLE001 - as in create
            self._fail(
                replace(started, properties=current.properties), ResourceStatus.UPDATE_FAILED, error, request.token
            )
            return None
        done = replace(_with(started, made), applied=request.properties, status=ResourceStatus.UPDATE_COMPLETE)
        return self._stack.put(done)

    def delete(self, resource: Resource, *, keep_state: bool = True) -> bool:
        """Remove ``resource``; with ``keep_state`` false it is an old one, whose successor the stack holds."""
        put: Callable[[Resource], object] = self._stack.put if keep_state else self._stack.announce
        request = self._request(resource)
        put(replace(resource, status=ResourceStatus.DELETE_IN_PROGRESS, reason=None))
        try:
            registry.handler(resource.type).delete(replace(request, properties=resource.applied or resource.properties))
        except Exception as error:  # noqa: BLE001 - as in create
            if not (isinstance(error, ClientError) and reasons.is_gone(error)):
                self._log_bug(resource, error)
                told = reasons.reason(error, request.token)
                put(replace(resource, status=ResourceStatus.DELETE_FAILED, reason=told))
                return False
        put(replace(resource, status=ResourceStatus.DELETE_COMPLETE, reason=None))
        return True

    def skip_delete(self, resource: Resource, *, keep_state: bool = True) -> None:
        """Leave ``resource`` where it is, and say so."""
        skipped = replace(resource, status=ResourceStatus.DELETE_SKIPPED, reason=None)
        (self._stack.put if keep_state else self._stack.announce)(skipped)

    def _request(self, resource: Resource) -> Request:
        return Request(
            type=resource.type,
            logical_id=resource.logical_id,
            properties=resource.properties,
            stack_name=self._stack.name,
            stack_id=self._stack.stack_id,
            region=self._stack.region,
            account_id=self._stack.account_id,
            client=self.client,
            cancelled=self._cancelled,
            physical_id=resource.physical_id,
            attributes=resource.attributes,
            tags=self._blueprint.tags,
            capabilities=self._blueprint.capabilities,
            role_arn=self._blueprint.role_arn,
            creation_policy=resource.creation_policy or {},
        )

    def _conformed(self, request: Request) -> dict[str, Any]:
        """The properties to send: dynamic references resolved, stack tags added, types as the schema wants."""
        properties = dynamic.resolve(request.properties, self.client)
        if registry.is_custom(request.type):
            return dict(properties)
        schema = schemas.of_type(request.type)
        properties = _with_stack_tags(properties, schema.tag_property, request.tags)
        conformed, problems = schemas.conform(schema, properties)
        if problems:
            raise ResourceFailed(
                f"Properties validation failed for resource {request.logical_id} with message:\n[{', '.join(problems)}]"
            )
        return conformed

    def _fail(self, resource: Resource, status: ResourceStatus, error: Exception, token: str) -> None:
        self._log_bug(resource, error)
        if isinstance(error, ResourceFailed) and error.physical_id and not resource.physical_id:
            resource = replace(resource, physical_id=error.physical_id, applied=resource.applied or resource.properties)
        self._stack.put(replace(resource, status=status, reason=reasons.reason(error, token)))

    def _log_bug(self, resource: Resource, error: Exception) -> None:
        if not isinstance(error, ClientError | BotoCoreError | AwsError | ResourceFailed):
            log.error("resource %s of type %s", resource.logical_id, resource.type, exc_info=error)


def _policy(node: Any, scope: StackScope) -> str | None:
    return None if node is None else str(intrinsics.resolve(node, scope))


def _with(resource: Resource, made: Made) -> Resource:
    return replace(resource, physical_id=made.physical_id, attributes=dict(made.attributes))


def _with_stack_tags(properties: Mapping[str, Any], name: str | None, tags: Mapping[str, str]) -> dict[str, Any]:
    if not tags or name is None:
        return dict(properties)
    own = properties.get(name)
    if isinstance(own, dict):
        return {**properties, name: {**tags, **own}}
    listed = own or []
    given = {tag.get("Key") for tag in listed}
    added = [{"Key": key, "Value": value} for key, value in tags.items() if key not in given]
    return {**properties, name: [*listed, *added]}
