"""Errors carry the members of their model, as SDKs read them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from rehearsal.localaws.door.checked import Checked
from rehearsal.localaws.entrance.error_bodies import as_modelled


def checked(service: str, operation: str) -> Checked:
    model = Session().get_service_model(service)
    return Checked(operation, {}, {}, service, model.metadata["protocol"], model.operation_model(operation))


def test_the_message_stands_under_the_models_name() -> None:
    headers = {"x-amzn-ErrorType": "ResourceNotFoundException"}
    status, body = as_modelled(checked("lambda", "GetFunction"), 404, headers, json.dumps({"message": "none"}))
    assert (status, json.loads(body)) == (404, {"Message": "none", "Type": "User"})


@pytest.mark.parametrize("body", ["", "text", "[1]", '{"message": "m"}'])
def test_what_is_no_error_of_the_model_stays(body: str) -> None:
    assert as_modelled(checked("lambda", "GetFunction"), 400, {}, body) == (400, body)


def test_json_services_answer_400_to_the_callers_faults() -> None:
    body = json.dumps({"__type": "ResourceNotFoundException", "message": "none"})
    status, _ = as_modelled(checked("secretsmanager", "DescribeSecret"), 404, {}, body)
    assert status == 400


def test_an_sdk_finds_them(aws: Any) -> None:
    with pytest.raises(ClientError) as raised:
        aws.client("lambda").get_function(FunctionName="not-there-at-all")
    answer = raised.value.response
    assert answer["Type"] == "User"
    assert answer["Message"] == answer["Error"]["Message"]
