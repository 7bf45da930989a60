"""InvokeEndpoint: from an authorised call to the model's answer. Asks the variant whose turn it is, and says what
came."""

import time
from collections.abc import Generator

from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.ground.replies import Reply
from rehearsal.localaws.sagemaker.hosting.endpoint import Endpoint, Lease
from rehearsal.localaws.sagemaker.hosting.invocation_metrics import Measured
from rehearsal.localaws.sagemaker.hosting.observation import capture_settings, captured_line, observations
from rehearsal.localaws.sagemaker.hosting.servers.instances import Exchange, InstanceError, InstanceTimeout
from rehearsal.localaws.sagemakerruntime import messages, shadow
from rehearsal.localaws.sagemakerruntime.messages import Invocation
from rehearsal.localaws.sagemakerruntime.steps import Aside, Question, Steps

_HTTP_STATUS = {"ThrottlingException": 429}
_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container {hostname}. Review the latency metrics for "
    "each container in Amazon CloudWatch, resolve the issue, and try again."
)


def invoke(call: Invocation, region: str, account_id: str) -> Steps:
    """The steps of answering one call."""
    arrived = time.perf_counter()
    endpoint = sagemaker_backends[account_id][region].hosted_endpoints.find(call.endpoint_name)
    if endpoint is None:
        return messages.error(
            400, "ValidationError", f"Endpoint {call.endpoint_name} of account {account_id} not found."
        )
    if call.unsupported is not None:
        return messages.error(
            400, "ValidationError", f"The embedded AWS does not offer {call.unsupported} of InvokeEndpoint."
        )
    try:
        with endpoint.lease(call.target_variant) as lease:
            asked = time.perf_counter()
            exchange = yield from _ask(call, lease)
            answered = time.perf_counter()
            _capture(call, endpoint, lease, exchange)
            if lease.fleet.shadows:
                shadow.mirror(call.container_headers(), call.body, endpoint, lease)
    except AwsError as error:
        return messages.error(_HTTP_STATUS.get(error.code, 400), error.code, str(error.message))
    model_seconds, overhead_seconds = answered - asked, asked - arrived
    count = lease.running.instance_count
    observations.measure(endpoint, lease, Measured(exchange.status, model_seconds * 1e6, overhead_seconds * 1e6, count))
    return _answer(exchange, endpoint, lease, account_id)


def _ask(call: Invocation, lease: Lease) -> Generator[Question | Aside, Exchange | None, Exchange]:
    """The container's answer; status 0 when there was none in time."""
    if lease.running.may_wait:
        yield Aside()
    try:
        with lease.running.instance() as instance:
            exchange = yield Question(instance, call.container_headers(), call.body)
            assert exchange is not None, "a question is answered"
            return exchange
    except InstanceTimeout:
        return Exchange(0, {}, _TIMED_OUT.format(hostname=lease.running.model.container.hostname).encode())
    except InstanceError as error:
        return Exchange(500, {}, str(error).encode())


def _capture(call: Invocation, endpoint: Endpoint, lease: Lease, exchange: Exchange) -> None:
    settings = capture_settings(lease) if exchange.is_success else None
    if settings is None:
        return
    note = captured_line(
        settings,
        endpoint,
        lease,
        request=(call.content_type, call.body),
        answer=(exchange.headers.get("content-type"), exchange.body),
        inference_id=call.inference_id,
        custom_attributes=call.custom_attributes,
    )
    observations.keep(note)


def _answer(exchange: Exchange, endpoint: Endpoint, lease: Lease, account_id: str) -> Reply:
    if exchange.is_success:
        return messages.success(
            exchange.status,
            exchange.headers.get("content-type"),
            exchange.body,
            variant=lease.running.name,
            custom_attributes=exchange.headers.get("x-amzn-sagemaker-custom-attributes"),
        )
    return messages.model_error(
        endpoint.name,
        endpoint.region,
        account_id,
        hostname=lease.running.model.container.hostname,
        status=exchange.status,
        message=exchange.body.decode(errors="replace"),
    )
