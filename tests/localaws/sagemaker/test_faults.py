"""Faults that were planned for endpoints."""

import botocore.exceptions
import pytest


@pytest.fixture
def plan_fault(aws):
    yield lambda **members: aws.rehearsal("POST", "faults", **members)
    aws.rehearsal("DELETE", "faults")


def test_update_is_rolled_back_once(hosting, plan_fault):
    name = hosting.endpoint()
    before = hosting.client.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    after = hosting.config(hosting.variant(hosting.model("other.tar.gz")))
    plan_fault(kind="roll-back-endpoint", name=name)
    hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=after)
    settled = hosting.settled(name)
    assert settled["EndpointConfigName"] == before
    assert "planned for this endpoint" in settled["FailureReason"]
    hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=after)
    assert hosting.settled(name)["EndpointConfigName"] == after


def test_invocations_of_an_endpoint_can_fail(hosting, plan_fault, trained):
    name = hosting.endpoint()
    plan_fault(kind="deny", service="sagemaker", operation="InvokeEndpoint", name=name)
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDeniedException"):
        hosting.invoke(name, trained.csv(1))
    assert hosting.invoke(name, trained.csv(1))
