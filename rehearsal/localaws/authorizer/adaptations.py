"""Parameters that do not name the resource as its ARN does, brought into the ARN's form. Pure."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

Params = Mapping[str, Any]


def adapted(service: str, operation: str, params: Params) -> Params:
    """The parameters with what the table's templates expect."""
    adaptation = _ADAPTATIONS.get(service)
    return params if adaptation is None else {**params, **adaptation(operation, params)}


def tags_of(params: Params) -> dict[str, str]:
    """The tags of a request, in whichever of AWS's shapes."""
    found = params.get("Tags") or params.get("tags") or (params.get("Tagging") or {})
    if isinstance(found, str):  # the header x-amz-tagging
        return {unquote(key): unquote(value) for key, _, value in (each.partition("=") for each in found.split("&"))}
    if isinstance(found, Mapping):
        found = found.get("TagSet", found)
    if isinstance(found, Mapping):
        return {str(key): str(value) for key, value in found.items()}
    return {
        str(tag.get("Key", tag.get("key", tag.get("TagKey", "")))): str(
            tag.get("Value", tag.get("value", tag.get("TagValue", "")))
        )
        for tag in found
        if isinstance(tag, Mapping)
    }


def _s3(operation: str, params: Params) -> Params:
    if operation == "DeleteObjects":
        named = [each for each in (params.get("Delete") or {}).get("Objects") or [] if each.get("Key")]
        return {
            "KeysToMark": [each["Key"] for each in named if not each.get("VersionId")],
            "KeysOfVersions": [each["Key"] for each in named if each.get("VersionId")],
        }
    source = params.get("CopySource")
    if isinstance(source, str):
        path, _, version = source.partition("?versionId=")
        place = unquote(path).lstrip("/")
        return {
            "CopySource": place,
            "NewestSources": [] if version else [place],
            "SourcesOfVersions": [place] if version else [],
        }
    return {}


def _sqs(_operation: str, params: Params) -> Params:
    url = params.get("QueueUrl")
    is_identified = str(params.get("QueueName", "")).startswith("arn:")  # another account's
    return {"QueueName": url.rstrip("/").rsplit("/", 1)[-1]} if url and not is_identified else {}


def _ssm(_operation: str, params: Params) -> Params:
    changed: dict[str, Any] = {
        name: params[name].lstrip("/") if not params[name].startswith("arn:") else params[name]
        for name in ("Name", "Path")
        if isinstance(params.get(name), str)
    }
    if params.get("Path") == "/":
        changed["Path"] = "*"
    if isinstance(params.get("Names"), list):
        changed["Names"] = [name.lstrip("/") for name in params["Names"]]
    kind, identifier = params.get("ResourceType"), params.get("ResourceId")
    if kind == "Parameter" and identifier:
        changed["ParameterId"] = identifier.lstrip("/")
    elif kind == "Document" and identifier:
        changed["DocumentId"] = identifier
    elif kind == "MaintenanceWindow" and identifier:
        changed["WindowId"] = identifier
    return changed


def _lambda(operation: str, params: Params) -> Params:
    changed: dict[str, Any] = {}
    name = params.get("FunctionName")
    if isinstance(name, str) and name:
        if ":function:" in name and not name.startswith("arn:"):
            name = name.partition(":function:")[2]  # the partial ARN: account:function:name
        qualifier = params.get("Qualifier")
        if qualifier and name.count(":") in (0, 6):
            name = f"{name}:{qualifier}"
        changed["FunctionName"] = name
        if "EventSourceMapping" in operation:
            changed["FunctionArnOfMapping"] = name
    return changed


def _iam(operation: str, params: Params) -> Params:
    changed: dict[str, Any] = {}
    if params.get("Path") is None:
        changed["Path"] = "/"
    if operation.startswith("List") and not any(params.get(name) for name in ("RoleName", "UserName", "GroupName")):
        changed["Path"] = None
    return changed


def _kms(_operation: str, params: Params) -> Params:
    alias = params.get("AliasName")
    return {"AliasName": alias.removeprefix("alias/")} if isinstance(alias, str) else {}


