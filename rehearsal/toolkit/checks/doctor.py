"""What would fail, before it does: checks of this machine and of the account, each with its finding and remedy."""

import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws import translation
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.checks import pricing

_OLDEST_PYTHON = (3, 11)
_MEMORY_NEEDED = 1_500_000_000
_DISK_NEEDED = 1_000_000_000

ACTIONS_NEEDED = (
    "cloudformation:CreateStack",
    "cloudformation:DescribeStacks",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DeleteStack",
    "s3:CreateBucket",
    "s3:PutObject",
    "s3:GetObject",
    "s3:DeleteObjectVersion",
    "s3:PutBucketVersioning",
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "iam:PassRole",
    "iam:DeleteRole",
    "lambda:CreateFunction",
    "lambda:DeleteFunction",
    "codepipeline:CreatePipeline",
    "codepipeline:StartPipelineExecution",
    "codepipeline:GetPipelineState",
    "events:PutRule",
    "logs:CreateLogGroup",
    "logs:FilterLogEvents",
    "sagemaker:DescribeTrainingJob",
    "sagemaker:DeleteEndpoint",
    "sagemaker:InvokeEndpoint",
)
"""What the commands themselves call; the roles of the stacks have their own policies."""


_NOT_TO_BE_LEARNT = {"AccessDenied", "AccessDeniedException", "NotImplemented", "InternalFailure"}
"""Answers that say nothing of what is asked: the caller may not ask, or this account does not tell."""


class Verdict(StrEnum):
    """How a check came out."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One check: what it found, and what to do if that is not good."""

    check: str
    verdict: Verdict
    found: str
    remedy: str = ""


def examine_machine(port: int, folder: Path) -> Iterator[Finding]:
    """Python, system, port, memory, disk."""
    yield _python()
    yield _system()
    yield _port(port)
    yield _memory()
    yield _disk(folder)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _OLDEST_PYTHON:
        return Finding("Python", Verdict.GOOD, found)
    return Finding("Python", Verdict.BAD, found, "install Python 3.11 or newer")


def _system() -> Finding:
    found = f"{platform.system()} {platform.machine()}"
    if platform.system() in ("Linux", "Darwin"):
        return Finding("system", Verdict.GOOD, found)
    return Finding("system", Verdict.BAD, found, "use Linux, macOS or the Windows Subsystem for Linux")


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return Finding(
                f"port {port}",
                Verdict.WARNING,
                str(error.strerror),
                "rehearse down stops an embedded AWS; or choose another with --port",
            )
    return Finding(f"port {port}", Verdict.GOOD, "free")


def _memory() -> Finding:
    available = _available_memory()
    if available is None:
        return Finding("memory", Verdict.UNKNOWN, "this system does not say")
    found = f"{available / 1e9:.1f} GB available"
    if available >= _MEMORY_NEEDED:
        return Finding("memory", Verdict.GOOD, found)
    return Finding("memory", Verdict.WARNING, found, "close other programs: a run takes about 1.5 GB")


def _available_memory() -> int | None:
    """Bytes; from the kernel where it tells (Linux)."""
    information = Path("/proc/meminfo")
    if not information.exists():
        return None
    for line in information.read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free in {folder}"
    if free >= _DISK_NEEDED:
        return Finding("disk", Verdict.GOOD, found)
    return Finding("disk", Verdict.BAD, found, "free 1 GB, or set TMPDIR to a larger folder")


def unreachable(error: Exception) -> Finding:
    """The settings do not name an account: no region, an unknown profile, a broken file."""
    told = translation.explain(error)
    return Finding("account", Verdict.BAD, told.what, told.next_step)


