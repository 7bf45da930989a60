"""The cache of a project: fetched before the commands of a build, kept after them. A broken one never fails the build.

Reference: CodeBuild user guide, "Cache builds to improve performance".
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from rehearsal.localaws.codebuild import cache_archive
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.errors import describe


class Store(Protocol):
    """Where an archive lies between builds; ``kind`` is what the log calls it."""

    kind: str

    def fetch(self, file: Path) -> None:
        """Write the archive to ``file``; an exception when there is none."""

    def keep(self, file: Path) -> None:
        """Take over the archive in ``file``."""


class BucketStore:
    """An object below the location that the project names, read and written as its role."""

    kind = "S3"

    def __init__(self, s3: Any, location: str, cache_id: str, key_id: str | None) -> None:
        bucket, _, prefix = location.removeprefix("arn:aws:s3:::").partition("/")
        self._s3, self._place = s3, {"Bucket": bucket, "Key": f"{prefix.strip('/')}/{cache_id}".lstrip("/")}
        self._sealed = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id} if key_id else {}

    def fetch(self, file: Path) -> None:
        """Get the object."""
        with file.open("wb") as target:
            shutil.copyfileobj(self._s3.get_object(**self._place)["Body"], target)

    def keep(self, file: Path) -> None:
        """Put the object."""
        with file.open("rb") as body:
            self._s3.put_object(**self._place, **self._sealed, Body=body)


class LocalStore:
    """A file of this embedded AWS, gone when it stops."""

    kind = "local"

    def __init__(self, cache_id: str) -> None:
        self._file = host.current().scratch("codebuild-caches") / cache_id

    def fetch(self, file: Path) -> None:
        """Copy the file."""
        shutil.copyfile(self._file, file)

    def keep(self, file: Path) -> None:
        """Put the file in place of the one before, at once."""
        file.replace(self._file)


class Cache:
    """The cache of one build: ``folder`` is its workspace's."""

    def __init__(self, store: Store, paths: tuple[str, ...], folder: Path, log: Callable[[list[str]], None]) -> None:
        self._store, self._folder, self._log = store, folder, log
        self._file = folder / "cache.tar.gz"
        self._patterns = []
        for path in paths:
            pattern = cache_archive.located(path)
            if pattern is None:
                log([f'[Container] Skipping cache path: "{path}" is neither in the source nor below /root'])
            else:
                self._patterns.append(pattern)
                log([f"[Container] Expanded cache path {path}"])

    def restore(self) -> None:
        """Bring back what an earlier build kept."""
        self._log([f"[Container] Downloading {self._store.kind} cache..."])
        try:
            self._store.fetch(self._file)
            self._log(["[Container] Unarchiving cache..."])
            for left in cache_archive.unpack(self._file, self._folder, self._patterns):
                self._log([f'[Container] Skipping cache entry: path "{left}" is not within allowed cache paths'])
        except Exception as error:  # noqa: BLE001 - told in the log: whatever is wrong with the cache, the build goes on without
            self._log([f"[Container] Unable to download cache: {describe(error)}"])

    def save(self) -> None:
        """Keep what the commands left."""
        try:
            count = cache_archive.pack(self._file, self._folder, self._patterns)
            self._log([f"[Container] Uploading {self._store.kind} cache of {count} files and folders..."])
            self._store.keep(self._file)
        except Exception as error:  # noqa: BLE001 - told in the log: the build is done without
            self._log([f"[Container] Unable to upload cache: {describe(error)}"])


def of_project(
    project: dict[str, Any],
    cache_id: str,
    paths: tuple[str, ...],
    folder: Path,
    s3: Any,
    log: Callable[[list[str]], None],
) -> Cache | None:
    """The cache that a project declares; None when there is nothing to keep."""
    declared = project.get("cache", {})
    modes = declared.get("modes", [])
    if "LOCAL_DOCKER_LAYER_CACHE" in modes:
        log(["[Container] LOCAL_DOCKER_LAYER_CACHE has no effect: builds of the embedded AWS run in no image"])
    if declared.get("type") == "S3" and paths:
        return Cache(BucketStore(s3, declared["location"], cache_id, project.get("encryptionKey")), paths, folder, log)
    if declared.get("type") == "LOCAL" and "LOCAL_CUSTOM_CACHE" in modes and paths:
        whole = tuple(path if "*" in path else f"{path.rstrip('/')}/**/*" for path in paths)
        return Cache(LocalStore(cache_id), whole, folder, log)
    return None
