"""Artifacts in the artifact store: read and written with the action's role, encrypted with the store's key where it has
one."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from rehearsal.localaws import archives
from rehearsal.localaws.archives import Limits
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.records import Artifact

_LIMITS = Limits(256_000_000)
"""The largest artifact of an action that reads files of it.
https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html"""


def encryption(context: Context) -> dict[str, str]:
    """The S3 parameters with which CodePipeline writes an artifact."""
    key = {"SSEKMSKeyId": context.store.key_id} if context.store.key_id else {}
    return {"ServerSideEncryption": "aws:kms", **key}


def bring_inputs(context: Context) -> None:
    """Copy the inputs that were made in another region to the store of the action's own, as the pipeline's role."""
    for artifact in context.inputs:
        if artifact.origin is not None:
            source = {"Bucket": artifact.origin.bucket, "Key": artifact.origin.key}
            context.pipeline_client("s3").copy_object(
                Bucket=artifact.bucket, Key=artifact.key, CopySource=source, **encryption(context)
            )


def write(context: Context, artifact: Artifact, body: Any, **more: str) -> None:
    """Put the content of an output artifact (bytes or a file object) at its place; ``more`` goes to PutObject."""
    place = {"Bucket": artifact.bucket, "Key": artifact.key}
    context.client("s3").put_object(**place, Body=body, **encryption(context), **more)


def read(context: Context, artifact: Artifact) -> bytes:
    """The content of an input artifact."""
    answer = context.client("s3").get_object(Bucket=artifact.bucket, Key=artifact.key)
    body: bytes = answer["Body"].read()
    return body


def write_zip(context: Context, artifact: Artifact, files: Mapping[str, bytes]) -> None:
    """Put a zip of ``files`` at the artifact's place."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    write(context, artifact, buffer.getvalue())


def file_of(context: Context, artifact: Artifact, path: str) -> bytes:
    """One file of a zipped input artifact.

    Raises:
        ActionFailed: when the artifact is no zip, or has no such file.
    """
    try:
        return archives.read_file(read(context, artifact), path, _LIMITS)
    except archives.NotUnpacked as error:
        message = f"The input artifact {artifact.name} is not a zip file that can be read: {error}"
        raise ActionFailed("ConfigurationError", message) from error
    except KeyError as error:
        raise ActionFailed(
            "ConfigurationError", f"File [{path}] does not exist in artifact [{artifact.name}]"
        ) from error


def input_named(context: Context, name: str) -> Artifact:
    """The input artifact of that name.

    Raises:
        ActionFailed: when the action does not take it.
    """
    found = next((artifact for artifact in context.inputs if artifact.name == name), None)
    if found is None:
        taken = ", ".join(artifact.name for artifact in context.inputs) or "none"
        raise ActionFailed(
            "ConfigurationError",
            f"The configuration names the artifact {name}, which is not an input artifact of action "
            f"{context.declared.name}: {taken}",
        )
    return found
