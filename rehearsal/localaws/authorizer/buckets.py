"""moto's buckets as AWS has them: new ones closed to the public, and policies judged at the gate alone."""

from collections.abc import Callable
from typing import Any

import flask
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend

from rehearsal.localaws.authorizer.bucket_access import ENFORCED, POSTED
from rehearsal.localaws.authorizer.gate import REFUSED_KEYS
from rehearsal.localaws.moto_bridge.replacing import around, replace


def install() -> None:
    """Take both over."""
    replace(FakeBucket, "get_permission", _bucket_permission)
    around(S3Backend, "create_bucket", _closed_to_the_public)
    around(S3Backend, "put_object", _by_form)


def _closed_to_the_public(create: Callable[..., Any]) -> Callable[..., Any]:
    """moto's own way of making a bucket, and the settings that AWS gives a new one."""

    def made(backend: Any, *args: Any, **named: Any) -> Any:
        bucket = create(backend, *args, **named)
        bucket.ownership_rule = ENFORCED
        bucket.public_access_block = PublicAccessBlock(True, True, True, True)
        return bucket

    return made


def _by_form(put: Callable[..., Any]) -> Callable[..., Any]:
    """moto's own way of keeping an object, told when it came as a form: events say so."""

    def made(backend: Any, *args: Any, **named: Any) -> Any:
        if flask.has_request_context() and flask.request.environ.get(POSTED):
            named["request_method"] = "POST"
        return put(backend, *args, **named)

    return made


def _bucket_permission(_bucket: Any, _action: str, resource: str) -> PermissionResult:
    """Permitted, but for the keys refused to a DeleteObjects."""
    refused = flask.request.environ.get(REFUSED_KEYS, ())
    return PermissionResult.DENIED if resource in refused else PermissionResult.PERMITTED
