"""Which resource types there are, and who handles each. Loaded once, at the first template."""

from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from typing import Any

from rehearsal.localaws.cloudformation import plan, schemas
from rehearsal.localaws.cloudformation.resources.model import Handler
from rehearsal.localaws.cloudformation.stack import STACK_TYPE
from rehearsal.localaws.cloudformation.template import Template, invalid

FAMILIES = (
    "delivery",
    "events",
    "functions",
    "iam",
    "machine_learning",
    "management",
    "messaging",
    "secrets",
    "storage",
)
"""The files of ``resources/`` by services; those of the authorizer's ``actions/`` are the same, and a test holds it."""
_OF_CLOUDFORMATION_ITSELF = ("nested", "custom")
_CUSTOM = "Custom::"
CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"
_ANY_ATTRIBUTE = (_CUSTOM, CUSTOM_RESOURCE, STACK_TYPE)

_WHY_NOT = {
    "AWS::CloudTrail::Trail": "nothing writes trails here; the bucket's notifications to EventBridge start a pipeline",
    "AWS::ECR::Repository": "there are no containers here, so that nobody pushes or pulls images",
    "AWS::Events::ApiDestination": "nothing leaves this machine",
    "AWS::Events::Connection": "nothing leaves this machine",
    "AWS::SageMaker::MonitoringSchedule": "AWS has closed Model Monitor to new customers; docs/monitoring.md has its "
    "checks on a schedule",
}
"""What to know of types that templates for machine learning have and the embedded AWS has not."""

_NEEDS_IAM = {
    f"AWS::IAM::{name}"
    for name in (
        "AccessKey",
        "Group",
        "GroupPolicy",
        "InstanceProfile",
        "ManagedPolicy",
        "Policy",
        "Role",
        "RolePolicy",
        "User",
        "UserPolicy",
        "UserToGroupAddition",
    )
}
_NAMES = ("RoleName", "GroupName", "UserName", "ManagedPolicyName", "InstanceProfileName")
_WITH_SNAPSHOTS = {"AWS::EC2::Volume", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::Redshift::Cluster"}


@lru_cache(maxsize=1)
def handlers() -> dict[str, Handler]:
    """Every handler by its type."""
    found: dict[str, Handler] = {}
    for name in (*FAMILIES, *_OF_CLOUDFORMATION_ITSELF):
        for handler in import_module(f"rehearsal.localaws.cloudformation.resources.{name}").HANDLERS:
            found[handler.type] = handler
    return found


def handler(resource_type: str) -> Handler:
    """Who handles ``resource_type``; a ``Custom::`` type is a custom resource."""
    return handlers()[CUSTOM_RESOURCE if resource_type.startswith(_CUSTOM) else resource_type]


def is_custom(resource_type: str) -> bool:
    """Whether a function or topic of the user's makes resources of the type."""
    return resource_type.startswith(_CUSTOM) or resource_type == CUSTOM_RESOURCE


def create_only(resource_type: str) -> tuple[tuple[str, ...], ...]:
    """Paths of the properties that cannot change in place."""
    if is_custom(resource_type):
        return (("ServiceToken",),)
    return schemas.of_type(resource_type).create_only


def takes_tags(resource_type: str) -> bool:
    """Whether stack tags are handed down to resources of the type."""
    return schemas.known_to_aws(resource_type) and schemas.of_type(resource_type).tag_property is not None


def has_snapshots(resource_type: str) -> bool:
    """Whether DeletionPolicy Snapshot means something for the type."""
    return resource_type in _WITH_SNAPSHOTS


def check_types(template: Template) -> None:
    """Every type of the template is one that the embedded AWS offers.

    Raises:
        AwsError: ValidationError, naming those that AWS does not have, or else those that only AWS has.
    """
    types = {declared.type for declared in template.resources.values()}
    missing = sorted(kind for kind in types if kind not in handlers() and not kind.startswith(_CUSTOM))
    unknown = [kind for kind in missing if not schemas.known_to_aws(kind)]
    if unknown:
        raise invalid(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
    if missing:
        raise invalid(
            f"Template format error: Unrecognized resource types: [{', '.join(missing)}] (AWS has them, the embedded "
            f"AWS does not offer them: docs/cloudformation.md lists what it offers{_reasons(missing)})"
        )
    for declared in template.resources.values():
        if "CodeDeployLambdaAliasUpdate" in (declared.update_policy or ()):
            raise invalid(
                f"Template error: UpdatePolicy CodeDeployLambdaAliasUpdate of resource {declared.logical_id} needs "
                f"CodeDeploy, which the embedded AWS does not offer; a RoutingConfig shifts an alias's traffic"
            )
        if declared.deletion_policy == "Snapshot" and not has_snapshots(declared.type):
            raise invalid(f"Template error: resource type {declared.type} does not support deletion policy Snapshot")


def _reasons(types: Iterable[str]) -> str:
    return "".join(f"; {kind}: {_WHY_NOT[kind]}" for kind in types if kind in _WHY_NOT)


def capabilities_needed(template: Template) -> tuple[str, ...]:
    """What the caller must acknowledge.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html#using-iam-capabilities
    """
    iam = [declared for declared in template.resources.values() if declared.type in _NEEDS_IAM]
    if any(_has_name(declared.properties) for declared in iam):
        return ("CAPABILITY_NAMED_IAM",)
    return ("CAPABILITY_IAM",) if iam else ()


def _has_name(properties: Iterable[str]) -> bool:
    return any(name in properties for name in _NAMES)


def always_updated(resource_type: str) -> bool:
    """Whether an update visits it though its properties are the same: what is behind a nested stack's URL may
    differ."""
    return resource_type == STACK_TYPE


def is_iam(resource_type: str) -> bool:
    """Whether resources of the type need the caller's acknowledgement."""
    return resource_type in _NEEDS_IAM


def identifiers(template: Template) -> list[dict[str, Any]]:
    """For each type with a public schema, its resources and the properties that tell one from another."""
    named: dict[str, list[str]] = {}
    for declared in template.resources.values():
        named.setdefault(declared.type, []).append(declared.logical_id)
    found = [
        (kind, names, schemas.of_type(kind)) for kind, names in sorted(named.items()) if schemas.known_to_aws(kind)
    ]
    return [
        {
            "ResourceType": kind,
            "LogicalResourceIds": names,
            "ResourceIdentifiers": ["|".join(path) for path in schema.paths("primaryIdentifier")],
        }
        for kind, names, schema in found
        if schema.paths("primaryIdentifier")
    ]


def check_attributes(template: Template) -> None:
    """Refuse Fn::GetAtt of what a type has not, as far as its public schema says.

    Raises:
        AwsError: ValidationError, naming the resource and the attribute.
    """
    for logical_id, name in plan.attributes_asked(template):
        kind = template.resources[logical_id].type
        if kind.startswith(_ANY_ATTRIBUTE) or not schemas.known_to_aws(kind):
            continue
        schema = schemas.of_type(kind)
        known = {path[0] for path in schema.paths("readOnlyProperties")} | set(schema.properties)
        if name.partition(".")[0] not in known and name not in getattr(handlers().get(kind), "attributes", ()):
            raise invalid(f"Template error: resource {logical_id} does not support attribute type {name} in Fn::GetAtt")
