"""AWS::S3::Bucket and its policy, AWS::DynamoDB::Table.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-s3-bucket.html
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws.cloudformation.resources.model import (
    Handler,
    HandlerBase,
    Made,
    NotOffered,
    Request,
    ResourceFailed,
)
from rehearsal.localaws.cloudformation.resources.table import ApiResource, Call, TableHandler, Tagging

Converted = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """One property of a bucket and the S3 calls that put and take it away."""

    property: str
    put: str
    convert: Callable[[Any], Converted]
    remove: str | None = None


def _same(member: str) -> Callable[[Any], Converted]:
    return lambda value: {member: value}


def _encryption(value: Mapping[str, Any]) -> Converted:
    rules = [
        {
            "ApplyServerSideEncryptionByDefault" if name == "ServerSideEncryptionByDefault" else name: item
            for name, item in rule.items()
        }
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _lifecycle(value: Mapping[str, Any]) -> Converted:
    return {"LifecycleConfiguration": {"Rules": [_lifecycle_rule(rule) for rule in value["Rules"]]}}


_LIFECYCLE_OFFERED = {
    "Id",
    "Status",
    "Prefix",
    "TagFilters",
    "ExpirationInDays",
    "ExpirationDate",
    "ExpiredObjectDeleteMarker",
    "NoncurrentVersionExpirationInDays",
    "NoncurrentVersionExpiration",
    "Transition",
    "Transitions",
    "AbortIncompleteMultipartUpload",
}


def _lifecycle_rule(rule: Mapping[str, Any]) -> Converted:
    if unknown := sorted(set(rule) - _LIFECYCLE_OFFERED):
        raise NotOffered(f"The embedded AWS does not offer {', '.join(unknown)} in LifecycleConfiguration.Rules")
    expiration = {
        "Days": rule.get("ExpirationInDays"),
        "Date": rule.get("ExpirationDate"),
        "ExpiredObjectDeleteMarker": rule.get("ExpiredObjectDeleteMarker"),
    }
    noncurrent = rule.get("NoncurrentVersionExpiration") or {
        "NoncurrentDays": rule.get("NoncurrentVersionExpirationInDays")
    }
    transitions = [*rule.get("Transitions", []), *([rule["Transition"]] if "Transition" in rule else [])]
    return _present(
        {
            "ID": rule.get("Id"),
            "Status": rule["Status"],
            "Filter": _lifecycle_filter(rule),
            "Expiration": _present(expiration),
            "NoncurrentVersionExpiration": _present(noncurrent),
            "Transitions": [_transition(transition) for transition in transitions],
            "AbortIncompleteMultipartUpload": rule.get("AbortIncompleteMultipartUpload"),
        }
    )


def _lifecycle_filter(rule: Mapping[str, Any]) -> Converted:
    tags, prefix = rule.get("TagFilters", []), rule.get("Prefix", "")
    if not tags:
        return {"Prefix": prefix}
    if len(tags) == 1 and not prefix:
        return {"Tag": tags[0]}
    return {"And": _present({"Prefix": prefix or None, "Tags": tags})}


def _transition(transition: Mapping[str, Any]) -> Converted:
    return _present(
        {
            "Days": transition.get("TransitionInDays"),
            "Date": transition.get("TransitionDate"),
            "StorageClass": transition["StorageClass"],
        }
    )


def _present(members: Mapping[str, Any]) -> Converted:
    return {name: value for name, value in members.items() if value not in (None, {}, [])}


def _cors(value: Mapping[str, Any]) -> Converted:
    renamed = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds", "Id": "ID"}
    rules = [{renamed.get(name, name): item for name, item in rule.items()} for rule in value["CorsRules"]]
    return {"CORSConfiguration": {"CORSRules": rules}}


def _website(value: Mapping[str, Any]) -> Converted:
    configuration = _present(
        {
            "IndexDocument": {"Suffix": value["IndexDocument"]} if "IndexDocument" in value else None,
            "ErrorDocument": {"Key": value["ErrorDocument"]} if "ErrorDocument" in value else None,
            "RedirectAllRequestsTo": value.get("RedirectAllRequestsTo"),
        }
    )
    return {"WebsiteConfiguration": configuration}


def _logging(value: Mapping[str, Any]) -> Converted:
    target = {"TargetBucket": value.get("DestinationBucketName"), "TargetPrefix": value.get("LogFilePrefix", "")}
    return {"BucketLoggingStatus": {"LoggingEnabled": target} if target["TargetBucket"] else {}}


_NOTIFIED = {
    "LambdaConfigurations": ("LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
    "QueueConfigurations": ("QueueConfigurations", "Queue", "QueueArn"),
    "TopicConfigurations": ("TopicConfigurations", "Topic", "TopicArn"),
}


def _notification(value: Mapping[str, Any]) -> Converted:
    configuration: Converted = {}
    for name, (member, target, target_member) in _NOTIFIED.items():
        if listed := value.get(name):
            configuration[member] = [
                _present(
                    {
                        "Events": [item["Event"]],
                        target_member: item[target],
                        "Filter": _notification_filter(item.get("Filter")),
                    }
                )
                for item in listed
            ]
    bridge = value.get("EventBridgeConfiguration")
    if bridge is not None and bridge.get("EventBridgeEnabled", True):
        configuration["EventBridgeConfiguration"] = {}
    return {"NotificationConfiguration": configuration}


def _notification_filter(value: Mapping[str, Any] | None) -> Converted | None:
    return {"Key": {"FilterRules": value["S3Key"]["Rules"]}} if value else None


def _tags(value: Any) -> Converted:
    return {"Tagging": {"TagSet": value}}


def _acceleration(value: Mapping[str, Any]) -> Converted:
    return {"AccelerateConfiguration": {"Status": value["AccelerationStatus"]}}


_ACCESS_BLOCK = "PublicAccessBlockConfiguration"
_SETTINGS = (
    Setting(
        "OwnershipControls",
        "put_bucket_ownership_controls",
        _same("OwnershipControls"),
        "delete_bucket_ownership_controls",
    ),
    Setting(_ACCESS_BLOCK, "put_public_access_block", _same(_ACCESS_BLOCK), "delete_public_access_block"),
    Setting("VersioningConfiguration", "put_bucket_versioning", _same("VersioningConfiguration")),
    Setting("BucketEncryption", "put_bucket_encryption", _encryption, "delete_bucket_encryption"),
    Setting("LifecycleConfiguration", "put_bucket_lifecycle_configuration", _lifecycle, "delete_bucket_lifecycle"),
    Setting("CorsConfiguration", "put_bucket_cors", _cors, "delete_bucket_cors"),
    Setting("WebsiteConfiguration", "put_bucket_website", _website, "delete_bucket_website"),
    Setting("LoggingConfiguration", "put_bucket_logging", _logging),
    Setting("ObjectLockConfiguration", "put_object_lock_configuration", _same("ObjectLockConfiguration")),
    Setting("AccelerateConfiguration", "put_bucket_accelerate_configuration", _acceleration),
    Setting("NotificationConfiguration", "put_bucket_notification_configuration", _notification),
    Setting("Tags", "put_bucket_tagging", _tags, "delete_bucket_tagging"),
)  # fmt: skip
_WITHOUT: Mapping[str, Converted] = {
    "VersioningConfiguration": {"VersioningConfiguration": {"Status": "Suspended"}},
    "LoggingConfiguration": {"BucketLoggingStatus": {}},
    "NotificationConfiguration": {"NotificationConfiguration": {}},
}
_OFFERED = {setting.property for setting in _SETTINGS} | {"BucketName", "AccessControl", "ObjectLockEnabled"}


def canned_acl(access_control: str) -> str:
    """``BucketOwnerFullControl`` as the S3 API names it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", access_control).lower()


