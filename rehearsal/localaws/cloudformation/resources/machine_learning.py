"""AWS::SageMaker types.

Ref of most of them is an ARN: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_SageMaker.html
"""

import json
from dataclasses import replace
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from rehearsal.localaws.cloudformation.resources.model import (
    Cancelled,
    Handler,
    Made,
    Properties,
    Request,
    ResourceFailed,
    Support,
)
from rehearsal.localaws.cloudformation.resources.table import ApiResource, Call, TableHandler, Tagging, without
from rehearsal.localaws.ground import clock

_POLL_SECONDS = 0.1


def _tagging(arn: str) -> Tagging:
    return Tagging("add_tags", "delete_tags", arn, "ResourceArn")


def _row(kind: str, **more: Any) -> ApiResource:
    """A type whose operations and members are named as it is, and whose Ref is its ARN."""
    snake = xform_name(kind)
    return ApiResource(
        type=f"AWS::SageMaker::{kind}",
        service="sagemaker",
        name_property=f"{kind}Name",
        name_length=63,
        create=Call(f"create_{snake}"),
        ref=f"Answer.{kind}Arn",
        delete=Call(f"delete_{snake}"),
        **{"attributes": {f"{kind}Arn": f"Answer.{kind}Arn"}, "tagging": _tagging("Id"), **more},
    )


_GROUP_POLICY = Call(
    "put_model_package_group_policy",
    members={"ResourcePolicy": "to_string(Properties.ModelPackageGroupPolicy)"},
    given=("ModelPackageGroupPolicy",),
)
_ENDPOINT = _row("Endpoint", update=(Call("update_endpoint"),))


class Endpoint(TableHandler):
    """An endpoint; it is ready when it is InService."""

    def finish(self, request: Request) -> Made:
        self._wait(request)
        return super().finish(request)

    def update(self, request: Request) -> Made:
        made = super().update(request)
        self._wait(request)
        return made

    def _wait(self, request: Request) -> None:
        sagemaker, name = request.client("sagemaker"), request.attributes["EndpointName"]
        while True:
            described = sagemaker.describe_endpoint(EndpointName=name)
            if described["EndpointStatus"] == "InService":
                return
            if described["EndpointStatus"] in ("Failed", "RollingBack", "UpdateRollbackFailed", "OutOfService"):
                raise ResourceFailed(
                    f"Endpoint {name} is {described['EndpointStatus']}: {described.get('FailureReason', '')}"
                )
            if request.cancelled.is_set():
                raise Cancelled
            request.cancelled.sleep_until(clock.timestamp() + _POLL_SECONDS)


_PIPELINE = ApiResource(
    type="AWS::SageMaker::Pipeline",
    service="sagemaker",
    name_property="PipelineName",
    create=Call("create_pipeline", fixed={}, members={"ClientRequestToken": "Stack.Token"}),
    update=(Call("update_pipeline"),),
    ref="Properties.PipelineName",
    tagging=_tagging("join('', ['arn:aws:sagemaker:', Stack.Region, ':', Stack.AccountId, ':pipeline/', Id])"),
    delete=Call("delete_pipeline", members={"ClientRequestToken": "Stack.Token"}),
)


class Pipeline(TableHandler):
    """A SageMaker pipeline, its definition as text, as an object or in S3."""

    def as_sent(self, properties: Properties) -> Properties:
        definition = properties.get("PipelineDefinition", {})
        if "PipelineDefinitionBody" in definition:
            body = definition["PipelineDefinitionBody"]
            return {**properties, "PipelineDefinition": body if isinstance(body, str) else json.dumps(body)}
        if "PipelineDefinitionS3Location" in definition:
            location = definition["PipelineDefinitionS3Location"]
            version = {"VersionId": location["Version"]} if location.get("Version") else {}
            found = {"Bucket": location["Bucket"], "ObjectKey": location["Key"], **version}
            return {**without(properties, "PipelineDefinition"), "PipelineDefinitionS3Location": found}
        return properties


_PROJECT = _row("Project", attributes={"ProjectArn": "Answer.ProjectArn", "ProjectId": "Answer.ProjectId"})


class Project(TableHandler):
    """A project; it is ready when its template's resources are, and gone when they are."""

    def as_sent(self, properties: Properties) -> Properties:
        providers = properties.get("TemplateProviderDetails")
        if providers is None:
            return properties
        sent = [{"CfnTemplateProvider": each["CfnTemplateProviderDetail"]} for each in providers]
        return {**without(properties, "TemplateProviderDetails"), "TemplateProviders": sent}

    def finish(self, request: Request) -> Made:
        while (described := self._described(request)) is None or described["ProjectStatus"] == "CreateInProgress":
            self._pause(request)
        if described["ProjectStatus"] != "CreateCompleted":
            raise ResourceFailed(f"Project {described['ProjectName']} is {described['ProjectStatus']}")
        return super().finish(request)

    def delete(self, request: Request) -> None:
        super().delete(request)
        while (described := self._described(request)) is not None:
            if described["ProjectStatus"] == "DeleteFailed":
                raise ResourceFailed(f"Project {described['ProjectName']} is DeleteFailed")
            self._pause(request)

    def _described(self, request: Request) -> dict[str, Any] | None:
        try:
            name = request.physical_id.rpartition("/")[2]
            return dict(request.client("sagemaker").describe_project(ProjectName=name))
        except ClientError as error:
            if "Could not find project" in str(error):
                return None
            raise

    def _pause(self, request: Request) -> None:
        if request.cancelled.is_set():
            raise Cancelled
        request.cancelled.sleep_until(clock.timestamp() + _POLL_SECONDS)


_ROWS = (
    _row("Model"),
    _row("EndpointConfig"),
    _row(
        "ModelPackageGroup",
        after=(_GROUP_POLICY,),
        update=(
            replace(_GROUP_POLICY, given=(), only="Properties.ModelPackageGroupPolicy"),
            Call(
                "delete_model_package_group_policy",
                given=("ModelPackageGroupPolicy",),
                only="!Properties.ModelPackageGroupPolicy",
            ),
        ),
    ),
    ApiResource(  # a version of a group has no name
        type="AWS::SageMaker::ModelPackage",
        service="sagemaker",
        create=Call("create_model_package", members={"ClientToken": "Stack.Token"}),
        read=Call("describe_model_package", members={"ModelPackageName": "Id"}),
        update=(Call("update_model_package", members={"ModelPackageArn": "Id"}),),
        ref="Answer.ModelPackageArn",
        attributes={"ModelPackageArn": "Answer.ModelPackageArn", "ModelPackageStatus": "Read.ModelPackageStatus"},
        delete=Call("delete_model_package", members={"ModelPackageName": "Id"}),
        tagging=_tagging("Id"),
    ),
    _row(
        "CodeRepository",
        update=(Call("update_code_repository"),),
        attributes={"CodeRepositoryName": "Properties.CodeRepositoryName"},
        support=Support.RECORDED,
    ),
    _row("NotebookInstance", before_delete=(Call("stop_notebook_instance"),), support=Support.RECORDED),
    _row("NotebookInstanceLifecycleConfig", attributes={}, tagging=None, recorded=("Tags",), support=Support.RECORDED),
)

HANDLERS: tuple[Handler, ...] = (
    Endpoint(_ENDPOINT),
    Pipeline(_PIPELINE),
    Project(_PROJECT),
    *(TableHandler(row) for row in _ROWS),
)
