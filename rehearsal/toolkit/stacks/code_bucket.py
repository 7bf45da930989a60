"""The bucket for what ``rehearse deploy`` uploads, and a template whose local files lie in it."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.stacks import local_code, stacks, template_files
from rehearsal.toolkit.stacks.local_code import LocalFile

_ABSENT = {"404", "NoSuchKey", "NoSuchBucket"}
_NO_CONSTRAINT = "us-east-1"
"""The region whose name CreateBucket does not take as LocationConstraint (S3 API reference, CreateBucket)."""


def default_name(aws: Aws) -> str:
    """One bucket for each account and region."""
    return f"rehearsal-deploy-{aws.identity.account_id}-{aws.region}"


@dataclass
class CodeBucket:
    """A bucket that is made when something is first put into it; objects are named by their content."""

    aws: Aws
    name: str
    put_keys: list[str] = field(default_factory=list)
    """What was uploaded, because it was not there already."""
    _is_there: bool = False

    def put(self, content: bytes, ending: str) -> str:
        """Have an object with this content; gives its key."""
        self._have()
        key = f"{hashlib.sha256(content).hexdigest()[:32]}{ending}"
        s3 = self.aws.client("s3")
        try:
            s3.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if code_of(error) not in _ABSENT:
                raise
            s3.put_object(Bucket=self.name, Key=key, Body=content)
            self.put_keys.append(key)
        return key

    def _have(self) -> None:
        if self._is_there:
            return
        s3 = self.aws.client("s3")
        try:
            s3.head_bucket(Bucket=self.name)
        except ClientError as error:
            if code_of(error) not in _ABSENT:
                raise
            _create(s3, self.name, self.aws.region)
        self._is_there = True


def _create(s3: Any, name: str, region: str) -> None:
    where = {} if region == _NO_CONSTRAINT else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where)
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )


@dataclass(frozen=True)
class Packaged:
    """A template to deploy: its text, and how many local files it named."""

    text: str
    files: int


def packaged(template: Path, bucket: CodeBucket) -> Packaged:
    """The template with what it names of this machine put into ``bucket``; as it stands where it names nothing.

    Raises:
        BadInput: it is no template, or a file that it names is not there.
    """
    document = template_files.read(template)
    found = list(local_code.found_in(document, template.resolve().parent))
    for each in found:
        key = bucket.put(_content(each, bucket), ".template" if each.is_template else ".zip" * each.named_by.is_zip)
        url = stacks.object_url(bucket.aws, bucket.name, key)
        each.place_in(document, bucket.name, key, url)
    text = json.dumps(document, indent=1, default=str) if found else template.read_text()
    return Packaged(text, len(found))


def _content(each: LocalFile, bucket: CodeBucket) -> bytes:
    return packaged(each.path, bucket).text.encode() if each.is_template else each.content()
