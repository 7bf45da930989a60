"""AWS::Events, AWS::Scheduler and AWS::StepFunctions types."""

import json
import re
from dataclasses import replace

from rehearsal.localaws.cloudformation import reasons
from rehearsal.localaws.cloudformation.resources.model import Handler, HandlerBase, Made, Request
from rehearsal.localaws.cloudformation.resources.table import ApiResource, Call, TableHandler, Tagging
from rehearsal.localaws.cloudformation.template import as_text

_RULE_ARN = "Answer.RuleArn"

_RULE = ApiResource(
    type="AWS::Events::Rule",
    service="events",
    name_property="Name",
    create=Call("put_rule"),
    after=(Call("put_targets", members={"Rule": "Properties.Name"}, given=("Targets",)),),
    update=(
        Call("put_rule", omit=("Tags",)),
        Call("put_targets", members={"Rule": "Properties.Name"}, only="Properties.Targets"),
    ),
    ref="Properties.Name",
    attributes={"Arn": _RULE_ARN},
    before_delete=(
        Call("remove_targets", members={"Rule": "Id", "Ids": "Properties.Targets[].Id"}, only="Properties.Targets"),
    ),
    delete=Call("delete_rule", members={"Name": "Id"}),
    tagging=Tagging("tag_resource", "untag_resource", "Attributes.Arn", "ResourceARN"),
)


class Rule(TableHandler):
    """A rule with its targets."""

    def update(self, request: Request) -> Made:
        kept = {target["Id"] for target in request.properties.get("Targets", [])}
        gone = [target["Id"] for target in request.previous.get("Targets", []) if target["Id"] not in kept]
        if gone:
            bus = {"EventBusName": name} if (name := request.properties.get("EventBusName")) else {}
            request.client("events").remove_targets(Rule=request.physical_id, Ids=gone, **bus)
        return super().update(request)


_STATE_MACHINE = ApiResource(
    type="AWS::StepFunctions::StateMachine",
    service="stepfunctions",
    name_property="StateMachineName",
    name_length=80,
    create=Call(
        "create_state_machine",
        members={"name": "Properties.StateMachineName", "type": "Properties.StateMachineType"},
    ),
    update=(Call("update_state_machine", members={"stateMachineArn": "Id"}),),
    ref="Answer.stateMachineArn",
    attributes={"Arn": "Answer.stateMachineArn", "Name": "Properties.StateMachineName"},
    delete=Call("delete_state_machine", members={"stateMachineArn": "Id"}),
    tagging=Tagging("tag_resource", "untag_resource", "Id", "resourceArn", "tagKeys", "tags"),
)

_SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
_DEFINITIONS = ("Definition", "DefinitionString", "DefinitionS3Location", "DefinitionSubstitutions")


class StateMachine(TableHandler):
    """A state machine, its definition given as an object, as text or in S3."""

    def create(self, request: Request) -> Made:
        return super().create(self._defined(request))

    def finish(self, request: Request) -> Made:
        return super().finish(self._defined(request))

    def update(self, request: Request) -> Made:
        before = self._defined(replace(request, properties=request.previous)).properties
        return super().update(replace(self._defined(request), previous=before))

    def _defined(self, request: Request) -> Request:
        properties = {name: value for name, value in request.properties.items() if name not in _DEFINITIONS}
        values = request.properties.get("DefinitionSubstitutions", {})
        text = _SUBSTITUTION.sub(lambda m: as_text(values.get(m[1], m[0])), self._definition(request))
        return replace(request, properties={**properties, "definition": text})

    def _definition(self, request: Request) -> str:
        properties = request.properties
        if "Definition" in properties:
            return json.dumps(properties["Definition"])
        if "DefinitionString" in properties:
            return str(properties["DefinitionString"])
        location = properties["DefinitionS3Location"]
        version = {"VersionId": location["Version"]} if "Version" in location else {}
        found = request.client("s3").get_object(Bucket=location["Bucket"], Key=location["Key"], **version)
        return str(found["Body"].read().decode())


class EventBusPolicy(HandlerBase):
    """A statement of a bus's policy: given whole, or as an action for an account."""

    type = "AWS::Events::EventBusPolicy"

    def create(self, request: Request) -> Made:
        self._put(request)
        name = request.properties.get("EventBusName") or "default"
        return Made(f"{name}|{request.properties['StatementId']}", {})

    def update(self, request: Request) -> Made:
        self._put(request)
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        bus, _, statement = request.physical_id.rpartition("|")
        with reasons.if_there():
            request.client("events").remove_permission(EventBusName=bus, StatementId=statement)

    def _put(self, request: Request) -> None:
        properties = request.properties
        bus = {"EventBusName": properties["EventBusName"]} if properties.get("EventBusName") else {}
        if "Statement" in properties:
            statement = {**properties["Statement"], "Sid": properties["StatementId"]}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            request.client("events").put_permission(**bus, Policy=document)
            return
        named = {
            name: properties[name] for name in ("StatementId", "Action", "Principal", "Condition") if name in properties
        }
        request.client("events").put_permission(**bus, **named)


_ROWS = (
    ApiResource(
        type="AWS::Events::EventBus",
        service="events",
        create=Call("create_event_bus"),
        ref="Properties.Name",
        attributes={"Arn": "Answer.EventBusArn", "Name": "Properties.Name"},
        delete=Call("delete_event_bus", members={"Name": "Id"}),
        tagging=Tagging("tag_resource", "untag_resource", "Attributes.Arn", "ResourceARN"),
    ),
    ApiResource(
        type="AWS::Events::Archive",
        service="events",
        name_property="ArchiveName",
        name_length=48,
        create=Call("create_archive", members={"EventSourceArn": "Properties.SourceArn"}),
        update=(Call("update_archive"),),
        ref="Properties.ArchiveName",
        attributes={"Arn": "Answer.ArchiveArn", "ArchiveName": "Properties.ArchiveName"},
        delete=Call("delete_archive", members={"ArchiveName": "Id"}),
    ),
    ApiResource(
        type="AWS::Scheduler::Schedule",
        service="scheduler",
        name_property="Name",
        create=Call("create_schedule"),
        update=(Call("update_schedule"),),
        ref="Properties.Name",
        attributes={"Arn": "Answer.ScheduleArn"},
        delete=Call("delete_schedule", members={"Name": "Id"}),
    ),
    ApiResource(
        type="AWS::Scheduler::ScheduleGroup",
        service="scheduler",
        name_property="Name",
        create=Call("create_schedule_group"),
        ref="Properties.Name",
        attributes={"Arn": "Answer.ScheduleGroupArn"},
        delete=Call("delete_schedule_group", members={"Name": "Id"}),
        tagging=Tagging("tag_resource", "untag_resource", "Attributes.Arn", "ResourceArn"),
    ),
)

HANDLERS: tuple[Handler, ...] = (
    EventBusPolicy(),
    Rule(_RULE),
    StateMachine(_STATE_MACHINE),
    *(TableHandler(row) for row in _ROWS),
)
