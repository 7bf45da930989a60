"""The operations of the API on change sets."""

import re
import uuid
from typing import TYPE_CHECKING

from rehearsal.localaws.cloudformation import answers, changesets
from rehearsal.localaws.cloudformation.answers import Answer
from rehearsal.localaws.cloudformation.changesets import ChangeSet
from rehearsal.localaws.cloudformation.paging import page
from rehearsal.localaws.cloudformation.prepare import Wanted
from rehearsal.localaws.cloudformation.stack import Blueprint, Stack
from rehearsal.localaws.cloudformation.statuses import ChangeSetStatus, ExecutionStatus, StackStatus
from rehearsal.localaws.cloudformation.template import invalid
from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.services.api import ServiceApi

if TYPE_CHECKING:
    from rehearsal.localaws.cloudformation.models import CloudFormationBackend

_LINGER_SECONDS = 10.0
_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")


class ChangeSetOperations(ServiceApi):
    """One request; what the API offers besides is in ``responses``."""

    @property
    def backend(self) -> "CloudFormationBackend":
        """The region's state."""
        raise NotImplementedError("the API class names its backend")

    def create_change_set(self) -> Answer:
        params, kind = self.params, self.params.get("ChangeSetType", "UPDATE")
        _check_request(params["ChangeSetName"], kind)
        stack, blueprint = self._planned(kind, params["StackName"], Wanted.of(params))
        self._check_name_free(stack, params["ChangeSetName"])
        name = params["ChangeSetName"]
        change_set = ChangeSet(
            change_set_id=f"arn:aws:cloudformation:{self.region}:{self.current_account}:changeSet/{name}/{uuid.uuid4()}",
            name=name,
            kind=kind,
            stack=stack,
            blueprint=blueprint,
            created_at=clock.now(),
            description=params.get("Description"),
            on_failure=params.get("OnStackFailure"),
        )
        self._work_out(change_set)
        self.backend.change_sets[change_set.change_set_id] = change_set
        return {"Id": change_set.change_set_id, "StackId": stack.stack_id}

    def _planned(self, kind: str, name: str, wanted: Wanted) -> tuple[Stack, Blueprint]:
        backend = self.backend
        if kind == "CREATE":
            planned = backend.plan_stack(name, wanted, self.caller_credentials)
            stack = backend.live(name)
            if stack is None:
                backend.stacks[planned.stack_id] = planned
                planned.record(StackStatus.REVIEW_IN_PROGRESS, "User Initiated")
                stack = planned
            return stack, planned.blueprint
        existing = backend.live(name) or backend.stacks.get(name)
        if existing is None:
            raise invalid(f"Stack [{name}] does not exist")
        if existing.status.in_progress:
            raise invalid(
                f"Stack:{existing.stack_id} is in {existing.status} state and can not be updated with a change set."
            )
        return existing, backend.planned_update(existing, wanted, self.caller_credentials)

    def _check_name_free(self, stack: Stack, name: str) -> None:
        for other in self.backend.change_sets.values():
            if other.stack is stack and other.name == name:
                raise AwsError("AlreadyExistsException", f"ChangeSet {name} already exists")

    def _work_out(self, change_set: ChangeSet) -> None:
        stack, blueprint = change_set.stack, change_set.blueprint
        change_set.changes = self.backend.changes(stack, blueprint)
        if change_set.kind == "UPDATE" and not self.backend.has_changes(stack, blueprint):
            change_set.status, change_set.reason = ChangeSetStatus.FAILED, changesets.NO_CHANGES
            change_set.execution_status = ExecutionStatus.UNAVAILABLE

    def describe_change_set(self) -> Answer:
        change_set = self._change_set()
        listed, token = page(change_set.changes, self.params.get("NextToken"))
        answer = answers.change_set(change_set, listed)
        return {**answer, "NextToken": token} if token else answer

    def list_change_sets(self) -> Answer:
        stack = self.backend.find(self.params["StackName"])
        found = [one for one in self.backend.change_sets.values() if one.stack is stack]
        listed, token = page(found, self.params.get("NextToken"))
        return answers.present(Summaries=[answers.change_set_summary(one) for one in listed], NextToken=token)

    def delete_change_set(self) -> Answer:
        try:
            change_set = self._change_set()
        except AwsError:
            if str(self.params["ChangeSetName"]).startswith("arn:"):
                return {}  # gone already
            raise
        del self.backend.change_sets[change_set.change_set_id]
        return {}

    def execute_change_set(self) -> Answer:
        change_set = self._change_set()
        stack = change_set.stack
        if change_set.execution_status is not ExecutionStatus.AVAILABLE:
            raise AwsError(
                "InvalidChangeSetStatus",
                f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current status of "
                f"[{change_set.status}]",
            )
        if change_set.kind == "CREATE" and stack.status is not StackStatus.REVIEW_IN_PROGRESS:
            raise AwsError("InvalidChangeSetStatus", f"Stack [{stack.name}] already exists")
        change_set.execution_status = ExecutionStatus.EXECUTE_COMPLETE
        stack.change_set_id = change_set.change_set_id
        stack.token = self.params.get("ClientRequestToken")
        stack.disable_rollback = bool(self.params.get("DisableRollback"))
        self._execute(change_set)
        self._make_others_obsolete(change_set)
        _linger(stack)
        return {}

    def _execute(self, change_set: ChangeSet) -> None:
        stack = change_set.stack
        if change_set.kind == "CREATE":
            stack.blueprint, stack.credentials = change_set.blueprint, self.caller_credentials
            stack.on_failure = change_set.on_failure or "ROLLBACK"
            self.backend.start(stack)
        else:
            self.backend.begin_update(stack, change_set.blueprint, self.caller_credentials)

    def _make_others_obsolete(self, executed: ChangeSet) -> None:
        for key, other in list(self.backend.change_sets.items()):
            if other.stack is executed.stack and other is not executed:
                del self.backend.change_sets[key]

    def _change_set(self) -> ChangeSet:
        name, stack_name = self.params["ChangeSetName"], self.params.get("StackName")
        for change_set in self.backend.change_sets.values():
            if change_set.change_set_id == name:
                return change_set
            if change_set.name == name and stack_name in (change_set.stack.name, change_set.stack.stack_id):
                return change_set
        if not str(name).startswith("arn:"):
            if not stack_name:
                raise invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
            if self.backend.live(stack_name) is None and stack_name not in self.backend.stacks:
                raise invalid(f"Stack [{stack_name}] does not exist")
        raise AwsError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist")


def _linger(stack: Stack) -> None:
    """Answer when the stack is done, if that is soon: the AWS CLI's ``deploy`` looks at once, and then every 30
    seconds."""
    with stack.settled:
        stack.settled.wait_for(lambda: not stack.status.in_progress, _LINGER_SECONDS)


def _check_request(name: str, kind: str) -> None:
    if not _NAME.fullmatch(name):
        raise invalid(
            f"1 validation error detected: Value '{name}' at 'changeSetName' failed to satisfy constraint: Member must "
            f"satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    if kind not in ("CREATE", "UPDATE"):
        raise invalid(f"The embedded AWS does not offer change sets of type {kind}; it offers CREATE and UPDATE")
