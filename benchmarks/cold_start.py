"""How long the cold start of a Python function takes: ``python -m benchmarks.cold_start [--starts 9] [--against
CHECKOUT]``.

The function imports boto3 and makes one client. Each start is another configuration, so that no environment can be
reused. Two figures, medians: ``wall`` is what the caller waits for, ``init`` is Lambda's own Init Duration.
``--against`` takes turns with the embedded AWS of another checkout, which has its own .venv.
"""

import argparse
import base64
import io
import itertools
import re
import time
import zipfile
from contextlib import ExitStack
from typing import Any

from benchmarks import checkouts
from benchmarks.checkouts import Embedded

_CODE = "import boto3\nclient = boto3.client('s3')\ndef handler(event, context):\n    return client.meta.region_name\n"
_TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": "lambda.amazonaws.com"}}]}'
)


def with_function(aws: Embedded) -> Any:
    """A client of Lambda with one function ``cold``."""
    iam, functions = aws.client("iam"), aws.client("lambda")
    role = iam.create_role(RoleName="cold", AssumeRolePolicyDocument=_TRUST)["Role"]["Arn"]
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=9)
    checkouts.add_option(parser)
    options = parser.parse_args()
    numbers = itertools.count()

    def measure(functions: Any) -> checkouts.Figures:
        wall, init = cold_start(functions, next(numbers))
        return {"wall": wall * 1000, "init": init * 1000}

    with checkouts.chosen(options.against) as chosen, ExitStack() as running:
        servers = [running.enter_context(checkouts.embedded(each)) for each in chosen]
        medians = checkouts.by_turns([with_function(each) for each in servers], options.starts, measure)
    checkouts.print_table(medians, options.starts, unit="ms", digits=0)


if __name__ == "__main__":
    main()
