"""InvokeEndpoint, signed and authorised, beside an ordinary model server and the floor: ``python -m
benchmarks.invoke``.

The three serve the same model of 5,000 x 11 rows, 50 rounds, depth 5, one after the other within each measurement, so
that all see the same machine. Needs ``pip install .[benchmark]``.
"""

import argparse
import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import xgboost
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rehearsal.localaws.ground import announcement

ROOT = Path(__file__).parents[1]
FEATURES = 11
TARGETS = {(1, 1): (2.5, 0.4), (1, 8): (2.0, 0.4), (500, 1): (3.0, 0.7), (500, 8): (2.0, 0.7)}
"""(rows, connections): at least so many times the baseline, and the floor."""


@dataclass(frozen=True)
class Contender:
    """A server under load."""

    name: str
    port: int
    request: Any  # body -> the whole HTTP request


def train() -> tuple[bytes, np.ndarray]:
    """The model that all serve, and rows to ask it."""
    random = np.random.default_rng(0)
    rows = random.random((5000, FEATURES), dtype=np.float32)
    labels = rows[:, 0] * 3 + rows[:, 1] + random.normal(0, 0.1, 5000)
    booster = xgboost.train({"max_depth": 5, "nthread": 2}, xgboost.DMatrix(rows, label=labels), 50)
    return bytes(booster.save_raw("ubj")), rows


