"""Artifacts: zips in the pipeline's bucket, read and written with the job's own credentials and key."""

import io
import json
import zipfile
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from pipeline_job.failure import ActionFailed, ConfigurationError, FailureType, code_of, message_of
from pipeline_job.job import Artifact, PipelineJob

LARGEST_INPUT_BYTES = 100_000_000


class Artifacts:
    """The input and output artifacts of one job."""

    def __init__(self, job: PipelineJob, s3: Any) -> None:
        self._job = job
        self._s3 = s3

    def find(self, file_name: str) -> Any | None:
        """The JSON in ``file_name`` (or ``training-config/file_name``) of whichever input artifact has it; None when
        none has.

        Raises:
            ActionFailed: when an artifact cannot be read or the file is not JSON.
        """
        for artifact, files in self._inputs.items():
            for name in (file_name, f"training-config/{file_name}"):
                if name in files.namelist():
                    return _json(files.read(name), f"{name} in artifact {artifact.name}")
        return None

    def need(self, file_name: str, made_by: str) -> Any:
        """As :meth:`find`, for a file that must be there."""
        found = self.find(file_name)
        if found is None:
            names = ", ".join(artifact.name for artifact in self._job.input_artifacts) or "none"
            raise ConfigurationError(
                f"no input artifact (given: {names}) holds {file_name}: "
                f"add the output artifact of {made_by} to this action's input artifacts"
            )
        return found

    def write(self, files: Mapping[str, Any]) -> None:
        """Put ``files`` (name to what is written as JSON) as a zip into every declared output artifact."""
        for artifact in self._job.output_artifacts:
            self._s3.put_object(
                Bucket=artifact.bucket,
                Key=artifact.key,
                Body=_zipped(files),
                ContentType="application/zip",
                **self._encryption(),
            )

    def _encryption(self) -> dict[str, str]:
        if self._job.encryption_key is None:
            return {}
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._job.encryption_key}

    @cached_property
    def _inputs(self) -> dict[Artifact, zipfile.ZipFile]:
        return {artifact: self._open(artifact) for artifact in self._job.input_artifacts}

    def _open(self, artifact: Artifact) -> zipfile.ZipFile:
        where = f"artifact {artifact.name} (s3://{artifact.bucket}/{artifact.key})"
        try:
            answer = self._s3.get_object(Bucket=artifact.bucket, Key=artifact.key)
        except ClientError as error:
            if code_of(error) in ("NoSuchKey", "NoSuchBucket"):
                raise ActionFailed(f"{where} is gone: {message_of(error)}", FailureType.REVISION_UNAVAILABLE) from error
            raise
        if answer["ContentLength"] > LARGEST_INPUT_BYTES:
            raise ConfigurationError(
                f"{where} has {answer['ContentLength']:,} bytes; at most {LARGEST_INPUT_BYTES:,} are read"
            )
        try:
            return zipfile.ZipFile(io.BytesIO(answer["Body"].read()))
        except zipfile.BadZipFile as error:
            raise ConfigurationError(
                f"{where} is not a zip: let the Source stage deliver one, such as training-config.zip"
            ) from error


def _json(content: bytes, where: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise ConfigurationError(f"{where} is not JSON: {error}") from error


def _zipped(files: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, json.dumps(content, indent=2, default=str) + "\n")
    return buffer.getvalue()
