"""Another account on the worker's embedded AWS, and people with few permissions in any of them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.conftest import EmbeddedAws

Statement = dict[str, Any]


def document(*statements: Statement) -> str:
    """A policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: str | Iterable[str], resources: str | list[str] = "*", **more: Any) -> Statement:
    """An Allow statement."""
    listed = actions if isinstance(actions, str) else list(actions)
    return {"Effect": "Allow", "Action": listed, "Resource": resources, **more}


def trust(*principals: str) -> str:
    """A trust policy for these AWS principals; names with ``.amazonaws.com`` are services."""
    services = [each for each in principals if each.endswith(".amazonaws.com")]
    others = [each for each in principals if each not in services]
    named = {**({"AWS": others} if others else {}), **({"Service": services} if services else {})}
    return document({"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole"})


@dataclass
class Account:
    """One account as its administrator."""

    aws: EmbeddedAws
    id: str
    keys: dict[str, str] | None
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """As the administrator."""
        if service not in self.clients:
            self.clients[service] = self.aws.client(service, credentials=self.keys)
        return self.clients[service]

    def role(self, name: str, trusted: str, *statements: Statement) -> str:
        """Make a role; gives its ARN."""
        iam = self.client("iam")
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
        return arn

    def permit(self, role: str, *statements: Statement) -> None:
        """Give a role this policy in place of the one before."""
        name = role.rpartition("/")[2]
        iam = self.client("iam")
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
        else:
            iam.delete_role_policy(RoleName=name, PolicyName="own")

    def somebody(self, name: str, *statements: Statement) -> "Somebody":
        """A session of a new role of this account that may do what the statements allow."""
        arn = self.role(name, trust(self.id), *statements)
        made = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="somebody")
        return Somebody(self, arn, made["AssumedRoleUser"]["Arn"], made["Credentials"])


@dataclass(frozen=True)
class Somebody:
    """A role's session."""

    account: Account
    role: str
    arn: str
    keys: dict[str, str]

    def client(self, service: str) -> Any:
        """As this role."""
        return self.account.aws.client(service, credentials=self.keys)

    def may(self, *statements: Statement) -> None:
        """From now on the role is allowed this and nothing else."""
        self.account.permit(self.role, *statements)


def first(aws: EmbeddedAws) -> Account:
    """The account that is there from the start."""
    return Account(aws, aws.announced.account_id, None)


def added(aws: EmbeddedAws, account_id: str, name: str) -> Account:
    """The account of that id, made when it is not there."""
    known = {each["Id"]: each for each in aws.rehearsal("GET", "accounts")["accounts"]}
    made = known.get(account_id) or aws.rehearsal("POST", "accounts", Id=account_id, Name=name)
    return Account(aws, account_id, {name: made[name] for name in ("AccessKeyId", "SecretAccessKey")})
