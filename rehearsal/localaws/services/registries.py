"""ECR: PutImage into a repository that is there, of a manifest that can be read; moto fails at both."""

import json
from functools import wraps
from typing import Any

from moto.ecr.exceptions import RepositoryNotFoundException
from moto.ecr.models import ECRBackend

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around


def install() -> None:
    """Check before moto takes an image."""
    around(ECRBackend, "put_image", _putting)


def _putting(put: Any) -> Any:
    @wraps(put)
    def put_image(backend: Any, repository_name: str, image_manifest: str, *args: Any, **named: Any) -> Any:
        if repository_name not in backend.repositories:
            raise RepositoryNotFoundException(repository_name, backend.account_id)
        if not _is_manifest(image_manifest):
            told = "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"
            raise AwsError("InvalidParameterException", told)
        return put(backend, repository_name, image_manifest, *args, **named)

    return put_image


def _is_manifest(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
