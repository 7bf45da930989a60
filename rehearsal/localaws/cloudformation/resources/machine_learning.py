"""AWS::SageMaker types, what scales endpoints, and AWS::ServiceCatalog types, which are recorded: they do nothing.

Ref of most SageMaker types is an ARN: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_SageMaker.html
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rehearsal.localaws.cloudformation.resources.model import (
    Cancelled,
    Handler,
    HandlerBase,
    Made,
    Request,
    ResourceFailed,
    Support,
)
from rehearsal.localaws.cloudformation.resources.table import ApiResource, Call, TableHandler, Tagging
from rehearsal.localaws.ground import clock

_POLL_SECONDS = 0.1


def _tagging(arn: str) -> Tagging:
    return Tagging("add_tags", "delete_tags", arn, "ResourceArn")


_ENDPOINT = ApiResource(
    type="AWS::SageMaker::Endpoint",
    service="sagemaker",
    name_property="EndpointName",
    name_length=63,
    create=Call("create_endpoint"),
    update=(Call("update_endpoint"),),
    ref="Answer.EndpointArn",
    attributes={"EndpointArn": "Answer.EndpointArn"},
    delete=Call("delete_endpoint"),
    tagging=_tagging("Id"),
)


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

    def create(self, request: Request) -> Made:
        return super().create(_defined(request))

    def finish(self, request: Request) -> Made:
        return super().finish(_defined(request))

    def update(self, request: Request) -> Made:
        return super().update(_defined(request))


def _defined(request: Request) -> Request:
    properties = dict(request.properties)
    definition = properties.get("PipelineDefinition", {})
    if "PipelineDefinitionBody" in definition:
        body = definition["PipelineDefinitionBody"]
        properties["PipelineDefinition"] = body if isinstance(body, str) else json.dumps(body)
    elif "PipelineDefinitionS3Location" in definition:
        location = definition["PipelineDefinitionS3Location"]
        version = {"VersionId": location["Version"]} if location.get("Version") else {}
        properties["PipelineDefinitionS3Location"] = {
            "Bucket": location["Bucket"],
            "ObjectKey": location["Key"],
            **version,
        }
        del properties["PipelineDefinition"]
    return replace(request, properties=properties)


_ROWS = (
    ApiResource(
        type="AWS::SageMaker::Model",
        service="sagemaker",
        name_property="ModelName",
        name_length=63,
        create=Call("create_model"),
        ref="Answer.ModelArn",
        attributes={"ModelArn": "Answer.ModelArn"},
        delete=Call("delete_model"),
        tagging=_tagging("Id"),
    ),
    ApiResource(
        type="AWS::SageMaker::EndpointConfig",
        service="sagemaker",
        name_property="EndpointConfigName",
        name_length=63,
        create=Call("create_endpoint_config"),
        ref="Answer.EndpointConfigArn",
        attributes={"EndpointConfigArn": "Answer.EndpointConfigArn"},
        delete=Call("delete_endpoint_config"),
        tagging=_tagging("Id"),
    ),
    ApiResource(
        type="AWS::SageMaker::ModelPackageGroup",
        service="sagemaker",
        name_property="ModelPackageGroupName",
        name_length=63,
        create=Call("create_model_package_group"),
        ref="Answer.ModelPackageGroupArn",
        attributes={"ModelPackageGroupArn": "Answer.ModelPackageGroupArn"},
        delete=Call("delete_model_package_group"),
        tagging=_tagging("Id"),
        recorded=("ModelPackageGroupPolicy",),
    ),
    ApiResource(
        type="AWS::SageMaker::CodeRepository",
        service="sagemaker",
        name_property="CodeRepositoryName",
        name_length=63,
        create=Call("create_code_repository"),
        update=(Call("update_code_repository"),),
        ref="Answer.CodeRepositoryArn",
        attributes={"CodeRepositoryName": "Properties.CodeRepositoryName"},
        delete=Call("delete_code_repository"),
        tagging=_tagging("Id"),
        support=Support.RECORDED,
    ),
    ApiResource(
        type="AWS::SageMaker::NotebookInstance",
        service="sagemaker",
        name_property="NotebookInstanceName",
        name_length=63,
        create=Call("create_notebook_instance"),
        ref="Answer.NotebookInstanceArn",
        attributes={"NotebookInstanceArn": "Answer.NotebookInstanceArn"},
        tagging=_tagging("Id"),
        before_delete=(Call("stop_notebook_instance"),),
        delete=Call("delete_notebook_instance"),
        support=Support.RECORDED,
    ),
    ApiResource(
        type="AWS::SageMaker::NotebookInstanceLifecycleConfig",
        service="sagemaker",
        name_property="NotebookInstanceLifecycleConfigName",
        name_length=63,
        create=Call("create_notebook_instance_lifecycle_config"),
        ref="Answer.NotebookInstanceLifecycleConfigArn",
        recorded=("Tags",),
        delete=Call("delete_notebook_instance_lifecycle_config"),
        support=Support.RECORDED,
    ),
)

_SCALABLE_TARGET = ApiResource(
    type="AWS::ApplicationAutoScaling::ScalableTarget",
    service="application-autoscaling",
    create=Call("register_scalable_target"),
    update=(Call("register_scalable_target"),),
    ref="join('|', [Properties.ResourceId, Properties.ScalableDimension, Properties.ServiceNamespace])",
    attributes={"Id": "Id"},
    delete=Call("deregister_scalable_target"),
)
_SCALING_POLICY = ApiResource(
    type="AWS::ApplicationAutoScaling::ScalingPolicy",
    service="application-autoscaling",
    create=Call("put_scaling_policy"),
    update=(Call("put_scaling_policy"),),
    ref="Answer.PolicyARN",
    attributes={"Arn": "Answer.PolicyARN"},
    delete=Call("delete_scaling_policy"),
)
_TARGET_PARTS = ("ResourceId", "ScalableDimension", "ServiceNamespace")


class ScalingPolicy(TableHandler):
    """A scaling policy; its target is named by its three parts, or by what Ref of the target gives."""

    def create(self, request: Request) -> Made:
        return super().create(_with_target(request))

    def finish(self, request: Request) -> Made:
        return super().finish(_with_target(request))

    def update(self, request: Request) -> Made:
        before = _with_target(replace(request, properties=request.previous)).properties
        return super().update(replace(_with_target(request), previous=before))

    def delete(self, request: Request) -> None:
        super().delete(_with_target(request))


def _with_target(request: Request) -> Request:
    properties = dict(request.properties)
    target = properties.pop("ScalingTargetId", None)
    if target is not None:
        properties |= dict(zip(_TARGET_PARTS, str(target).split("|"), strict=True))
    return replace(request, properties=properties)


@dataclass(frozen=True)
class Recorded(HandlerBase):
    """A type that is validated and kept in the stack, and has no effect."""

    type: str = ""
    id_prefix: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attributes by name: the property that they repeat, or empty for the id."""
    support: Support = Support.RECORDED
    name_property: str | None = None

    def create(self, request: Request) -> Made:
        physical_id = f"{self.id_prefix}{uuid.uuid4().hex[:13]}"
        return Made(physical_id, self._attributes(request, physical_id))

    def _attributes(self, request: Request, physical_id: str) -> dict[str, Any]:
        return {
            name: request.properties.get(source, physical_id) if source else physical_id
            for name, source in self.attributes.items()
        }

    def update(self, request: Request) -> Made:
        return Made(request.physical_id, self._attributes(request, request.physical_id))

    def delete(self, request: Request) -> None:
        """Nothing was made but the record, which the stack drops."""


_RECORDED = (
    Recorded("AWS::ServiceCatalog::Portfolio", "port-", {"Id": "", "PortfolioName": "DisplayName"}),
    Recorded("AWS::ServiceCatalog::CloudFormationProduct", "prod-", {"Id": "", "ProductName": "Name"}),
    Recorded("AWS::ServiceCatalog::PortfolioPrincipalAssociation", "portassoc-"),
    Recorded("AWS::ServiceCatalog::PortfolioProductAssociation", "prodassoc-"),
    Recorded("AWS::ServiceCatalog::LaunchRoleConstraint", "cons-", {"Id": ""}),
    Recorded("AWS::ServiceCatalog::LaunchTemplateConstraint", "cons-", {"Id": ""}),
    Recorded("AWS::ServiceCatalog::TagOption", "tag-", {"Id": ""}),
    Recorded("AWS::ServiceCatalog::TagOptionAssociation", "tagassoc-"),
)

HANDLERS: tuple[Handler, ...] = (
    Endpoint(_ENDPOINT),
    Pipeline(_PIPELINE),
    TableHandler(_SCALABLE_TARGET),
    ScalingPolicy(_SCALING_POLICY),
    *(TableHandler(row) for row in _ROWS),
    *_RECORDED,
)
