"""AWS::Lambda types. Functions take their code from S3, or inline: then ``cfnresponse`` is beside it, as in AWS.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_Lambda.html
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import WaiterError

from rehearsal.localaws.cloudformation.resources.model import Handler, HandlerBase, Made, Request, ResourceFailed
from rehearsal.localaws.cloudformation.resources.table import ApiResource, Call, TableHandler, Tagging

_CODE = "Code"
_CONFIGURATION_ONLY = ("Code", "Tags", "ReservedConcurrentExecutions", "Architectures")
_MODULE_FILES = {"python": "index.py", "nodejs": "index.js"}
_CFNRESPONSE = Path(__file__).with_name("cfnresponse.py")
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)

_FUNCTION = ApiResource(
    type="AWS::Lambda::Function",
    service="lambda",
    name_property="FunctionName",
    create=Call("create_function"),
    after=(Call("put_function_concurrency", given=("ReservedConcurrentExecutions",)),),
    read=Call("get_function", members={"FunctionName": "Properties.FunctionName"}),
    update=(
        Call("update_function_configuration", omit=_CONFIGURATION_ONLY),
        Call("put_function_concurrency", only="Properties.ReservedConcurrentExecutions"),
        Call(
            "update_function_code",
            members={
                "ZipFile": "Properties.Code.ZipFile",
                "S3Bucket": "Properties.Code.S3Bucket",
                "S3Key": "Properties.Code.S3Key",
                "S3ObjectVersion": "Properties.Code.S3ObjectVersion",
                "ImageUri": "Properties.Code.ImageUri",
            },
        ),
    ),
    delete=Call("delete_function"),
    ref="Properties.FunctionName",
    attributes={"Arn": "Read.Configuration.FunctionArn"},
    tagging=Tagging("tag_resource", "untag_resource", "Attributes.Arn", "Resource"),
)


def inline_zip(code: str, runtime: str) -> bytes:
    """A deployment package of a function whose code stands in the template."""
    language = next((name for name in _MODULE_FILES if runtime.startswith(name)), None)
    if language is None:
        raise ResourceFailed(
            f"ZipFile can only be used when Runtime is set to either of nodejs or python, not {runtime}"
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(_MODULE_FILES[language], _FIXED_DATE), code)
        if language == "python":
            archive.writestr(zipfile.ZipInfo("cfnresponse.py", _FIXED_DATE), _CFNRESPONSE.read_text())
    return packed.getvalue()


def _with_package(properties: Mapping[str, Any]) -> dict[str, Any]:
    code = dict(properties.get(_CODE, {}))
    if "ZipFile" in code:
        code["ZipFile"] = inline_zip(code["ZipFile"], str(properties.get("Runtime", "")))
    return {**properties, _CODE: code}


class Function(TableHandler):
    """A function; it is ready when it is Active."""

    def create(self, request: Request) -> Made:
        return super().create(replace(request, properties=_with_package(request.properties)))

    def finish(self, request: Request) -> Made:
        try:
            request.client("lambda").get_waiter("function_active_v2").wait(
                FunctionName=request.physical_id, WaiterConfig={"Delay": 0.05, "MaxAttempts": 600}
            )
        except WaiterError as error:
            raise ResourceFailed(f"Function {request.physical_id} did not become active: {error}") from error
        return super().finish(request)

    def update(self, request: Request) -> Made:
        properties = _with_package(request.properties)
        return super().update(replace(request, properties=properties, previous=_with_package(request.previous)))


class Permission(HandlerBase):
    """One statement of a function's policy. No part of it changes in place."""

    type = "AWS::Lambda::Permission"

    def create(self, request: Request) -> Made:
        statement_id = request.generated_name(100)
        request.client("lambda").add_permission(StatementId=statement_id, **request.properties)
        return Made(statement_id, {"Id": statement_id})

    def update(self, request: Request) -> Made:
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        request.client("lambda").remove_permission(
            FunctionName=request.properties["FunctionName"], StatementId=request.physical_id
        )


