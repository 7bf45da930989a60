"""Whether a KMS key can encrypt what the stacks and jobs write: enabled, symmetric, whose it is, and whom its policy
lets in."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.checks.findings import Finding, Verdict

_DEFAULT_POLICY = "default"
"""The only name that a key's policy can have (GetKeyPolicy)."""


def examine(aws: Aws, key_id: str) -> Iterator[Finding]:
    """The key itself, and for one of the account's own, its policy."""
    described: dict[str, Any] = aws.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]
    finding = finding_of(key_id, described)
    yield finding
    if finding.verdict is Verdict.GOOD:
        policy = aws.client("kms").get_key_policy(KeyId=key_id, PolicyName=_DEFAULT_POLICY)["Policy"]
        yield policy_finding(json.loads(policy), aws.identity.account_id)


def finding_of(key_id: str, described: Mapping[str, Any]) -> Finding:
    """A key must be enabled; one that AWS manages serves S3 alone. By what it is, not by how it is named. Pure."""
    if not described.get("Enabled", False):
        return Finding("key", Verdict.BAD, f"{key_id} is {described.get('KeyState', 'disabled')}", "enable it in KMS")
    if described.get("KeyUsage", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
        return Finding("key", Verdict.BAD, f"{key_id} is for {described['KeyUsage']}", "choose a key for encryption")
    if described.get("KeyManager") == "AWS":
        return Finding(
            "key",
            Verdict.WARNING,
            f"{key_id} is managed by AWS: it serves S3, but its policy cannot be opened to other services or accounts",
            "a customer managed key works for buckets and training volumes alike",
        )
    return Finding("key", Verdict.GOOD, f"{described['Arn']} is enabled")


def policy_finding(policy: Mapping[str, Any], account: str) -> Finding:
    """Whether the key's policy leaves it to IAM who may use it, as the stacks' roles need. Pure."""
    for statement in policy.get("Statement", []):
        principal = statement.get("Principal", {})
        named = principal.get("AWS", []) if isinstance(principal, Mapping) else [principal]
        everyone = [named] if isinstance(named, str) else named
        actions = statement.get("Action", [])
        is_open = any(each == account or each.endswith(f":{account}:root") for each in everyone)
        if (
            statement.get("Effect") == "Allow"
            and is_open
            and "kms:*" in ([actions] if isinstance(actions, str) else actions)
        ):
            return Finding("key policy", Verdict.GOOD, "it leaves it to IAM policies who may use the key")
    return Finding(
        "key policy",
        Verdict.WARNING,
        "it does not let the account's IAM policies decide",
        "add the stacks' roles to the key's policy, or the statement that AWS writes for new keys (account root, "
        "kms:*)",
    )
