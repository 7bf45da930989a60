"""A queue that EventBridge and S3 may write to, to see what comes."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.localaws.waiting import wait_until

_LONGEST_POLL_SECONDS = 20  # of SQS


@dataclass(frozen=True)
class Inbox:
    """A queue, with what has come so far."""

    sqs: Any
    url: str
    arn: str

    def receive(self, seconds: int = 60) -> Any:
        """The next message's body, parsed, and its attributes; None when nothing comes in time."""
        with contextlib.suppress(AssertionError):
            return wait_until(lambda: self._poll(min(seconds, _LONGEST_POLL_SECONDS)), seconds=seconds)
        return None

    def _poll(self, seconds: int) -> Any:
        received = self.sqs.receive_message(
            QueueUrl=self.url, WaitTimeSeconds=seconds, MessageAttributeNames=["All"], MaxNumberOfMessages=1
        )
        for message in received.get("Messages", []):
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            return {"body": json.loads(message["Body"]), "attributes": message.get("MessageAttributes", {})}
        return None

    def body(self) -> Any:
        received = self.receive()
        assert received is not None, "no message came"
        return received["body"]

    @property
    def is_empty(self) -> bool:
        return self.receive(0) is None


def allow(*services: str, action: str, resource: str) -> str:
    """A resource policy for services."""
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_role(aws: Any, name: str, services: tuple[str, ...], *actions: str) -> str:
    """The ARN of a role that ``services`` may assume (``events`` for ``events.amazonaws.com``) to take ``actions``."""
    principals = [f"{service}.amazonaws.com" for service in services]
    trust = {"Effect": "Allow", "Principal": {"Service": principals}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    iam = aws.client("iam")
    document = {"Version": "2012-10-17", "Statement": [trust]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_role_policy(RoleName=name, PolicyName="May", PolicyDocument=policy)
    return str(role)


@pytest.fixture
def make_inbox(aws: Any, unique: Callable[[str], str]) -> Callable[..., Inbox]:
    """``make_inbox("name", allowed=True)``."""

    def make(name: str = "inbox", *, allowed: bool = True, **attributes: str) -> Inbox:
        sqs = aws.client("sqs")
        full_name = unique(name) + (".fifo" if attributes.get("FifoQueue") else "")
        url = sqs.create_queue(QueueName=full_name, Attributes=attributes)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        if allowed:
            services = ("events.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com")
            policy = allow(*services, action="sqs:SendMessage", resource=arn)
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return Inbox(sqs, url, arn)

    return make


@pytest.fixture
def inbox(make_inbox: Callable[..., Inbox]) -> Inbox:
    return make_inbox()
