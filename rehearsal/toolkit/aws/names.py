"""The names of one workshop: its stacks, buckets, functions and pipeline. Pure.

They must equal those in ``cloudformation/``; ``tests/unit/toolkit/aws/test_names.py`` compares the two.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

from pipeline_job.functions import FUNCTIONS
from rehearsal.toolkit.aws.errors import BadInput

_SUFFIX = re.compile(r"[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?")
_BUCKET_SUFFIX = re.compile(r"([a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?)?")
_RESERVED_BY_S3 = re.compile(r".*(-an|-s3alias|--ol-s3|--x-s3|--table-s3)")
"""Endings of bucket names. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
_LONGEST_BUCKET = 63


@dataclass(frozen=True)
class Workshop:
    """One attendee's workshop in an account: ``suffix`` is SuffixID, ``bucket_suffix`` is BucketSuffix (may be
    empty)."""

    suffix: str
    bucket_suffix: str = ""

    PIPELINE_STACK_PREFIX: ClassVar[str] = "mlops-pipeline-"
    PREP_STACK_PREFIX: ClassVar[str] = "mlops-prep-"

    def __post_init__(self) -> None:
        if not _SUFFIX.fullmatch(self.suffix):
            raise BadInput(
                f"the suffix {self.suffix!r} is not usable: 1 to 14 lower-case letters, digits and hyphens, "
                f"beginning and ending with a letter or digit",
                where="--suffix",
                next_step="give your initials, for example --suffix sde",
            )
        if not _BUCKET_SUFFIX.fullmatch(self.bucket_suffix):
            raise BadInput(
                f"the bucket suffix {self.bucket_suffix!r} is not usable in a bucket's name",
                where="--bucket-suffix",
                next_step="use lower-case letters, digits and hyphens, for example your account id",
            )
        for option, tail in (("--suffix", self.suffix), ("--bucket-suffix", self.bucket_suffix)):
            if reserved := _RESERVED_BY_S3.fullmatch(f"-{tail}"):
                raise BadInput(
                    f"{tail!r} is not usable: S3 reserves {reserved[1]} as the ending of bucket names",
                    where=option,
                    next_step="add a letter or a digit, for example --suffix sde",
                )
        if len(self.model_bucket) > _LONGEST_BUCKET:
            raise BadInput(
                f"the bucket name {self.model_bucket} would have {len(self.model_bucket)} characters; S3 allows 63",
                where="--suffix and --bucket-suffix",
                next_step="shorten one of them",
            )

    @property
    def prep_stack(self) -> str:
        return f"{self.PREP_STACK_PREFIX}{self.suffix}"

    @property
    def pipeline_stack(self) -> str:
        return f"{self.PIPELINE_STACK_PREFIX}{self.suffix}"

    @property
    def pipeline(self) -> str:
        return f"mlops-builtinalgo-{self.suffix}"

    @property
    def data_bucket(self) -> str:
        return self._bucket("data")

    @property
    def code_bucket(self) -> str:
        return self._bucket("lambda-code")

    @property
    def artifact_bucket(self) -> str:
        return self._bucket("artifacts")

    @property
    def model_bucket(self) -> str:
        return self._bucket("model-artifacts")

    @property
    def buckets(self) -> tuple[str, ...]:
        return (self.data_bucket, self.code_bucket, self.artifact_bucket, self.model_bucket)

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(f"MLOps-BIA-{function}-{self.suffix}" for function in FUNCTIONS)

    def _bucket(self, purpose: str) -> str:
        tail = f"-{self.bucket_suffix}" if self.bucket_suffix else ""
        return f"mlops-builtinalgo-{purpose}-{self.suffix}{tail}"
