"""The checkpoint folder of a job and its copy in S3: fetched before training, kept up while it runs and after it.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws import isolation
from rehearsal.localaws.ground.errors import describe
from rehearsal.localaws.sagemaker.training.inputs import DownloadError, path_below, split_uri
from rehearsal.localaws.sagemaker.training.outputs import UploadError

SECONDS_BETWEEN_UPLOADS = 1.0
_UNFINISHED = ".sagemaker-ignore"


@dataclass
class CheckpointMirror:
    """A local folder and the S3 prefix that mirrors it. Files that vanish here stay there, as with the service."""

    folder: Path
    uri: str
    s3: Any
    _uploaded: dict[str, tuple[float, int]] = field(default_factory=dict)

    def fetch(self) -> None:
        """Copy what an earlier run left.

        Raises:
            DownloadError: the job's role may not read it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        bucket, prefix = split_uri(self.uri.rstrip("/") + "/")
        try:
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for found in page.get("Contents", ()):
                    target = self.folder / path_below(prefix, found["Key"])
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(self.s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read())
                    self._uploaded[str(target)] = _stamp(target)
        except ClientError as error:
            raise DownloadError(
                f"ClientError: Data download failed: checkpoints {self.uri}: {describe(error)}"
            ) from error

    def upload_changes(self) -> None:
        """Copy files that are new or changed since the last time.

        Raises:
            UploadError: S3 does not take them.
        """
        bucket, prefix = split_uri(self.uri.rstrip("/"))
        for file in isolation.files_of_child(self.folder, self.folder):
            try:
                stamp, content = _stamp(file), file.read_bytes()
            except FileNotFoundError:  # the algorithm removes old checkpoints while this runs
                continue
            if file.name.endswith(_UNFINISHED) or self._uploaded.get(str(file)) == stamp:
                continue
            key = f"{prefix}/{file.relative_to(self.folder)}".lstrip("/")
            try:
                self.s3.put_object(Bucket=bucket, Key=key, Body=content)
            except ClientError as error:
                raise UploadError(
                    f"ClientError: Failed to upload checkpoints to {self.uri}: {describe(error)}"
                ) from error
            self._uploaded[str(file)] = stamp


def _stamp(file: Path) -> tuple[float, int]:
    stat = file.stat()
    return stat.st_mtime, stat.st_size
