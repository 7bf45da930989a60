"""What CodePipeline adds to the work of its actions: ``python -m benchmarks.pipeline_actions [--actions 10] [--against
COMMIT]``.

A pipeline whose Lambda actions only report success runs on an embedded AWS of its own, one action after the other. A
function's own work is one call of CodePipeline; it is measured by calling the function directly, with one such call.
The goal is below 40 ms an action on two quiet cores.
"""

import argparse
import io
import json
import statistics
import time
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from benchmarks import checkouts
from benchmarks.checkouts import Embedded

_CODE = """
import boto3
client = boto3.client("codepipeline")
def handler(event, context):
    job = event.get("CodePipeline.job")
    if job is None:
        client.list_pipelines()
    else:
        client.put_job_success_result(jobId=job["id"])
"""
_NAME = "no-op"
_PRINCIPALS = ["lambda.amazonaws.com", "codepipeline.amazonaws.com"]


@dataclass(frozen=True)
class Bench:
    """A pipeline of so many actions, and the function that they call."""

    pipelines: Any
    functions: Any
    actions: int

    def run(self) -> float:
        """Seconds of one execution."""
        began = time.perf_counter()
        execution = self.pipelines.start_pipeline_execution(name=_NAME)["pipelineExecutionId"]
        while True:
            found = self.pipelines.get_pipeline_execution(pipelineName=_NAME, pipelineExecutionId=execution)
            if found["pipelineExecution"]["status"] != "InProgress":
                break
            time.sleep(0.005)
        if found["pipelineExecution"]["status"] != "Succeeded":
            raise SystemExit(f"the pipeline ended {found['pipelineExecution']['status']}")
        return time.perf_counter() - began

    def call(self) -> float:
        """Seconds of one direct call of the function."""
        began = time.perf_counter()
        self.functions.invoke(FunctionName=_NAME)
        return time.perf_counter() - began


def made(aws: Embedded, actions: int) -> Bench:
    """Role, function, source and pipeline; the first execution is awaited."""
    iam, s3 = aws.client("iam"), aws.client("s3")
    trust = [{"Effect": "Allow", "Principal": {"Service": _PRINCIPALS}, "Action": "sts:AssumeRole"}]
    role = iam.create_role(RoleName=_NAME, AssumeRolePolicyDocument=_policy(trust))["Role"]["Arn"]
    everything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    iam.put_role_policy(RoleName=_NAME, PolicyName="All", PolicyDocument=_policy(everything))
    functions, code = aws.client("lambda"), _zipped("app.py", _CODE)
    functions.create_function(
        FunctionName=_NAME, Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": code}, Timeout=60
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=_NAME)
    s3.create_bucket(Bucket=_NAME)
    s3.put_bucket_versioning(Bucket=_NAME, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=_NAME, Key="source.zip", Body=code)
    pipelines = aws.client("codepipeline")
    pipelines.create_pipeline(pipeline=_pipeline(role, actions))
    bench = Bench(pipelines, functions, actions)
    bench.run()
    return bench


def _policy(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _zipped(name: str, text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


def _pipeline(role: str, actions: int) -> dict[str, Any]:
    source = {"S3Bucket": _NAME, "S3ObjectKey": "source.zip", "PollForSourceChanges": "false"}
    calls = [_action(f"Call{n}", "Invoke", "Lambda", {"FunctionName": _NAME}, runOrder=n + 1) for n in range(actions)]
    first = _action("Source", "Source", "S3", source, outputArtifacts=[{"name": "Source"}])
    return {
        "name": _NAME,
        "roleArn": role,
        "artifactStore": {"type": "S3", "location": _NAME},
        "stages": [{"name": "Source", "actions": [first]}, {"name": "Calls", "actions": calls}],
    }


def _action(name: str, category: str, provider: str, configuration: dict[str, str], **members: Any) -> dict[str, Any]:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name, "actionTypeId": kind, "configuration": configuration, **members}


def measure(bench: Bench) -> checkouts.Figures:
    """One execution, and what it took beyond the functions' own work."""
    own = statistics.median(bench.call() for _ in range(10))
    seconds = bench.run()
    return {
        f"an execution of {bench.actions} actions": seconds * 1000,
        "the function, called directly": own * 1000,
        "added to each action": (seconds / bench.actions - own) * 1000,
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    checkouts.add_option(parser)
    options = parser.parse_args()
    with checkouts.chosen(options.against) as chosen, ExitStack() as running:
        servers = [running.enter_context(checkouts.embedded(each)) for each in chosen]
        benches = [made(each, options.actions) for each in servers]
        medians = checkouts.by_turns(benches, options.rounds, measure)
    checkouts.print_table(medians, options.rounds, unit="ms", digits=0)


if __name__ == "__main__":
    main()
