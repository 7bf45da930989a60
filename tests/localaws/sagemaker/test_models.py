"""Models."""

import json

import pytest
from botocore.exceptions import ClientError

from .conftest import IMAGE


def refusal(call, **params) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**params)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_model_is_described_as_it_was_asked_for(hosting):
    name = hosting.model(Environment={"SAGEMAKER_INFERENCE_OUTPUT": "predicted_score"})
    description = hosting.client.describe_model(ModelName=name)
    assert description["ModelArn"] == f"arn:aws:sagemaker:us-east-1:123456789012:model/{name}"
    assert description["ExecutionRoleArn"] == hosting.role
    assert description["PrimaryContainer"]["Environment"] == {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_score"}


def test_names_are_unique_without_regard_to_case(hosting):
    name = hosting.model()
    code, message = refusal(
        hosting.client.create_model,
        ModelName=name.upper(),
        ExecutionRoleArn=hosting.role,
        PrimaryContainer={"Image": IMAGE},
    )
    assert code == "ValidationException"
    assert message == f'Cannot create already existing model "arn:aws:sagemaker:us-east-1:123456789012:model/{name}".'


def test_a_name_against_the_rules_is_refused_in_the_words_of_the_service(hosting):
    code, message = refusal(
        hosting.client.create_model,
        ModelName="my_model",
        ExecutionRoleArn=hosting.role,
        PrimaryContainer={"Image": "i"},
    )
    assert code == "ValidationException"
    assert message.startswith(
        "1 validation error detected: Value 'my_model' at 'modelName' failed to satisfy constraint:"
    )


def test_missing_model_data_is_refused(hosting):
    code, message = refusal(lambda: hosting.model("nowhere/model.tar.gz"))
    assert (code, message) == (
        "ValidationException",
        f"Could not find model data at s3://{hosting.bucket}/nowhere/model.tar.gz.",
    )


def test_a_role_that_sagemaker_may_not_assume_is_refused(aws, hosting, unique):
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = aws.client("iam").create_role(
        RoleName=unique("role"),
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    code, message = refusal(
        hosting.client.create_model,
        ModelName=hosting.unique("refused"),
        ExecutionRoleArn=role,
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": f"s3://{hosting.bucket}/model.tar.gz"},
    )
    assert code == "ValidationException"
    assert message.startswith(f"Could not access model data at s3://{hosting.bucket}/model.tar.gz.")
    assert role in message


def test_a_deleted_model_is_not_found(hosting):
    name = hosting.model()
    hosting.client.delete_model(ModelName=name)
    code, message = refusal(hosting.client.describe_model, ModelName=name)
    assert (code, message.split('"')[0]) == ("ValidationException", "Could not find model ")


def test_list_goes_page_by_page_newest_first(hosting):
    names = [hosting.model() for _ in range(3)]
    stem = names[0].rsplit("-", 1)[0]
    first = hosting.client.list_models(NameContains=stem.upper(), MaxResults=2)
    second = hosting.client.list_models(NameContains=stem, MaxResults=2, NextToken=first["NextToken"])
    assert [model["ModelName"] for model in first["Models"] + second["Models"]] == names[::-1]
    assert "NextToken" not in second


def test_tags_given_at_creation_are_listed_and_changed(hosting):
    client = hosting.client
    name = hosting.unique("tagged")
    arn = client.create_model(
        ModelName=name,
        ExecutionRoleArn=hosting.role,
        PrimaryContainer={"Image": IMAGE},
        Tags=[{"Key": "team", "Value": "a"}],
    )["ModelArn"]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "cost", "Value": "1"}])
    client.delete_tags(ResourceArn=arn, TagKeys=["cost"])
    assert client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "b"}]
