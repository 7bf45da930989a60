"""The output of a job: the model and output/data folders, packed and put into S3 when all is there."""

import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError

from rehearsal.localaws import isolation
from rehearsal.localaws.ground import arns
from rehearsal.localaws.ground.errors import AwsError, describe
from rehearsal.localaws.sagemaker import encryption
from rehearsal.localaws.sagemaker.training.inputs import split_uri

_SINGLE_PUT_BYTES = 64 * 1024 * 1024
_GZIP_LEVEL = 4  # of a tree model nearly as small as 9, in a third of the time


class UploadError(Exception):
    """S3 did not take the output."""


def model_uri(request: Mapping[str, Any]) -> str:
    """Where the model will lie: an archive, or with CompressionType NONE a prefix."""
    base = _output_uri(request)
    return f"{base}/model/" if _is_uncompressed(request) else f"{base}/model.tar.gz"


def upload(request: Mapping[str, Any], base: Path, s3: Any) -> str | None:
    """Upload what the algorithm left: ``model`` and ``output/data``; gives the model's URI, None when there is no
    model.

    Raises:
        UploadError: naming the place.
    """
    key_id = request["OutputDataConfig"].get("KmsKeyId")
    destination = _Destination(_output_uri(request), key_id, s3, arns.account_of(request["RoleArn"]))
    if has_files(base / "output" / "data"):
        destination.put(_archive(base / "output" / "data", base.parent / f"{base.name}.output.tar.gz"), "output.tar.gz")
    model = base / "model"
    if not has_files(model):
        return None
    if _is_uncompressed(request):
        for file in isolation.files_of_child(model, base):
            destination.put(file, f"model/{file.relative_to(model)}")
    else:
        destination.put(_archive(model, base.parent / f"{base.name}.model.tar.gz"), "model.tar.gz")
    return model_uri(request)


def has_files(folder: Path) -> bool:
    return folder.is_dir() and any(file.is_file() for file in folder.rglob("*"))


class _Destination:
    """The S3 folder of a job's output, with the encryption that the job asks for."""

    def __init__(self, uri: str, kms_key_id: str | None, s3: Any, account_id: str) -> None:
        self._bucket, self._prefix = split_uri(uri)
        self._s3 = s3
        try:
            self._extra = encryption.by_key(kms_key_id, s3.meta.region_name, account_id)
        except AwsError as error:
            raise UploadError(f"ClientError: Failed to upload to {uri}: {error}") from error

    def put(self, file: Path, name: str) -> None:
        key = f"{self._prefix}/{name}".lstrip("/")
        try:
            if file.stat().st_size > _SINGLE_PUT_BYTES:
                self._s3.upload_file(str(file), self._bucket, key, ExtraArgs=self._extra)
                return
            with open(file, "rb") as body:
                self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, **self._extra)
        except (ClientError, S3UploadFailedError) as error:
            raise UploadError(
                f"ClientError: Failed to upload to s3://{self._bucket}/{key}: {describe(error)}. Please ensure that "
                f"the bucket exists and that the job's role has s3:PutObject on it."
            ) from error


def _archive(folder: Path, archive: Path) -> Path:
    """``archive`` lies outside of the container, whose program could have put a link in its place."""
    with tarfile.open(archive, "w:gz", compresslevel=_GZIP_LEVEL) as tar:
        for entry in sorted(folder.iterdir()):
            tar.add(entry, entry.name)
    return archive


def _output_uri(request: Mapping[str, Any]) -> str:
    return f"{request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{request['TrainingJobName']}/output"


def _is_uncompressed(request: Mapping[str, Any]) -> bool:
    return request["OutputDataConfig"].get("CompressionType") == "NONE"
