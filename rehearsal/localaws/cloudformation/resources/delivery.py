"""What moves work along: AWS::CodePipeline, CodeBuild, CodeCommit, Events, Scheduler and StepFunctions types."""

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rehearsal.localaws import archives
from rehearsal.localaws.archives import Limits
from rehearsal.localaws.cloudformation.resources.model import Handler, Made, Request, Support
from rehearsal.localaws.cloudformation.resources.table import ApiResource, Call, TableHandler, Tagging
from rehearsal.localaws.cloudformation.template import as_text

_PIPELINE_ARN = "join('', ['arn:aws:codepipeline:', Stack.Region, ':', Stack.AccountId, ':', Id])"
_RULE_ARN = "Answer.RuleArn"

_PIPELINE = ApiResource(
    type="AWS::CodePipeline::Pipeline",
    service="codepipeline",
    name_property="Name",
    name_length=100,
    create=Call("create_pipeline", members={"pipeline": "Properties.Declaration"}),
    read=Call("get_pipeline", members={"name": "Id"}),
    update=(
        Call("update_pipeline", members={"pipeline": "Properties.Declaration"}),
        Call(
            "start_pipeline_execution",
            members={"name": "Id"},
            given=("Declaration",),
            only="Properties.RestartExecutionOnUpdate",
        ),
    ),
    delete=Call("delete_pipeline", members={"name": "Id"}),
    ref="Properties.Declaration.name",
    attributes={"Arn": _PIPELINE_ARN, "Version": "to_string(Read.pipeline.version)"},
    tagging=Tagging("tag_resource", "untag_resource", _PIPELINE_ARN, "resourceArn", "tagKeys", "tags"),
    recorded=("RestartExecutionOnUpdate", "DisableInboundStageTransitions", "Name"),
)
_NOT_DECLARED = ("Tags", "RestartExecutionOnUpdate", "DisableInboundStageTransitions")


class Pipeline(TableHandler):
    """A pipeline: its properties, but for a few, are the declaration that the API takes whole."""

    def create(self, request: Request) -> Made:
        return super().create(_declared(request))

    def finish(self, request: Request) -> Made:
        self._set_transitions(request)
        return super().finish(_declared(request))

    def update(self, request: Request) -> Made:
        self._set_transitions(request)
        return super().update(_declared(request))

    def _set_transitions(self, request: Request) -> None:
        codepipeline = request.client("codepipeline")
        was, now = (_disabled(side) for side in (request.previous, request.properties))
        for stage in sorted(was.keys() - now.keys()):
            codepipeline.enable_stage_transition(
                pipelineName=request.physical_id, stageName=stage, transitionType="Inbound"
            )
        for stage, reason in now.items():
            if was.get(stage) != reason:
                codepipeline.disable_stage_transition(
                    pipelineName=request.physical_id, stageName=stage, transitionType="Inbound", reason=reason
                )


def _disabled(properties: Mapping[str, Any]) -> dict[str, str]:
    return {item["StageName"]: item["Reason"] for item in properties.get("DisableInboundStageTransitions", [])}


def _declared(request: Request) -> Request:
    name = request.properties.get("Name") or request.physical_id or request.generated_name(100)
    return replace(
        request,
        properties=_with_declaration(request.properties, name),
        previous=_with_declaration(request.previous, name) if request.previous else {},
    )


def _with_declaration(properties: Mapping[str, Any], name: str) -> dict[str, Any]:
    declared = {key: value for key, value in properties.items() if key not in _NOT_DECLARED}
    declared["name"] = declared.pop("Name", name)
    if "ArtifactStores" in declared:
        declared["ArtifactStores"] = {item["Region"]: item["ArtifactStore"] for item in declared["ArtifactStores"]}
    declared["Stages"] = [_stage(stage) for stage in declared.get("Stages", [])]
    kept = {key: properties[key] for key in _NOT_DECLARED if key in properties}
    return {**kept, "Declaration": declared}


def _stage(stage: Mapping[str, Any]) -> dict[str, Any]:
    return {**stage, "Actions": [_action(action) for action in stage.get("Actions", [])]}


def _action(action: Mapping[str, Any]) -> dict[str, Any]:
    """Configuration values that are objects (UserParameters, say) are sent as JSON text."""
    configuration = {
        name: json.dumps(value) if isinstance(value, Mapping | list) else as_text(value)
        for name, value in action.get("Configuration", {}).items()
    }
    return {**action, "Configuration": configuration}


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


