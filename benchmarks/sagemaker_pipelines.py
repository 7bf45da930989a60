"""What pipelines add to the work of their steps: ``python -m benchmarks.sagemaker_pipelines [--full]``.

A chain of 20 Lambda steps and 50 pipelines of a Condition, a Lambda and a Fail step each run on an embedded AWS of
their own; the function's own time is that of calling it directly. The goal is below 150 ms a step. With ``--full`` one
execution fans out to 125, 250 and 500 Lambda steps: the whole time for each step, the function's with it, must not grow
with their number.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.deploying import zip_of

GOAL_SECONDS = 0.150
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_OVER = ("Succeeded", "Failed", "Stopped")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="fan out to 125, 250 and 500 steps too")
    full = parser.parse_args().full
    aws = start_embedded_aws()
    try:
        bench = Bench(aws)
        direct = bench.direct_seconds()
        print(
            f"{'what':42} {'steps':>6} {'seconds':>8} {'ms a step':>10}   beside {direct * 1000:.1f} ms of the function"
        )
        line("chain of 20 Lambda steps", 20, bench.seconds(chain(20, bench.function)), direct)
        line("50 pipelines, one after the other", 150, bench.many(50), direct / 3)
        for count in (125, 250, 500) if full else ():
            line(
                f"one execution, {count} Lambda steps at once", count, bench.seconds(fan(count, bench.function)), direct
            )
    finally:
        stop_embedded_aws(aws)


def line(what: str, steps: int, seconds: float, own: float) -> None:
    """One line of the table; ``own`` is what a step's work itself takes."""
    over = seconds / steps - own
    verdict = "" if over < GOAL_SECONDS else f"   ABOVE the goal of {GOAL_SECONDS * 1000:.0f} ms"
    print(f"{what:42} {steps:6} {seconds:8.2f} {over * 1000:10.1f}{verdict}", flush=True)


def document(*steps: Any) -> str:
    """A definition."""
    return json.dumps({"Version": "2020-12-01", "Steps": list(steps)})


def call(name: str, function: str, *after: str) -> dict[str, Any]:
    """A Lambda step."""
    return {"Name": name, "Type": "Lambda", "FunctionArn": function, "Arguments": {}, "DependsOn": list(after)}


def chain(length: int, function: str) -> str:
    """Each step after the one before."""
    return document(*(call(f"S{n}", function, *([f"S{n - 1}"] if n else [])) for n in range(length)))


def fan(count: int, function: str) -> str:
    """All steps at once."""
    return document(*(call(f"S{n}", function) for n in range(count)))


def small(function: str) -> str:
    """A Condition, a Lambda step in its branch, a Fail step after it."""
    always = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
    stop = {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}, "DependsOn": ["Work"]}
    branches = {"Conditions": [always], "IfSteps": [call("Work", function), stop], "ElseSteps": []}
    return document({"Name": "Check", "Type": "Condition", "Arguments": branches})


class Bench:
    """A role, a warm function, and pipelines that are run to their end."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.sagemaker, self.functions, iam = aws.client("sagemaker"), aws.client("lambda"), aws.client("iam")
        principals = ["sagemaker.amazonaws.com", "lambda.amazonaws.com"]
        trust = {"Effect": "Allow", "Principal": {"Service": principals}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        self.role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        iam.put_role_policy(RoleName="bench", PolicyName="All", PolicyDocument=json.dumps(ALLOW_ALL))
        code = zip_of({"app.py": "def handler(event, context):\n    return {}\n"})
        self.function = self.functions.create_function(
            FunctionName="bench", Runtime="python3.12", Role=self.role, Handler="app.handler", Code={"ZipFile": code}
        )["FunctionArn"]
        self.made = 0

    def direct_seconds(self) -> float:
        """The median of calling the function, once it is warm."""
        return statistics.median(timed(lambda: self.functions.invoke(FunctionName="bench")) for _ in range(20))

    def seconds(self, definition: str) -> float:
        """From the start of one execution to its end; a first one warms what it needs."""
        name = self._create(definition)
        self._run(name)
        return timed(lambda: self._run(name))

    def many(self, count: int) -> float:
        """So many pipelines, each made before, started and run to the end one after the other."""
        names = [self._create(small(self.function)) for _ in range(count)]
        return timed(lambda: [self._run(name) for name in names])

    def _create(self, definition: str) -> str:
        self.made += 1
        name = f"bench-{self.made}"
        self.sagemaker.create_pipeline(PipelineName=name, PipelineDefinition=definition, RoleArn=self.role)
        return name

    def _run(self, name: str) -> None:
        arn = self.sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
        while True:
            found = self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
            if found["PipelineExecutionStatus"] in _OVER:
                return


def timed(work: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
