"""Source action of Amazon S3: an object of a versioned bucket, zip or not, becomes the output artifact as it stands.

Reference: user guide, "Amazon S3 source action reference".
"""

import shutil
import tempfile
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws.codepipeline.action_types import ONE, TypeRules
from rehearsal.localaws.codepipeline.actions import artifacts
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.records import Revision
from rehearsal.localaws.codepipeline.state_machine import Outcome
from rehearsal.localaws.ground import clock

_IN_MEMORY_BYTES = 1 << 20


def act(context: Context) -> Outcome:
    """Copy the object's current version, or the one the execution was started with, into the artifact store."""
    bucket = context.required("S3Bucket")
    key = _key(context)
    found = _head(context, bucket, key)
    version = found.get("VersionId")
    if version in (None, "null") or not _is_versioned(context, bucket):
        raise ActionFailed(
            "ConfigurationError",
            f"The S3 bucket {bucket} does not have versioning enabled. Enable versioning on the bucket, and then try "
            "again.",
        )
    artifact = context.outputs[0]
    with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as content:
        body = context.client("s3").get_object(Bucket=bucket, Key=key, VersionId=version)["Body"]
        shutil.copyfileobj(body, content, _IN_MEMORY_BYTES)
        content.seek(0)
        artifacts.write(context, artifact, content)
    summary = found.get("Metadata", {}).get("codepipeline-artifact-revision-summary")
    summary = summary or f"Amazon S3 version id: {version}"
    return Outcome(
        summary=summary,
        external_id=version,
        external_url=f"https://s3.console.aws.amazon.com/s3/object/{bucket}?prefix={key}&versionId={version}",
        variables={
            "BucketName": bucket,
            "ETag": found["ETag"].strip('"'),
            "ObjectKey": key,
            "VersionId": version,
        },
        revisions=(Revision(context.declared.name, artifact.name, version, summary, clock.timestamp()),),
    )


def _key(context: Context) -> str:
    override = context.source_override or {}
    if override.get("revisionType") == "S3_OBJECT_KEY":
        return override["revisionValue"]
    return context.required("S3ObjectKey")


def _head(context: Context, bucket: str, key: str) -> dict[str, Any]:
    override = context.source_override or {}
    version = override.get("revisionValue") if override.get("revisionType") == "S3_OBJECT_VERSION_ID" else None
    wanted = {"VersionId": version} if version else {}
    try:
        return context.client("s3").head_object(Bucket=bucket, Key=key, **wanted)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 404:
            raise ActionFailed("ConfigurationError", _absent(context, bucket, key)) from error
        if status == 403:
            raise _forbidden(bucket) from error
        raise


def _is_versioned(context: Context, bucket: str) -> bool:
    """Whether the bucket keeps versions now; the role must be allowed to ask."""
    try:
        return bool(context.client("s3").get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled")
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 403:
            raise _forbidden(bucket) from error
        raise


def _forbidden(bucket: str) -> ActionFailed:
    return ActionFailed(
        "PermissionError",
        f"The service role or action role doesn't have the permissions required to access the Amazon S3 bucket named "
        f"{bucket}. Update the IAM role permissions, and then try again. Error: Amazon S3:AccessDenied:Access Denied",
    )


def _absent(context: Context, bucket: str, key: str) -> str:
    try:
        context.client("s3").head_bucket(Bucket=bucket)
    except ClientError:
        return f"The specified bucket does not exist: {bucket}."
    return f"The object with key '{key}' does not exist in the bucket {bucket}."


PROVIDERS = (
    Provider(
        "Source",
        "S3",
        act,
        TypeRules(
            {
                "S3Bucket": True,
                "S3ObjectKey": True,
                "PollForSourceChanges": False,
                "AllowOverrideForS3ObjectKey": False,
            },
            outputs=ONE,
        ),
        polling_switch="PollForSourceChanges",
    ),
)
