"""docs/monitoring.md, word for word: its programs run, the schedule fires on the clock, and drift raises the alarm."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.authorizer.minimal.statements import Named
from tests.localaws.authorizer.minimal.table import TABLE, Evaluated
from tests.localaws.authorizer.minimal.usage import Usage
from tests.localaws.sagemaker.conftest import IMAGE, tar_gz
from tests.localaws.sagemaker.job_data import make_role
from tests.localaws.waiting import wait_until

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "monitoring.md"
BUCKET, ENDPOINT = "watched-requests", "wine"
PATIENCE_SECONDS = 120
HERE = "tests/end_to_end/test_monitoring.py"
NEEDED = {name: row for name, row in TABLE.items() if isinstance(row, Evaluated) and row.test.startswith(HERE)}


@pytest.fixture(scope="module")
def own_aws() -> Iterator[EmbeddedAws]:
    """One of its own: its clock is moved."""
    embedded = start_embedded_aws("--continuation-delay", "0.05")
    yield embedded
    stop_embedded_aws(embedded)


def rows(part: str) -> np.ndarray:
    return np.loadtxt(ROOT / "Data" / part / f"{part}.csv", delimiter=",", dtype=np.float32)


def deploy(aws: EmbeddedAws) -> None:
    """The workshop's model behind an endpoint that captures its requests."""
    train = rows("train")
    matrix = xgboost.DMatrix(train[:, 1:], label=train[:, 0])
    booster = xgboost.train({"max_depth": 4, "nthread": 1, "objective": "reg:squarederror"}, matrix, 20)
    aws.client("s3").create_bucket(Bucket=BUCKET)
    artifact = tar_gz({"xgboost-model": bytes(booster.save_raw("ubj"))})
    aws.client("s3").put_object(Bucket=BUCKET, Key="model.tar.gz", Body=artifact)
    sagemaker, role = aws.client("sagemaker"), make_role(aws, "monitoring-jobs")
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}
    sagemaker.create_model(ModelName="wine", ExecutionRoleArn=role, PrimaryContainer=container)
    sagemaker.create_endpoint_config(
        EndpointConfigName="wine",
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": "wine",
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
            }
        ],
        DataCaptureConfig={
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": f"s3://{BUCKET}/captured",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
        },
    )
    sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName="wine")
    wait_until(
        lambda: sagemaker.describe_endpoint(EndpointName=ENDPOINT)["EndpointStatus"] == "InService",
        seconds=PATIENCE_SECONDS,
    )


def program(name: str, aws: EmbeddedAws, *arguments: str) -> str:
    """What a program of the page prints."""
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    told = {**os.environ, **aws.environment, "BUCKET": BUCKET, "ENDPOINT": ENDPOINT}
    done = subprocess.run(
        [sys.executable, "-c", dict(blocks)[name], *arguments],
        cwd=ROOT,
        env=told,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def now(aws: EmbeddedAws) -> datetime:
    return datetime.fromtimestamp(aws.rehearsal("GET", "clock")["timestamp"], UTC)


def advance_to_minute(aws: EmbeddedAws, minute: int) -> None:
    """To this minute of the hour that it then is, later than now."""
    at = now(aws)
    seconds = (minute - at.minute) % 60 * 60 - at.second
    aws.rehearsal("POST", "clock", seconds=seconds if seconds > 0 else seconds + 3600)


def ask(aws: EmbeddedAws, table: np.ndarray, named: str) -> str:
    """Ask for rows one by one, with inference ids; gives the hour in which they were captured."""
    runtime, s3 = aws.client("sagemaker-runtime"), aws.client("s3")
    hour = f"{now(aws):%Y/%m/%d/%H}"
    for number, row in enumerate(table):
        body = ",".join(f"{cell:.5f}".rstrip("0").rstrip(".") for cell in row[1:])
        runtime.invoke_endpoint(
            EndpointName=ENDPOINT, ContentType="text/csv", Body=body, InferenceId=f"{named}{number}"
        )

    def captured() -> bool:
        found = s3.list_objects_v2(Bucket=BUCKET, Prefix=f"captured/{ENDPOINT}/AllTraffic/{hour}/").get("Contents", [])
        bodies = [s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read() for each in found]
        return sum(body.count(b"\n") for body in bodies) >= len(table)

    wait_until(captured, seconds=PATIENCE_SECONDS)
    return hour


def truth(aws: EmbeddedAws, hour: str, named: str, labels: Any) -> None:
    program("truth.py", aws, hour, *(f"{named}{number}={label:g}" for number, label in enumerate(labels)))


def results(aws: EmbeddedAws, hour: str) -> dict[str, list[str]]:
    """Violated features and metrics of the hour's checks, when both have ended."""
    s3, found = aws.client("s3"), {}
    for check in ("data", "model"):
        key = f"monitoring/results/{check}/{hour}/constraint_violations.json"

        def report(key: str = key) -> Any:
            try:
                return json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
            except s3.exceptions.NoSuchKey:
                return None

        listed = wait_until(report, seconds=PATIENCE_SECONDS)["violations"]
        found[check] = [each.get("feature_name") or each["metric_name"] for each in listed]
    return found


def alarm(aws: EmbeddedAws, name: str, state: str) -> None:
    """Wait until one of the stack's alarms is in a state, a minute of the clock at a time."""
    cloudwatch = aws.client("cloudwatch")

    def is_so() -> bool:
        found = cloudwatch.describe_alarms(AlarmNamePrefix=f"monitoring-{name}-")["MetricAlarms"]
        return found[0]["StateValue"] == state

    wait_until(is_so, seconds=PATIENCE_SECONDS)


def outputs_of_stack(aws: EmbeddedAws) -> dict[str, str]:
    stack = aws.client("cloudformation").describe_stacks(StackName="monitoring")["Stacks"][0]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def check_again(aws: EmbeddedAws) -> None:
    """The hour before this one, as the page says."""
    event = {"scheduled": f"{now(aws):%Y-%m-%dT%H:%M:%SZ}"}
    start = outputs_of_stack(aws)["StartFunction"]
    answer = aws.client("lambda").invoke(FunctionName=start, Payload=json.dumps(event))
    assert len(json.loads(answer["Payload"].read())) == 2


def functions(aws: EmbeddedAws) -> dict[str, str]:
    """The names of the stack's two functions by their logical ids."""
    listed = aws.client("cloudformation").describe_stack_resources(StackName="monitoring")["StackResources"]
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in listed
        if each["ResourceType"] == "AWS::Lambda::Function"
    }


