"""AWS::CloudWatch, AWS::Logs, AWS::ApplicationAutoScaling, AWS::SSM and AWS::ServiceCatalog types."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rehearsal.localaws.cloudformation.resources.model import (
    Handler,
    HandlerBase,
    Made,
    Properties,
    Request,
    Support,
)
from rehearsal.localaws.cloudformation.resources.table import ApiResource, Call, TableHandler, Tagging, retag, without

_LOG_GROUP_ARN = "join('', ['arn:aws:logs:', Stack.Region, ':', Stack.AccountId, ':log-group:', Id, ':*'])"
_LOG_GROUP_RESOURCE = "join('', ['arn:aws:logs:', Stack.Region, ':', Stack.AccountId, ':log-group:', Id])"
_ALARM_ARN = "join('', ['arn:aws:cloudwatch:', Stack.Region, ':', Stack.AccountId, ':alarm:', Id])"

_ROWS = (
    ApiResource(
        type="AWS::Logs::LogGroup",
        service="logs",
        name_property="LogGroupName",
        name_length=512,
        create=Call("create_log_group"),
        after=(Call("put_retention_policy", given=("RetentionInDays",)),),
        update=(
            Call("put_retention_policy", only="Properties.RetentionInDays"),
            Call("delete_retention_policy", only="!Properties.RetentionInDays", given=("RetentionInDays",)),
        ),
        ref="Properties.LogGroupName",
        attributes={"Arn": _LOG_GROUP_ARN},
        delete=Call("delete_log_group", members={"logGroupName": "Id"}),
        tagging=Tagging("tag_resource", "untag_resource", _LOG_GROUP_RESOURCE, "resourceArn", "tagKeys", "tags"),
    ),
    ApiResource(
        type="AWS::Logs::LogStream",
        service="logs",
        name_property="LogStreamName",
        create=Call("create_log_stream"),
        ref="Properties.LogStreamName",
        delete=Call("delete_log_stream"),
    ),
    ApiResource(
        type="AWS::Logs::MetricFilter",
        service="logs",
        name_property="FilterName",
        create=Call("put_metric_filter"),
        update=(Call("put_metric_filter"),),
        ref="Properties.FilterName",
        delete=Call("delete_metric_filter"),
    ),
    ApiResource(
        type="AWS::Logs::SubscriptionFilter",
        service="logs",
        name_property="FilterName",
        create=Call("put_subscription_filter"),
        update=(Call("put_subscription_filter"),),
        ref="Properties.FilterName",
        delete=Call("delete_subscription_filter"),
    ),
    ApiResource(
        type="AWS::CloudWatch::Alarm",
        service="cloudwatch",
        name_property="AlarmName",
        name_length=255,
        create=Call("put_metric_alarm"),
        update=(Call("put_metric_alarm", omit=("Tags",)),),
        ref="Properties.AlarmName",
        attributes={"Arn": _ALARM_ARN},
        delete=Call("delete_alarms", members={"AlarmNames": "[Id]"}),
        tagging=Tagging("tag_resource", "untag_resource", "Attributes.Arn", "ResourceARN"),
    ),
    ApiResource(
        type="AWS::CloudWatch::Dashboard",
        service="cloudwatch",
        name_property="DashboardName",
        create=Call("put_dashboard"),
        update=(Call("put_dashboard"),),
        ref="Properties.DashboardName",
        delete=Call("delete_dashboards", members={"DashboardNames": "[Id]"}),
    ),
    ApiResource(
        type="AWS::SSM::Parameter",
        service="ssm",
        name_property="Name",
        create=Call("put_parameter"),
        update=(Call("put_parameter", fixed={"Overwrite": True}, omit=("Tags",)),),
        ref="Properties.Name",
        attributes={"Type": "Properties.Type", "Value": "Properties.Value"},
        delete=Call("delete_parameter", members={"Name": "Id"}),
    ),
)


class SsmParameter(TableHandler):
    """A Systems Manager parameter; its tags are a map, and tagging names the kind of resource."""

    def update(self, request: Request) -> Made:
        if request.changed("Tags"):
            self._retag(request)
        before, now = without(request.previous, "Tags"), without(request.properties, "Tags")
        return super().update(replace(request, properties=now, previous=before))

    def _retag(self, request: Request) -> None:
        ssm, target = request.client("ssm"), {"ResourceType": "Parameter", "ResourceId": request.physical_id}
        retag(
            request,
            lambda keys: ssm.remove_tags_from_resource(**target, TagKeys=keys),
            lambda tags: ssm.add_tags_to_resource(**target, Tags=tags),
        )


_OWN = {"AWS::SSM::Parameter": SsmParameter}

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

    def as_sent(self, properties: Properties) -> Properties:
        target = properties.get("ScalingTargetId")
        if target is None:
            return properties
        return without(properties, "ScalingTargetId") | dict(zip(_TARGET_PARTS, str(target).split("|"), strict=True))


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


_TOKEN = {"IdempotencyToken": "Stack.Token"}
_PAIR = {"PortfolioId": "Properties.PortfolioId", "ProductId": "Properties.ProductId"}
_PRINCIPAL = {"PortfolioId": "Properties.PortfolioId", "PrincipalARN": "Properties.PrincipalARN"}

_CATALOG = (
    ApiResource(
        type="AWS::ServiceCatalog::Portfolio",
        service="servicecatalog",
        create=Call("create_portfolio", members=_TOKEN),
        update=(Call("update_portfolio", members={"Id": "Id"}),),
        tagging=Tagging("update_portfolio", "update_portfolio", "Id", "Id", "RemoveTags", "AddTags"),
        ref="Answer.PortfolioDetail.Id",
        attributes={"Id": "Id", "PortfolioName": "Properties.DisplayName"},
        delete=Call("delete_portfolio", members={"Id": "Id"}),
    ),
    ApiResource(
        type="AWS::ServiceCatalog::PortfolioProductAssociation",
        service="servicecatalog",
        create=Call("associate_product_with_portfolio"),
        ref="join('|', [Properties.PortfolioId, Properties.ProductId])",
        delete=Call("disassociate_product_from_portfolio", members=_PAIR),
    ),
    ApiResource(
        type="AWS::ServiceCatalog::PortfolioPrincipalAssociation",
        service="servicecatalog",
        create=Call("associate_principal_with_portfolio"),
        ref="join('|', [Properties.PortfolioId, Properties.PrincipalARN])",
        delete=Call("disassociate_principal_from_portfolio", members=_PRINCIPAL),
    ),
)


class LaunchRoleConstraint(TableHandler):
    """A launch constraint; its role stands in the parameters, which are a text."""

    def as_sent(self, properties: Properties) -> Properties:
        role = {name: properties[name] for name in ("RoleArn", "LocalRoleName") if name in properties}
        kept = {name: value for name, value in properties.items() if name not in role}
        return {**kept, "Parameters": json.dumps(role), "Type": "LAUNCH"}


_LAUNCH_ROLE = ApiResource(
    type="AWS::ServiceCatalog::LaunchRoleConstraint",
    service="servicecatalog",
    create=Call("create_constraint", members=_TOKEN),
    update=(Call("update_constraint", members={"Id": "Id"}),),
    ref="Answer.ConstraintDetail.ConstraintId",
    attributes={"Id": "Id"},
    delete=Call("delete_constraint", members={"Id": "Id"}),
)


class CatalogProduct(TableHandler):
    """A product of Service Catalog; each of its versions after the first is a call of its own."""

    def as_sent(self, properties: Properties) -> Properties:
        first, *_ = properties.get("ProvisioningArtifactParameters") or [{}]
        sent = {"ProductType": "CLOUD_FORMATION_TEMPLATE", **without(properties, "ProvisioningArtifactParameters")}
        return {**sent, "ProvisioningArtifactParameters": {"Type": "CLOUD_FORMATION_TEMPLATE", **first}}

    def finish(self, request: Request) -> Made:
        for artifact in (request.properties.get("ProvisioningArtifactParameters") or [])[1:]:
            request.client("servicecatalog").create_provisioning_artifact(
                ProductId=request.physical_id, Parameters={"Type": "CLOUD_FORMATION_TEMPLATE", **artifact}
            )
        return super().finish(request)


_PRODUCT = ApiResource(
    type="AWS::ServiceCatalog::CloudFormationProduct",
    service="servicecatalog",
    create=Call("create_product", members=_TOKEN),
    update=(Call("update_product", members={"Id": "Id"}),),
    tagging=Tagging("update_product", "update_product", "Id", "Id", "RemoveTags", "AddTags"),
    ref="Answer.ProductViewDetail.ProductViewSummary.ProductId",
    attributes={
        "Id": "Id",
        "ProductName": "Properties.Name",
        "ProvisioningArtifactIds": "Answer.ProvisioningArtifactDetail.Id",
        "ProvisioningArtifactNames": "Answer.ProvisioningArtifactDetail.Name",
    },
    delete=Call("delete_product", members={"Id": "Id"}),
)

_RECORDED = (
    Recorded("AWS::ServiceCatalog::LaunchTemplateConstraint", "cons-", {"Id": ""}),
    Recorded("AWS::ServiceCatalog::TagOption", "tag-", {"Id": ""}),
    Recorded("AWS::ServiceCatalog::TagOptionAssociation", "tagassoc-"),
)

HANDLERS: tuple[Handler, ...] = (
    *(_OWN.get(row.type, TableHandler)(row) for row in _ROWS),
    TableHandler(_SCALABLE_TARGET),
    ScalingPolicy(_SCALING_POLICY),
    *(TableHandler(row) for row in _CATALOG),
    CatalogProduct(_PRODUCT),
    LaunchRoleConstraint(_LAUNCH_ROLE),
    *_RECORDED,
)
