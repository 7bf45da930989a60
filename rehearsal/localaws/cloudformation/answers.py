"""Stacks, resources, events and change sets as the API describes them. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.localaws.cloudformation import plan
from rehearsal.localaws.cloudformation.changesets import ChangeSet
from rehearsal.localaws.cloudformation.parameters import ParameterValue
from rehearsal.localaws.cloudformation.plan import Action, Change
from rehearsal.localaws.cloudformation.stack import Event, Resource, Stack
from rehearsal.localaws.cloudformation.template import Template, as_text

Answer = dict[str, Any]

_DRIFT = {"StackDriftStatus": "NOT_CHECKED"}
_RESOURCE_DRIFT = {"StackResourceDriftStatus": "NOT_CHECKED"}


def present(**members: Any) -> Answer:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}


def tags(given: Mapping[str, str]) -> list[Answer]:
    """Tags as a list."""
    return [{"Key": key, "Value": value} for key, value in given.items()]


def parameters(values: Mapping[str, ParameterValue]) -> list[Answer]:
    """Parameter values, those with NoEcho masked."""
    return [
        present(ParameterKey=value.name, ParameterValue=value.shown, ResolvedValue=_masked(value))
        for value in values.values()
    ]


def _masked(value: ParameterValue) -> str | None:
    return "****" if value.resolved_text is not None and value.no_echo else value.resolved_text


def stack(described: Stack) -> Answer:
    """A member of DescribeStacks."""
    with described.lock:
        return present(
            StackId=described.stack_id,
            StackName=described.name,
            ChangeSetId=described.change_set_id,
            Description=described.blueprint.template.description,
            Parameters=parameters(described.blueprint.parameters) or None,
            CreationTime=described.created_at,
            LastUpdatedTime=described.updated_at,
            DeletionTime=described.deleted_at,
            RollbackConfiguration={},
            StackStatus=described.status.value,
            StackStatusReason=described.reason,
            DisableRollback=described.disable_rollback,
            NotificationARNs=list(described.blueprint.notification_arns),
            TimeoutInMinutes=described.timeout_minutes,
            Capabilities=list(described.blueprint.capabilities),
            Outputs=[
                present(OutputKey=o.key, OutputValue=o.value, Description=o.description, ExportName=o.export_name)
                for o in described.outputs
            ]
            or None,
            RoleARN=described.blueprint.role_arn,
            Tags=tags(described.blueprint.tags),
            EnableTerminationProtection=described.termination_protection,
            ParentId=described.parent_id,
            RootId=described.root_id,
            DriftInformation=_DRIFT,
        )


def stack_summary(described: Stack) -> Answer:
    """A member of ListStacks."""
    return present(
        StackId=described.stack_id,
        StackName=described.name,
        TemplateDescription=described.blueprint.template.description,
        CreationTime=described.created_at,
        LastUpdatedTime=described.updated_at,
        DeletionTime=described.deleted_at,
        StackStatus=described.status.value,
        StackStatusReason=described.reason,
        ParentId=described.parent_id,
        RootId=described.root_id,
        DriftInformation=_DRIFT,
    )


def resource(of: Stack, described: Resource) -> Answer:
    """A member of DescribeStackResources."""
    return present(
        StackName=of.name,
        StackId=of.stack_id,
        LogicalResourceId=described.logical_id,
        PhysicalResourceId=described.physical_id or None,
        ResourceType=described.type,
        Timestamp=described.changed_at,
        ResourceStatus=described.status.value,
        ResourceStatusReason=described.reason,
        DriftInformation=_RESOURCE_DRIFT,
    )


def resource_detail(of: Stack, described: Resource) -> Answer:
    """What DescribeStackResource and ListStackResources call the same."""
    answer = resource(of, described)
    answer["LastUpdatedTimestamp"] = answer.pop("Timestamp", None)
    if described.metadata is not None:
        answer["Metadata"] = json.dumps(described.metadata)
    return answer


def event(of: Stack, described: Event) -> Answer:
    """A member of DescribeStackEvents."""
    return present(
        StackId=of.stack_id,
        EventId=described.event_id,
        StackName=of.name,
        LogicalResourceId=described.logical_id,
        PhysicalResourceId=described.physical_id,
        ResourceType=described.type,
        Timestamp=described.at,
        ResourceStatus=described.status,
        ResourceStatusReason=described.reason,
        ResourceProperties=described.properties,
        ClientRequestToken=described.token,
    )


def declarations(template: Template) -> list[Answer]:
    """Parameters as ValidateTemplate describes them."""
    return [
        present(
            ParameterKey=name,
            DefaultValue=as_text(declared["Default"]) if "Default" in declared else None,
            NoEcho=as_text(declared.get("NoEcho", False)).lower() == "true",
            Description=declared.get("Description"),
        )
        for name, declared in template.parameters.items()
    ]


def declarations_with_constraints(template: Template) -> list[Answer]:
    """Parameters as GetTemplateSummary describes them."""
    return [
        {
            **described,
            "ParameterType": template.parameters[described["ParameterKey"]]["Type"],
            "ParameterConstraints": _constraints(template.parameters[described["ParameterKey"]]),
        }
        for described in declarations(template)
    ]


def _constraints(declared: Mapping[str, Any]) -> Answer:
    allowed = declared.get("AllowedValues")
    return {"AllowedValues": [as_text(value) for value in allowed]} if allowed else {}


def change_set(described: ChangeSet, changes: Sequence[Change]) -> Answer:
    """What DescribeChangeSet answers."""
    return present(
        ChangeSetName=described.name,
        ChangeSetId=described.change_set_id,
        StackId=described.stack.stack_id,
        StackName=described.stack.name,
        Description=described.description,
        Parameters=parameters(described.blueprint.parameters) or None,
        CreationTime=described.created_at,
        ExecutionStatus=described.execution_status.value,
        Status=described.status.value,
        StatusReason=described.reason,
        NotificationARNs=list(described.blueprint.notification_arns),
        Capabilities=list(described.blueprint.capabilities),
        Tags=tags(described.blueprint.tags),
        Changes=[_change(change) for change in changes],
        IncludeNestedStacks=False,
        OnStackFailure=described.on_failure,
    )


def change_set_summary(described: ChangeSet) -> Answer:
    """A member of ListChangeSets."""
    return present(
        StackId=described.stack.stack_id,
        StackName=described.stack.name,
        ChangeSetId=described.change_set_id,
        ChangeSetName=described.name,
        ExecutionStatus=described.execution_status.value,
        Status=described.status.value,
        StatusReason=described.reason,
        CreationTime=described.created_at,
        Description=described.description,
    )


def _change(change: Change) -> Answer:
    details = [
        {
            "Target": {
                "Attribute": "Properties",
                "Name": changed.name,
                "RequiresRecreation": changed.recreation,
                "Path": f"/Properties/{changed.name}",
                "BeforeValue": _shown(changed.before),
                "AfterValue": _shown(changed.after),
            },
            "Evaluation": "Static" if changed.recreation != "Conditionally" else "Dynamic",
            "ChangeSource": "DirectModification",
        }
        for changed in change.properties
    ]
    scope = (["Properties"] if details else ["Tags"]) if change.action is Action.MODIFY else []
    return {
        "Type": "Resource",
        "ResourceChange": present(
            Action=change.action.value,
            LogicalResourceId=change.logical_id,
            PhysicalResourceId=change.physical_id,
            ResourceType=change.type,
            Replacement=change.replacement.value if change.replacement else None,
            Scope=scope,
            Details=details,
        ),
    }


def _shown(value: Any) -> str | None:
    if value is plan.KNOWN_AFTER_APPLY:
        return repr(value)
    return None if value is None else value if isinstance(value, str) else json.dumps(value, default=repr)


def as_json(value: Any) -> str | None:
    """A value as JSON text, if there is one."""
    return None if value is None else json.dumps(value, default=str)
