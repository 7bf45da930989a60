"""Statements of a function's resource-based policy: what AddPermission takes, and how the policy then names the
principal.

https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from rehearsal.localaws.authorizer import known_principals
from rehearsal.localaws.ground.errors import AwsError

_ACCOUNT = re.compile(r"[0-9]{12}")
_STATEMENT_ID = re.compile(r"[a-zA-Z0-9-_]{1,100}")


def check(raw: str, statements: Sequence[dict[str, Any]]) -> Any:
    """The principal of a request for a new statement beside ``statements``, as the policy will name it.

    Raises:
        AwsError: the statement's id is taken or malformed, or there is no such principal.
    """
    members = json.loads(raw)
    identifier = str(members.get("StatementId") or "")
    if not _STATEMENT_ID.fullmatch(identifier):
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{identifier}' at 'statementId' failed to satisfy constraint: Member "
            "must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
        )
    if any(each.get("Sid") == identifier for each in statements):
        raise AwsError(
            "ResourceConflictException",
            f"The statement id ({identifier}) provided already exists. Please provide a new statement id, or remove "
            "the existing statement.",
        )
    return _named(str(members.get("Principal") or ""))


def _named(principal: str) -> Any:
    if principal == "*":
        return "*"
    if _ACCOUNT.fullmatch(principal):
        return {"AWS": f"arn:aws:iam::{principal}:root"}
    kind = "AWS" if principal.startswith("arn:") else "Service"
    if not known_principals.exists(kind, principal):
        raise AwsError(
            "InvalidParameterValueException",
            "The provided principal was invalid. Please check the principal and try again.",
        )
    return {kind: principal}
