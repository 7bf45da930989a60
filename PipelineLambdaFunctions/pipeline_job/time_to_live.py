"""Delete an endpoint when its time is over: a one-time schedule of EventBridge Scheduler, which removes itself.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

import json
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from pipeline_job.failure import code_of


def set_deadline(
    scheduler: Any, endpoint_name: str, role_arn: str, at: float, *, group: str, dead_letters: str = ""
) -> None:
    """Have the endpoint deleted at ``at`` (seconds since the epoch, UTC), in place of any earlier deadline.

    The schedule lies in ``group``, with which it goes when the stack that made the group is deleted. What it cannot do
    in a day's retries goes to the queue ``dead_letters`` (an ARN): an endpoint that lives on costs on, and somebody
    must hear.
    """
    partition = role_arn.split(":")[1]
    moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    schedule = {
        "Name": endpoint_name,
        "GroupName": group,
        "ScheduleExpression": f"at({moment})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Description": f"Deletes endpoint {endpoint_name} when its time to live is over",
        "Target": {
            "Arn": f"arn:{partition}:scheduler:::aws-sdk:sagemaker:deleteEndpoint",
            "RoleArn": role_arn,
            "Input": json.dumps({"EndpointName": endpoint_name}),
            **({"DeadLetterConfig": {"Arn": dead_letters}} if dead_letters else {}),
        },
    }
    try:
        scheduler.create_schedule(**schedule)
    except ClientError as error:
        if code_of(error) != "ConflictException":
            raise
        scheduler.update_schedule(**schedule)


def clear_deadline(scheduler: Any, endpoint_name: str, *, group: str) -> None:
    """Let the endpoint live, whatever an earlier deployment said."""
    try:
        scheduler.delete_schedule(Name=endpoint_name, GroupName=group)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
