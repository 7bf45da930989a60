"""What a schedule's target is given. Pure. https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def scheduler_input(
    target: Mapping[str, Any], event: Mapping[str, Any], *, arn: str, at: datetime, execution_id: str
) -> str:
    """The target's own input with its context attributes filled in, or the event."""
    text = target.get("Input")
    if text is None:
        return json.dumps(event)
    context = {
        "schedule-arn": arn,
        "scheduled-time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": execution_id,
        "attempt-number": "1",
    }
    for name, value in context.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return str(text)
