"""moto's buckets as AWS has them: new ones closed to the public, and policies judged at the gate alone."""

from collections.abc import Callable
from typing import Any

import flask
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend

from rehearsal.localaws.authorizer.bucket_access import ENFORCED
from rehearsal.localaws.authorizer.gate import REFUSED_KEYS
from rehearsal.localaws.moto_bridge.replacing import around, replace


def install() -> None:
    """Take both over."""
    replace(FakeBucket, "get_permission", _bucket_permission)
    around(S3Backend, "create_bucket", _closed_to_the_public)


def _closed_to_the_public(create: Callable[..., Any]) -> Callable[..., Any]:
    """moto's own way of making a bucket, and the settings that AWS gives a new one."""

    def made(backend: Any, *args: Any, **named: Any) -> Any:
        bucket = create(backend, *args, **named)
        bucket.ownership_rule = ENFORCED
        bucket.public_access_block = PublicAccessBlock(True, True, True, True)
        return bucket

    return made


def _bucket_permission(_bucket: Any, _action: str, resource: str) -> PermissionResult:
    """Permitted, but for the keys refused to a DeleteObjects."""
    refused = flask.request.environ.get(REFUSED_KEYS, ())
    return PermissionResult.DENIED if resource in refused else PermissionResult.PERMITTED
