"""Whether a bucket policy or an ACL lets everybody in, as S3 Block Public Access judges it. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.localaws.authorizer.document_rules import statements_of

PUBLIC_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})
PUBLIC_GRANTEES = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
_WIDEST_NETWORK = {4: 8, 6: 32}
_NARROWING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)
"""Condition keys that, with a fixed value, keep a statement for everybody from being public."""


def is_public(document: Any) -> bool:
    """Whether a statement of the policy allows something to everybody."""
    return any(_is_public(statement) for statement in statements_of(document))


def _is_public(statement: Mapping[str, Any]) -> bool:
    if statement.get("Effect") != "Allow":
        return False
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    is_for_all = "*" in (named if isinstance(named, list) else [named]) or "NotPrincipal" in statement
    return is_for_all and not any(_narrows(*each) for each in _conditions(statement))


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, list[Any]]]:
    """Operator, key (both in lower case) and values."""
    conditions = statement.get("Condition")
    for operator, keys in conditions.items() if isinstance(conditions, Mapping) else ():
        for key, values in keys.items() if isinstance(keys, Mapping) else ():
            yield operator.lower(), key.lower(), values if isinstance(values, list) else [values]


def _narrows(operator: str, key: str, values: list[Any]) -> bool:
    if (
        key not in _NARROWING
        or "not" in operator
        or operator.endswith("ifexists")
        or operator.startswith("forallvalues")
    ):
        return False
    return all(_is_narrow(str(value)) if key == "aws:sourceip" else _is_fixed(key, str(value)) for value in values)


def _is_fixed(key: str, value: str) -> bool:
    """A value without a wildcard or variable; an ARN's account and service are enough."""
    told = value.split(":")[2:5] if key.endswith("arn") and value.count(":") > 4 else [value]
    return bool(value) and not any(mark in part for part in told for mark in ("*", "?", "${"))


def _is_narrow(network: str) -> bool:
    try:
        found = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
    return found.prefixlen >= _WIDEST_NETWORK[found.version]
