"""The report of a test of the model (``evaluation.json`` in an artifact): metrics, the gate, labels and predictions."""

import json
from dataclasses import dataclass
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.executions import artifacts
from rehearsal.toolkit.executions.job_events import Artifact

FILE = "evaluation.json"


@dataclass(frozen=True)
class Bound:
    """One condition of the gate: ``bound`` in words (``at most 0.75``)."""

    metric: str
    value: float
    bound: str
    is_held: bool


@dataclass(frozen=True)
class Evaluation:
    """``pairs`` are labels and predictions of a regression, as many as the report keeps."""

    rows: int
    metrics: dict[str, float]
    gate: tuple[Bound, ...]
    pairs: tuple[tuple[float, float], ...]
    endpoint: str
    data: str


def read(aws: Aws, artifact: Artifact) -> Evaluation | None:
    """What an artifact holds; None when it is no report."""
    try:
        text = artifacts.look(aws, artifact.bucket, artifact.key, FILE, longest=artifacts.LARGEST_ARTIFACT).text
    except NotThere:
        return None
    return None if text is None else evaluation_of(json.loads(text))


def evaluation_of(document: dict[str, Any]) -> Evaluation:
    """Pure."""
    data = document.get("data", {})
    return Evaluation(
        rows=document["rows"],
        metrics=document["metrics"],
        gate=tuple(
            Bound(each["metric"], each["value"], each["bound"], each["is_held"]) for each in document.get("gate", [])
        ),
        pairs=tuple(pair for each in document.get("predictions", []) if (pair := _pair(each)) is not None),
        endpoint=document.get("endpointName", ""),
        data=f"s3://{data['bucket']}/{data['key']} version {data.get('version_id', '')}" if data else "",
    )


def _pair(each: dict[str, Any]) -> tuple[float, float] | None:
    """Predictions of several classes are no number."""
    try:
        return float(each["label"]), float(each["prediction"])
    except (KeyError, TypeError, ValueError):
        return None
