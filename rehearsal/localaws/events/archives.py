"""Replays: what an archive took in goes to the rules of its bus once more.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
"""

import uuid
from collections.abc import Mapping
from typing import Any

from moto.events.models import ReplayState, events_backends

from rehearsal.localaws.ground import clock, host

_DAY = 86400.0


def replay(replay: Any, archive: Any) -> None:
    """Deliver what came within the replay's time, in the background; the replay says when it is over.

    What is older than the archive's RetentionDays is not there any more.
    """
    oldest = clock.timestamp() - int(archive.retention) * _DAY if archive.retention else 0.0
    chosen = [event for event in archive.events if _within(event, replay) and _came(event) >= oldest]
    host.in_background(_deliver, replay, chosen, name=f"replay {replay.name}")


def _within(event: Mapping[str, Any], replay: Any) -> bool:
    return float(replay.event_start_time) <= _came(event) <= float(replay.event_end_time)


def _came(event: Mapping[str, Any]) -> float:
    return float(event.get("ingestion-time") or event["time"])


def _deliver(replay: Any, events: list[Mapping[str, Any]]) -> None:
    replay.state = ReplayState.RUNNING
    bus = events_backends[replay.account_id][replay.region].describe_event_bus(replay.destination["Arn"].split("/")[-1])
    filters = replay.destination.get("FilterArns")
    for event in events:
        for rule in [rule for rule in bus.rules.values() if not filters or rule.arn in filters]:
            rule.send_to_targets({**event, "id": str(uuid.uuid4()), "replay-name": replay.name}, transform_input=False)
    replay.end_time = clock.timestamp()
    replay.state = ReplayState.COMPLETED
