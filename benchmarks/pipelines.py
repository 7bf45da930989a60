"""Pipelines at once: ``python -m benchmarks.pipelines [--counts 1 10 30]``.

Workshops (two stacks, a pipeline that trains, deploys twice and evaluates twice) are launched side by side on one
embedded AWS, all at once; then all their pipelines are started again together. What is printed: how many succeeded,
seconds in all and for each pipeline, and the server's largest memory.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.objects import peak_mb
from tests.conftest import ROOT, EmbeddedAws, start_embedded_aws, stop_embedded_aws


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 10, 30])
    print(f"{'pipelines':>9} {'what':16} {'succeeded':>9} {'seconds':>8} {'each':>6} {'server MB':>9}")
    for count in parser.parse_args().counts:
        aws = start_embedded_aws("--continuation-delay", "0.5")
        try:
            measure(aws, count)
        finally:
            stop_embedded_aws(aws)


def measure(aws: EmbeddedAws, count: int) -> None:
    """Launch, then start all again."""
    began = time.perf_counter()
    statuses = launched(aws, [f"a{number:02}" for number in range(1, count + 1)])
    line(aws, count, "launch and run", statuses, time.perf_counter() - began)
    began = time.perf_counter()
    line(aws, count, "run again", run_again(aws), time.perf_counter() - began)


def line(aws: EmbeddedAws, count: int, what: str, statuses: list[str], seconds: float) -> None:
    """One line of the table."""
    succeeded, memory = statuses.count("Succeeded"), peak_mb(aws.process.pid)
    print(f"{count:9} {what:16} {succeeded:9} {seconds:8.1f} {seconds / count:6.1f} {memory:9.0f}", flush=True)


def launched(aws: EmbeddedAws, suffixes: list[str]) -> list[str]:
    """``rehearse class launch`` with all at once; gives how each first run ended."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "attendees.txt")
        file.write_text("\n".join(suffixes))
        command = [sys.executable, "-m", "rehearsal.cli.main", "class", "launch", "--suffixes", str(file)]
        command += ["--at-once", str(len(suffixes)), "--yes", "--json"]
        environment = {
            **aws.environment,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'PipelineLambdaFunctions'}",
            "PATH": "/usr/bin:/bin",
        }
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if not done.stdout:
        sys.exit(done.stderr)
    return [attendee["status"] for attendee in json.loads(done.stdout)["attendees"]]


def run_again(aws: EmbeddedAws) -> list[str]:
    """Start every pipeline and wait for all; gives how each run ended."""
    client = aws.client("codepipeline")
    names = [
        pipeline["name"] for page in client.get_paginator("list_pipelines").paginate() for pipeline in page["pipelines"]
    ]
    runs = {name: client.start_pipeline_execution(name=name)["pipelineExecutionId"] for name in names}
    return [ended(client, name, execution) for name, execution in runs.items()]


def ended(client: Any, name: str, execution: str) -> str:
    """The status of an execution once it is over."""
    while True:
        found = client.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution)["pipelineExecution"]
        if found["status"] not in ("InProgress", "Stopping"):
            return str(found["status"])
        time.sleep(0.2)


if __name__ == "__main__":
    main()