class Bucket(HandlerBase):
    """A bucket: its creation, then one call for each setting."""

    type = "AWS::S3::Bucket"
    name_property = "BucketName"

    def create(self, request: Request) -> Made:
        if unknown := sorted(set(request.properties) - _OFFERED):
            raise NotOffered(f"The embedded AWS does not offer the property {', '.join(unknown)} of {self.type}")
        name = request.properties.get("BucketName") or request.generated_name(63, lower=True)
        arguments: Converted = {"Bucket": name}
        if request.region != "us-east-1":
            arguments["CreateBucketConfiguration"] = {"LocationConstraint": request.region}
        if request.properties.get("ObjectLockEnabled"):
            arguments["ObjectLockEnabledForBucket"] = True
        self._create(request.client("s3"), arguments)
        return Made(name, _bucket_attributes(name, request.region))

    def _create(self, s3: Any, arguments: Converted) -> None:
        name = arguments["Bucket"]
        if arguments.get("CreateBucketConfiguration") is None and _is_mine(s3, name):
            raise ResourceFailed(
                f"{name} already exists"
            )  # us-east-1 answers 200 to a second CreateBucket of the owner
        try:
            s3.create_bucket(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("BucketAlreadyExists", "BucketAlreadyOwnedByYou"):
                raise ResourceFailed(f"{name} already exists") from error
            raise

    def finish(self, request: Request) -> Made:
        s3 = request.client("s3")
        for setting in _SETTINGS:
            if setting.property in request.properties:
                self._put(s3, setting, request)
        if access := request.properties.get("AccessControl"):
            self._set_acl(s3, request, access)
        return Made(request.physical_id, request.attributes)

    def _set_acl(self, s3: Any, request: Request, access: str) -> None:
        if access == "Private" or "OwnershipControls" in request.properties:
            if access != "Private":
                s3.put_bucket_acl(Bucket=request.physical_id, ACL=canned_acl(access))
            return
        raise ResourceFailed(
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting "
            "(Service: S3, Status Code: 400, Error Code: InvalidBucketAclWithObjectOwnership)"
        )

    def _put(self, s3: Any, setting: Setting, request: Request) -> None:
        value = setting.convert(request.properties[setting.property])
        getattr(s3, setting.put)(Bucket=request.physical_id, **value)

    def update(self, request: Request) -> Made:
        s3 = request.client("s3")
        for setting in _SETTINGS:
            if not request.changed(setting.property):
                continue
            if setting.property in request.properties:
                self._put(s3, setting, request)
            elif setting.remove is not None:
                getattr(s3, setting.remove)(Bucket=request.physical_id)
            elif setting.property in _WITHOUT:
                getattr(s3, setting.put)(Bucket=request.physical_id, **_WITHOUT[setting.property])
        if request.changed("AccessControl"):
            self._set_acl(s3, request, request.properties.get("AccessControl", "Private"))
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        try:
            request.client("s3").delete_bucket(Bucket=request.physical_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketNotEmpty":
                raise
            raise ResourceFailed(
                f"The bucket you tried to delete is not empty. You must delete all versions in the bucket. "
                "(Service: S3, Status Code: 409, Request ID: "
                f"{error.response['ResponseMetadata'].get('RequestId', '')})"
            ) from error


def _is_mine(s3: Any, name: str) -> bool:
    try:
        s3.head_bucket(Bucket=name)
    except ClientError:
        return False
    return True


def _bucket_attributes(name: str, region: str) -> dict[str, str]:
    return {
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        "WebsiteURL": f"http://{name}.s3-website-{region}.amazonaws.com",
    }


class BucketPolicy(HandlerBase):
    """The policy of a bucket."""

    type = "AWS::S3::BucketPolicy"

    def create(self, request: Request) -> Made:
        self._put(request)
        return Made(request.properties["Bucket"])

    def update(self, request: Request) -> Made:
        self._put(request)
        return Made(request.physical_id)

    def _put(self, request: Request) -> None:
        policy = request.properties["PolicyDocument"]
        text = policy if isinstance(policy, str) else json.dumps(policy)
        request.client("s3").put_bucket_policy(Bucket=request.properties["Bucket"], Policy=text)

    def delete(self, request: Request) -> None:
        request.client("s3").delete_bucket_policy(Bucket=request.physical_id)


_TABLE = ApiResource(
    type="AWS::DynamoDB::Table",
    service="dynamodb",
    name_property="TableName",
    create=Call(
        "create_table",
        members={
            "SSESpecification": "Properties.SSESpecification.{Enabled: SSEEnabled, SSEType: SSEType, KMSMasterKeyId: "
            "KMSMasterKeyId}",
            "StreamSpecification": "Properties.StreamSpecification.{StreamEnabled: `true`, StreamViewType: "
            "StreamViewType}",
        },
        omit=("TimeToLiveSpecification", "PointInTimeRecoverySpecification", "ResourcePolicy"),
    ),
    after=(
        Call("update_time_to_live", given=("TimeToLiveSpecification",)),
        Call("update_continuous_backups", given=("PointInTimeRecoverySpecification",)),
    ),
    read=Call("describe_table", members={"TableName": "Properties.TableName"}),
    update=(
        Call("update_time_to_live"),
        Call("update_continuous_backups"),
        Call("update_table", members={"TableName": "Id"}, omit=("SSESpecification", "Tags")),
    ),
    delete=Call("delete_table", members={"TableName": "Id"}),
    ref="Properties.TableName",
    attributes={"Arn": "Read.Table.TableArn", "StreamArn": "Read.Table.LatestStreamArn"},
    tagging=Tagging("tag_resource", "untag_resource", "Attributes.Arn", "ResourceArn"),
)

HANDLERS: tuple[Handler, ...] = (Bucket(), BucketPolicy(), TableHandler(_TABLE))
