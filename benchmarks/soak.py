"""Memory over many releases: ``python -m benchmarks.soak [--releases 300] [--every 25]``.

One workshop is launched on one embedded AWS, and its pipeline is released again and again: each time a training job,
two deployments and two evaluations. What is printed: the server's memory, threads, open files, children and files in
its scratch folder, and how long a release takes. Exit code 1 when the memory grew by 10 MB or more between a third of
the releases and the last, or a release did not succeed.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pipelines import ended, launched
from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws

MOST_GROWTH_MB = 10.0


@dataclass(frozen=True)
class Look:
    """The server after so many releases. Memory is what it has of the machine's, in MB."""

    releases: int
    memory_mb: float
    threads: int
    open_files: int
    children: int
    scratch_files: int
    seconds: float
    """The median length of the releases since the last look."""


def main() -> None:
    """Print the table and the verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=300)
    parser.add_argument("--every", type=int, default=25)
    options = parser.parse_args()
    aws = start_embedded_aws("--continuation-delay", "0.05")
    looks = []
    try:
        print(f"{'release':>7} {'MB':>7} {'threads':>7} {'files':>6} {'children':>8} {'scratch':>8} {'s each':>7}")
        for look in soak(aws, options.releases, options.every):
            looks.append(look)
            print(
                f"{look.releases:7} {look.memory_mb:7.1f} {look.threads:7} {look.open_files:6} {look.children:8} "
                f"{look.scratch_files:8} {look.seconds:7.1f}",
                flush=True,
            )
    finally:
        stop_embedded_aws(aws)
    sys.exit(verdict(looks))


def soak(aws: EmbeddedAws, releases: int, every: int) -> Iterator[Look]:
    """Release, and look from time to time.

    Raises:
        RuntimeError: a release did not succeed.
    """
    if launched(aws, ["soak"]) != ["Succeeded"]:
        raise RuntimeError("the workshop could not be launched")
    client = aws.client("codepipeline")
    (pipeline,) = client.list_pipelines()["pipelines"]
    name, lengths = pipeline["name"], []
    for number in range(1, releases + 1):
        began = time.perf_counter()
        status = ended(client, name, client.start_pipeline_execution(name=name)["pipelineExecutionId"])
        if status != "Succeeded":
            raise RuntimeError(f"release {number} ended {status}")
        lengths.append(time.perf_counter() - began)
        if number % every == 0 or number == releases:
            yield _look(aws, number, statistics.median(lengths))
            lengths.clear()


def _look(aws: EmbeddedAws, releases: int, seconds: float) -> Look:
    process = Path("/proc", str(aws.process.pid))
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    children = (process / "task" / str(aws.process.pid) / "children").read_text().split()
    scratch = Path(aws.rehearsal("GET", "mailbox")["folder"]).parent
    return Look(
        releases,
        int(status["VmRSS"].split()[0]) / 1024,
        int(status["Threads"]),
        len([*(process / "fd").iterdir()]),
        len(children),
        sum(not path.is_dir() for path in scratch.rglob("*")),
        seconds,
    )


def verdict(looks: list[Look]) -> int:
    """0 if the memory stayed within bounds."""
    first = next(look for look in looks if look.releases >= looks[-1].releases / 3)
    growth = looks[-1].memory_mb - first.memory_mb
    print(f"from release {first.releases} to {looks[-1].releases}: {growth:+.1f} MB (at most {MOST_GROWTH_MB:.0f})")
    return int(growth >= MOST_GROWTH_MB)


if __name__ == "__main__":
    main()
