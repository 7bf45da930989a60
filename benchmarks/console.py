"""How quick the console is: its first page, a change seen, large things, an idle page, twenty windows.

    python -m benchmarks.console [--idle-seconds 20]

Starts an embedded AWS and a console of its own, makes 500 executions of a pipeline, a log of 50 MB and a SageMaker
pipeline of 2,000 steps on it, and looks at them over HTTP and in headless Chromium. Prints a table with the bounds.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

EXECUTIONS, LOG_MB, STEPS, WINDOWS = 500, 50, 2_000, 20
_ROOT = Path(__file__).parents[1]
_SERVER = """
import sys
from rehearsal.localaws import server
from rehearsal.localaws.codepipeline import history
history.KEPT = 1000  # the embedded AWS keeps a hundred, AWS all of a year: the console must cope with those
sys.exit(server.main(sys.argv[1:]))
"""
_PIPELINE, _GROUP, _STEPS = "many-executions", "/benchmark/log", "many-steps"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["codepipeline.amazonaws.com", "sagemaker.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}


@dataclass(frozen=True)
class Row:
    """A line of the table: what, how much, and the bound that it is held to."""

    what: str
    value: float
    unit: str
    bound: float

    def __str__(self) -> str:
        held = "holds" if self.value <= self.bound else "MISSES"
        return f"{self.what:<58} {self.value:>9.3f} {self.unit:<8} {held} {self.bound:g}"


@contextmanager
def process(command: list[str], until: str, environment: dict[str, str]) -> Iterator[tuple[int, re.Match[str]]]:
    """A process while the block runs: its id, and the match of ``until`` in what it prints."""
    running = subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        text = ""
        while (found := re.search(until, text)) is None:
            line = running.stdout.readline()
            if not line:
                raise SystemExit(f"{command} ended: {text}")
            text += line
        yield running.pid, found
    finally:
        running.terminate()
        running.wait(60)


def client_of(variables: dict[str, str]) -> Callable[[str], Any]:
    """Clients of the embedded AWS, as its administrator."""

    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name=variables["AWS_REGION"],
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        )

    return client


def make_executions(client: Callable[[str], Any], role: str) -> None:
    """A pipeline that copies an object, run many times."""
    s3, pipelines = client("s3"), client("codepipeline")
    s3.create_bucket(Bucket="benchmark-source")
    s3.put_bucket_versioning(Bucket="benchmark-source", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="benchmark-source", Key="a.zip", Body=b"PK\5\6" + b"\0" * 18)
    source = {"S3Bucket": "benchmark-source", "S3ObjectKey": "a.zip", "PollForSourceChanges": "false"}
    target = {"BucketName": "benchmark-source", "Extract": "false", "ObjectKey": "copy.zip"}
    stages = [
        ("Source", "Source", source, {"outputArtifacts": [{"name": "Code"}]}),
        ("Copy", "Deploy", target, {"inputArtifacts": [{"name": "Code"}]}),
    ]
    declared = [
        {
            "name": name,
            "actions": [
                {
                    "name": name,
                    "actionTypeId": {"category": category, "owner": "AWS", "provider": "S3", "version": "1"},
                    "configuration": configuration,
                    **artifacts,
                }
            ],
        }
        for name, category, configuration, artifacts in stages
    ]
    store = {"type": "S3", "location": "benchmark-source"}
    pipelines.create_pipeline(
        pipeline={"name": _PIPELINE, "roleArn": role, "artifactStore": store, "stages": declared, "pipelineType": "V2"}
    )
    for _ in range(EXECUTIONS - 1):
        pipelines.start_pipeline_execution(name=_PIPELINE)
    give_up = time.monotonic() + 600
    while time.monotonic() < give_up:
        told = pipelines.list_pipeline_executions(pipelineName=_PIPELINE, maxResults=20)["pipelineExecutionSummaries"]
        if not any(each["status"] == "InProgress" for each in told):
            return
        time.sleep(0.5)
    raise SystemExit("the executions did not end")


def make_log(client: Callable[[str], Any]) -> None:
    """Lines of 5,000 characters."""
    logs = client("logs")
    logs.create_log_group(logGroupName=_GROUP)
    logs.create_log_stream(logGroupName=_GROUP, logStreamName="one")
    now = int(time.time() * 1000)
    for batch in range(LOG_MB):
        events = [{"timestamp": now + batch, "message": f"{batch}/{number} {'x' * 4_990}"} for number in range(200)]
        logs.put_log_events(logGroupName=_GROUP, logStreamName="one", logEvents=events)


def make_steps(client: Callable[[str], Any], role: str) -> None:
    """Conditions that hold, a hundred chains of twenty."""
    steps = []
    for number in range(STEPS):
        condition = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
        arguments = {"Conditions": [condition], "IfSteps": [], "ElseSteps": []}
        before = {"DependsOn": [f"Step{number - 1}"]} if number % 20 else {}
        steps.append({"Name": f"Step{number}", "Type": "Condition", "Arguments": arguments, **before})
    sagemaker = client("sagemaker")
    sagemaker.create_pipeline(
        PipelineName=_STEPS,
        PipelineDefinition=json.dumps({"Version": "2020-12-01", "Steps": steps}),
        RoleArn=role,
        ClientRequestToken="b" * 32,
    )
    sagemaker.start_pipeline_execution(PipelineName=_STEPS)
    give_up = time.monotonic() + 600
    while time.monotonic() < give_up:
        (run,) = sagemaker.list_pipeline_executions(PipelineName=_STEPS)["PipelineExecutionSummaries"]
        if run["PipelineExecutionStatus"] not in ("Executing", "Stopping"):
            return
        time.sleep(0.5)
    raise SystemExit("the steps did not end")


def timed(url: str, cookie: str) -> tuple[float, float, int]:
    """Seconds to the first byte and to the last, and bytes, of a page asked for the second time."""
    place = urlsplit(url)
    for _ in range(2):
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        began = time.perf_counter()
        connection.request("GET", f"{place.path}?{place.query}", headers={"Cookie": cookie})
        answer = connection.getresponse()
        first = time.perf_counter() - began
        body = answer.read()
        last = time.perf_counter() - began
        assert answer.status == 200, (url, answer.status)
        connection.close()
    return first, last, len(body)


def cpu_seconds(pid: int) -> float:
    """Of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cookie_of(link: str) -> str:
    """What the link gives."""
    place = urlsplit(link)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    connection.request("GET", f"{place.path}?{place.query}")
    return (connection.getresponse().getheader("Set-Cookie") or "").partition(";")[0]


