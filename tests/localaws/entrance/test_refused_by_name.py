"""What the embedded AWS has not is refused by its name, never with an internal error."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.deploying import zip_of

_CODE = zip_of({"app.py": "def handler(event, context):\n    return 1\n"})


_KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"}}
_SPEECH = {"OutputFormat": "mp3", "OutputS3BucketName": "speeches", "Text": "hello", "VoiceId": "Joanna"}


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("xray", "get_sampling_rules", {}),
        ("polly", "start_speech_synthesis_task", _SPEECH),
        ("lambda", "list_capacity_providers", {}),
        ("events", "create_connection", {"Name": "c", "AuthorizationType": "API_KEY", "AuthParameters": _KEY}),
    ],
)
def test_an_operation_or_its_service_is_named(aws: Any, service: str, operation: str, arguments: Any) -> None:
    with pytest.raises(ClientError) as raised:
        getattr(aws.client(service), operation)(**arguments)
    answer = raised.value.response
    named = "".join(part.capitalize() for part in operation.split("_"))
    assert answer["Error"]["Code"] == "NotImplemented", answer
    assert named in answer["Error"]["Message"] or service in answer["Error"]["Message"], answer


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("DurableConfig", {"ExecutionTimeout": 60}),
        ("TenancyConfig", {"TenantIsolationMode": "PER_TENANT"}),
        ("SnapStart", {"ApplyOn": "PublishedVersions"}),
    ],
)
def test_members_of_functions_that_are_not_offered_are_named(
    aws: Any, unique: Callable[[str], str], execution_role: str, member: str, value: Any
) -> None:
    function = {"FunctionName": unique("f"), "Runtime": "python3.12", "Role": execution_role, "Handler": "app.handler"}
    with pytest.raises(ClientError) as raised:
        aws.client("lambda").create_function(**function, Code={"ZipFile": _CODE}, **{member: value})
    assert member in raised.value.response["Error"]["Message"]


def test_codebuild_names_its_refusal_as_its_model_does(aws: Any) -> None:
    with pytest.raises(ClientError) as raised:
        aws.client("codebuild").batch_get_projects(names=[f"p{number}" for number in range(101)])
    assert raised.value.response["Error"]["Code"] == "InvalidInputException"