_WEIGHTS = {"RoutingConfig": "Properties.RoutingConfig"}
_ALIAS = ApiResource(
    type="AWS::Lambda::Alias",
    service="lambda",
    create=Call("create_alias", members=_WEIGHTS),
    update=(Call("update_alias", members=_WEIGHTS),),
    ref="Answer.AliasArn",
    attributes={"AliasArn": "Answer.AliasArn"},
    delete=Call("delete_alias"),
)


class Alias(TableHandler):
    """An alias; its weights are a list in CloudFormation and a map in the API."""

    def create(self, request: Request) -> Made:
        return super().create(_with_weights(request))

    def update(self, request: Request) -> Made:
        return super().update(_with_weights(request))


def _with_weights(request: Request) -> Request:
    routing = request.properties.get("RoutingConfig")
    if routing is None:
        return request
    weights = {item["FunctionVersion"]: item["FunctionWeight"] for item in routing["AdditionalVersionWeights"]}
    return replace(request, properties={**request.properties, "RoutingConfig": {"AdditionalVersionWeights": weights}})


_ROWS = (
    ApiResource(
        type="AWS::Lambda::Version",
        service="lambda",
        create=Call("publish_version"),
        after=(
            Call(
                "put_provisioned_concurrency_config",
                members={
                    "Qualifier": "Attributes.Version",
                    "ProvisionedConcurrentExecutions": (
                        "Properties.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"
                    ),
                },
                given=("ProvisionedConcurrencyConfig",),
            ),
        ),
        ref="Answer.FunctionArn",
        attributes={"Version": "Answer.Version", "FunctionArn": "Answer.FunctionArn"},
        delete=Call("delete_function", members={"FunctionName": "Id"}),
    ),
    ApiResource(
        type="AWS::Lambda::LayerVersion",
        service="lambda",
        name_property="LayerName",
        create=Call("publish_layer_version"),
        ref="Answer.LayerVersionArn",
        attributes={"LayerVersionArn": "Answer.LayerVersionArn", "Version": "Answer.Version"},
        delete=Call("delete_layer_version", members={"VersionNumber": "Attributes.Version"}),
    ),
    ApiResource(
        type="AWS::Lambda::EventSourceMapping",
        service="lambda",
        create=Call("create_event_source_mapping"),
        update=(Call("update_event_source_mapping", members={"UUID": "Id"}),),
        recorded=("Tags",),
        ref="Answer.UUID",
        attributes={"Id": "Answer.UUID", "EventSourceMappingArn": "Answer.EventSourceMappingArn"},
        delete=Call("delete_event_source_mapping", members={"UUID": "Id"}),
    ),
    ApiResource(
        type="AWS::Lambda::EventInvokeConfig",
        service="lambda",
        create=Call("put_function_event_invoke_config"),
        update=(Call("put_function_event_invoke_config"),),
        ref="join('|', [Properties.FunctionName, Properties.Qualifier])",
        delete=Call("delete_function_event_invoke_config"),
    ),
    ApiResource(
        type="AWS::Lambda::Url",
        service="lambda",
        create=Call("create_function_url_config", members={"FunctionName": "Properties.TargetFunctionArn"}),
        update=(Call("update_function_url_config", members={"FunctionName": "Properties.TargetFunctionArn"}),),
        ref="Answer.FunctionArn",
        attributes={"FunctionUrl": "Answer.FunctionUrl", "FunctionArn": "Answer.FunctionArn"},
        delete=Call("delete_function_url_config", members={"FunctionName": "Properties.TargetFunctionArn"}),
    ),
)

HANDLERS: tuple[Handler, ...] = (
    Function(_FUNCTION),
    Alias(_ALIAS),
    Permission(),
    *(TableHandler(row) for row in _ROWS),
)