def large(base: str, cookie: str) -> Iterator[Row]:
    """Pages of large things."""
    pages = {
        f"{EXECUTIONS} executions": f"/pipelines/{_PIPELINE}?show={EXECUTIONS}",
        f"log of {LOG_MB} MB": f"/log?group={_GROUP}",
        f"SageMaker pipeline of {STEPS:,} steps": f"/model-pipelines/{_STEPS}",
        f"all {STEPS:,} steps on one page": f"/model-pipelines/{_STEPS}?show={STEPS}",
    }
    for what, address in pages.items():
        first, last, size = timed(base + address, cookie)
        yield Row(f"{what}: first byte", first, "s", 0.3)
        yield Row(f"{what}: page ({size / 1000:.0f} kB)", last, "s", 1.0)


def live(page: Any) -> None:
    """Until the page is interactive and follows what happens."""
    page.locator("#connection[data-state=live]").wait_for()


def seen(page: Any, pipelines: Any, number: int) -> float:
    """Seconds from a change at the API to the page."""
    reason = f"benchmark {number}"
    began = time.perf_counter()
    pipelines.disable_stage_transition(
        pipelineName=_PIPELINE, stageName="Copy", transitionType="Inbound", reason=reason
    )
    page.get_by_text(reason).first.wait_for()
    return time.perf_counter() - began