def examine_account(aws: Aws, parameters: dict[str, str], key_id: str) -> Iterator[Finding]:
    """Credentials, region, algorithm, permissions, quotas, key. Nothing is changed.

    ``parameters`` are UserParameters by ``Stage/Action``, for the instance types asked for; ``key_id`` a KMS key or empty.
    """
    identity = _guarded("credentials", lambda: Finding("credentials", Verdict.GOOD, aws.identity.arn))
    yield identity
    if identity.verdict is not Verdict.GOOD:
        return
    yield _guarded("region", lambda: _region(aws))
    yield _guarded("permissions", lambda: _permissions(aws))
    for what, instance_type, count in pricing.instances_of(parameters):
        yield _guarded(f"quota {instance_type}", lambda w=what, t=instance_type, c=count: _quota(aws, w, t, c))  # type: ignore[misc]
    if key_id:
        yield _guarded("key", lambda: _key(aws, key_id))


def _guarded(check: str, examine: Callable[[], Finding]) -> Finding:
    """A check that may not be made is unknown, not a failure; bad credentials are bad."""
    try:
        return examine()
    except translation.FAILURES as error:
        told = translation.explain(error)
        code = code_of(error) if isinstance(error, ClientError) else None
        unknowable = code is None or code in _NOT_TO_BE_LEARNT
        verdict = Verdict.UNKNOWN if unknowable and check != "credentials" else Verdict.BAD
        return Finding(check, verdict, told.what, "" if code == "NotImplemented" else told.next_step)


def _region(aws: Aws) -> Finding:
    regions = aws.session.get_available_regions("sagemaker", aws.partition)
    if aws.region in regions:
        return Finding("region", Verdict.GOOD, f"{aws.region} has SageMaker")
    return Finding(
        "region",
        Verdict.WARNING,
        f"{aws.region} is not known to have SageMaker",
        f"one of {', '.join(regions[:6])} ...",
    )


def _permissions(aws: Aws) -> Finding:
    """By IAM's own simulation of the caller's policies."""
    arn = principal_of(aws.identity.arn)
    answer = aws.client("iam").simulate_principal_policy(PolicySourceArn=arn, ActionNames=list(ACTIONS_NEEDED))
    refused = [each["EvalActionName"] for each in answer["EvaluationResults"] if each["EvalDecision"] != "allowed"]
    if not refused:
        return Finding("permissions", Verdict.GOOD, f"all {len(ACTIONS_NEEDED)} actions that the commands call")
    return Finding("permissions", Verdict.BAD, f"not allowed: {', '.join(refused)}", f"have them allowed for {arn}")


def principal_of(arn: str) -> str:
    """The user or role behind a caller's ARN: an assumed role's session is its role. Pure."""
    if ":assumed-role/" not in arn:
        return arn
    account, role = arn.split(":")[4], arn.split("/")[1]
    return f"arn:{arn.split(':')[1]}:iam::{account}:role/{role}"


def _quota(aws: Aws, what: str, instance_type: str, count: int) -> Finding:
    """The account's quota of this instance type for training or endpoints (Service Quotas, service ``sagemaker``)."""
    purpose = "training job usage" if what == "training" else "endpoint usage"
    name = f"{instance_type} for {purpose}"
    for page in aws.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker"):
        for quota in page["Quotas"]:
            if quota["QuotaName"] == name:
                return quota_finding(name, quota["Value"], count)
    return Finding(
        f"quota {instance_type}",
        Verdict.UNKNOWN,
        f"the account lists no quota {name!r}",
        "check the instance type's spelling",
    )


def quota_finding(name: str, allowed: float, needed: int) -> Finding:
    """Pure."""
    found = f"{allowed:g} allowed, {needed} needed"
    if allowed >= needed:
        return Finding(f"quota {name}", Verdict.GOOD, found)
    return Finding(
        f"quota {name}", Verdict.BAD, found, "ask for more in Service Quotas, or choose another instance type"
    )


def _key(aws: Aws, key_id: str) -> Finding:
    """A key for artifacts must be enabled; AWS managed ones cannot encrypt training volumes for SageMaker."""
    described: dict[str, Any] = aws.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]
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
