"""An endpoint and the stack that watches it: baselines, requests with their truth, the checks of an hour, alarms.

An hour is checked when it is over. On the embedded AWS the clock is moved there and the schedule does it; on an account
the function that the schedule calls is invoked, since nobody waits for an hour.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import ExecutionFailed
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.embedded import beyond_aws
from rehearsal.toolkit.labs import objects, telling

_FOLDER = "/opt/ml/processing"
_HOUR = "%Y/%m/%d/%H"
_LONGEST_SECONDS = 1800.0
_ROOM = timedelta(minutes=5)
"""What asking takes at most; an hour with less left is not begun."""
_SCHEDULED = timedelta(minutes=21)
"""After this much of the next hour the schedule has called the function."""
CHECKS = ("data", "model")


@dataclass(frozen=True)
class Watched:
    """``stack`` watches ``endpoint``; its jobs are called ``jobs``-..., and everything lies in ``bucket``."""

    aws: Aws
    endpoint: str
    bucket: str
    stack: str
    jobs: str
    outputs: Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """Requests of one hour, by their inference ids in the order of the rows."""

    hour: datetime
    ids: tuple[str, ...]


def baseline(watched: Watched, check: str, lines: Sequence[str], environment: Mapping[str, str]) -> None:
    """Have rows checked without anything to compare with: what the job leaves is the baseline."""
    s3, name = watched.aws.client("s3"), f"baseline-{check}-{uuid.uuid4().hex[:8]}"
    s3.put_object(Bucket=watched.bucket, Key=f"monitoring/rows/{check}/rows.csv", Body="\n".join(lines).encode())
    told = {
        "dataset_format": json.dumps({"csv": {"header": False}}),
        "dataset_source": f"{_FOLDER}/input",
        "output_path": f"{_FOLDER}/output",
        "publish_cloudwatch_metrics": "Disabled",
    }
    watched.aws.client("sagemaker").create_processing_job(
        ProcessingJobName=name,
        RoleArn=watched.outputs["JobRoleArn"],
        AppSpecification={"ImageUri": watched.outputs["AnalyzerImage"]},
        Environment={**told, **environment},
        ProcessingInputs=[_input(watched, f"monitoring/rows/{check}/")],
        ProcessingOutputConfig={"Outputs": [_output(watched, f"monitoring/baseline/{check}")]},
        ProcessingResources={
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}
        },
    )
    _completed(watched, name)


def _input(watched: Watched, prefix: str) -> dict[str, Any]:
    place = {"S3Uri": f"s3://{watched.bucket}/{prefix}", "LocalPath": f"{_FOLDER}/input"}
    return {"InputName": "rows", "S3Input": {**place, "S3DataType": "S3Prefix", "S3InputMode": "File"}}


def _output(watched: Watched, prefix: str) -> dict[str, Any]:
    place = {"S3Uri": f"s3://{watched.bucket}/{prefix}", "LocalPath": f"{_FOLDER}/output"}
    return {"OutputName": "baseline", "S3Output": {**place, "S3UploadMode": "EndOfJob"}}


def loosen(watched: Watched, factor: float) -> None:
    """Give the suggested thresholds of the model's errors room: no model is as good as on the data that chose it."""
    key = "monitoring/baseline/model/constraints.json"
    suggested = json.loads(objects.read(watched.aws, f"s3://{watched.bucket}/{key}"))
    body = json.dumps(loosened(suggested, factor)).encode()
    watched.aws.client("s3").put_object(Bucket=watched.bucket, Key=key, Body=body)


def loosened(suggested: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """Errors may be so many times larger. ``r2``, which is no error, is not asked. Pure."""
    constraints = {
        name: {**each, "threshold": each["threshold"] * factor}
        for name, each in suggested["regression_constraints"].items()
        if name != "r2"
    }
    return {**suggested, "regression_constraints": constraints}


def now(aws: Aws) -> datetime:
    """What the account's clock shows."""
    return beyond_aws.clock(aws) if capabilities.is_rehearsal(aws) else datetime.now(UTC)


def ask(watched: Watched, rows: Sequence[str]) -> Asked:
    """Ask the endpoint for each row by itself, and wait until all are among the captured ones of the hour."""
    hour = _hour_with_room(watched.aws)
    ids = tuple(uuid.uuid4().hex for _ in rows)
    runtime = watched.aws.client("sagemaker-runtime")
    for row, inference_id in zip(rows, ids, strict=True):
        runtime.invoke_endpoint(
            EndpointName=watched.endpoint, ContentType="text/csv", Body=row.encode(), InferenceId=inference_id
        )
    telling.until(
        lambda: set(ids) <= _captured(watched, hour),
        _LONGEST_SECONDS,
        f"the {len(ids)} requests are not all among the captured ones",
        f"s3://{watched.bucket}/captured/{watched.endpoint}/",
        "look at DataCaptureConfig of the endpoint's config, and at the rights of the model's role",
    )
    return Asked(hour, ids)


def _hour_with_room(aws: Aws) -> datetime:
    """The beginning of this hour, or of the next one when too little of this is left: then it is waited for."""
    moment = now(aws)
    following = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if following - moment > _ROOM:
        return following - timedelta(hours=1)
    if capabilities.is_rehearsal(aws):
        beyond_aws.advance_clock(aws, following - moment + timedelta(seconds=1))
    where, next_step = "the account's clock", "set this machine's clock"
    telling.until(lambda: now(aws) >= following, _ROOM.total_seconds() * 2, "no new hour began", where, next_step)
    return following


def _captured(watched: Watched, hour: datetime) -> set[str]:
    """The inference ids among the captured requests of an hour."""
    s3, prefix = watched.aws.client("s3"), f"captured/{watched.endpoint}/AllTraffic/{hour:{_HOUR}}/"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=watched.bucket, Prefix=prefix)
    keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
    lines = (line for key in keys for line in objects.read(watched.aws, f"s3://{watched.bucket}/{key}").splitlines())
    return {str(json.loads(line)["eventMetadata"].get("inferenceId")) for line in lines if line}


