"""A topic's message, as each protocol gets it."""

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.localaws.inboxes import Inbox
from tests.localaws.waiting import wait_until


@pytest.fixture
def sns(aws: Any) -> Any:
    return aws.client("sns")


@pytest.fixture
def topic(sns: Any, unique: Callable[[str], str]) -> str:
    return str(sns.create_topic(Name=unique("topic"))["TopicArn"])


def test_queue_gets_the_document(sns: Any, topic: str, inbox: Inbox) -> None:
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=inbox.arn)["SubscriptionArn"]
    attributes = {"colour": {"DataType": "String", "StringValue": "red"}}
    published = sns.publish(TopicArn=topic, Message="hello", Subject="greeting", MessageAttributes=attributes)
    body = inbox.body()
    assert (body["Type"], body["MessageId"], body["TopicArn"]) == ("Notification", published["MessageId"], topic)
    assert (body["Message"], body["Subject"]) == ("hello", "greeting")
    assert body["MessageAttributes"] == {"colour": {"Type": "String", "Value": "red"}}
    assert body["UnsubscribeURL"].endswith(subscription)


def test_queue_gets_the_raw_message_where_it_wants_it(sns: Any, topic: str, inbox: Inbox) -> None:
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=inbox.arn, Attributes={"RawMessageDelivery": "true"})
    attributes = {"colour": {"DataType": "String", "StringValue": "red"}}
    sns.publish(TopicArn=topic, Message='{"n": 1}', MessageAttributes=attributes)
    received = inbox.receive()
    assert received["body"] == {"n": 1}
    assert received["attributes"]["colour"]["StringValue"] == "red"


def test_queue_whose_policy_does_not_allow_it_gets_nothing(sns: Any, topic: str, make_inbox: Any) -> None:
    closed, dead = make_inbox("closed", allowed=False), make_inbox("dead")
    redrive = json.dumps({"deadLetterTargetArn": dead.arn})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=closed.arn, Attributes={"RedrivePolicy": redrive})
    sns.publish(TopicArn=topic, Message="hello")
    assert dead.body()["Message"] == "hello"
    assert closed.is_empty


def test_function_gets_the_record(aws: Any, sns: Any, topic: str, inbox: Inbox, deploy: Any) -> None:
    name = deploy(
        "import boto3, json, os\ndef handler(event, context):\n"
        "    boto3.client('sqs').send_message(QueueUrl=os.environ['URL'], MessageBody=json.dumps(event))\n",
        Environment={"Variables": {"URL": inbox.url}},
    )
    client = aws.client("lambda")
    arn = client.get_function_configuration(FunctionName=name)["FunctionArn"]
    client.add_permission(
        FunctionName=name,
        StatementId="Sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    subscription = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)["SubscriptionArn"]
    sns.publish(TopicArn=topic, Message="hello")
    (record,) = inbox.body()["Records"]
    assert (record["EventSource"], record["EventSubscriptionArn"]) == ("aws:sns", subscription)
    assert (record["Sns"]["Message"], record["Sns"]["Subject"], record["Sns"]["TopicArn"]) == ("hello", None, topic)


@pytest.fixture
def web() -> Iterator[tuple[str, list[Any]]]:
    """An HTTP endpoint on this machine, and what it got."""
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.headers["x-amz-sns-message-type"], json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", got
    server.shutdown()
    server.server_close()


def test_web_endpoint_on_this_machine_is_called(sns: Any, topic: str, web: Any) -> None:
    url, got = web
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
    sns.publish(TopicArn=topic, Message="hello")
    wait_until(lambda: got)
    assert got[0][0] == "Notification" and got[0][1]["Message"] == "hello"


def test_web_endpoint_elsewhere_is_not(sns: Any, topic: str, inbox: Inbox) -> None:
    redrive = json.dumps({"deadLetterTargetArn": inbox.arn})
    sns.subscribe(
        TopicArn=topic, Protocol="https", Endpoint="https://example.com/", Attributes={"RedrivePolicy": redrive}
    )
    sns.publish(TopicArn=topic, Message="hello")
    assert inbox.body()["Message"] == "hello"


def mails_to(aws: Any, address: str) -> list[dict[str, Any]]:
    return [mail for mail in aws.rehearsal("GET", "mailbox")["messages"] if mail["to"] == address]


def test_mail_lands_in_the_mailbox(aws: Any, sns: Any, topic: str, unique: Any) -> None:
    address = f"{unique('someone')}@example.com"
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
    sns.publish(TopicArn=topic, Message="The model is ready.", Subject="News")
    (mail,) = wait_until(lambda: mails_to(aws, address))
    assert (mail["subject"], mail["text"]) == ("News", "The model is ready.")
    with open(mail["file"]) as file:
        assert "Subject: News" in file.read()


def test_approval_mail_has_a_link_that_answers(aws: Any, sns: Any, topic: str, unique: Any) -> None:
    """The pipeline is unknown here, so CodePipeline's own refusal shows that the answer reaches it."""
    address = f"{unique('boss')}@example.com"
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
    token = "1a2b3c4d-1111-2222-3333-444455556666"
    approval = {"pipelineName": "absent", "stageName": "Release", "actionName": "Approve", "token": token}
    sns.publish(TopicArn=topic, Message=json.dumps({"region": "us-east-1", "approval": approval}))
    (mail,) = wait_until(lambda: mails_to(aws, address))
    assert "Pipeline name: absent" in mail["text"]
    link = mail["text"].partition("Approve or reject: ")[2].split()[0]
    with urllib.request.urlopen(link) as page:
        assert "absent / Release / Approve" in page.read().decode()
    answer = urllib.parse.urlencode({"status": "Approved"}).encode()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(link, data=answer)
    assert refused.value.code == 409 and "absent" in refused.value.read().decode()


def test_approval_link_that_was_made_up_is_nothing(aws: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{aws.url}/_approvals/guess")
    assert refused.value.code == 404
