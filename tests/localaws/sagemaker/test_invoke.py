"""InvokeEndpoint as boto3 sees it: the inference table of the built-in algorithm, and the errors of the API around
it."""

import json

import pytest
from botocore.exceptions import ClientError


def call(hosting, name, body, **members):
    return hosting.runtime.invoke_endpoint(EndpointName=name, Body=body, **{"ContentType": "text/csv", **members})


def model_error(hosting, name, body, **members) -> dict:
    with pytest.raises(ClientError) as refused:
        call(hosting, name, body, **members)
    response = refused.value.response
    assert response["Error"]["Code"] == "ModelError"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    return response


def test_csv_gives_one_line_a_row_equal_to_the_models_own(hosting, served, trained):
    answer = call(hosting, served, trained.csv(50))
    body = answer["Body"].read()
    assert body.endswith(b"\n")
    assert [float(line) for line in body.split()] == pytest.approx(trained.predictions(50), abs=1e-6)
    assert answer["ContentType"] == "text/csv; charset=utf-8"
    assert answer["InvokedProductionVariant"] == "AllTraffic"


def test_json_on_request(hosting, served, trained):
    body = hosting.invoke(served, trained.csv(2), Accept="application/json")
    scores = [row["score"] for row in json.loads(body)["predictions"]]
    assert scores == pytest.approx(trained.predictions(2))


def test_libsvm(hosting, served, trained):
    row = " ".join(f"{index}:{value!r}" for index, value in enumerate(map(float, trained.rows[0])))
    answered = hosting.invoke(served, f"0 {row}".encode(), ContentType="text/libsvm")
    assert float(answered) == pytest.approx(trained.predictions(1)[0])


def test_an_accept_that_is_not_offered(hosting, served, trained):
    error = model_error(hosting, served, trained.csv(1), Accept="image/png")
    assert error["OriginalStatusCode"] == 406
    assert error["OriginalMessage"].startswith("Accept type image/png is not supported.")


@pytest.mark.parametrize("body", [b"a,b,c,d\n1,2,3,4", b"1,2,x,4", b"1,2,3,4\n1,2", b"\xff\xfe,1,2,3"])
def test_what_is_no_csv_is_an_error_of_the_model(hosting, served, body):
    error = model_error(hosting, served, body)
    assert error["OriginalStatusCode"] == 415
    assert "please ensure data is in csv format" in error["OriginalMessage"]
    assert error["Error"]["Message"].startswith(
        'Received client error (415) from primary with message "Loading csv data'
    )
    assert error["LogStreamArn"].endswith(f":log-group:/aws/sagemaker/Endpoints/{served}")


def test_too_many_columns(hosting, served):
    error = model_error(hosting, served, b"1,2,3,4,5")
    assert error["OriginalStatusCode"] == 400
    assert "Number of columns does not match number of features in booster" in error["OriginalMessage"]


def test_too_few_columns_are_missing_values(hosting, served):
    assert float(hosting.invoke(served, b"0.5,0.5")) > 0


def test_an_unknown_content_type(hosting, served):
    assert model_error(hosting, served, b"1", ContentType="image/png")["OriginalStatusCode"] == 415


def test_no_body_no_content(hosting, served):
    answer = call(hosting, served, b"")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_a_body_over_6_mb_is_refused_with_413(hosting, served):
    with pytest.raises(ClientError, match="HTTP content length exceeded 6291456 bytes") as refused:
        call(hosting, served, b"1" * 6_291_457)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_a_target_variant_that_does_not_exist(hosting, served, trained):
    with pytest.raises(ClientError, match=f"Variant Green of endpoint {served} not found") as refused:
        call(hosting, served, trained.csv(1), TargetVariant="Green")
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_what_the_embedded_aws_does_not_have_is_named(hosting, served, trained):
    with pytest.raises(ClientError, match="does not offer TargetModel"):
        call(hosting, served, trained.csv(1), TargetModel="m.tar.gz")


def test_the_container_environment_chooses_the_output(hosting, trained):
    environment = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_score"}
    name = hosting.endpoint(hosting.config(hosting.variant(hosting.model(Environment=environment))))
    body = hosting.invoke(name, trained.csv(1), Accept="application/json")
    assert json.loads(body)["predictions"][0]["predicted_score"] == pytest.approx(trained.predictions(1)[0])


def test_a_caller_without_the_right_to_invoke_is_refused(aws, hosting, served, trained, unique):
    iam, user = aws.client("iam"), unique("user")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    credentials = {"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"], "SessionToken": None}
    runtime = aws.client("sagemaker-runtime", credentials=credentials)
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{served}"
    with pytest.raises(
        ClientError, match=f"not authorized to perform: sagemaker:InvokeEndpoint on resource: {arn}"
    ) as no:
        runtime.invoke_endpoint(EndpointName=served, Body=trained.csv(1), ContentType="text/csv")
    assert no.value.response["Error"]["Code"] == "AccessDeniedException"
    statement = {"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "Resource": arn}
    iam.put_user_policy(
        UserName=user,
        PolicyName="CanInvoke",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    runtime.invoke_endpoint(EndpointName=served, Body=trained.csv(1), ContentType="text/csv")