def tell_truth(watched: Watched, asked: Asked, labels: Sequence[str]) -> None:
    """Say what was right, by inference id, in the layout that AWS has for ground truth."""
    lines = [
        json.dumps(
            {
                "groundTruthData": {"data": label, "encoding": "CSV"},
                "eventMetadata": {"eventId": inference_id},
                "eventVersion": "0",
            }
        )
        for inference_id, label in zip(asked.ids, labels, strict=True)
    ]
    key = f"ground-truth/{asked.hour:{_HOUR}}/{asked.ids[0]}.jsonl"
    watched.aws.client("s3").put_object(Bucket=watched.bucket, Key=key, Body="\n".join(lines).encode())


def check(watched: Watched, hour: datetime) -> dict[str, list[str]]:
    """The features and metrics that violate the baseline, by check, after the jobs that look at the hour have ended."""
    jobs = _scheduled(watched, hour) if capabilities.is_rehearsal(watched.aws) else _invoked(watched, hour)
    return {name: _violations(watched, job) for name, job in zip(CHECKS, jobs, strict=True)}


def _scheduled(watched: Watched, hour: datetime) -> list[str]:
    """Lets time pass to the hour's end and the schedule's minute; the jobs that this starts."""
    beyond_aws.advance_clock(watched.aws, hour + timedelta(hours=1) + _SCHEDULED - now(watched.aws))
    sagemaker = watched.aws.client("sagemaker")

    def newest() -> list[str]:
        found = [
            sagemaker.list_processing_jobs(NameContains=f"{watched.jobs}-{name}-{hour:%Y%m%d%H}-", MaxResults=1)
            for name in CHECKS
        ]
        names = [each["ProcessingJobName"] for page in found for each in page["ProcessingJobSummaries"]]
        return names if len(names) == len(CHECKS) else []

    return telling.until(
        newest,
        _LONGEST_SECONDS,
        f"the schedule has not started both checks of {hour:{_HOUR}}",
        watched.stack,
        f"look at the log group of {watched.outputs['StartFunction']} and at the dead-letter queue",
    )


def _invoked(watched: Watched, hour: datetime) -> list[str]:
    """The jobs that the function starts when it is told that the hour is over."""
    event = {"scheduled": f"{hour + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"}
    name = watched.outputs["StartFunction"]
    answer = watched.aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    started = json.loads(answer["Payload"].read())
    if "FunctionError" in answer or len(started) != len(CHECKS):
        raise ExecutionFailed(
            f"the checks of {hour:{_HOUR}} were not started: {started}",
            where=name,
            next_step=f"look at the log group /aws/lambda/{name}",
        )
    return [str(each) for each in started]


def _completed(watched: Watched, job: str) -> dict[str, Any]:
    """A processing job after its end.

    Raises:
        ExecutionFailed: it did not complete.
    """
    sagemaker = watched.aws.client("sagemaker")

    def ended() -> dict[str, Any] | None:
        found = sagemaker.describe_processing_job(ProcessingJobName=job)
        return found if found["ProcessingJobStatus"] in ("Completed", "Failed", "Stopped") else None

    found = telling.until(
        ended, _LONGEST_SECONDS, f"the job {job} has not ended", "/aws/sagemaker/ProcessingJobs", "look at its logs"
    )
    assert found is not None  # what ``until`` gives is there
    if found["ProcessingJobStatus"] != "Completed":
        raise ExecutionFailed(
            f"the job {job} is {found['ProcessingJobStatus']}: {found.get('FailureReason', '')}",
            where="/aws/sagemaker/ProcessingJobs",
            next_step="look at its logs",
        )
    return found


def _violations(watched: Watched, job: str) -> list[str]:
    outputs = _completed(watched, job)["ProcessingOutputConfig"]["Outputs"]
    url = f"{outputs[0]['S3Output']['S3Uri']}/constraint_violations.json"
    try:
        report = json.loads(objects.read(watched.aws, url))
    except ClientError as error:
        if code_of(error) == "NoSuchKey":
            return []
        raise
    return [str(each.get("feature_name") or each.get("metric_name")) for each in report["violations"]]


def alarm(watched: Watched, name: str, wanted: str) -> str:
    """Wait until one of the stack's alarms is in a state; the reason that CloudWatch gives."""
    cloudwatch = watched.aws.client("cloudwatch")

    def reason() -> str:
        found = cloudwatch.describe_alarms(AlarmNames=[watched.outputs[name]])["MetricAlarms"][0]
        return str(found["StateReason"]) if found["StateValue"] == wanted else ""

    return telling.until(
        reason,
        _LONGEST_SECONDS * 3,
        f"the alarm {name} is not in the state {wanted}",
        watched.outputs[name],
        "look at the metrics in the namespace ModelMonitoring",
    )
