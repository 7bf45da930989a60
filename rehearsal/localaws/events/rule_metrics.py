"""What CloudWatch shows of a rule: how often it invoked a target, and how often that failed for good.

Counted when a delivery is over, retries not, as EventBridge does; a rule that did nothing has no datapoint.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
"""

from rehearsal.localaws.services import metrics
from rehearsal.localaws.services.metrics import Datum

NAMESPACE = "AWS/Events"


def count(rule_name: str, region: str, account_id: str, *, failed: bool) -> None:
    """Record one invocation of a target by the rule."""
    names = ("Invocations", "FailedInvocations") if failed else ("Invocations",)
    dimensions = {"RuleName": rule_name}
    metrics.publish(NAMESPACE, [Datum(name, (1.0,), dimensions, "Count") for name in names], region, account_id)
