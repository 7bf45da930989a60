"""The default event bus, as services publish on it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from moto.events.models import events_backends


def publish(
    source: str,
    detail_type: str,
    detail: Mapping[str, Any],
    resources: Sequence[str],
    *,
    region: str,
    account_id: str,
) -> None:
    """Put a service's own event (``aws.codepipeline``, ``aws.sagemaker``, ...) on an account's default bus."""
    backend = events_backends[account_id][region]
    event = {
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail, default=str),
        "Resources": [*resources],
    }
    backend.put_events([event])
