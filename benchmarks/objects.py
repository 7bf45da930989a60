"""Large objects in the embedded S3: ``python -m benchmarks.objects [--megabytes 1024]``.

Seconds, and how much the server's largest resident memory grew, for one put, one get, a multipart upload and a ranged
get.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws

MB = 1024 * 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1024)
    megabytes = parser.parse_args().megabytes
    aws = start_embedded_aws()
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "object")
            file.touch()
            os.truncate(file, megabytes * MB)
            print(f"{'what':28} {'seconds':>8} {'MB/s':>8} {'server grew by MB':>18}")
            for what, work in steps(aws, file):
                report(aws, what, work, megabytes)
    finally:
        stop_embedded_aws(aws)


def steps(aws: EmbeddedAws, file: Path) -> list[tuple[str, Callable[[], object]]]:
    """What is measured, in order."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="objects")
    s3.put_object(Bucket="objects", Key="warm", Body=b"x")
    return [
        ("PutObject", lambda: put(s3, file)),
        ("GetObject", lambda: drain(s3.get_object(Bucket="objects", Key="put"))),
        ("multipart (8 MB parts)", lambda: s3.upload_file(str(file), "objects", "parts")),
        ("ranged GETs (transfer)", lambda: s3.download_file("objects", "parts", str(file.with_suffix(".got")))),
    ]


def put(s3: Any, file: Path) -> None:
    """One PutObject of the file."""
    with file.open("rb") as body:
        s3.put_object(Bucket="objects", Key="put", Body=body)


def drain(answer: Any) -> None:
    """Read an answer to its end."""
    for _ in answer["Body"].iter_chunks(MB):
        pass


def report(aws: EmbeddedAws, what: str, work: Callable[[], object], megabytes: int) -> None:
    """Measure one step and print its line."""
    before, began = peak_mb(aws.process.pid), time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    print(f"{what:28} {seconds:8.1f} {megabytes / seconds:8.0f} {peak_mb(aws.process.pid) - before:18.0f}", flush=True)


def peak_mb(process: int) -> float:
    """The most memory that the process ever had."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
