"""Deploy action of Amazon S3: the input artifact goes to a bucket, as it is or unzipped.

Reference: user guide, "Amazon S3 deploy action reference".
"""

import mimetypes
import tempfile
import uuid
from pathlib import Path
from typing import IO, Any

from rehearsal.localaws import archives
from rehearsal.localaws.archives import Limits
from rehearsal.localaws.codepipeline.action_types import ONE, TypeRules
from rehearsal.localaws.codepipeline.actions import artifacts
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.state_machine import Outcome
from rehearsal.localaws.ground import clock, host

_LIMITS = Limits(7_000_000_000)
"""CodePipeline's largest source artifact, which is packed.
https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html"""


def act(context: Context) -> Outcome:
    """Put the artifact's content into the bucket."""
    bucket, key = context.required("BucketName"), _filled(context.configuration.get("ObjectKey", ""))
    content = artifacts.read(context, context.inputs[0])
    if context.required("Extract").lower() == "true":
        _put_files(context, bucket, f"{key.strip('/')}/" if key else "", content)
    elif key:
        _put(context, bucket, key, content)
    else:
        raise ActionFailed("ConfigurationError", "ObjectKey is required when Extract is false.")
    return Outcome(summary="Deployment Succeeded", external_id=context.run_id)


def _put_files(context: Context, bucket: str, prefix: str, content: bytes) -> None:
    """Unpack to disk first: a zip is put as a whole or, when it cannot be read, not at all."""
    with tempfile.TemporaryDirectory(dir=host.current().scratch("codepipeline")) as name:
        folder = Path(name)
        try:
            archives.unzip(content, folder, _LIMITS)
        except archives.NotUnpacked as error:
            raise ActionFailed(
                "ConfigurationError",
                f"Extract is true, and the input artifact {context.inputs[0].name} is not a zip file that can be "
                f"unpacked: {error}",
            ) from error
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            with file.open("rb") as body:
                _put(context, bucket, prefix + file.relative_to(folder).as_posix(), body)


def _put(context: Context, bucket: str, key: str, body: bytes | IO[bytes]) -> None:
    context.client("s3").put_object(Bucket=bucket, Key=key, Body=body, **_parameters(context, key))


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


PROVIDERS = (
    Provider(
        "Deploy",
        "S3",
        act,
        TypeRules(
            {
                "BucketName": True,
                "Extract": True,
                "ObjectKey": False,
                "KMSEncryptionKeyARN": False,
                "CannedACL": False,
                "CacheControl": False,
            },
            inputs=ONE,
        ),
    ),
)
