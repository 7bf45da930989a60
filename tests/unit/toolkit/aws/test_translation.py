"""Every failure of boto3 becomes words with a next step."""

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from rehearsal.toolkit.aws import explanations, translation
from rehearsal.toolkit.aws.errors import AccountProblem, BadInput, NotThere, RehearsalError


def answer(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "the service's words"}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (answer("ExpiredToken"), AccountProblem, "expired"),
        (answer("InvalidClientTokenId"), AccountProblem, "does not know these credentials"),
        (answer("AccessDenied"), AccountProblem, "not allowed"),
        (answer("Throttling"), AccountProblem, "throttles"),
        (answer("NoSuchBucket"), NotThere, "the service's words"),
        (answer("PipelineNotFoundException"), NotThere, "the service's words"),
        (answer("SomethingNew"), RehearsalError, "the service's words"),
        (answer("ValidationError"), RehearsalError, "the service's words"),
        (answer("ModelError"), RehearsalError, "the service's words"),
        (exceptions.ConfigParseError(path="/h/.aws/config"), BadInput, "/h/.aws/config"),
        (exceptions.NoCredentialsError(), AccountProblem, "no AWS credentials"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="x"), AccountProblem, "no AWS credentials"),
        (exceptions.NoRegionError(), BadInput, "region"),
        (exceptions.InvalidRegionError(region_name="nowhere!"), BadInput, "region"),
        (exceptions.ProfileNotFound(profile="x"), BadInput, "x"),
        (exceptions.EndpointConnectionError(endpoint_url="http://h"), AccountProblem, "http://h does not answer"),
        (exceptions.ParamValidationError(report="Name too short"), BadInput, "Name too short"),
        (exceptions.UnknownServiceError(service_name="x", known_service_names="y"), RehearsalError, "x"),
    ],
)
def test_a_failure_tells_what_and_what_next(error: Exception, kind: type, says: str) -> None:
    told = translation.explain(error)
    assert type(told) is kind
    assert says in told.what
    assert told.next_step


def test_errors_of_the_toolkit_stay_as_they_are() -> None:
    error = BadInput("x")
    assert translation.explain(error) is error


@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        ("User: x is not authorized to perform: sagemaker:AddTags on resource", "lacks this permission"),
        ("is not authorized to perform: iam:PassRole on resource: r", "iam:PassRole on that role"),
        ("Unable to import module 'train_model'", "does not hold the handler"),
        ("2026 Task timed out after 3.00 seconds", "within its timeout"),
        ("ResourceLimitExceeded: ml.m5.xlarge", "quota"),
        ("the gate is missed: rmse 2.35827 misses at most 0.75", "thresholds in training-config"),
    ],
)
def test_the_words_of_aws_are_explained(message: str, meaning: str) -> None:
    assert meaning in explanations.meaning_of(message)


def test_unknown_words_are_not_explained() -> None:
    assert explanations.meaning_of("the moon is full") == ""
