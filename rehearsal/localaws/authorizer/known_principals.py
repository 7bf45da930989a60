"""Which principals there are: AWS refuses policies that name others, when they are put.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from functools import cache
from typing import Any

from botocore.session import Session

from rehearsal.localaws.ground import accounts
from rehearsal.localaws.moto_bridge import moto_records

_ACCOUNT = re.compile(r"[0-9]{12}")
_ARN = re.compile(r"arn:aws[\w-]*:(?P<service>iam|sts)::(?P<account>[\w-]+):(?P<rest>.+)")
_SERVICE = re.compile(r"(?:[a-z0-9-]+\.)*?(?P<name>[a-z0-9-]+)(?:\.[a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com(?:\.cn)?")
_FURTHER_SERVICES = frozenset(
    [
        "aps",
        "billingconsole",
        "cloudwatch",
        "costalerts",
        "ecs-tasks",
        "edgelambda",
        "elasticfilesystem",
        "export",
        "firehose",
        "inspector2",
        "jellyfish",
        "lakeformation",
        "ops",
        "opsworks-cm",
        "replication",
        "replicator",
        "reporting",
        "serverlessrepo",
        "spot",
        "spotfleet",
        "ssm-incidents",
        "vmie",
        "vpc-flow-logs",
        "delivery",
        "pods",
        "transitgateway",
        "trustedadvisor",
        "ec2scheduled",
        "connect-campaigns",
    ]
)
"""Names in service principals that are no API's, of those that botocore does not list."""
_OF_AMAZON = frozenset({"alexa-appkit.amazon.com", "alexa-connectedhome.amazon.com"})


def exists(kind: str, name: str) -> bool:
    """Whether a policy may name this principal. Those of accounts that are not here are taken on trust."""
    if kind == "Service":
        return _is_service(name)
    if kind != "AWS" or name == "*" or _ACCOUNT.fullmatch(name):
        return kind in ("AWS", "Federated", "CanonicalUser")
    arn = _ARN.fullmatch(name)
    if arn is None:
        return any(name == each.id for account_id in accounts.every() for each in _holders(account_id))
    if not accounts.is_known(arn["account"]):
        return not arn["account"].isdigit() or len(arn["account"]) == 12
    if arn["service"] == "sts":
        return _is_session(arn["rest"], arn["account"])
    return arn["rest"] == "root" or any(name == each.arn for each in _holders(arn["account"]))


def _is_service(name: str) -> bool:
    found = _SERVICE.fullmatch(name)
    return name in _OF_AMAZON or (found is not None and found["name"] in _services())


def _is_session(rest: str, account_id: str) -> bool:
    kind, *names = rest.split("/")
    if kind == "federated-user":
        return len(names) == 1
    return kind == "assumed-role" and len(names) >= 2 and any(names[-2] == each.name for each in _roles(account_id))


def _roles(account_id: str) -> list[Any]:
    return list(moto_records.of("iam", account_id=account_id).roles.values())


def _holders(account_id: str) -> list[Any]:
    return [*_roles(account_id), *moto_records.of("iam", account_id=account_id).users.values()]


@cache
def _services() -> frozenset[str]:
    """The names of APIs and endpoints that botocore knows, and some more."""
    session = Session()
    listed = session.get_data("endpoints")["partitions"][0]["services"]
    endpoints = {part for name in listed for part in (name, name.rpartition(".")[2])}
    return frozenset({*session.get_available_services(), *endpoints, *_FURTHER_SERVICES})