def _events(operation: str, params: Params) -> Params:
    changed: dict[str, Any] = {}
    bus = _bus_name(params.get("EventBusName"))
    if operation.endswith(("Rule", "Targets")) or operation == "ListTargetsByRule":
        name = params.get("Name") or params.get("Rule")
        if name:
            rule = name if bus == "default" else f"{bus}/{name}"
            changed["Rule"] = _rule_of_bus(params.get("EventBusName"), rule)
    if operation == "PutEvents":
        entries = params.get("Entries") or []
        changed["Entries"] = [{**each, "EventBusName": each.get("EventBusName") or "default"} for each in entries]
    if operation == "DescribeEventBus" and not params.get("Name"):
        changed["Name"] = "default"
    return changed


def _rule_of_bus(bus: str | None, rule: str) -> str:
    """The rule's ARN where the bus is named by its own: it may be another account's."""
    before, is_arn, _ = (bus or "").partition(":event-bus/")
    return f"{before}:rule/{rule}" if is_arn else rule


def _bus_name(name: str | None) -> str:
    return (name or "default").rpartition("event-bus/")[2]


def _scheduler(operation: str, params: Params) -> Params:
    if operation.endswith("ScheduleGroup"):
        return {"GroupNameOfGroup": params.get("Name")}
    if params.get("Name"):
        return {"ScheduleName": params["Name"], "GroupName": params.get("GroupName") or "default"}
    return {}


def _logs(_operation: str, params: Params) -> Params:
    changed: dict[str, Any] = {}
    arn = params.get("logGroupIdentifier")
    if isinstance(arn, str) and not arn.startswith("arn:"):
        changed |= {"logGroupName": arn, "logGroupIdentifier": None}
    if not params.get("logGroupNamePrefix"):
        changed["logGroupNamePrefix"] = "*"
    return changed


def _codebuild(_operation: str, params: Params) -> Params:
    changed: dict[str, Any] = {}
    if isinstance(params.get("id"), str):
        changed["id"] = params["id"].partition(":")[0]  # a build's id is <project>:<uuid>
    if isinstance(params.get("ids"), list):
        changed["ids"] = [each.partition(":")[0] for each in params["ids"] if isinstance(each, str)]
    changed |= {name: _report_group(params[name]) for name in ("arn", "reportArn") if isinstance(params.get(name), str)}
    if isinstance(params.get("reportArns"), list):
        changed["reportArns"] = [_report_group(each) for each in params["reportArns"] if isinstance(each, str)]
    return changed


def _report_group(arn: str) -> str:
    """Permissions on a report are those on its group."""
    before, is_report, report = arn.partition(":report/")
    return f"{before}:report-group/{report.partition(':')[0]}" if is_report else arn


def _dynamodb(operation: str, params: Params) -> Params:
    if operation in ("BatchGetItem", "BatchWriteItem"):
        return {"TablesOfItems": list(params.get("RequestItems") or {})}
    if operation == "TransactWriteItems":
        return {"Writes": [_write_of(item) for item in params.get("TransactItems") or []]}
    return {}


def _write_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """One item of a transaction: ``{"PutItem": table}``."""
    return {
        action: item[kind]["TableName"]
        for kind, action in (
            ("Put", "PutItem"),
            ("Update", "UpdateItem"),
            ("Delete", "DeleteItem"),
            ("ConditionCheck", "ConditionCheckItem"),
        )
        if kind in item
    }


def _secretsmanager(_operation: str, params: Params) -> Params:
    name = params.get("SecretId")
    return {"SecretId": f"{name}-??????"} if isinstance(name, str) and not name.startswith("arn:") else {}


def _sagemaker(operation: str, params: Params) -> Params:
    if operation.startswith("SendPipelineExecutionStep") and "ExecutionOfToken" not in params:
        return {"ExecutionOfToken": "*/execution/*"}  # a token that nobody knows
    return {}


_ADAPTATIONS: dict[str, Callable[[str, Params], Params]] = {
    "codebuild": _codebuild,
    "dynamodb": _dynamodb,
    "events": _events,
    "iam": _iam,
    "kms": _kms,
    "lambda": _lambda,
    "logs": _logs,
    "s3": _s3,
    "sagemaker": _sagemaker,
    "scheduler": _scheduler,
    "secretsmanager": _secretsmanager,
    "sqs": _sqs,
    "ssm": _ssm,
}