def in_windows(browser: Any, link: str, pid: int, pipelines: Any) -> Iterator[Row]:
    """Twenty windows on one page: all see a change, and what it costs to have them open."""
    base = link.partition("/?")[0]
    pages = []
    for _ in range(WINDOWS):
        page = browser.new_page()
        page.goto(link)
        page.wait_for_url(f"{base}/")
        page.goto(f"{base}/pipelines/{_PIPELINE}")
        live(page)
        pages.append(page)
    before, began = cpu_seconds(pid), time.monotonic()
    time.sleep(10)
    yield Row(f"{WINDOWS} windows idle", 100 * (cpu_seconds(pid) - before) / (time.monotonic() - began), "% core", 20)
    began = time.perf_counter()
    pipelines.disable_stage_transition(
        pipelineName=_PIPELINE, stageName="Copy", transitionType="Inbound", reason="for all windows"
    )
    for page in pages:
        page.get_by_text("for all windows").first.wait_for()
    yield Row(f"a change seen in {WINDOWS} windows", time.perf_counter() - began, "s", 3)
    for page in pages:
        page.close()


def first_page(browser: Any, environment: dict[str, str]) -> float:
    """Seconds from the command to an interactive first page."""
    began = time.perf_counter()
    with process(console(), r'"link": "([^"]+)"', environment) as (_, found):
        page = browser.new_page()
        page.goto(found[1])
        live(page)
        taken = time.perf_counter() - began
        page.close()
    return taken


def console() -> list[str]:
    """The command."""
    return [sys.executable, "-m", "rehearsal.cli.main", "console", "--port", "0", "--json"]


def measured(browser: Any, client: Callable[[str], Any], environment: dict[str, str], idle: float) -> Iterator[Row]:
    """All of it."""
    starts = [first_page(browser, environment) for _ in range(3)]
    yield Row("first page interactive after the command, warm", statistics.median(starts[1:]), "s", 1.5)
    role = client("iam").create_role(RoleName="benchmark", AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    client("iam").attach_role_policy(RoleName="benchmark", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    make_executions(client, role)
    make_log(client)
    make_steps(client, role)
    pipelines = client("codepipeline")
    with process(console(), r'"link": "([^"]+)"', environment) as (pid, found):
        link = found[1]
        base = link.partition("/?")[0]
        yield from large(base, cookie_of(link))
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(link)
        page.wait_for_url(f"{base}/")
        page.goto(f"{base}/pipelines/{_PIPELINE}")
        live(page)
        times = [seen(page, pipelines, number) for number in range(7)]
        yield Row("a change at the API seen, median of 7", statistics.median(times), "s", 1.0)
        yield Row("a change at the API seen, longest of 7", max(times), "s", 1.5)
        before, began = cpu_seconds(pid), time.monotonic()
        time.sleep(idle)
        yield Row("idle page open", 100 * (cpu_seconds(pid) - before) / (time.monotonic() - began), "% core", 5)
        page.close()
        yield from in_windows(browser, link, pid, pipelines)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--idle-seconds", type=float, default=20)
    given = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("no Chromium on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="rt-") as folder, sync_playwright() as playwright:
        environment = {**os.environ, "TMPDIR": folder}
        server = [sys.executable, "-c", _SERVER, "--port", "0"]
        as_root = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=[*as_root, "--disable-gpu"])
        with process(server, r"ready http://127\.0\.0\.1:(\d+)", environment) as (_, ready):
            told = subprocess.run(
                [sys.executable, "-m", "rehearsal.cli.main", "env", "--port", ready[1], "--json"],
                cwd=_ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            variables = json.loads(told.stdout)
            for row in measured(browser, client_of(variables), {**environment, **variables}, given.idle_seconds):
                print(row, flush=True)
        browser.close()


if __name__ == "__main__":
    main()
