"""Endpoints: how they come into service, change, fail and go."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.localaws.waiting import wait_until

from .conftest import tar_gz


def test_an_endpoint_goes_from_creating_to_in_service(hosting):
    config = hosting.config(hosting.variant(hosting.model()))
    name = hosting.unique("endpoint")
    hosting.made.append(name)
    hosting.client.create_endpoint(EndpointName=name, EndpointConfigName=config)
    assert hosting.client.describe_endpoint(EndpointName=name)["EndpointStatus"] in ("Creating", "InService")
    description = hosting.settled(name)
    assert description["EndpointStatus"] == "InService"
    assert description["EndpointConfigName"] == config
    variant = description["ProductionVariants"][0]
    assert (variant["VariantName"], variant["CurrentInstanceCount"], variant["CurrentWeight"]) == ("AllTraffic", 1, 1.0)


def failed(hosting, aws, content: bytes | None) -> str:
    """The reason why an endpoint fails whose model data became ``content`` after CreateModel had seen it."""
    key, s3 = hosting.unique("late") + ".tar.gz", aws.client("s3")
    s3.put_object(Bucket=hosting.bucket, Key=key, Body=b"seen")
    config = hosting.config(hosting.variant(hosting.model(key)))
    if content is None:
        s3.delete_object(Bucket=hosting.bucket, Key=key)
    else:
        s3.put_object(Bucket=hosting.bucket, Key=key, Body=content)
    name = hosting.unique("endpoint")
    hosting.made.append(name)
    hosting.client.create_endpoint(EndpointName=name, EndpointConfigName=config)
    description = hosting.settled(name)
    assert description["EndpointStatus"] == "Failed"
    return description["FailureReason"]


def test_missing_model_data_fails_the_endpoint(hosting, aws):
    assert failed(hosting, aws, None).startswith(
        'Failed to download model data for container "primary" from URL: "s3://'
    )


def test_a_broken_archive_fails_the_endpoint(hosting, aws):
    assert failed(hosting, aws, b"not a tar").startswith('Failed to extract model data archive for container "primary"')


def test_a_model_that_cannot_be_loaded_fails_the_ping_and_says_why_in_the_log(hosting, aws):
    reason = failed(hosting, aws, tar_gz({"xgboost-model": b"no model"}))
    assert reason == (
        "The primary container for production variant AllTraffic did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )
    group = f"/aws/sagemaker/Endpoints/{hosting.made[-1]}"
    events = wait_until(
        lambda: aws.client("logs").filter_log_events(logGroupName=group)["events"], "the server's lines"
    )
    assert any("cannot be loaded" in event["message"] for event in events)


def test_an_image_that_nothing_here_serves_fails_the_endpoint(hosting):
    config = hosting.config(hosting.variant(hosting.model(Image="123456789012.dkr.ecr.us-east-1.amazonaws.com/own:1")))
    name = hosting.unique("endpoint")
    hosting.made.append(name)
    hosting.client.create_endpoint(EndpointName=name, EndpointConfigName=config)
    assert "no program for the image" in hosting.settled(name)["FailureReason"]


def test_update_moves_to_the_new_model(hosting, trained, trained_otherwise):
    name = hosting.endpoint()
    config = hosting.config(hosting.variant(hosting.model("other.tar.gz")))
    hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=config)
    assert hosting.settled(name)["EndpointConfigName"] == config
    assert float(hosting.invoke(name, trained.csv(1))) == pytest.approx(
        trained_otherwise.booster.inplace_predict(trained.rows[:1])[0], abs=1e-6
    )


def test_an_update_that_fails_leaves_the_old_model_serving(hosting, trained):
    config = hosting.config(hosting.variant(hosting.model()))
    name = hosting.endpoint(config)
    broken = hosting.config(hosting.variant(hosting.model(Image="nobody/serves:this")))
    hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=broken)
    description = hosting.settled(name)
    assert (description["EndpointStatus"], description["EndpointConfigName"]) == ("InService", config)
    assert "no program for the image" in description["FailureReason"]
    assert float(hosting.invoke(name, trained.csv(1))) == pytest.approx(trained.predictions(1)[0])


def test_a_taken_name_and_a_missing_configuration_are_refused(hosting):
    name = hosting.endpoint()
    config = hosting.client.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    with pytest.raises(ClientError, match="Cannot create already existing endpoint"):
        hosting.client.create_endpoint(EndpointName=name.upper(), EndpointConfigName=config)
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        hosting.client.update_endpoint(EndpointName=name, EndpointConfigName="no-such-config")


def test_a_deleted_endpoint_answers_no_more(hosting, trained):
    name = hosting.endpoint()
    hosting.client.delete_endpoint(EndpointName=name)
    with pytest.raises(ClientError, match=f"Endpoint {name} of account 123456789012 not found") as refused:
        hosting.invoke(name, trained.csv(1))
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_the_state_changes_are_events(hosting, aws, unique):
    queue = aws.client("sqs").create_queue(QueueName=unique("endpoint-events"))["QueueUrl"]
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events, rule = aws.client("events"), unique("rule")
    pattern = {"source": ["aws.sagemaker"], "detail-type": ["SageMaker Endpoint State Change"]}
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
        ],
    }
    aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])
    config = hosting.config(hosting.variant(hosting.model()))
    name = hosting.endpoint(config, Tags=[{"Key": "team", "Value": "red"}])
    seen: list[str] = []

    def both_seen() -> bool:
        got = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        details = [json.loads(message["Body"])["detail"] for message in got]
        ours = [detail for detail in details if detail["EndpointName"] == name]
        assert all(detail["Tags"] == {"team": "red"} for detail in ours)
        seen.extend(detail["EndpointStatus"] for detail in ours)
        return {"CREATING", "IN_SERVICE"} <= set(seen)

    wait_until(both_seen, "events CREATING and IN_SERVICE")
    events.remove_targets(Rule=rule, Ids=["queue"])
    events.delete_rule(Name=rule)
