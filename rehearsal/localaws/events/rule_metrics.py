"""What CloudWatch shows of a rule: how often it invoked a target, and how often that failed for good.

Counted when a delivery is over, retries not, as EventBridge does; a rule that did nothing has no datapoint.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
"""

from rehearsal.localaws.ground import clock
from rehearsal.localaws.moto_bridge import moto_records

NAMESPACE = "AWS/Events"


def count(rule_name: str, region: str, *, failed: bool) -> None:
    """Record one invocation of a target by the rule."""
    names = ("Invocations", "FailedInvocations") if failed else ("Invocations",)
    data = [
        {
            "MetricName": name,
            "Dimensions": [{"Name": "RuleName", "Value": rule_name}],
            "Timestamp": clock.now().replace(tzinfo=None),  # moto compares naive times, in UTC
            "Unit": "Count",
            "Value": 1.0,
        }
        for name in names
    ]
    moto_records.of("cloudwatch", region).put_metric_data(NAMESPACE, data)
