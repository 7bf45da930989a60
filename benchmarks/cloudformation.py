"""How long a stack of 100 resources takes: ``python -m benchmarks.cloudformation [--stacks N]``.

Prints one line for a single stack, and one for several side by side.
"""

import argparse
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from conftest import start_embedded_aws, stop_embedded_aws

_KINDS: tuple[dict[str, Any], ...] = (
    {"Type": "AWS::SQS::Queue"},
    {"Type": "AWS::SNS::Topic"},
    {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}},
    {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
    {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
)


def template(resources: int) -> str:
    """A template of so many resources, of five kinds in turn."""
    return json.dumps({"Resources": {f"R{i}": _KINDS[i % len(_KINDS)] for i in range(resources)}})


def deploy(client: Any, name: str, body: str) -> float:
    """Seconds from CreateStack to CREATE_COMPLETE."""
    started = time.perf_counter()
    client.create_stack(StackName=name, TemplateBody=body)
    while (status := client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]) == "CREATE_IN_PROGRESS":
        time.sleep(0.02)
    if status != "CREATE_COMPLETE":
        raise SystemExit(f"{name}: {status}")
    return time.perf_counter() - started


def main() -> None:
    """Run both measurements."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--resources", type=int, default=100)
    parser.add_argument("--stacks", type=int, default=30, help="stacks of 5 resources, side by side")
    options = parser.parse_args()
    aws = start_embedded_aws()
    try:
        client = aws.client("cloudformation")
        seconds = deploy(client, "one", template(options.resources))
        print(f"one stack of {options.resources} resources: {seconds:.2f} s")
        started = time.perf_counter()
        threads = [
            threading.Thread(target=deploy, args=(client, f"side-{i}", template(5))) for i in range(options.stacks)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(f"{options.stacks} stacks of 5 resources side by side: {time.perf_counter() - started:.2f} s")
    finally:
        stop_embedded_aws(aws)


if __name__ == "__main__":
    main()
