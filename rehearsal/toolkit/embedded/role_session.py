"""Credentials of a role, from the embedded AWS's administrator: as a notebook has those of its execution role."""

from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws


def variables(aws: Aws, role: str) -> dict[str, str]:
    """The variables with which any SDK acts as the role of that name, for twelve hours.

    Raises:
        BadInput: there is no such role.
        NotThere: the account is a real one.
    """
    made = capabilities.call(aws, "POST", "role-session", RoleName=role)
    return {
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        "AWS_SESSION_TOKEN": made["SessionToken"],
    }