def ask_in_vain(aws: EmbeddedAws) -> None:
    """Give both functions events that they cannot use, as a service would, until Lambda has given them up."""
    for name in functions(aws).values():
        aws.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=b'{"of": "no use"}')
    url = outputs_of_stack(aws)["DeadLetterQueueUrl"]

    def kept() -> bool:
        aws.rehearsal("POST", "clock", seconds=60)  # Lambda tries again after a minute, and after two
        found = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return found["Attributes"]["ApproximateNumberOfMessages"] == "2"

    wait_until(kept, seconds=PATIENCE_SECONDS)


def report_without_a_file(aws: EmbeddedAws, hour: str) -> None:
    """A check whose results lack the violations is reported with none."""
    s3, folder = aws.client("s3"), f"monitoring/results/data/{hour}"
    s3.delete_object(Bucket=BUCKET, Key=f"{folder}/constraint_violations.json")
    jobs = aws.client("sagemaker").list_processing_jobs(NameContains="monitor-data-")["ProcessingJobSummaries"]
    event = {"detail": {"ProcessingJobName": jobs[0]["ProcessingJobName"]}}
    answer = aws.client("lambda").invoke(FunctionName=functions(aws)["ReportFunction"], Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_requests_that_drift_raise_the_alarm(own_aws: EmbeddedAws) -> None:
    deploy(own_aws)
    program("watch.py", own_aws)
    constraints = own_aws.client("s3").get_object(Bucket=BUCKET, Key="monitoring/baseline/model/constraints.json")
    loose = json.loads(constraints["Body"].read())
    for name, each in loose["regression_constraints"].items():
        each["threshold"] = each["threshold"] * 1.5 if name != "r2" else -1
    own_aws.client("s3").put_object(
        Bucket=BUCKET, Key="monitoring/baseline/model/constraints.json", Body=json.dumps(loose).encode()
    )
    advance_to_minute(own_aws, 30)
    test = rows("test")
    hour = ask(own_aws, test[:80], "good")
    truth(own_aws, hour, "good", test[:80, 0])
    advance_to_minute(own_aws, 21)
    assert results(own_aws, hour) == {"data": [], "model": []}
    alarm(own_aws, "DataAlarm", "OK")

    advance_to_minute(own_aws, 30)
    drifted = test[:80].copy()
    drifted[:, 11] += 4  # alcohol
    hour = ask(own_aws, drifted, "bad")
    truth(own_aws, hour, "bad", test[:80, 0] + 3)
    advance_to_minute(own_aws, 21)
    found = results(own_aws, hour)
    assert found["data"] == ["_c10"]
    assert "mae" in found["model"]
    alarm(own_aws, "DataAlarm", "ALARM")
    alarm(own_aws, "ModelAlarm", "ALARM")
    alarm(own_aws, "FailedAlarm", "OK")
    shown = program("look.py", own_aws)
    assert "DataAlarm ALARM" in shown
    assert "data _c10 Baseline drift distance" in shown
    metrics = own_aws.client("cloudwatch").list_metrics(Namespace="ModelMonitoring")["Metrics"]
    assert {"Violations", "Rows", "Failed", "mae", "rmse"} <= {each["MetricName"] for each in metrics}

    own_aws.client("s3").put_object(Bucket=BUCKET, Key="monitoring/baseline/model/constraints.json", Body=b"{}")
    check_again(own_aws)
    alarm(own_aws, "FailedAlarm", "ALARM")

    ask_in_vain(own_aws)
    alarm(own_aws, "UncheckedAlarm", "ALARM")
    report_without_a_file(own_aws, hour)


@pytest.mark.parametrize("name", NEEDED, ids=" ".join)
def test_recorded_calls_would_be_denied_without_the_statement(own_aws: EmbeddedAws, name: Named) -> None:
    usage = Usage(own_aws, "monitoring")
    assert set(NEEDED[name].actions) <= usage.needed()[name]
    assert usage.denied() == []


def test_removed_is_the_whole_stack(own_aws: EmbeddedAws) -> None:
    cloudformation = own_aws.client("cloudformation")
    cloudformation.delete_stack(StackName="monitoring")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="monitoring", WaiterConfig={"Delay": 1})