def plain_request(body: bytes) -> bytes:
    return (
        f"POST /invocations HTTP/1.1\r\nHost: m\r\nContent-Type: text/csv\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


@contextmanager
def process(*command: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield started
    finally:
        started.terminate()
        started.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


@contextmanager
def baseline(model_file: str) -> Iterator[Contender]:
    port = free_port()
    options = ("-k", "gevent", "-w", str(os.cpu_count()), "-b", f"127.0.0.1:{port}", "--log-level", "error")
    with process(sys.executable, "-m", "gunicorn", *options, "benchmarks.servers.flask_app:app", MODEL_FILE=model_file):
        wait_for(port)
        yield Contender("baseline", port, plain_request)


@contextmanager
def floor(model_file: str) -> Iterator[Contender]:
    port = free_port()
    with process(sys.executable, str(ROOT / "benchmarks/servers/floor.py"), model_file, str(port)):
        wait_for(port)
        yield Contender("floor", port, plain_request)


@contextmanager
def embedded(model: bytes) -> Iterator[Contender]:
    with process(sys.executable, "-m", "rehearsal.localaws.server", "--port", "0", "--with-parent") as server:
        assert server.stdout is not None
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        found = announcement.read(port)
        assert found is not None
        session = boto3.session.Session(found.access_key_id, found.secret_access_key, region_name=found.region)
        prepare(session, found.url, model)
        before = memory_mb(server.pid)
        deploy(session, found.url)
        after = memory_mb(server.pid)
        print(f"memory of the server and its children: {before:.0f} MB, with an endpoint {after:.0f} MB")
        yield Contender("embedded", port, lambda body: signed_request(found, body))


def signed_request(found: announcement.Announcement, body: bytes) -> bytes:
    url = f"{found.url}/endpoints/benchmark/invocations"
    request = AWSRequest("POST", url, data=body, headers={"Content-Type": "text/csv"})
    SigV4Auth(Credentials(found.access_key_id, found.secret_access_key), "sagemaker", found.region).add_auth(request)
    headers = {**dict(request.headers.items()), "Host": f"127.0.0.1:{found.port}", "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /endpoints/benchmark/invocations HTTP/1.1\r\n{lines}\r\n".encode() + body


def memory_mb(process_id: int) -> float:
    """Proportional set size of a process and all below it."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children")
    total = 0.0
    for thread in Path(f"/proc/{process_id}/task").iterdir():
        children = thread / "children"
        total += sum(memory_mb(int(child)) for child in children.read_text().split())
    for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            total += int(line.split()[1]) / 1024
    return total


def prepare(session: Any, url: str, model: bytes) -> None:
    """A role and the model's data: all that comes before SageMaker. Services load when they are first used."""
    iam, s3, logs, metrics, autoscaling = (
        session.client(name, endpoint_url=url)
        for name in ("iam", "s3", "logs", "cloudwatch", "application-autoscaling")
    )
    logs.describe_log_groups()
    metrics.list_metrics()
    autoscaling.describe_scalable_targets(ServiceNamespace="sagemaker")
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(
        RoleName="benchmark", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    allowed = {"Effect": "Allow", "Action": ["s3:*", "ecr:*", "logs:*"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="benchmark", PolicyName="CanUseModels", PolicyDocument=policy)
    s3.create_bucket(Bucket="benchmark")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("xgboost-model")
        member.size = len(model)
        tar.addfile(member, io.BytesIO(model))
    s3.put_object(Bucket="benchmark", Key="model.tar.gz", Body=packed.getvalue())


def deploy(session: Any, url: str) -> None:
    """Bring the model into service as endpoint ``benchmark``."""
    iam, sagemaker = (session.client(name, endpoint_url=url) for name in ("iam", "sagemaker"))
    role = iam.get_role(RoleName="benchmark")["Role"]["Arn"]
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
    container = {"Image": image, "ModelDataUrl": "s3://benchmark/model.tar.gz"}
    sagemaker.create_model(ModelName="benchmark", ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "A", "ModelName": "benchmark", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="benchmark", ProductionVariants=[variant])
    started = time.perf_counter()
    sagemaker.create_endpoint(EndpointName="benchmark", EndpointConfigName="benchmark")
    sagemaker.get_waiter("endpoint_in_service").wait(
        EndpointName="benchmark", WaiterConfig={"Delay": 0.05, "MaxAttempts": 600}
    )
    print(f"CreateEndpoint to InService: {time.perf_counter() - started:.2f} s")


def measure(contender: Contender, rows: np.ndarray, connections: int, seconds: float) -> dict[str, float]:
    body = "\n".join(",".join(f"{value:.5f}" for value in row) for row in rows).encode()
    command = [sys.executable, str(ROOT / "benchmarks/load.py"), str(contender.port), str(connections), str(seconds)]
    ran = subprocess.run(command, input=contender.request(body), capture_output=True)
    if ran.returncode:
        raise SystemExit(f"{contender.name}: {ran.stderr.decode()}")
    figures: dict[str, float] = json.loads(ran.stdout)
    return figures


def table(contenders: list[Contender], rows: np.ndarray, seconds: float, rounds: int) -> None:
    """Print the measurements: of several rounds the best, for a busy machine only takes away."""
    print(
        f"{'rows':>4} {'conn':>4} | {'baseline':>9} {'floor':>9} {'embedded':>9} requests/s | {'x B':>5} {'x F':>5} | "
        "p99 ms B / embedded"
    )
    for (count, connections), (least_b, least_f) in TARGETS.items():
        best: dict[str, dict[str, float]] = {}
        for _ in range(rounds):
            for contender in contenders:
                found = measure(contender, rows[:count], connections, seconds)
                if found["rps"] > best.get(contender.name, {"rps": 0.0})["rps"]:
                    best[contender.name] = found
        b, f, e = (best[name] for name in ("baseline", "floor", "embedded"))
        over_b, over_f = e["rps"] / b["rps"], e["rps"] / f["rps"]
        met = "met" if over_b >= least_b and over_f >= least_f else f"wanted {least_b} x B, {least_f} x F"
        figures = f"{b['rps']:9.0f} {f['rps']:9.0f} {e['rps']:9.0f}            | {over_b:5.2f} {over_f:5.2f}"
        print(f"{count:4} {connections:4} | {figures} | {b['p99_ms']:.1f} / {e['p99_ms']:.1f}  {met}", flush=True)


def main() -> None:
    """Run all three and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="of load for each figure")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    model, rows = train()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        model_file = Path(folder, "model.ubj")
        model_file.write_bytes(model)
        contenders = [
            running.enter_context(baseline(str(model_file))),
            running.enter_context(floor(str(model_file))),
            running.enter_context(embedded(model)),
        ]
        table(contenders, rows, options.seconds, options.rounds)


if __name__ == "__main__":
    main()
