"""What the parameters and UserParameters of a launch name in the account: a key, a connection, subnets, security
groups, alarms."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.checks import keys
from rehearsal.toolkit.checks.findings import Finding, Verdict, all_guarded, guarded
from rehearsal.toolkit.parameters import workshop_actions
from rehearsal.toolkit.workshop import Plan

_KEYS = ("volume-kms-key", "kms-key", "output-kms-key")
_NAT = ("NatGatewayId", "TransitGatewayId", "NetworkInterfaceId", "InstanceId")


def examine(aws: Aws, plan: Plan) -> Iterator[Finding]:
    """Each thing that is named, once; nothing named, no finding."""
    given = list(_user_parameters(plan.parameters))
    for key in dict.fromkeys(_named(given, _KEYS, plan.parameters.get("SSEKMSKeyId", ""))):
        yield from all_guarded("key", lambda name=key: keys.examine(aws, name))  # type: ignore[misc]
    if arn := plan.parameters.get("ConnectionArn"):
        yield guarded("connection", lambda: _connection(aws, arn))
    if "CodeCommit" in plan.parameters.values() or plan.prep_parameters.get("CreateRepositories") == "true":
        yield guarded("CodeCommit", lambda: _code_commit(aws), ("OperationNotAllowedException",))
    if subnets := list(dict.fromkeys(_named(given, ("subnets",)))):
        yield from all_guarded("subnets", lambda: _subnets(aws, subnets))
    if groups := list(dict.fromkeys(_named(given, ("security-group-ids",)))):
        yield guarded("security groups", lambda: _security_groups(aws, groups))
    if alarms := list(dict.fromkeys(_named(given, ("alarms",)))):
        yield guarded("alarms", lambda: _alarms(aws, alarms))


def _user_parameters(parameters: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Of every action that the launch gives any; they are checked already."""
    for action in workshop_actions.settable():
        if text := parameters.get(action.stack_parameter or ""):
            yield json.loads(text)


def _named(given: list[Mapping[str, Any]], keys_: tuple[str, ...], *more: str) -> Iterator[str]:
    """The values of these keys, lists and texts with commas taken apart."""
    yield from (each for each in more if each)
    for values in given:
        for key in keys_:
            value = values.get(key, [])
            yield from (each.strip() for each in (value.split(",") if isinstance(value, str) else value) if each)


def _connection(aws: Aws, arn: str) -> Finding:
    status = aws.client("codeconnections").get_connection(ConnectionArn=arn)["Connection"]["ConnectionStatus"]
    if status == "AVAILABLE":
        return Finding("connection", Verdict.GOOD, f"{arn} is AVAILABLE")
    return Finding("connection", Verdict.BAD, f"{arn} is {status}", "confirm it in the console: Settings, Connections")


def _code_commit(aws: Aws) -> Finding:
    """Whom CodeCommit takes as a new customer has changed more than once: the account itself is asked."""
    aws.client("codecommit").list_repositories()
    return Finding("CodeCommit", Verdict.GOOD, "this account may use it")


def _subnets(aws: Aws, subnets: list[str]) -> Iterator[Finding]:
    """That they are there, and that something in them reaches S3, from which jobs read their data."""
    ec2 = aws.client("ec2")
    found = ec2.describe_subnets(SubnetIds=subnets)["Subnets"]
    yield Finding("subnets", Verdict.GOOD, f"{len(found)} are there")
    vpc = found[0]["VpcId"]
    if len({each["VpcId"] for each in found}) > 1:
        yield Finding("subnets", Verdict.BAD, "they belong to several VPCs", "name subnets of one VPC")
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    for subnet in subnets:
        yield route_finding(subnet, tables, f"com.amazonaws.{aws.region}.s3", _gateways(aws, vpc))


def _gateways(aws: Aws, vpc: str) -> set[str]:
    """The VPC's gateway endpoints to S3."""
    filters = [
        {"Name": "vpc-id", "Values": [vpc]},
        {"Name": "service-name", "Values": [f"com.amazonaws.{aws.region}.s3"]},
    ]
    return {each["VpcEndpointId"] for each in aws.client("ec2").describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]}


def route_finding(subnet: str, tables: list[Mapping[str, Any]], service: str, gateways: set[str]) -> Finding:
    """Whether a subnet's route table leads to S3: a gateway endpoint, or a way out that a job can take. Pure.

    An internet gateway is none: the network interfaces of jobs have no public address.
    """
    check = f"route of {subnet}"
    associated = [
        table for table in tables if any(each.get("SubnetId") == subnet for each in table.get("Associations", []))
    ] or [table for table in tables if any(each.get("Main") for each in table.get("Associations", []))]
    routes = [route for table in associated for route in table.get("Routes", [])]
    if any(route.get("GatewayId") in gateways for route in routes):
        return Finding(check, Verdict.GOOD, "a gateway endpoint leads to S3")
    if any(
        route.get("DestinationCidrBlock") == "0.0.0.0/0" and any(route.get(name) for name in _NAT) for route in routes
    ):
        return Finding(check, Verdict.GOOD, "a NAT (or transit) gateway leads out")
    return Finding(
        check,
        Verdict.BAD,
        "nothing leads to S3, from which jobs read their data",
        f"make a gateway endpoint of {service} for its route table",
    )


def _security_groups(aws: Aws, groups: list[str]) -> Finding:
    found = aws.client("ec2").describe_security_groups(GroupIds=groups)["SecurityGroups"]
    return Finding("security groups", Verdict.GOOD, f"{len(found)} are there")


def _alarms(aws: Aws, alarms: list[str]) -> Finding:
    answer = aws.client("cloudwatch").describe_alarms(AlarmNames=alarms)
    there = {each["AlarmName"] for kind in ("MetricAlarms", "CompositeAlarms") for each in answer.get(kind, [])}
    missing = [name for name in alarms if name not in there]
    if missing:
        return Finding("alarms", Verdict.BAD, f"there is no {', '.join(missing)}", "make them first, or leave them out")
    return Finding("alarms", Verdict.GOOD, f"{len(there)} are there")
