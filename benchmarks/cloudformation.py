"""How long a stack of 100 resources takes: ``python -m benchmarks.cloudformation [--stacks 30] [--against COMMIT]``.

The first stack of a server loads five services; the second does not; then several are made side by side.
"""

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks import checkouts
from benchmarks.checkouts import Checkout

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


def measure(checkout: Checkout, resources: int, stacks: int) -> checkouts.Figures:
    """One stack, the first of its server, another one, and several at once."""
    with checkouts.embedded(checkout) as aws:
        client = aws.client("cloudformation")
        first, second = (deploy(client, name, template(resources)) for name in ("one", "two"))
        began = time.perf_counter()
        with ThreadPoolExecutor(stacks) as pool:
            list(pool.map(lambda number: deploy(client, f"side-{number}", template(5)), range(stacks)))
        together = time.perf_counter() - began
    return {
        f"stack of {resources} resources, the server's first": first,
        f"stack of {resources} resources, another": second,
        f"{stacks} stacks of 5 resources side by side": together,
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=100)
    parser.add_argument("--stacks", type=int, default=30, help="stacks of 5 resources, side by side")
    parser.add_argument("--rounds", type=int, default=3)
    checkouts.add_option(parser)
    options = parser.parse_args()
    with checkouts.chosen(options.against) as chosen:
        medians = checkouts.by_turns(
            chosen, options.rounds, lambda each: measure(each, options.resources, options.stacks)
        )
    checkouts.print_table(medians, options.rounds)


if __name__ == "__main__":
    main()
