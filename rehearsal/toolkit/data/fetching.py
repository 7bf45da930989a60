"""Public data sets from where they are published: size and SHA-256 are checked before a file is kept.

One file is published without either being known: its header line and the length of its rows are checked instead.
"""

import hashlib
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import AccountProblem, BadInput, RehearsalError

_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class PublicFile:
    """A published file; ``size`` in bytes."""

    url: str
    size: int
    sha256: str
    label: str
    """The column to predict: its name, or its index where the file has no header."""
    header: str = ""
    """The first line of a file whose SHA-256 is not known; ``size`` is then the largest that is taken."""
    bucket: str = ""
    """The public bucket of S3 that has the file, where one does; ``key`` is where in it."""
    key: str = ""


PUBLIC_FILES = {
    # UCI Machine Learning Repository, Wine Quality (Cortez et al., 2009), doi 10.24432/C56S3T, CC BY 4.0
    "winequality": PublicFile(
        url="https://archive.ics.uci.edu/ml/machine-learning-databases/wine-quality/winequality-red.csv",
        size=84_199,
        sha256="4a402cf041b025d4566d954c3b9ba8635a3a8a01e039005d97d6a710278cf05e",
        label="quality",
    ),
    # UCI Machine Learning Repository, Adult (Becker and Kohavi, 1996), doi 10.24432/C5XW20, CC BY 4.0: no header
    "adult": PublicFile(
        url="https://archive.ics.uci.edu/ml/machine-learning-databases/adult/adult.data",
        size=3_974_305,
        sha256="5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d",
        label="-1",
    ),
    # UCI Machine Learning Repository, Abalone (Nash et al., 1994), doi 10.24432/C55C7W, CC BY 4.0: no header
    "abalone": PublicFile(
        url="https://archive.ics.uci.edu/ml/machine-learning-databases/abalone/abalone.data",
        size=191_873,
        sha256="de37cdcdcaaa50c309d514f248f7c2302a5f1f88c168905eba23fe2fbc78449f",
        label="-1",
    ),
    # SageMaker's samples, synthetic customers of a telephone company; also in sagemaker-example-files-prod-REGION
    "churn": PublicFile(
        url="https://sagemaker-sample-files.s3.amazonaws.com/datasets/tabular/synthetic/churn.txt",
        size=5_000_000,
        sha256="",
        label="Churn?",
        header=(
            "State,Account Length,Area Code,Phone,Int'l Plan,VMail Plan,VMail Message,Day Mins,Day Calls,Day Charge,"
            "Eve Mins,Eve Calls,Eve Charge,Night Mins,Night Calls,Night Charge,Intl Mins,Intl Calls,Intl Charge,"
            "CustServ Calls,Churn?"
        ),
        bucket="sagemaker-sample-files",
        key="datasets/tabular/synthetic/churn.txt",
    ),
}


def fetch(name: str, target: Path, *, url: str | None = None) -> PublicFile:
    """Download the file to ``target`` if it is the one that was published; ``url`` names a mirror.

    Raises:
        BadInput: no such data set, or the URL is not HTTP.
        AccountProblem: the network or the server does not deliver.
        RehearsalError: what came is another file; nothing is kept.
    """
    wanted = PUBLIC_FILES.get(name)
    if wanted is None:
        raise BadInput(f"there is no data set {name!r}", where="NAME", next_step=f"known: {', '.join(PUBLIC_FILES)}")
    body = _download(url or wanted.url, wanted.size)
    if wanted.header:
        _check_rows(body, wanted, url or wanted.url)
    found = hashlib.sha256(body).hexdigest()
    if not wanted.header and (len(body) != wanted.size or found != wanted.sha256):
        raise RehearsalError(
            f"the downloaded file is not the published one: {len(body):,} bytes, SHA-256 {found}; "
            f"expected {wanted.size:,} bytes, {wanted.sha256}",
            where=url or wanted.url,
            next_step="try again; if it stays so, the publisher changed the file: use rehearse data split on your own "
            "copy",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    return wanted


def _check_rows(body: bytes, wanted: PublicFile, place: str) -> None:
    """Hold a file without a known checksum against its header: every row has as many cells.

    Raises:
        RehearsalError: it is another file.
    """
    lines = body.decode(errors="replace").splitlines()
    columns = wanted.header.count(",")
    wrong = next((number for number, line in enumerate(lines, 1) if line.count(",") != columns), 0)
    if len(body) <= wanted.size and lines and lines[0] == wanted.header and len(lines) > 1 and not wrong:
        return
    told = f"line {wrong} has another number of columns" if wrong else f"its first line is {lines[:1]}"
    raise RehearsalError(
        f"the downloaded file is not the published one: {len(body):,} bytes, {told}",
        where=place,
        next_step=f"expected columns: {wanted.header}",
    )


def put_into_bucket(aws: Aws, name: str, file: Path) -> str:
    """Put a fetched file where AWS has it, into a bucket of the embedded AWS by the same name; its S3 URL.

    So code that copies it from the public bucket runs there unchanged.

    Raises:
        BadInput: no public bucket has the file, or the account is a real one, whose bucket is AWS's own.
    """
    wanted = PUBLIC_FILES[name]
    if not wanted.bucket:
        raise BadInput(f"{name} is in no public bucket of AWS", where="--into-bucket", next_step="leave it out")
    if not capabilities.is_rehearsal(aws):
        raise BadInput(
            f"on an account the bucket {wanted.bucket} is AWS's own, and has the file",
            where="--into-bucket",
            next_step='leave it out, or name an embedded AWS: eval "$(rehearse env)"',
        )
    s3 = aws.client("s3")
    place = {} if aws.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
    if wanted.bucket not in {each["Name"] for each in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=wanted.bucket, **place)
    s3.put_object(Bucket=wanted.bucket, Key=wanted.key, Body=file.read_bytes())
    return f"s3://{wanted.bucket}/{wanted.key}"


def _download(url: str, size: int) -> bytes:
    if not url.startswith(("https://", "http://")):
        raise BadInput(f"{url!r} is not an http(s) URL", where="--url", next_step="give the address of a mirror")
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:
            return bytes(response.read(size + 1))  # one byte more than wanted is enough to know that it is another file
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise AccountProblem(
            f"the download failed: {reason}", where=url, next_step="check the network, or name a mirror with --url"
        ) from error
