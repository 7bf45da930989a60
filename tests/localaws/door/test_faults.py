"""Faults strike where they were planned, as often as they were planned."""

import contextlib
import json
import time
import urllib.error
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

from rehearsal.localaws.door.faults import Fault, Kind, Plan
from tests.conftest import start_embedded_aws
from tests.localaws.waiting import wait_until


@pytest.fixture
def plan_fault(aws: Any) -> Iterator[Callable[..., Any]]:
    """Plan a fault; what is left of them is removed at the end."""
    yield lambda **members: aws.rehearsal("POST", "faults", **members)
    aws.rehearsal("DELETE", "faults")


def once(aws: Any, service: str) -> Any:
    """A client that does not retry."""
    return boto3.session.Session().client(
        service,
        region_name="us-east-1",
        endpoint_url=aws.url,
        aws_access_key_id=aws.announced.access_key_id,
        aws_secret_access_key=aws.announced.secret_access_key,
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.mark.parametrize(
    ("service", "operation", "call", "code", "status"),
    [
        ("sqs", "ListQueues", lambda client: client.list_queues(), "Throttling", 400),
        ("codepipeline", "ListPipelines", lambda client: client.list_pipelines(), "ThrottlingException", 400),
        ("lambda", "ListFunctions", lambda client: client.list_functions(), "TooManyRequestsException", 429),
        ("s3", "ListBuckets", lambda client: client.list_buckets(), "SlowDown", 503),
    ],
)
def test_throttle_has_the_services_own_code(
    aws: Any, plan_fault: Any, service: str, operation: str, call: Any, code: str, status: int
) -> None:
    plan_fault(kind="throttle", service=service, operation=operation, count=1)
    client = once(aws, service)
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(client)
    error = raised.value.response
    assert error["Error"]["Code"] == code
    if service != "s3":
        assert error["ResponseMetadata"]["HTTPStatusCode"] == status
    call(client)


def test_boto3_retries_over_throttles(aws: Any, plan_fault: Any) -> None:
    plan_fault(kind="throttle", service="sqs", operation="ListQueues", count=2)
    assert aws.client("sqs").list_queues()["ResponseMetadata"]["RetryAttempts"] == 2


def test_deny_and_fail(aws: Any, plan_fault: Any) -> None:
    plan_fault(kind="deny", service="codepipeline", operation="ListPipelines")
    plan_fault(kind="fail", service="codepipeline", operation="ListPipelines")
    client = once(aws, "codepipeline")
    codes = []
    for _ in range(2):
        with pytest.raises(botocore.exceptions.ClientError) as raised:
            client.list_pipelines()
        codes.append(raised.value.response["Error"]["Code"])
    assert codes == ["AccessDeniedException", "InternalFailure"]


def test_delay_lets_the_request_pass_later(aws: Any, plan_fault: Any) -> None:
    plan_fault(kind="delay", service="sqs", operation="ListQueues", seconds=0.3)
    began = time.monotonic()
    aws.client("sqs").list_queues()
    assert time.monotonic() - began >= 0.3


def test_a_held_request_goes_on_when_the_fault_is_cleared(aws: Any, plan_fault: Any) -> None:
    fault = plan_fault(kind="delay", service="sqs", operation="ListQueues", seconds=600)
    with ThreadPoolExecutor() as pool:
        held = pool.submit(aws.client("sqs").list_queues)
        wait_until(lambda: aws.rehearsal("GET", "faults")[-1]["count"] == 0, "the fault has struck")
        assert not held.done()
        aws.rehearsal("DELETE", "faults", id=fault["id"])
        held.result(timeout=60)


def test_a_held_request_does_not_keep_the_server_from_ending() -> None:
    embedded = start_embedded_aws()
    try:
        embedded.rehearsal("POST", "faults", kind="delay", service="sqs", operation="ListQueues", seconds=600)
        with ThreadPoolExecutor() as pool, contextlib.suppress(botocore.exceptions.BotoCoreError):
            held = pool.submit(embedded.client("sqs").list_queues)
            wait_until(lambda: embedded.rehearsal("GET", "faults")[-1]["count"] == 0, "the fault has struck")
            embedded.process.communicate(timeout=60)
            held.result(timeout=60)
    finally:
        embedded.process.kill()


def test_name_chooses_the_resource(aws: Any, plan_fault: Any, unique: Any) -> None:
    hit, spared = unique("hit"), unique("spared")
    plan_fault(kind="deny", service="s3", name=f"{hit}*", count=None)
    client = once(aws, "s3")
    client.create_bucket(Bucket=spared)
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        client.create_bucket(Bucket=hit)


def test_function_crashes_in_one_invocation(aws: Any, plan_fault: Any, deploy: Any, invoke: Any) -> None:
    name = deploy("import time\ndef handler(event, context):\n    time.sleep(0.05)\n    return 1\n")
    plan_fault(kind="crash-function", name=name)
    payload, answer = invoke(name)
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert invoke(name)[0] == 1


def test_what_is_left_is_listed(aws: Any, plan_fault: Any) -> None:
    made = plan_fault(kind="throttle", service="sqs", operation="ListQueues", count=3)
    once_client = once(aws, "sqs")
    with pytest.raises(botocore.exceptions.ClientError):
        once_client.list_queues()
    assert {"id": made["id"], "count": 2}.items() <= aws.rehearsal("GET", "faults")[0].items()


@pytest.mark.parametrize("members", [{"kind": "explode"}, {"kind": "fail", "colour": "red"}, {}])
def test_fault_that_there_is_not_is_refused(aws: Any, members: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        aws.rehearsal("POST", "faults", **members)
    assert raised.value.code == 400
    assert "kind" in json.load(raised.value)["message"]


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"service": "nosuch"}, "no service 'nosuch'"),
        ({"service": "s3", "operation": "NoOp"}, "s3 has no operation 'NoOp'"),
        ({"operation": "GetObject"}, "needs its service"),
        ({"seconds": float("inf")}, "seconds"),
        ({"seconds": float("nan")}, "seconds"),
        ({"seconds": -1}, "seconds"),
        ({"seconds": "soon"}, "seconds"),
        ({"count": 0}, "count"),
        ({"count": 1.5}, "count"),
        ({"name": 7}, "name"),
    ],
)
def test_a_fault_that_could_never_strike_or_never_end_is_refused(members: dict[str, Any], says: str) -> None:
    plan = Plan()
    with pytest.raises(ValueError, match=says):
        plan.add({"kind": "delay", **members})
    assert plan.planned() == []


