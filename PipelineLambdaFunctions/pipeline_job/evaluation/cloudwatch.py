"""Metrics that CloudWatch takes out of the function's log, without a call or a permission. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import math
from collections.abc import Mapping

NAMESPACE = "MLOps/Evaluation"
MOST_METRICS = 100
"""The format's limit of one directive."""


def metrics_line(dimensions: Mapping[str, str], metrics: Mapping[str, float], timestamp: float) -> str:
    """The line to print; ``timestamp`` in seconds since the epoch. Metrics that are no number are left out."""
    numbers = {name: value for name, value in metrics.items() if math.isfinite(value)}
    kept = dict(list(numbers.items())[:MOST_METRICS])
    directive = {"Namespace": NAMESPACE, "Dimensions": [list(dimensions)], "Metrics": [{"Name": name} for name in kept]}
    return json.dumps(
        {"_aws": {"Timestamp": int(timestamp * 1000), "CloudWatchMetrics": [directive]}, **dimensions, **kept}
    )
