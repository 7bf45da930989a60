"""The policies that a user, group or role holds now, read from IAM's records."""

from collections.abc import Iterable
from typing import Any

from rehearsal.localaws.authorizer.policy import Policy


def held_by(holder: Any) -> Iterable[Policy]:
    """Inline and attached policies as they stand now."""
    for name, document in holder.policies.items():
        yield Policy.stored(document, name)
    for arn, managed in holder.managed_policies.items():
        yield Policy.stored(default_version(managed), arn)


def default_version(managed: Any) -> str:
    """The document of a managed policy's default version."""
    return next(version.document for version in managed.versions if version.is_default)
