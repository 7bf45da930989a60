"""Whether a job or model may run in the VPC that its request names: the subnets are there, and its role may join them.

The permissions are the nine that AWS lists for an execution role "if you specify a private VPC".
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rehearsal.localaws.authorizer import on_behalf
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge import moto_records

_LOOKING = (
    "DescribeNetworkInterfaces",
    "DescribeVpcs",
    "DescribeDhcpOptions",
    "DescribeSubnets",
    "DescribeSecurityGroups",
)
_ON_INTERFACES = ("CreateNetworkInterfacePermission", "DeleteNetworkInterface", "DeleteNetworkInterfacePermission")


def check(wanted: Mapping[str, Any] | None, role_arn: str | None, region: str, account_id: str) -> None:
    """Refuse a VpcConfig that cannot work; None is no VPC.

    Raises:
        AwsError: ValidationException, naming what is missing.
    """
    if not wanted:
        return
    subnets, groups = wanted["Subnets"], wanted["SecurityGroupIds"]
    _check_that_they_are_there(subnets, groups, region, account_id)
    refused = (
        on_behalf.first_refused(role_arn, _needs(subnets, groups, f"{region}:{account_id}"), region)
        if role_arn
        else None
    )
    if refused is not None:
        raise AwsError(
            "ValidationException",
            f"The role '{role_arn}' may not join the VPC: it is not authorized to perform: {refused.action} on "
            f"resource: {refused.resource}, because no identity-based policy allows the {refused.action} action.",
        )


def _check_that_they_are_there(subnets: Sequence[str], groups: Sequence[str], region: str, account_id: str) -> None:
    ec2 = moto_records.of("ec2", region, account_id)
    known = {name: subnet for zone in list(ec2.subnets.values()) for name, subnet in list(zone.items())}
    if missing := [each for each in subnets if each not in known]:
        raise AwsError("ValidationException", f"The subnet ID '{missing[0]}' does not exist in {region}.")
    found = {each: ec2.get_security_group_from_id(each) for each in groups}
    if missing := [each for each, group in found.items() if group is None]:
        raise AwsError("ValidationException", f"The security group '{missing[0]}' does not exist in {region}.")
    vpcs = {known[each].vpc_id for each in subnets} | {group.vpc_id for group in found.values()}
    if len(vpcs) > 1:
        raise AwsError(
            "ValidationException", f"Subnets and security groups belong to several VPCs: {', '.join(sorted(vpcs))}."
        )


def _needs(subnets: Sequence[str], groups: Sequence[str], place: str) -> Iterator[Need]:
    prefix = f"arn:aws:ec2:{place}"
    for action in _LOOKING:
        yield Need(f"ec2:{action}", "*", {})
    for resource in (
        "network-interface/*",
        *(f"subnet/{each}" for each in subnets),
        *(f"security-group/{each}" for each in groups),
    ):
        yield Need("ec2:CreateNetworkInterface", f"{prefix}:{resource}", {})
    for action in _ON_INTERFACES:
        yield Need(f"ec2:{action}", f"{prefix}:network-interface/*", {})
