"""The operations of the CloudFormation API. Each reads its parameters, asks the backend, and describes the answer.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
"""

from dataclasses import replace
from typing import Any

from rehearsal.localaws.cloudformation import answers, prepare, registry, signals, stack_policy, transforms
from rehearsal.localaws.cloudformation.answers import Answer
from rehearsal.localaws.cloudformation.change_set_operations import ChangeSetOperations
from rehearsal.localaws.cloudformation.models import CloudFormationBackend, backend_of
from rehearsal.localaws.cloudformation.paging import page
from rehearsal.localaws.cloudformation.prepare import Wanted
from rehearsal.localaws.cloudformation.refused import RefusedOperations
from rehearsal.localaws.cloudformation.stack import Resource, Stack
from rehearsal.localaws.cloudformation.statuses import ResourceStatus, StackStatus
from rehearsal.localaws.cloudformation.template import Template, invalid
from rehearsal.localaws.ground.errors import AwsError

_SIGNALLED_WHILE = (ResourceStatus.CREATE_IN_PROGRESS, ResourceStatus.UPDATE_IN_PROGRESS)


class CloudFormationApi(ChangeSetOperations, RefusedOperations):
    """One request."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> CloudFormationBackend:
        return backend_of(self.current_account, self.region)

    # ------------------------------------------------------------------------------------------------------- stacks

    def create_stack(self) -> Answer:
        params = self.params
        stack = self.backend.plan_stack(params["StackName"], Wanted.of(params), self.caller_credentials)
        if params.get("OnFailure") and params.get("DisableRollback") is not None:
            raise invalid("Either DisableRollback or OnFailure can be specified, not both.")
        stack.on_failure = params.get("OnFailure", "ROLLBACK")
        stack.disable_rollback = bool(params.get("DisableRollback"))
        stack.timeout_minutes = params.get("TimeoutInMinutes")
        stack.termination_protection = bool(params.get("EnableTerminationProtection"))
        stack.policy_body = self._policy(params, "StackPolicyBody", "StackPolicyURL")
        stack.token = params.get("ClientRequestToken")
        self.backend.start(stack)
        return {"StackId": stack.stack_id}

    def update_stack(self) -> Answer:
        params, backend = self.params, self.backend
        stack = backend.live(params["StackName"]) or backend.stacks.get(params["StackName"])
        if stack is None:
            raise invalid(f"Stack [{params['StackName']}] does not exist")
        wanted = Wanted.of(params)
        blueprint = backend.planned_update(stack, wanted, self.caller_credentials)
        backend.check_updatable(stack)
        if not backend.has_changes(stack, blueprint):
            raise invalid("No updates are to be performed.")
        stack.disable_rollback = bool(params.get("DisableRollback"))
        stack.token = params.get("ClientRequestToken")
        if (policy := self._policy(params, "StackPolicyBody", "StackPolicyURL")) is not None:
            stack.policy_body = policy
        during = self._policy(params, "StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL")
        backend.begin_update(stack, blueprint, self.caller_credentials, policy_during_update=during)
        return {"StackId": stack.stack_id}

    def delete_stack(self) -> None:
        params = self.params
        stack = self.backend.stacks.get(params["StackName"]) or self.backend.live(params["StackName"])
        if stack is None or stack.status is StackStatus.DELETE_COMPLETE:
            return
        if stack.termination_protection:
            raise invalid(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        retain = params.get("RetainResources") or ()
        if retain and stack.status is not StackStatus.DELETE_FAILED:
            raise invalid(
                f"Invalid operation on stack [{stack.stack_id}]. Retain resources may only be "
                f"specified for stacks in DELETE_FAILED state"
            )
        if stack.status is StackStatus.DELETE_IN_PROGRESS:
            return
        if stack.status.in_progress:
            raise invalid(f"Stack [{stack.stack_id}] cannot be deleted while in status {stack.status}")
        stack.token = params.get("ClientRequestToken")
        self.backend.begin_delete(stack, self.caller_credentials, retain=retain, role_arn=params.get("RoleARN"))

    def cancel_update_stack(self) -> None:
        stack = self._stack()
        if stack.status is not StackStatus.UPDATE_IN_PROGRESS:
            raise invalid("CancelUpdateStack cannot be called from current stack status")
        if stack.running is not None:
            stack.running.set()

    def signal_resource(self) -> None:
        stack, params = self._stack(), self.params
        logical_id, unique_id, status = params["LogicalResourceId"], params["UniqueId"], params["Status"]
        resource = stack.resources.get(logical_id)
        if resource is None:
            raise invalid(f"Resource {logical_id} does not exist for stack {stack.name}")
        if (
            resource.status not in _SIGNALLED_WHILE
            or resource.type not in signals.TYPES
            or not resource.creation_policy
        ):
            raise invalid(f"Resource {logical_id} is in {resource.status} state and can not be signaled")
        told = replace(resource, reason=f"Received {status} signal with UniqueId {unique_id}")
        signals.take(stack.stack_id, logical_id, unique_id, status, lambda: stack.announce(told))

    def continue_update_rollback(self) -> Answer:
        stack = self._stack()
        if stack.status is not StackStatus.UPDATE_ROLLBACK_FAILED:
            raise invalid(
                f"Stack:{stack.stack_id} is in {stack.status} state and can not continue rollback of an update."
            )
        self.backend.begin_rollback(stack, self.params.get("ResourcesToSkip") or (), self.caller_credentials)
        return {}

    def rollback_stack(self) -> Answer:
        stack = self._stack()
        if stack.status not in (StackStatus.CREATE_FAILED, StackStatus.UPDATE_FAILED):
            raise invalid(f"Stack:{stack.stack_id} is in {stack.status} state and can not be rolled back.")
        self.backend.begin_stack_rollback(stack, self.caller_credentials)
        return {"StackId": stack.stack_id}

    def describe_stacks(self) -> Answer:
        name = self.params.get("StackName")
        if name:
            return {"Stacks": [answers.stack(self.backend.find(name))]}
        stacks = [stack for stack in self._newest_first() if stack.status is not StackStatus.DELETE_COMPLETE]
        listed, token = page(stacks, self.params.get("NextToken"))
        return answers.present(Stacks=[answers.stack(stack) for stack in listed], NextToken=token)

    def list_stacks(self) -> Answer:
        wanted = self.params.get("StackStatusFilter")
        stacks = [stack for stack in self._newest_first() if not wanted or stack.status in wanted]
        listed, token = page(stacks, self.params.get("NextToken"))
        return answers.present(StackSummaries=[answers.stack_summary(stack) for stack in listed], NextToken=token)

    def _newest_first(self) -> list[Stack]:
        return sorted(self.backend.stacks.values(), key=lambda stack: stack.created_at, reverse=True)

    def update_termination_protection(self) -> Answer:
        stack = self._stack()
        stack.termination_protection = bool(self.params["EnableTerminationProtection"])
        return {"StackId": stack.stack_id}

    def set_stack_policy(self) -> None:
        self._stack().policy_body = self._policy(self.params, "StackPolicyBody", "StackPolicyURL")

    def get_stack_policy(self) -> Answer:
        return answers.present(StackPolicyBody=self._stack().policy_body)

    def _policy(self, params: Any, body: str, url: str) -> str | None:
        if params.get(url) and params.get(body):
            raise invalid(f"You cannot specify both {url} and {body}")
        text: str | None = params.get(body)
        if params.get(url):
            text = prepare.from_s3(params[url], self.backend.client_of(self.caller_credentials))
        if text:
            stack_policy.check(text)
        return text

    def _stack(self) -> Stack:
        return self.backend.find(self.params["StackName"])

    # ------------------------------------------------------------------------------------------- resources and events

    def describe_stack_events(self) -> Answer:
        try:
            stack = self._stack()
        except AwsError as error:
            raise invalid(f"Stack [{self.params['StackName']}] does not exist") from error
        listed, token = page(list(reversed(stack.events)), self.params.get("NextToken"))
        return answers.present(StackEvents=[answers.event(stack, event) for event in listed], NextToken=token)

    def describe_stack_resources(self) -> Answer:
        params = self.params
        if params.get("StackName"):
            stack, wanted = self._stack(), params.get("LogicalResourceId")
            found = [r for r in stack.resources.values() if wanted in (None, r.logical_id)]
        else:
            stack, found = self._by_physical_id(params.get("PhysicalResourceId"))
        return {"StackResources": [answers.resource(stack, resource) for resource in found]}

    def _by_physical_id(self, physical_id: str | None) -> tuple[Stack, list[Resource]]:
        for stack in self.backend.stacks.values():
            if any(r.physical_id == physical_id and r.exists for r in stack.resources.values()):
                return stack, list(stack.resources.values())
        raise invalid(f"Stack for {physical_id} does not exist")

    def describe_stack_resource(self) -> Answer:
        try:
            stack, wanted = self._stack(), self.params["LogicalResourceId"]
        except AwsError as error:
            raise invalid(f"Stack '{self.params['StackName']}' does not exist") from error
        if wanted not in stack.resources:
            raise invalid(f"Resource {wanted} does not exist for stack {stack.name}")
        return {"StackResourceDetail": answers.resource_detail(stack, stack.resources[wanted])}

    def list_stack_resources(self) -> Answer:
        stack = self._stack()
        listed, token = page(list(stack.resources.values()), self.params.get("NextToken"))
        summaries = [answers.resource_detail(stack, resource) for resource in listed]
        return answers.present(StackResourceSummaries=summaries, NextToken=token)

    # ----------------------------------------------------------------------------------------------------- templates

    def get_template(self) -> Answer:
        if not self.params.get("StackName"):
            if not self.params.get("ChangeSetName"):
                raise invalid("StackName is required if ChangeSetName is not specified.")
            if not str(self.params["ChangeSetName"]).startswith("arn:"):
                raise invalid("StackName is a required parameter.")
        described = self._change_set() if self.params.get("ChangeSetName") else self._stack()
        template = described.blueprint.template
        processed = self.params.get("TemplateStage") == "Processed" and template.transforms
        body = transforms.processed_body(template) if processed else template.body
        return {"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}

    def validate_template(self) -> Answer:
        template = self._read_template()
        registry.check_types(transforms.without_sam_types(template))
        return {
            "Parameters": answers.declarations(template),
            **answers.present(Description=template.description),
            **self._acknowledgements(template),
        }

    def get_template_summary(self) -> Answer:
        if self.params.get("StackName") and not self.params.get("TemplateBody"):
            stack = self._stack()
            if stack.status is StackStatus.REVIEW_IN_PROGRESS:
                raise invalid("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
            template = stack.blueprint.template
        else:
            template = self._read_template()
        return {
            "Parameters": answers.declarations_with_constraints(template),
            **answers.present(Description=template.description),
            "ResourceTypes": sorted({declared.type for declared in template.resources.values()}),
            "ResourceIdentifierSummaries": registry.identifiers(template),
            "Version": template.raw.get("AWSTemplateFormatVersion", "2010-09-09"),
            **answers.present(Metadata=answers.as_json(template.metadata)),
            **self._acknowledgements(template),
        }

    def _read_template(self) -> Template:
        client = self.backend.client_of(self.caller_credentials)
        return prepare.read(prepare.fetch_body(Wanted.of(self.params), None, client))

    def _acknowledgements(self, template: Template) -> Answer:
        needed = [*registry.capabilities_needed(template), *transforms.capabilities_needed(template)]
        transformed = answers.present(DeclaredTransforms=list(template.transforms) or None)
        if not needed:
            return transformed
        kinds = sorted({declared.type for declared in template.resources.values() if registry.is_iam(declared.type)})
        reason = f"The following resource(s) require capabilities: [{', '.join(kinds or template.transforms)}]"
        return {"Capabilities": needed, "CapabilitiesReason": reason, **transformed}

    # ------------------------------------------------------------------------------------------------------- exports

    def list_exports(self) -> Answer:
        listed, token = page(self.backend.exports.all(), self.params.get("NextToken"))
        exports = [
            {"ExportingStackId": stack.stack_id, "Name": output.export_name, "Value": output.value}
            for stack, output in listed
        ]
        return answers.present(Exports=exports, NextToken=token)

    def list_imports(self) -> Answer:
        name = self.params["ExportName"]
        importers = self.backend.exports.importers(name)
        if not importers:
            raise invalid(f"Export '{name}' is not imported by any stack.")
        listed, token = page(importers, self.params.get("NextToken"))
        return answers.present(Imports=listed, NextToken=token)
