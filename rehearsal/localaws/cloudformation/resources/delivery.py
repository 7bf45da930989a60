"""AWS::CodePipeline, AWS::CodeBuild and AWS::CodeCommit types."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rehearsal.localaws import archives
from rehearsal.localaws.archives import Limits
from rehearsal.localaws.cloudformation.resources.model import Handler, Made, Request
from rehearsal.localaws.cloudformation.resources.table import ApiResource, Call, TableHandler, Tagging
from rehearsal.localaws.cloudformation.template import as_text

_PIPELINE_ARN = "join('', ['arn:aws:codepipeline:', Stack.Region, ':', Stack.AccountId, ':', Id])"

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


_BUILD_PROJECT = ApiResource(
    type="AWS::CodeBuild::Project",
    service="codebuild",
    name_property="Name",
    create=Call("create_project"),
    ref="Answer.project.name",
    attributes={"Arn": "Answer.project.arn", "Id": "Answer.project.name"},
    delete=Call("delete_project", members={"name": "Id"}),
    recorded=("Triggers", "Visibility"),
)

_LOCATED_BY_PIPELINE = ("CODEPIPELINE", "NO_SOURCE")


class BuildProject(TableHandler):
    """A build project. A change is a new project under the same name."""

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
)

HANDLERS: tuple[Handler, ...] = (
    Pipeline(_PIPELINE),
    BuildProject(_BUILD_PROJECT),
    Repository(_REPOSITORY),
    *(TableHandler(row) for row in _ROWS),
)
