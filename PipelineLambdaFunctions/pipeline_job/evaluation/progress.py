"""How far an evaluation is, kept between calls: in the continuation token where it fits, else in S3 with the token
naming it."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_job.failure import ActionFailed

LONGEST_TOKEN = 2048
STATE_PREFIX = "evaluations/state/"
"""One object a call, never changed, so that a repeated call finds what the first found; a lifecycle rule may remove
them."""


@dataclass(frozen=True)
class ReportPlace:
    """Where the evaluations of an endpoint are kept."""

    bucket: str
    prefix: str


def to_token(state: Mapping[str, Any], s3: Any, place: ReportPlace | None, name: str) -> str:
    """The state as a token; ``name`` is the S3 object's where it is too long for one."""
    text = json.dumps(state, separators=(",", ":"))
    if len(text) <= LONGEST_TOKEN:
        return text
    if place is None:
        raise ActionFailed(
            "the evaluation must go on in another call, and there is nowhere to keep its state: "
            "add DeployModel's output artifact to this action's input artifacts"
        )
    key = f"{STATE_PREFIX}{name}"
    s3.put_object(Bucket=place.bucket, Key=key, Body=zlib.compress(text.encode(), 1))
    return json.dumps({"bucket": place.bucket, "key": key})


def from_token(token: str, s3: Any) -> dict[str, Any]:
    """The state that :func:`to_token` kept."""
    state: dict[str, Any] = json.loads(token)
    if "bucket" not in state:
        return state
    kept = s3.get_object(Bucket=state["bucket"], Key=state["key"])["Body"].read()
    restored: dict[str, Any] = json.loads(zlib.decompress(kept))
    return restored
