"""Versions, aliases, layers and reserved concurrency."""

import threading
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.localaws.deploying import zip_of

WHICH = "def handler(event, context):\n    return [{!r}, context.function_version, context.invoked_function_arn]\n"


def test_published_version_keeps_its_code_and_configuration(aws: Any, deploy: Any, invoke: Any) -> None:
    client, name = aws.client("lambda"), deploy(WHICH.format("old"))
    assert client.publish_version(FunctionName=name)["Version"] == "1"
    client.update_function_code(FunctionName=name, ZipFile=zip_of({"app.py": WHICH.format("new")}))
    assert invoke(name)[0][:2] == ["new", "$LATEST"]
    payload, answer = invoke(name, Qualifier="1")
    assert payload[:2] == ["old", "1"] and answer["ExecutedVersion"] == "1"


def test_a_version_is_deleted_by_the_end_of_its_arn_and_the_newest_code_by_none(aws: Any, deploy: Any) -> None:
    client, name = aws.client("lambda"), deploy(WHICH.format("old"), Publish=True)
    arn = client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="does not match the specified"):
        client.delete_function(FunctionName=f"{arn}:1", Qualifier="2")
    client.delete_function(FunctionName=f"{arn}:1")
    listed = client.list_versions_by_function(FunctionName=name)["Versions"]
    assert [each["Version"] for each in listed] == ["$LATEST"]
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="without deleting the function"):
        client.delete_function(FunctionName=name, Qualifier="$LATEST")
    assert client.get_function(FunctionName=name)["Configuration"]["FunctionName"] == name
    client.delete_function(FunctionName=arn)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function(FunctionName=name)


def test_alias_leads_to_its_version(aws: Any, deploy: Any, invoke: Any) -> None:
    client, name = aws.client("lambda"), deploy(WHICH.format("old"), Publish=True)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    client.update_function_code(FunctionName=name, ZipFile=zip_of({"app.py": WHICH.format("new")}), Publish=True)
    assert invoke(f"{name}:live")[0][:2] == ["old", "1"]
    client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert invoke(name, Qualifier="live")[0][:2] == ["new", "2"]


def test_invoked_arn_is_the_one_that_was_called(aws: Any, deploy: Any, invoke: Any) -> None:
    client, name = aws.client("lambda"), deploy(WHICH.format("x"), Publish=True)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert invoke(name, Qualifier="live")[0][2].endswith(":live")


def test_weighted_alias_sends_a_share_to_the_other_version(aws: Any, deploy: Any, invoke: Any) -> None:
    client, name = aws.client("lambda"), deploy(WHICH.format("old"), Publish=True)
    client.update_function_code(FunctionName=name, ZipFile=zip_of({"app.py": WHICH.format("new")}), Publish=True)
    routing = {"AdditionalVersionWeights": {"2": 1.0}}
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig=routing)
    assert invoke(name, Qualifier="live")[0][0] == "new"


def test_layers_lie_beside_the_code_the_last_on_top(aws: Any, deploy: Any, invoke: Any, unique: Any) -> None:
    client, layers = aws.client("lambda"), []
    for place, files in enumerate(
        (
            {"python/shared.py": "value = 'first'\n", "python/only.py": "value = 1\n"},
            {"python/shared.py": "value = 'second'\n"},
        )
    ):
        made = client.publish_layer_version(LayerName=f"{unique('layer')}-{place}", Content={"ZipFile": zip_of(files)})
        layers.append(made["LayerVersionArn"])
    name = deploy("import shared, only\ndef handler(e, c):\n    return [shared.value, only.value]\n", Layers=layers)
    assert invoke(name)[0] == ["second", 1]


def without_retries(aws: Any) -> Any:
    return boto3.session.Session().client(
        "lambda",
        region_name="us-east-1",
        endpoint_url=aws.url,
        aws_access_key_id=aws.announced.access_key_id,
        aws_secret_access_key=aws.announced.secret_access_key,
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_reserved_concurrency_throttles(aws: Any, deploy: Any, make_inbox: Any) -> None:
    client, inbox, go = aws.client("lambda"), make_inbox("started"), make_inbox("go")
    name = deploy(
        "import boto3, os\nsqs = boto3.client('sqs')\ndef handler(event, context):\n"
        "    sqs.send_message(QueueUrl=os.environ['URL'], MessageBody='1')\n"
        "    while not sqs.receive_message(QueueUrl=os.environ['GO'], WaitTimeSeconds=20).get('Messages'):\n"
        "        pass\n",
        Environment={"Variables": {"URL": inbox.url, "GO": go.url}},
        Timeout=120,
    )
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    running = threading.Thread(target=lambda: client.invoke(FunctionName=name))
    running.start()
    assert inbox.body() == 1
    once = without_retries(aws)
    with pytest.raises(once.exceptions.TooManyRequestsException) as raised:
        once.invoke(FunctionName=name)
    assert raised.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    go.sqs.send_message(QueueUrl=go.url, MessageBody="go")
    running.join()
