"""What the account holds of AWS-specific parameter types: whether a value exists, which there are, what they are like.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html#rules-parameter-attributes
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath
from botocore.exceptions import ClientError

from rehearsal.localaws.cloudformation.template import invalid
from rehearsal.localaws.ground.errors import describe

Clients = Callable[[str], Any]
"""boto3 clients that act as the caller."""


@dataclass(frozen=True)
class _Kind:
    """How values of a type are found: the call, its member that names some of them, and where the answer has all of
    them."""

    service: str
    operation: str
    member: str
    found: str
    name: str
    listed_with: Mapping[str, Any] = field(default_factory=dict)


_KINDS: Mapping[str, _Kind] = {
    "AWS::EC2::AvailabilityZone::Name": _Kind(
        "ec2", "describe_availability_zones", "ZoneNames", "AvailabilityZones", "ZoneName"
    ),
    "AWS::EC2::Image::Id": _Kind("ec2", "describe_images", "ImageIds", "Images", "ImageId", {"Owners": ["self"]}),
    "AWS::EC2::Instance::Id": _Kind(
        "ec2", "describe_instances", "InstanceIds", "Reservations[].Instances[]", "InstanceId"
    ),
    "AWS::EC2::KeyPair::KeyName": _Kind("ec2", "describe_key_pairs", "KeyNames", "KeyPairs", "KeyName"),
    "AWS::EC2::SecurityGroup::GroupName": _Kind(
        "ec2", "describe_security_groups", "GroupNames", "SecurityGroups", "GroupName"
    ),
    "AWS::EC2::SecurityGroup::Id": _Kind("ec2", "describe_security_groups", "GroupIds", "SecurityGroups", "GroupId"),
    "AWS::EC2::Subnet::Id": _Kind("ec2", "describe_subnets", "SubnetIds", "Subnets", "SubnetId"),
    "AWS::EC2::Volume::Id": _Kind("ec2", "describe_volumes", "VolumeIds", "Volumes", "VolumeId"),
    "AWS::EC2::VPC::Id": _Kind("ec2", "describe_vpcs", "VpcIds", "Vpcs", "VpcId"),
    "AWS::Route53::HostedZone::Id": _Kind("route53", "list_hosted_zones", "", "HostedZones", "Id"),
}
_SSM_NAME = "AWS::SSM::Parameter::Name"
_ATTRIBUTES = {"AWS::EC2::Subnet::Id": ("AvailabilityZone", "VpcId")}
_TAGGED = ("AWS::EC2::VPC::Id", "AWS::EC2::Subnet::Id", "AWS::EC2::SecurityGroup::Id")
_OF_VPC = {
    "DefaultNetworkAcl": ("describe_network_acls", "default", "true", "NetworkAcls[].NetworkAclId"),
    "DefaultSecurityGroup": ("describe_security_groups", "group-name", "default", "SecurityGroups[].GroupId"),
}


class AccountValues:
    """Looks as the caller does."""

    def __init__(self, client: Clients) -> None:
        self._client = client

    def exists(self, kind: str, value: str) -> bool:
        """Whether there is such a value.

        Raises:
            AwsError: ValidationError, when there is no such type.
        """
        if kind == _SSM_NAME:
            return not self._client("ssm").get_parameters(Names=[value]).get("InvalidParameters")
        if kind not in _KINDS:
            raise invalid(f"Template format error: Unrecognized parameter type: {kind}")
        if not _KINDS[kind].member:
            return value in self.all_of(kind)
        try:
            return bool(self._described(_KINDS[kind], **{_KINDS[kind].member: [value]}))
        except ClientError:
            return False

    def all_of(self, kind: str) -> list[str]:
        """Every value of the type in this account and region.

        Raises:
            AwsError: ValidationError, when it is no AWS-specific type, or the caller may not look.
        """
        if kind not in _KINDS:
            raise invalid(f"Template error: Fn::RefAll takes an AWS-specific parameter type, not {kind}")
        try:
            found = self._described(_KINDS[kind], **_KINDS[kind].listed_with)
        except ClientError as error:
            raise invalid(f"Template error: the values of {kind} could not be listed: {describe(error)}") from error
        return [str(each[_KINDS[kind].name]).removeprefix("/hostedzone/") for each in found]

    def attributes(self, kind: str, values: list[str], name: str) -> list[str]:
        """An attribute of each value; what has no such tag gives nothing.

        Raises:
            AwsError: ValidationError, when the type has no such attribute.
        """
        if kind == "AWS::EC2::VPC::Id" and name in _OF_VPC:
            return [each for value in values for each in self._of_vpc(value, name)]
        is_tag = name.startswith("Tags.") and kind in _TAGGED
        if not is_tag and name not in _ATTRIBUTES.get(kind, ()):
            raise invalid(f"Template error: {kind} has no attribute {name} for rules")
        found = self._described(_KINDS[kind], **{_KINDS[kind].member: values}) if values else []
        if not is_tag:
            return [str(each[name]) for each in found]
        tags = (tag for each in found for tag in each.get("Tags", ()))
        return [tag["Value"] for tag in tags if tag["Key"] == name.removeprefix("Tags.")]

    def _of_vpc(self, vpc: str, name: str) -> list[str]:
        operation, filter_name, wanted, place = _OF_VPC[name]
        filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": filter_name, "Values": [wanted]}]
        return list(jmespath.search(place, getattr(self._client("ec2"), operation)(Filters=filters)))

    def _described(self, kind: _Kind, **asked: Any) -> list[dict[str, Any]]:
        answer = getattr(self._client(kind.service), kind.operation)(**asked)
        return list(jmespath.search(kind.found, answer))