_BUILD_PROJECT = ApiResource(
    type="AWS::CodeBuild::Project",
    service="codebuild",
    name_property="Name",
    create=Call("create_project"),
    ref="Answer.project.name",
    attributes={"Arn": "Answer.project.arn", "Id": "Answer.project.name"},
    delete=Call("delete_project", members={"name": "Id"}),
    recorded=("Triggers", "Visibility"),
    support=Support.RECORDED,
)
_LOCATED_BY_PIPELINE = ("CODEPIPELINE", "NO_SOURCE")


class BuildProject(TableHandler):
    """A build project. It is recorded only, so a change is a new record under the same name."""

    def create(self, request: Request) -> Made:
        return super().create(_with_locations(request))

    def update(self, request: Request) -> Made:
        self.delete(request)
        made = super().create(_with_locations(replace(request, physical_id="")))
        return replace(made, physical_id=request.physical_id)


def _with_locations(request: Request) -> Request:
    """The service's model wants a location even where a pipeline gives it."""
    located = {
        name: {"Location": part["Type"], **part} if part.get("Type") in _LOCATED_BY_PIPELINE else part
        for name, part in request.properties.items()
        if name in ("Source", "Artifacts")
    }
    role = str(request.properties.get("ServiceRole", ""))
    if not role.startswith("arn:"):  # a name does in CloudFormation, which samples rely on
        located["ServiceRole"] = f"arn:aws:iam::{request.account_id}:role/{role}"
    return replace(request, properties={**request.properties, **located})


_EXECUTABLE = 0o100
_REPOSITORY = ApiResource(
    type="AWS::CodeCommit::Repository",
    service="codecommit",
    create=Call("create_repository"),
    update=(
        Call("update_repository_description"),
        Call("update_repository_name", members={"oldName": "Attributes.Name", "newName": "Properties.RepositoryName"}),
    ),
    ref="Answer.repositoryMetadata.repositoryId",
    attributes={
        "Arn": "Answer.repositoryMetadata.Arn",
        "Name": "Answer.repositoryMetadata.repositoryName",
        "CloneUrlHttp": "Answer.repositoryMetadata.cloneUrlHttp",
        "CloneUrlSsh": "Answer.repositoryMetadata.cloneUrlSsh",
    },
    delete=Call("delete_repository", members={"repositoryName": "Attributes.Name"}),
    tagging=Tagging("tag_resource", "untag_resource", "Attributes.Arn", "resourceArn", "tagKeys", "tags"),
)
_CODE = Limits(100_000_000, entries=10_000)


class Repository(TableHandler):
    """A repository; ``Code`` becomes its first commit, and says nothing later on.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-codecommit-repository-code.html
    """

    def create(self, request: Request) -> Made:
        return super().create(_without_code(request))

    def finish(self, request: Request) -> Made:
        code = request.properties.get("Code")
        if code:
            put = _zipped_files(request, code["S3"])
            branch = code.get("BranchName", "main")
            name = request.properties["RepositoryName"]
            request.client("codecommit").create_commit(repositoryName=name, branchName=branch, putFiles=put)
        return super().finish(_without_code(request))

    def update(self, request: Request) -> Made:
        return super().update(_without_code(request))


def _without_code(request: Request) -> Request:
    kept = [
        {name: value for name, value in side.items() if name != "Code"}
        for side in (request.properties, request.previous)
    ]
    return replace(request, properties=kept[0], previous=kept[1])


def _zipped_files(request: Request, location: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of putFiles for what a zip in S3 holds."""
    version = {"VersionId": location["ObjectVersion"]} if "ObjectVersion" in location else {}
    found = request.client("s3").get_object(Bucket=location["Bucket"], Key=location["Key"], **version)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archives.unzip(found["Body"].read(), folder, _CODE)
        return [
            {
                "filePath": str(path.relative_to(folder)),
                "fileContent": path.read_bytes(),
                "fileMode": "EXECUTABLE" if path.stat().st_mode & _EXECUTABLE else "NORMAL",
            }
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        ]


_ROWS = (
    ApiResource(
        type="AWS::CodeBuild::ReportGroup",
        service="codebuild",
        name_property="Name",
        create=Call("create_report_group"),
        update=(Call("update_report_group", members={"arn": "Id"}),),
        ref="Answer.reportGroup.arn",
        attributes={"Arn": "Answer.reportGroup.arn"},
        delete=Call("delete_report_group", members={"arn": "Id", "deleteReports": "Properties.DeleteReports"}),
        recorded=("DeleteReports",),
    ),
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
    Pipeline(_PIPELINE),
    Rule(_RULE),
    StateMachine(_STATE_MACHINE),
    BuildProject(_BUILD_PROJECT),
    Repository(_REPOSITORY),
    *(TableHandler(row) for row in _ROWS),
)