@pytest.mark.parametrize("service", ["sagemaker", "sagemaker-runtime"])
def test_a_call_of_the_data_plane_is_struck_under_both_of_its_services_names(service: str) -> None:
    plan = Plan()
    planned = plan.add({"kind": "fail", "service": service, "operation": "InvokeEndpoint"})
    assert plan.take((Kind.FAIL,), service="sagemaker", operation="InvokeEndpoint") == planned


def test_faults_strike_in_the_order_in_which_they_were_planned() -> None:
    plan = Plan()
    first = plan.add({"kind": "fail", "name": "a*"})
    second = plan.add({"kind": "deny"})
    kinds = (Kind.FAIL, Kind.DENY)
    assert plan.take(kinds, names=("b",)) == second
    assert plan.take(kinds, names=("abc",)) == first
    assert plan.take(kinds, names=("abc",)) is None


def test_service_and_operation_narrow_a_fault() -> None:
    fault = Fault("f", Kind.FAIL, service="s3", operation="GetObject")
    assert fault.hits((Kind.FAIL,), "s3", "getobject", ())
    assert not fault.hits((Kind.FAIL,), "s3", "PutObject", ())
    assert not fault.hits((Kind.FAIL,), "sqs", "GetObject", ())
    assert not fault.hits((Kind.DENY,), "s3", "GetObject", ())


def test_job_result_is_lost_on_the_way(aws: Any, plan_fault: Any) -> None:
    """The caller is told that it arrived, the pipeline never hears of it."""
    plan_fault(kind="lose-job-result")
    client = aws.client("codepipeline")
    job_id = "11111111-2222-3333-4444-555555555555"
    client.put_job_success_result(jobId=job_id)
    with pytest.raises(client.exceptions.JobNotFoundException):
        client.put_job_success_result(jobId=job_id)
