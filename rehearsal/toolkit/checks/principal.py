"""Who calls, as IAM knows them: the user or role whose policies can be simulated."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import code_of


@dataclass(frozen=True)
class Principal:
    """The ARN to simulate; empty where there is none, then ``reason`` says why."""

    arn: str
    reason: str = ""


def of_caller(aws: Aws) -> Principal:
    """The user or role behind the caller.

    A role's ARN is asked from IAM: that of an assumed role's session leaves out the role's path, and every role of IAM
    Identity Center has one.
    """
    arn = aws.identity.arn
    kind, _, name = arn.split(":", 5)[5].partition("/")
    match kind:
        case "user":
            return Principal(arn)
        case "assumed-role":
            return _role(aws, name.partition("/")[0])
        case "root":
            return Principal("", "the root user has no policies to simulate; make a user or role for the workshop")
        case "federated-user":
            return Principal("", "a federated user's session policy cannot be simulated")
    return Principal("", f"a caller of the kind {kind!r} cannot be simulated")


def _role(aws: Aws, name: str) -> Principal:
    try:
        return Principal(aws.client("iam").get_role(RoleName=name)["Role"]["Arn"])
    except ClientError as error:
        return Principal("", f"the path of the role {name} is not to be learnt ({code_of(error)} from iam:GetRole)")
