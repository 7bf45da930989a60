"""How soon the embedded AWS is ready, and how much memory it takes idle, beside moto's own server on this machine.

    python benchmarks/start.py [--starts 5]

The two are started by turns, each once for warmth and then ``--starts`` times. Ready means that the first API call
(GetCallerIdentity) has its answer; memory is the resident set of the process after that. Medians.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

GOAL_TIMES, GOAL_MB = 1.5, 300
_GIVE_UP_SECONDS = 60
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Start:
    """One start: seconds until ready, megabytes then."""

    seconds: float
    megabytes: float


def embedded(port: int) -> list[str]:
    return [sys.executable, "-m", "rehearsal.localaws.server", "--port", str(port)]


def stock(port: int) -> list[str]:
    return [sys.executable, "-m", "moto.server", "--port", str(port)]


def start(command: list[str], port: int) -> Start:
    """Start a server, wait for its first answer, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TMPDIR": folder}
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=_ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _await_answer(port, process)
            return Start(time.perf_counter() - began, _resident_megabytes(process.pid))
        finally:
            process.terminate()
            process.wait(20)


def _await_answer(port: int, process: "subprocess.Popen[bytes]") -> None:
    client = boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",
        config=Config(retries={"max_attempts": 0}),
    )
    give_up = time.monotonic() + _GIVE_UP_SECONDS
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        try:
            client.get_caller_identity()
            return
        except ClientError:
            return  # an answer too: the embedded AWS does not know this caller
        except BotoCoreError:
            time.sleep(0.01)
    raise SystemExit(f"no answer within {_GIVE_UP_SECONDS} s")


def _resident_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kilobytes) / 1024


def main() -> None:
    """Print both servers' medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--port", type=int, default=4690, help="the first of two free ports")
    options = parser.parse_args()
    commands = {"embedded AWS": embedded(options.port), "moto's server": stock(options.port + 1)}
    found: dict[str, list[Start]] = {name: [] for name in commands}
    for _ in range(options.starts + 1):
        for offset, (name, command) in enumerate(commands.items()):
            found[name].append(start(command, options.port + offset))
    medians = {name: statistics.median(each.seconds for each in starts[1:]) for name, starts in found.items()}
    for name, starts in found.items():
        memory = statistics.median(each.megabytes for each in starts[1:])
        print(f"{name:14} ready after {medians[name]:5.2f} s, {memory:4.0f} MB idle")
    ratio = medians["embedded AWS"] / medians["moto's server"]
    print(f"{ratio:.2f} times moto's start (goal {GOAL_TIMES}); idle memory is to stay under {GOAL_MB} MB")


if __name__ == "__main__":
    main()
