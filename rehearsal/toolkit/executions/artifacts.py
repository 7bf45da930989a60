"""Looking into an artifact: the files of a zip or tar in S3, and the text of one, within limits."""

import io
import tarfile
import zipfile
from dataclasses import dataclass

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere

LARGEST_ARTIFACT = 50_000_000
"""Bytes; a larger one is not fetched to be looked at."""
LARGEST_TEXT = 100_000
"""Bytes that are shown of a file."""
MOST_FILES = 1_000


@dataclass(frozen=True)
class Entry:
    """A file in an artifact, its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class Contents:
    """An artifact's files, and the text of the one that was asked for (None: none was, or it is no text)."""

    size: int
    entries: tuple[Entry, ...]
    text: str | None = None


def look(aws: Aws, bucket: str, key: str, file: str | None = None, longest: int = LARGEST_TEXT) -> Contents:
    """What is inside.

    Raises:
        BadInput: it is too large to look at.
        NotThere: there is no such file in it.
    """
    s3 = aws.client("s3")
    size = s3.head_object(Bucket=bucket, Key=key)["ContentLength"]
    if size > LARGEST_ARTIFACT:
        raise BadInput(
            f"the artifact has {size:,} bytes",
            where=f"s3://{bucket}/{key}",
            next_step=f"fetch it: aws s3 cp 's3://{bucket}/{key}' .",
        )
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    entries = entries_of(body)
    if file is None:
        return Contents(size, entries)
    if file not in {entry.name for entry in entries}:
        raise NotThere(f"there is no file {file}", where=f"s3://{bucket}/{key}", next_step="choose one of those listed")
    return Contents(size, entries, text_of(body, file, longest))


def entries_of(body: bytes) -> tuple[Entry, ...]:
    """The files of a zip or tar; anything else is one file without a name. Pure."""
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return tuple(
                Entry(each.filename, each.file_size) for each in archive.infolist()[:MOST_FILES] if not each.is_dir()
            )
    try:
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            return tuple(Entry(each.name, each.size) for each in archive.getmembers()[:MOST_FILES] if each.isfile())
    except tarfile.TarError:
        return ()


def text_of(body: bytes, file: str, longest: int = LARGEST_TEXT) -> str | None:
    """The beginning of a file, None where it is no text. Pure."""
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as archive, archive.open(file) as opened:
            content = opened.read(longest)
    else:
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            member = tar.extractfile(file)
            content = member.read(longest) if member else b""
    if b"\0" in content:
        return None
    return content.decode("utf-8", "replace")
