"""A subscription by e-mail waits for its reader, as on AWS."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.end_to_end.rehearse import rehearse
from tests.localaws.waiting import wait_until

WAITS = "PendingConfirmation"


@pytest.fixture(scope="module")
def strict() -> Iterator[Any]:
    """An embedded AWS that does as AWS does."""
    embedded = start_embedded_aws("--no-confirm-subscriptions")
    yield embedded
    stop_embedded_aws(embedded)


@pytest.fixture
def sns(strict: Any) -> Any:
    return strict.client("sns")


@pytest.fixture
def topic(sns: Any, request: pytest.FixtureRequest) -> str:
    return str(sns.create_topic(Name=request.node.name[:60])["TopicArn"])


def mails(strict: Any, address: str) -> list[dict[str, Any]]:
    return [each for each in strict.rehearsal("GET", "mailbox")["messages"] if each["to"] == address]


def link_of(mail: dict[str, Any]) -> str:
    return str(mail["text"].partition("Confirm subscription: ")[2].split()[0])


def test_nothing_is_sent_before_the_link_was_opened(strict: Any, sns: Any, topic: str) -> None:
    address = "first@example.com"
    told = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)
    assert told["SubscriptionArn"] == "pending confirmation"
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (listed["SubscriptionArn"], listed["Endpoint"]) == (WAITS, address)
    counts = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (counts["SubscriptionsPending"], counts["SubscriptionsConfirmed"]) == ("1", "0")
    sns.publish(TopicArn=topic, Message="too early", Subject="News")
    (asked,) = mails(strict, address)
    assert asked["subject"] == "AWS Notification - Subscription Confirmation"
    assert topic in asked["text"]
    with urllib.request.urlopen(link_of(asked), timeout=60) as page:
        assert b"Subscription confirmed" in page.read()
    sns.publish(TopicArn=topic, Message="now", Subject="News")
    wait_until(lambda: len(mails(strict, address)) == 2)
    assert [each["text"] for each in mails(strict, address)][1:] == ["now"]
    (listed,) = sns.list_subscriptions()["Subscriptions"]
    assert listed["SubscriptionArn"].startswith(topic)


def test_the_token_confirms_and_no_other_does(strict: Any, sns: Any, topic: str) -> None:
    address = "second@example.com"
    arn = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address, ReturnSubscriptionArn=True)
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn["SubscriptionArn"])["Attributes"]
    assert (attributes[WAITS], attributes["ConfirmationWasAuthenticated"]) == ("true", "false")
    token = link_of(mails(strict, address)[0]).rpartition("/")[2]
    with pytest.raises(ClientError, match="InvalidParameter"):
        sns.confirm_subscription(TopicArn=topic, Token="0" * 80)
    assert sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"] == arn["SubscriptionArn"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn["SubscriptionArn"])["Attributes"]
    assert attributes[WAITS] == "false"


def test_a_link_of_nothing_leads_nowhere(strict: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{strict.announced.url}/_subscriptions/none", timeout=60)
    assert refused.value.code == 404


def test_a_queue_needs_no_confirmation(strict: Any, sns: Any, topic: str) -> None:
    queue = strict.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{topic.split(':')[4]}:{queue.rpartition('/')[2]}"
    assert sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"].startswith(topic)


def test_the_command_confirms_what_waits(strict: Any, sns: Any, topic: str) -> None:
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="third@example.com")
    done = rehearse("mailbox", "confirm", env=strict.announced.variables)
    assert done.exit_code == 0, done.err
    assert "third@example.com: confirmed" in done.out
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsPending"] == "0"
