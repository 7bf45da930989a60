"""Endpoints of labs, waited for."""

from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import ExecutionFailed
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.labs import telling

_SERVING_SECONDS = 3600.0


def in_service(aws: Aws, endpoint: str, tell: Tell) -> None:
    """Wait until the endpoint serves what it was told last.

    Raises:
        ExecutionFailed: it cannot.
    """
    sagemaker = aws.client("sagemaker")

    def settled() -> dict[str, Any]:
        found: dict[str, Any] = sagemaker.describe_endpoint(EndpointName=endpoint)
        return found if found["EndpointStatus"] in ("InService", "Failed") else {}

    with telling.step(tell, "endpoint", endpoint) as step:
        found = telling.until(
            settled, _SERVING_SECONDS, f"the endpoint {endpoint} does not serve", endpoint, "look at its log group"
        )
        step.result, step.detail = found["EndpointStatus"], found["EndpointConfigName"]
    if found["EndpointStatus"] == "Failed":
        raise ExecutionFailed(str(found.get("FailureReason")), where=endpoint, next_step="look at its log group")
