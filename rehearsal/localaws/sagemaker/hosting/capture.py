"""Data capture: what went into and came out of an endpoint, as JSON lines in S3.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html has the layout of lines and
keys.
"""

import base64
import json
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import arns
from rehearsal.localaws.sagemaker import encryption
from rehearsal.localaws.sagemaker.hosting.model_data import SERVICE


@dataclass(frozen=True)
class Settings:
    """A DataCaptureConfig that is switched on."""

    percentage: int
    destination: str
    modes: frozenset[str]
    csv_types: frozenset[str]
    json_types: frozenset[str]
    kms_key_id: str | None

    @classmethod
    def parse(cls, config: Mapping[str, Any]) -> "Settings":
        headers = config.get("CaptureContentTypeHeader") or {}
        return cls(
            percentage=config["InitialSamplingPercentage"],
            destination=config["DestinationS3Uri"].rstrip("/"),
            modes=frozenset(option["CaptureMode"] for option in config["CaptureOptions"]),
            csv_types=frozenset(headers.get("CsvContentTypes") or ()),
            json_types=frozenset(headers.get("JsonContentTypes") or ()),
            kms_key_id=config.get("KmsKeyId"),
        )

    def wants(self, point: float) -> bool:
        """Whether the invocation at ``point`` (0 <= point < 1) is in the sample."""
        return point * 100 < self.percentage


@dataclass(frozen=True)
class Captured:
    """One invocation; where its line goes, and on whose behalf it is written."""

    settings: Settings
    endpoint_name: str
    variant_name: str
    region: str
    role_arn: str
    line: bytes
    at: datetime

    @property
    def folder(self) -> str:
        return f"{self.settings.destination}/{self.endpoint_name}/{self.variant_name}/{self.at:%Y/%m/%d/%H}"


def in_sample(settings: Settings) -> bool:
    """Draw."""
    return settings.wants(random.random())


def line(
    settings: Settings,
    *,
    request_type: str | None,
    request: bytes,
    answer_type: str | None,
    answer: bytes,
    inference_id: str | None,
    custom_attributes: str | None,
    at: datetime,
) -> bytes:
    """The JSON line of one invocation."""
    data: dict[str, Any] = {}
    if "Input" in settings.modes or "InputAndOutput" in settings.modes:
        data["endpointInput"] = _side(settings, "INPUT", request_type, request)
    if "Output" in settings.modes or "InputAndOutput" in settings.modes:
        data["endpointOutput"] = _side(settings, "OUTPUT", answer_type, answer)
    metadata: dict[str, Any] = {"eventId": str(uuid.uuid4())}
    if custom_attributes is not None:
        metadata["customAttributes"] = [custom_attributes]
    if inference_id is not None:
        metadata["inferenceId"] = inference_id
    metadata["inferenceTime"] = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    return json.dumps({"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}).encode() + b"\n"


def _side(settings: Settings, mode: str, content_type: str | None, body: bytes) -> dict[str, Any]:
    """One direction. Only content types that the configuration names as CSV or JSON stay text, all else is base64."""
    kind = (content_type or "").partition(";")[0].strip()
    for encoding, types in (("CSV", settings.csv_types), ("JSON", settings.json_types)):
        if kind in types or content_type in types:
            return {"observedContentType": content_type, "mode": mode, "data": body.decode(), "encoding": encoding}
    data = base64.b64encode(body).decode()
    return {"observedContentType": content_type, "mode": mode, "data": data, "encoding": "BASE64"}


def write(captured: Sequence[Captured]) -> None:
    """Write lines, one object for each hour's folder, with the role of the model that answered."""
    folders: dict[str, list[Captured]] = {}
    for each in captured:
        folders.setdefault(each.folder, []).append(each)
    for folder, members in folders.items():
        first = members[0]
        bucket, _, prefix = folder.removeprefix("s3://").partition("/")
        name = f"{first.at:%M-%S}-{first.at.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
        credentials = identity.assume_role(first.role_arn, "SageMaker", service=SERVICE, region=first.region)
        identity.client("s3", credentials, first.region).put_object(
            Bucket=bucket,
            Key=f"{prefix}/{name}",
            Body=b"".join(each.line for each in members),
            **encryption.by_key(first.settings.kms_key_id, first.region, arns.account_of(first.role_arn)),
        )
