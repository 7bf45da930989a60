"""The EndpointConfig step: CreateEndpointConfig. The Endpoint step: CreateEndpoint, or UpdateEndpoint of one that is
there.

Names in the arguments are the names themselves: an endpoint is to have the same one after each execution.
"""

from typing import Any

from rehearsal.localaws.sagemaker.pipelines.arguments import fitted
from rehearsal.localaws.sagemaker.pipelines.retries import ALL_FAULTS
from rehearsal.localaws.sagemaker.pipelines.steps.calls import call
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended, Started, StepFailed
from rehearsal.localaws.sagemaker.pipelines.steps.instant import Instant
from rehearsal.localaws.sagemaker.pipelines.steps.jobs import described, with_tags
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind


class ConfigActor(Instant):
    """Makes an endpoint configuration."""

    def begin(self, context: Context) -> Ended:
        request = with_tags(context, fitted("CreateEndpointConfig", context.arguments))
        name = request.setdefault("EndpointConfigName", context.name)
        made = call(context, "sagemaker", "CreateEndpointConfig", request)
        config = call(context, "sagemaker", "DescribeEndpointConfig", {"EndpointConfigName": name})
        return Ended({"EndpointConfig": {"Arn": made["EndpointConfigArn"]}}, described(config))


class EndpointActor:
    """Makes or updates an endpoint, and waits until it serves."""

    def begin(self, context: Context) -> Started:
        request = fitted("CreateEndpoint", context.arguments)
        name = request.setdefault("EndpointName", context.name)
        if context.backend.hosted_endpoints.find(name) is None:
            made = call(context, "sagemaker", "CreateEndpoint", with_tags(context, request))
        else:
            request.pop("Tags", None)
            made = call(context, "sagemaker", "UpdateEndpoint", request)
        return Started({"Endpoint": {"Arn": made["EndpointArn"]}})

    def is_over(self, context: Context) -> bool:
        endpoint = context.backend.hosted_endpoints.find(_name(context))
        return endpoint is None or endpoint.is_settled

    def end(self, context: Context) -> Ended:
        """Read how the deployment came out; one that was rolled back has failed."""
        endpoint = call(context, "sagemaker", "DescribeEndpoint", {"EndpointName": _name(context)})
        status, reason = endpoint["EndpointStatus"], endpoint.get("FailureReason", "")
        if status != "InService":
            raise StepFailed(f"ClientError: Endpoint {_name(context)} is {status}. {reason}".strip())
        if endpoint.get("EndpointConfigName") != context.arguments["EndpointConfigName"]:
            raise StepFailed(f"ClientError: The update of endpoint {_name(context)} was rolled back. {reason}".strip())
        return Ended(context.metadata, described(endpoint))

    def halt(self, context: Context) -> None:
        """A deployment cannot be stopped: its end is waited for."""


def _name(context: Context) -> Any:
    return context.arguments.get("EndpointName", context.name)


ENDPOINT_CONFIG = Kind(
    type="EndpointConfig",
    actor=ConfigActor(),
    request="CreateEndpointConfig",
    describes="DescribeEndpointConfig",
    name_member="EndpointConfigName",
    supplied=frozenset({"EndpointConfigName"}),
    faults=ALL_FAULTS,
    takes_cache_config=True,
    makes_names=False,
)
ENDPOINT = Kind(
    type="Endpoint",
    actor=EndpointActor(),
    request="CreateEndpoint",
    describes="DescribeEndpoint",
    name_member="EndpointName",
    supplied=frozenset({"EndpointName"}),
    takes_cache_config=True,
    makes_names=False,
)
