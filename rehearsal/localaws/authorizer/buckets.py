"""moto's S3 looks at bucket policies itself: what passed the gate passes there too."""

from typing import Any

import flask
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from rehearsal.localaws.authorizer.gate import REFUSED_KEYS
from rehearsal.localaws.moto_bridge.replacing import replace


def install() -> None:
    """Take the look over."""
    replace(FakeBucket, "get_permission", _bucket_permission)


def _bucket_permission(_bucket: Any, _action: str, resource: str) -> PermissionResult:
    """Permitted, but for the keys refused to a DeleteObjects."""
    refused = flask.request.environ.get(REFUSED_KEYS, ())
    return PermissionResult.DENIED if resource in refused else PermissionResult.PERMITTED
