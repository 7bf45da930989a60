"""How long the cold start of a Python function takes: ``python -m benchmarks.cold_start [--starts 9] [--against
CHECKOUT]``.

The function imports boto3 and makes one client. Each start is another configuration, so that no environment can be
reused. Two figures, medians: ``wall`` is what the caller waits for, ``init`` is Lambda's own Init Duration.
``--against`` takes turns with the embedded AWS of another checkout, which has its own .venv.
"""

import argparse
import base64
import io
import json
import os
import re
import statistics
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

_ROOT = Path(__file__).parents[1]
_CODE = "import boto3\nclient = boto3.client('s3')\ndef handler(event, context):\n    return client.meta.region_name\n"
_TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": "lambda.amazonaws.com"}}]}'
)


@contextmanager
def embedded_aws(checkout: Path) -> Iterator[Any]:
    """A client of Lambda on the embedded AWS of a checkout, with one function ``cold``."""
    rehearse = str(checkout / ".venv" / "bin" / "rehearse")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen(
        [rehearse, "up", "--port", "0"], cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip().rpartition(":")[2]
        told = subprocess.run(
            [rehearse, "env", "--port", port, "--json"], env=environment, capture_output=True, check=True
        )
        yield _with_function(json.loads(told.stdout))
    finally:
        process.terminate()
        process.wait(60)


def _with_function(variables: dict[str, str]) -> Any:
    keys = {
        "region_name": variables["AWS_REGION"],
        "endpoint_url": variables["AWS_ENDPOINT_URL"],
        "aws_access_key_id": variables["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": variables["AWS_SECRET_ACCESS_KEY"],
    }
    role = boto3.client("iam", **keys).create_role(RoleName="cold", AssumeRolePolicyDocument=_TRUST)["Role"]["Arn"]
    functions = boto3.client("lambda", **keys)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("cold.py", _CODE)
    functions.create_function(
        FunctionName="cold",
        Runtime="python3.12",
        Role=role,
        Handler="cold.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=60,
        MemorySize=512,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="cold")
    return functions


def cold_start(functions: Any, number: int) -> tuple[float, float]:
    """Seconds that the caller waits, and seconds of Init Duration."""
    functions.update_function_configuration(FunctionName="cold", Environment={"Variables": {"NUMBER": str(number)}})
    functions.get_waiter("function_updated_v2").wait(FunctionName="cold")
    began = time.perf_counter()
    answer = functions.invoke(FunctionName="cold", LogType="Tail")
    wall = time.perf_counter() - began
    if "FunctionError" in answer:
        raise SystemExit(answer["Payload"].read().decode())
    found = re.search(r"Init Duration: ([0-9.]+) ms", base64.b64decode(answer["LogResult"]).decode())
    assert found is not None, "the start was not cold"
    return wall, float(found.group(1)) / 1000


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--starts", type=int, default=9)
    options.add_argument("--against", type=Path, help="another checkout, with its .venv")
    asked = options.parse_args()
    checkouts = [_ROOT, *([asked.against.resolve()] if asked.against else [])]
    figures: dict[Path, list[tuple[float, float]]] = {checkout: [] for checkout in checkouts}
    with embedded_aws(checkouts[0]) as ours, embedded_aws(checkouts[-1]) as theirs:
        for number in range(asked.starts + 1):
            for checkout, functions in zip(checkouts, (ours, theirs), strict=False):
                figures[checkout].append(cold_start(functions, number))
    print(f"{'cold start':>12} {'wall ms':>10} {'init ms':>10}   medians of {asked.starts}, after one for warmth")
    medians = []
    for name, checkout in zip(("this", "against"), checkouts, strict=False):
        wall, init = (statistics.median(column) * 1000 for column in zip(*figures[checkout][1:], strict=True))
        medians.append(wall)
        print(f"{name:>12} {wall:10.0f} {init:10.0f}")
    if len(medians) == 2:
        print(f"{'ratio':>12} {medians[0] / medians[1]:10.2f}")


if __name__ == "__main__":
    main()
