"""Deploy action of Amazon S3: the input artifact goes to a bucket, as it is or unzipped.

Reference: user guide, "Amazon S3 deploy action reference".
"""

import io
import mimetypes
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

from rehearsal.localaws.codepipeline.actions import artifacts
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.state_machine import Outcome
from rehearsal.localaws.ground import clock


def act(context: Context) -> Outcome:
    """Put the artifact's content into the bucket."""
    bucket = context.required("BucketName")
    content = artifacts.read(context, context.inputs[0])
    s3 = context.client("s3")
    for key, body in _objects(context, content):
        s3.put_object(Bucket=bucket, Key=key, Body=body, **_parameters(context, key))
    return Outcome(summary="Deployment Succeeded", external_id=context.run_id)


def _objects(context: Context, content: bytes) -> Iterator[tuple[str, bytes]]:
    key = _filled(context.configuration.get("ObjectKey", ""))
    if context.required("Extract").lower() != "true":
        if not key:
            raise ActionFailed("ConfigurationError", "ObjectKey is required when Extract is false.")
        yield key, content
        return
    prefix = f"{key.strip('/')}/" if key else ""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise ActionFailed(
            "ConfigurationError",
            f"The input artifact {context.inputs[0].name} is not a zip file, and Extract is true.",
        ) from error
    with archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                yield prefix + entry.filename, archive.read(entry)


def _filled(key: str) -> str:
    """``{datetime}`` and ``{uuid}`` in an object key stand for the moment and a new id."""
    return key.replace("{datetime}", clock.now().strftime("%Y-%m-%dT%H-%M-%S")).replace("{uuid}", str(uuid.uuid4()))


def _parameters(context: Context, key: str) -> dict[str, Any]:
    configuration = context.configuration
    parameters: dict[str, Any] = {"ContentType": mimetypes.guess_type(key)[0] or "application/octet-stream"}
    if configuration.get("CannedACL"):
        parameters["ACL"] = configuration["CannedACL"]
    if configuration.get("CacheControl"):
        parameters["CacheControl"] = configuration["CacheControl"]
    if configuration.get("KMSEncryptionKeyARN"):
        parameters |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": configuration["KMSEncryptionKeyARN"]}
    return parameters
