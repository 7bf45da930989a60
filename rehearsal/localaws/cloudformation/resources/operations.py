"""What keeps watch and keeps secrets: AWS::Logs, AWS::CloudWatch, AWS::KMS, AWS::SSM and AWS::SecretsManager types."""

import json
from dataclasses import replace
from typing import Any

from rehearsal.localaws.cloudformation.resources.model import Handler, Made, Request
from rehearsal.localaws.cloudformation.resources.table import ApiResource, Call, TableHandler, Tagging

_KEY_ARN = "join('', ['arn:aws:kms:', Stack.Region, ':', Stack.AccountId, ':key/', Id])"
_LOG_GROUP_ARN = "join('', ['arn:aws:logs:', Stack.Region, ':', Stack.AccountId, ':log-group:', Id, ':*'])"
_LOG_GROUP_RESOURCE = "join('', ['arn:aws:logs:', Stack.Region, ':', Stack.AccountId, ':log-group:', Id])"
_ALARM_ARN = "join('', ['arn:aws:cloudwatch:', Stack.Region, ':', Stack.AccountId, ':alarm:', Id])"
_ALIAS_ARN = "join('', ['arn:aws:kms:', Stack.Region, ':', Stack.AccountId, ':', Id])"

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
        type="AWS::KMS::Key",
        service="kms",
        create=Call(
            "create_key",
            members={"Policy": "Properties.KeyPolicy"},
        ),
        after=(
            Call(
                "enable_key_rotation",
                members={"KeyId": "Id"},
                given=("EnableKeyRotation",),
                only="Properties.EnableKeyRotation",
            ),
            Call("disable_key", members={"KeyId": "Id"}, given=("Enabled",), only="!Properties.Enabled"),
        ),
        update=(
            Call("update_key_description", members={"KeyId": "Id"}),
            Call(
                "put_key_policy",
                members={"KeyId": "Id", "Policy": "Properties.KeyPolicy"},
                fixed={"PolicyName": "default"},
            ),
            Call(
                "enable_key_rotation",
                members={"KeyId": "Id"},
                given=("EnableKeyRotation",),
                only="Properties.EnableKeyRotation",
            ),
            Call(
                "disable_key_rotation",
                members={"KeyId": "Id"},
                given=("EnableKeyRotation",),
                only="!Properties.EnableKeyRotation",
            ),
            Call("enable_key", members={"KeyId": "Id"}, given=("Enabled",), only="Properties.Enabled != `false`"),
            Call("disable_key", members={"KeyId": "Id"}, given=("Enabled",), only="Properties.Enabled == `false`"),
        ),
        ref="Answer.KeyMetadata.KeyId",
        attributes={"Arn": _KEY_ARN, "KeyId": "Id"},
        delete=Call(
            "schedule_key_deletion",
            members={"KeyId": "Id", "PendingWindowInDays": "Properties.PendingWindowInDays || `30`"},
        ),
        recorded=("PendingWindowInDays",),
        tagging=Tagging("tag_resource", "untag_resource", "Id", "KeyId"),
    ),
    ApiResource(
        type="AWS::KMS::Alias",
        service="kms",
        create=Call("create_alias"),
        update=(Call("update_alias"),),
        ref="Properties.AliasName",
        attributes={"AliasArn": _ALIAS_ARN},
        delete=Call("delete_alias", members={"AliasName": "Id"}),
        name_property="AliasName",
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

_SECRET = ApiResource(
    type="AWS::SecretsManager::Secret",
    service="secretsmanager",
    name_property="Name",
    create=Call("create_secret"),
    update=(Call("update_secret", members={"SecretId": "Id"}, omit=("Name",)),),
    ref="Answer.ARN",
    attributes={"Id": "Answer.ARN"},
    delete=Call("delete_secret", members={"SecretId": "Id"}, fixed={"ForceDeleteWithoutRecovery": True}),
    tagging=Tagging("tag_resource", "untag_resource", "Id", "SecretId"),
)


class Secret(TableHandler):
    """A secret, given or generated."""

    def create(self, request: Request) -> Made:
        return super().create(self._with_text(request))

    def update(self, request: Request) -> Made:
        if not request.changed("GenerateSecretString"):
            kept = {name: value for name, value in request.properties.items() if name != "GenerateSecretString"}
            before = {name: value for name, value in request.previous.items() if name != "GenerateSecretString"}
            return super().update(replace(request, properties=kept, previous=before))
        previous = {name: value for name, value in request.previous.items() if name != "GenerateSecretString"}
        return super().update(replace(self._with_text(request), previous=previous))

    def finish(self, request: Request) -> Made:
        properties = {name: value for name, value in request.properties.items() if name != "GenerateSecretString"}
        return super().finish(replace(request, properties=properties))

    def _with_text(self, request: Request) -> Request:
        """The request with the secret's text in place of the rules for generating one."""
        properties = dict(request.properties)
        rules = properties.pop("GenerateSecretString", None)
        if rules is not None:
            properties["SecretString"] = _generated(request, rules)
        return replace(request, properties=properties)


def _generated(request: Request, rules: dict[str, Any]) -> str:
    rules = dict(rules)
    template, key = rules.pop("SecretStringTemplate", None), rules.pop("GenerateStringKey", None)
    password = str(request.client("secretsmanager").get_random_password(**rules)["RandomPassword"])
    if template is None or key is None:
        return password
    return json.dumps({**json.loads(template), key: password})


class SsmParameter(TableHandler):
    """A Systems Manager parameter; its tags are a map, and tagging names the kind of resource."""

    def update(self, request: Request) -> Made:
        if request.changed("Tags"):
            self._retag(request)
        without = {name: value for name, value in request.properties.items() if name != "Tags"}
        before = {name: value for name, value in request.previous.items() if name != "Tags"}
        return super().update(replace(request, properties=without, previous=before))

    def _retag(self, request: Request) -> None:
        ssm, target = request.client("ssm"), {"ResourceType": "Parameter", "ResourceId": request.physical_id}
        was, now = dict(request.previous.get("Tags") or {}), dict(request.properties.get("Tags") or {})
        if gone := sorted(was.keys() - now.keys()):
            ssm.remove_tags_from_resource(**target, TagKeys=gone)
        if now:
            listed = [{"Key": key, "Value": value} for key, value in now.items()]
            ssm.add_tags_to_resource(**target, Tags=listed)


_OWN = {"AWS::SSM::Parameter": SsmParameter}
HANDLERS: tuple[Handler, ...] = (Secret(_SECRET), *(_OWN.get(row.type, TableHandler)(row) for row in _ROWS))
