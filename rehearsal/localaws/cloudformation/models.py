"""The state of CloudFormation in one region: its stacks and change sets, and who may touch them when."""

import re
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.cloudformation import changesets, engine, interruption, prepare, updates
from rehearsal.localaws.cloudformation.changesets import ChangeSet
from rehearsal.localaws.cloudformation.outputs import Exports
from rehearsal.localaws.cloudformation.plan import Change
from rehearsal.localaws.cloudformation.prepare import Wanted
from rehearsal.localaws.cloudformation.scope import Surroundings
from rehearsal.localaws.cloudformation.stack import Blueprint, Stack
from rehearsal.localaws.cloudformation.statuses import StackStatus
from rehearsal.localaws.cloudformation.template import invalid
from rehearsal.localaws.ground import clock, host, persistence
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.ground.host import Credentials

_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")


class CloudFormationBackend(BaseBackend):
    """The stacks of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.stacks: dict[str, Stack] = {}
        self.change_sets: dict[str, ChangeSet] = {}
        self.exports = Exports(self.stacks)
        self.guard = threading.RLock()

    # ------------------------------------------------------------------------------------------------------ finding

    def all_stacks(self) -> list[Stack]:
        """Every stack, deleted ones too."""
        return list(self.stacks.values())

    def live(self, name: str) -> Stack | None:
        """The stack that has the name now; a deleted one does not."""
        with self.guard:
            for stack in self.stacks.values():
                if stack.name == name and stack.status is not StackStatus.DELETE_COMPLETE:
                    return stack
        return None

    def find(self, name_or_id: str) -> Stack:
        """A stack by name, or by id (then even a deleted one).

        Raises:
            AwsError: ValidationError, when there is none.
        """
        stack = self.stacks.get(name_or_id) or self.live(name_or_id)
        if stack is None:
            raise invalid(f"Stack with id {name_or_id} does not exist")
        return stack

    # ------------------------------------------------------------------------------------------------------ changing

    def client_of(self, credentials: Credentials) -> Callable[[str], Any]:
        """Clients that act as whoever has the credentials."""
        return lambda service: identity.client(service, credentials, self.region_name)

    def plan_stack(self, name: str, wanted: Wanted, credentials: Credentials, *, parent: Stack | None = None) -> Stack:
        """A checked stack that is not started and not known yet.

        Raises:
            AwsError: AlreadyExistsException, ValidationError, InsufficientCapabilitiesException.
        """
        check_name(name)
        existing = self.live(name)
        if existing is not None and existing.status is not StackStatus.REVIEW_IN_PROGRESS:
            raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists")
        stack_id = existing.stack_id if existing else self.stack_id(name)
        client = self.client_of(credentials)
        body = prepare.fetch_body(wanted, None, client)
        if wanted.role_arn:
            check_role(wanted.role_arn)
        blueprint = prepare.blueprint(wanted, body, None, self.surroundings(name, stack_id, wanted), client)
        return Stack(
            name=name,
            stack_id=stack_id,
            account_id=self.account_id,
            region=self.region_name,
            blueprint=blueprint,
            credentials=credentials,
            created_at=clock.now(),
            parent_id=parent.stack_id if parent else None,
            root_id=(parent.root_id or parent.stack_id) if parent else None,
        )

    def stack_id(self, name: str) -> str:
        """A new ARN."""
        return f"arn:aws:cloudformation:{self.region_name}:{self.account_id}:stack/{name}/{uuid.uuid4()}"

    def surroundings(self, name: str, stack_id: str, wanted: Wanted) -> Surroundings:
        """What pseudo parameters mean while a request is checked."""
        return Surroundings(
            self.account_id, self.region_name, stack_id, name, wanted.notification_arns, self.exports.value
        )

    def start(self, stack: Stack) -> None:
        """Make a planned stack known and begin to create it."""
        with self.guard:
            if self.live(stack.name) not in (None, self.stacks.get(stack.stack_id)):
                raise AwsError("AlreadyExistsException", f"Stack [{stack.name}] already exists")
            self.stacks[stack.stack_id] = stack
        stack.begin(StackStatus.CREATE_IN_PROGRESS)
        self._run(stack, StackStatus.CREATE_FAILED, engine.create, stack, self.exports)

    def planned_update(self, stack: Stack, wanted: Wanted, credentials: Credentials) -> Blueprint:
        """The checked blueprint of an update."""
        client = self.client_of(credentials)
        body = prepare.fetch_body(wanted, stack.blueprint, client)
        surroundings = self.surroundings(stack.name, stack.stack_id, wanted)
        return prepare.blueprint(wanted, body, stack.blueprint, surroundings, client)

    def changes(self, stack: Stack, blueprint: Blueprint) -> tuple[Change, ...]:
        """What bringing ``stack`` to ``blueprint`` would change."""
        surroundings = Surroundings(
            stack.account_id, stack.region, stack.stack_id, stack.name, blueprint.notification_arns, self.exports.value
        )
        return changesets.changes(stack, blueprint, surroundings)

    def has_changes(self, stack: Stack, blueprint: Blueprint) -> bool:
        """Whether an update would do anything at all."""
        before = stack.blueprint
        return bool(
            self.changes(stack, blueprint)
            or before.tags != blueprint.tags
            or before.template.outputs != blueprint.template.outputs
            or _policies(before) != _policies(blueprint)
            or before.role_arn != blueprint.role_arn
            or stack.status is StackStatus.UPDATE_FAILED
        )

    def check_updatable(self, stack: Stack) -> None:
        """Only a settled stack takes an update."""
        if not stack.status.can_update:
            raise invalid(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")

    def begin_update(
        self,
        stack: Stack,
        blueprint: Blueprint,
        credentials: Credentials,
        *,
        policy_during_update: str | None = None,
    ) -> None:
        """Begin to bring ``stack`` to ``blueprint``."""
        with stack.lock:
            self.check_updatable(stack)
            stack.credentials = credentials
            stack.before_update, stack.superseded = dict(stack.resources), []
            stack.imports_before_update = stack.imports
            stack.begin(StackStatus.UPDATE_IN_PROGRESS)
        self._run(
            stack,
            StackStatus.UPDATE_ROLLBACK_FAILED,
            updates.update,
            stack,
            self.exports,
            blueprint,
            policy_during_update,
        )

    def begin_delete(
        self, stack: Stack, credentials: Credentials, *, retain: Iterable[str] = (), role_arn: str | None = None
    ) -> None:
        """Begin to delete ``stack``."""
        with stack.lock:
            stack.credentials, stack.deletion = credentials, (tuple(retain), role_arn)
            stack.record(StackStatus.DELETE_IN_PROGRESS, "User Initiated")
        self._run(stack, StackStatus.DELETE_FAILED, engine.delete, stack, self.exports)

    def begin_rollback(self, stack: Stack, skip: Iterable[str], credentials: Credentials) -> None:
        """Go on with a failed rollback of an update."""
        stack.credentials = credentials
        stack.record(StackStatus.UPDATE_ROLLBACK_IN_PROGRESS, "User Initiated")
        self._run(
            stack, StackStatus.UPDATE_ROLLBACK_FAILED, updates.continue_rollback, stack, self.exports, tuple(skip)
        )

    def begin_stack_rollback(self, stack: Stack, credentials: Credentials) -> None:
        """Roll back a stack whose creation or update failed and was left as it was."""
        stack.credentials = credentials
        if stack.status is StackStatus.CREATE_FAILED:
            stack.record(StackStatus.ROLLBACK_IN_PROGRESS, "User Initiated")
            self._run(stack, StackStatus.ROLLBACK_FAILED, engine.roll_back, stack, self.exports)
        else:
            self.begin_rollback(stack, (), credentials)

    def settle_interrupted(self, stack: Stack) -> None:
        """Bring a stack whose operation ended with its server to a state that can be worked with, after its nested
        stacks."""
        stack.running = None
        failed, work = interruption.way_on(stack, self.exports)
        nested = [child for child in self.all_stacks() if child.parent_id == stack.stack_id]

        def go_on() -> None:
            for child in nested:
                child.wait_until_settled()
            work()

        self._run(stack, failed, go_on)

    def _run(self, stack: Stack, failed: StackStatus, work: Callable[..., None], *args: Any) -> None:
        host.in_background(engine.guarded, stack, failed, lambda: work(*args), name=f"stack {stack.name}")


def resume() -> None:
    """Settle what was under way when the last snapshot was taken: roll back what was being made, go on with what was
    being removed."""
    for account in cloudformation_backends.values():
        for backend in account.values():
            for stack in backend.all_stacks():
                if stack.status.in_progress:
                    backend.settle_interrupted(stack)


def check_name(name: str) -> None:
    """Hold a stack name to CloudFormation's pattern."""
    if not _NAME.fullmatch(name):
        raise invalid(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must "
            f"satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"
        )


def check_role(role_arn: str) -> None:
    """A service role is there, and lets CloudFormation in."""
    try:
        identity.assume_role(role_arn, "AWSCloudFormation", service="cloudformation.amazonaws.com")
    except AwsError as error:
        raise invalid(f"Role {role_arn} is invalid or cannot be assumed") from error


def _policies(blueprint: Blueprint) -> dict[str, Any]:
    """What an update may change of resources besides their properties."""
    return {
        name: (declared.deletion_policy, declared.update_replace_policy, declared.metadata)
        for name, declared in blueprint.template.resources.items()
    }


def backend_of(account_id: str, region: str) -> CloudFormationBackend:
    """The backend of an account and region."""
    backend: CloudFormationBackend = cloudformation_backends[account_id][region]
    return backend


cloudformation_backends: Mapping[str, Any] = BackendDict(CloudFormationBackend, "cloudformation")

persistence.on_resume(resume)
