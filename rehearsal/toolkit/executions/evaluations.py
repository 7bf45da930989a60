"""The report of a test of the model (``evaluation.json`` in an artifact): metrics, the gate, labels and predictions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.executions import artifacts
from rehearsal.toolkit.executions.job_events import Artifact

FILE = "evaluation.json"
_GROUPS = {
    "regression_metrics": "regression",
    "binary_classification_metrics": "binary",
    "multiclass_classification_metrics": "multiclass",
}


@dataclass(frozen=True)
class Bound:
    """One condition of the gate: ``bound`` in words (``at most 0.75``)."""

    metric: str
    value: float
    bound: str
    is_held: bool


@dataclass(frozen=True)
class Slice:
    """A part of the data with metrics of its own; none where it has no rows."""

    name: str
    rows: int
    metrics: dict[str, float]


@dataclass(frozen=True)
class Place:
    """The very version of the object that was scored."""

    bucket: str
    key: str
    version_id: str
    is_gzip: bool


@dataclass(frozen=True)
class Evaluation:
    """A report. ``kind`` is ``regression``, ``binary``, ``multiclass`` or empty where it does not say.

    ``answers`` are labels and what the endpoint answered, an even sample where there are fewer than ``rows``;
    ``pairs`` those of
    them that are one number. ``confusion`` counts all rows by actual, then predicted class.
    """

    rows: int
    metrics: dict[str, float]
    gate: tuple[Bound, ...]
    pairs: tuple[tuple[float, float], ...]
    endpoint: str
    data: str
    kind: str = ""
    answers: tuple[tuple[float, str], ...] = ()
    confusion: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    cutoff: float | None = None
    slices: tuple[Slice, ...] = ()
    place: Place | None = None
    job: str = ""


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
    group = next((name for name in _GROUPS if name in document), "")
    beside = document.get(group, {})
    answers = [(each.get("label"), each.get("prediction")) for each in document.get("predictions", [])]
    return Evaluation(
        rows=document["rows"],
        metrics=document["metrics"],
        gate=tuple(
            Bound(each["metric"], each["value"], each["bound"], each["is_held"]) for each in document.get("gate", [])
        ),
        pairs=tuple(pair for each in answers if (pair := _pair(*each)) is not None),
        endpoint=document.get("endpointName", ""),
        data=f"s3://{data['bucket']}/{data['key']} version {data.get('version_id', '')}" if data else "",
        kind=_GROUPS.get(group, ""),
        answers=tuple((float(label), answer) for label, answer in answers if label is not None and type(answer) is str),
        confusion=beside.get("confusion_matrix", {}),
        cutoff=beside.get("cutoff"),
        slices=tuple(_slice(name, each, group) for name, each in document.get("slices", {}).items()),
        place=_place(data) if data else None,
        job=document.get("trainingJobName", ""),
    )


def _slice(name: str, told: Mapping[str, Any], group: str) -> Slice:
    metrics = {
        metric: each["value"]
        for metric, each in told.get(group, {}).items()
        if isinstance(each, Mapping) and isinstance(each.get("value"), int | float)
    }
    return Slice(name, told["rows"], metrics)


def _place(data: Mapping[str, Any]) -> Place:
    return Place(data["bucket"], data["key"], data.get("version_id", ""), bool(data.get("is_gzip", False)))


def _pair(label: Any, answer: Any) -> tuple[float, float] | None:
    """Predictions of several classes are no number."""
    try:
        return float(label), float(answer)
    except (TypeError, ValueError):
        return None
