"""Endpoint configurations."""

import pytest
from botocore.exceptions import ClientError


def refused(hosting, *variants, **members) -> str:
    with pytest.raises(ClientError) as error:
        hosting.config(*variants, **members)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    return error.value.response["Error"]["Message"]


def test_a_configuration_is_described_as_it_was_asked_for(hosting):
    variant = hosting.variant(hosting.model(), "Blue", count=2, weight=0.5)
    name = hosting.config(variant)
    description = hosting.client.describe_endpoint_config(EndpointConfigName=name)
    assert description["ProductionVariants"] == [variant]
    assert description["EndpointConfigArn"].endswith(f":endpoint-config/{name}")


def test_an_unknown_model_is_refused(hosting):
    assert refused(hosting, hosting.variant("no-such-model")) == (
        'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/no-such-model".'
    )


def test_two_variants_of_one_name_are_refused(hosting):
    model = hosting.model()
    assert "Blue" in refused(hosting, hosting.variant(model, "Blue"), hosting.variant(model, "Blue"))


def test_a_serverless_endpoint_has_no_data_capture(hosting):
    serverless = {
        "VariantName": "AllTraffic",
        "ModelName": hosting.model(),
        "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1},
    }
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{hosting.bucket}/capture",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    assert "serverless" in refused(hosting, serverless, DataCaptureConfig=capture)


def test_deleting_twice_says_that_it_is_not_there(hosting):
    name = hosting.config(hosting.variant(hosting.model()))
    hosting.client.delete_endpoint_config(EndpointConfigName=name)
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        hosting.client.delete_endpoint_config(EndpointConfigName=name)
