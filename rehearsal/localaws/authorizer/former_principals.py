"""What becomes of policies that name a user or role that is deleted: AWS keeps unique ids in them, so a later one of
the same name is another principal, and the policy shows the id in place of the name.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
"""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from moto.backends import get_backend
from moto.core.base_backend import BackendDict

from rehearsal.localaws.authorizer.document_rules import statements_of
from rehearsal.localaws.ground import accounts
from rehearsal.localaws.moto_bridge import moto_records


def forget(arn: str, unique_id: str) -> None:
    """Put the id of a principal that is gone in the place of its ARN, in every policy of every account."""
    for account_id in accounts.every():
        for role in moto_records.of("iam", account_id=account_id).roles.values():
            role.assume_role_policy_document = _renamed(role.assume_role_policy_document, arn, unique_id)
    for service, keep in _HOLDERS.items():
        for backend in _backends(service):
            keep(backend, arn, unique_id)


def _backends(service: str) -> Iterator[Any]:
    """A service's backends that exist; none is made for this, and no service loaded."""
    if f"moto.{_PACKAGES.get(service, service)}.models" not in sys.modules:
        return
    backends = get_backend(service)
    if isinstance(backends, BackendDict):
        for regions in list(backends.values()):
            yield from list(regions.values())


def _renamed(document: Any, arn: str, unique_id: str) -> Any:
    """The document with the id; the very same where the principal is not named."""
    text = document if isinstance(document, str | bytes) else json.dumps(document)
    if (arn.encode() if isinstance(text, bytes) else arn) not in text:  # type: ignore[operator]
        return document
    try:
        read = json.loads(text)
    except ValueError:
        return document
    for statement in statements_of(read):
        rename_in(statement, arn, unique_id)
    if not isinstance(document, str | bytes):
        return read
    written = json.dumps(read)
    return written.encode() if isinstance(document, bytes) else written


def rename_in(statement: Any, arn: str, unique_id: str) -> None:
    """Within one statement."""
    for element in ("Principal", "NotPrincipal"):
        named = statement.get(element)
        if isinstance(named, Mapping) and "AWS" in named:
            found = named["AWS"] if isinstance(named["AWS"], list) else [named["AWS"]]
            changed = [unique_id if each == arn else each for each in found]
            statement[element] = {**named, "AWS": changed if isinstance(named["AWS"], list) else changed[0]}


def _in_buckets(backend: Any, arn: str, unique_id: str) -> None:
    for bucket in backend.buckets.values():
        if bucket.policy is not None:
            bucket.policy = _renamed(bucket.policy, arn, unique_id)


def _in_keys(backend: Any, arn: str, unique_id: str) -> None:
    for key in backend.keys.values():
        key.policy = _renamed(key.policy, arn, unique_id)


def _in_queues(backend: Any, arn: str, unique_id: str) -> None:
    for queue in backend.queues.values():
        if queue.policy:
            queue.policy = _renamed(queue.policy, arn, unique_id)


def _in_topics(backend: Any, arn: str, unique_id: str) -> None:
    for topic in backend.topics.values():
        topic._policy_json = _renamed(topic._policy_json, arn, unique_id)


def _in_functions(backend: Any, arn: str, unique_id: str) -> None:
    for function in backend.list_functions("ALL"):
        for statement in function.policy.statements:
            rename_in(statement, arn, unique_id)


def _in_secrets(backend: Any, arn: str, unique_id: str) -> None:
    for secret in backend.secrets.values():
        if getattr(secret, "policy", None):
            secret.policy = _renamed(secret.policy, arn, unique_id)


_PACKAGES = {"lambda": "awslambda"}
_HOLDERS = {
    "s3": _in_buckets,
    "kms": _in_keys,
    "sqs": _in_queues,
    "sns": _in_topics,
    "lambda": _in_functions,
    "secretsmanager": _in_secrets,
}
