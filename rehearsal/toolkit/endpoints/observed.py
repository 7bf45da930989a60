"""What an endpoint did: invocations, errors and latency by CloudWatch, and the newest requests that it captured."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws

_MINUTES = 60
_LARGEST_FILE = 5_000_000
_LONGEST_DATA = 400
_STATISTICS = {
    "invocations": ("Invocations", "Sum"),
    "errors_4xx": ("Invocation4XXErrors", "Sum"),
    "errors_5xx": ("Invocation5XXErrors", "Sum"),
    "mean": ("ModelLatency", "Average"),
    "longest": ("ModelLatency", "Maximum"),
}


@dataclass(frozen=True)
class Traffic:
    """A variant's last hour. Latencies are of the model, in milliseconds, by minute before now (0 is the newest)."""

    variant: str
    invocations: int
    errors: int
    mean_ms: float | None
    longest_ms: float | None
    by_minute: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Captured:
    """One captured request with its answer, each cut to 400 characters."""

    at: str
    input: str
    output: str
    event_id: str


@dataclass(frozen=True)
class Capture:
    """Whether requests are captured, where to, and the newest of them."""

    is_on: bool
    percent: int
    destination: str
    newest: tuple[Captured, ...]


def traffic(aws: Aws, endpoint: str, variants: Sequence[str], now: datetime) -> list[Traffic]:
    """The last hour before ``now`` of each variant."""
    return [_traffic(aws, endpoint, variant, now) for variant in variants]


def _traffic(aws: Aws, endpoint: str, variant: str, now: datetime) -> Traffic:
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]
    queries = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/SageMaker", "MetricName": metric, "Dimensions": dimensions},
                "Period": 60,
                "Stat": statistic,
            },
        }
        for name, (metric, statistic) in _STATISTICS.items()
    ]
    answer = aws.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=now - timedelta(minutes=_MINUTES), EndTime=now + timedelta(minutes=1)
    )
    return traffic_of(variant, answer["MetricDataResults"], now)


def traffic_of(variant: str, results: Sequence[Mapping[str, Any]], now: datetime) -> Traffic:
    """GetMetricData's answer as a value. Pure."""
    by_id = {each["Id"]: dict(zip(each["Timestamps"], each["Values"], strict=True)) for each in results}
    counts, means = by_id.get("invocations", {}), by_id.get("mean", {})
    total = sum(counts.values())
    weighted = sum(means[at] * counts.get(at, 0) for at in means)
    minutes = sorted((-round((now - at).total_seconds() / 60), value / 1000) for at, value in means.items())
    return Traffic(
        variant,
        int(total),
        int(sum(sum(by_id.get(name, {}).values()) for name in ("errors_4xx", "errors_5xx"))),
        weighted / total / 1000 if total and means else None,
        max(by_id.get("longest", {}).values()) / 1000 if by_id.get("longest") else None,
        tuple(minutes),
    )


def capture(aws: Aws, endpoint: str, count: int = 10) -> Capture:
    """What DescribeEndpoint says of data capture, and the newest requests under its destination."""
    config = aws.client("sagemaker").describe_endpoint(EndpointName=endpoint).get("DataCaptureConfig") or {}
    destination = config.get("DestinationS3Uri", "")
    newest = _newest(aws, f"{destination.rstrip('/')}/{endpoint}/", count) if destination else ()
    is_on = config.get("CaptureStatus") == "Started" and config.get("EnableCapture", False)
    return Capture(is_on, config.get("CurrentSamplingPercentage", 0), destination, newest)


def _newest(aws: Aws, uri: str, count: int) -> tuple[Captured, ...]:
    """The end of the newest file: keys have variant, year, month, day and hour, so the last folder is the newest."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    s3 = aws.client("s3")
    try:
        for _ in range(6):
            answer = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/")
            folders = [each["Prefix"] for each in answer.get("CommonPrefixes", ())]
            if not folders:
                break
            prefix = folders[-1]
        files = sorted(answer.get("Contents", ()), key=lambda each: each["LastModified"])
        if not files or files[-1]["Size"] > _LARGEST_FILE:
            return ()
        body = s3.get_object(Bucket=bucket, Key=files[-1]["Key"])["Body"].read()
    except ClientError:
        return ()  # the bucket is gone, or not for this caller; the page has its URI
    return tuple(captured_of(line) for line in body.splitlines()[-count:])[::-1]


def captured_of(line: bytes) -> Captured:
    """A line of a captured file. Pure."""
    told = json.loads(line)
    data, about = told.get("captureData", {}), told.get("eventMetadata", {})
    texts = [_text(data.get(part, {})) for part in ("endpointInput", "endpointOutput")]
    return Captured(about.get("inferenceTime", ""), texts[0], texts[1], about.get("eventId", ""))


def _text(part: Mapping[str, Any]) -> str:
    text = str(part.get("data", ""))
    if part.get("encoding") == "BASE64":
        text = base64.b64decode(text).decode("utf-8", "replace")
    return text.strip()[:_LONGEST_DATA]
