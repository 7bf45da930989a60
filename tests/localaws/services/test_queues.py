"""SQS takes the attributes that AWS takes, with the values that AWS takes; a prefix is no regular expression."""

from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"ApproximateNumberOfMessagesNotVisible": "1"}, "InvalidAttributeName"),
        ({"Nothing": "1"}, "InvalidAttributeName"),
        ({"VisibilityTimeout": "a"}, "InvalidAttributeValue"),
        ({"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ({"MessageRetentionPeriod": "59"}, "InvalidAttributeValue"),
        ({"FifoQueue": "perhaps"}, "InvalidAttributeValue"),
    ],
)
def test_attributes_that_aws_refuses_are_refused(aws: Any, unique: Any, attributes: dict[str, str], code: str) -> None:
    sqs, name = aws.client("sqs"), unique("queue")
    with pytest.raises(ClientError, match=code):
        sqs.create_queue(QueueName=name, Attributes=attributes)
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "43200"})["QueueUrl"]
    with pytest.raises(ClientError, match=code):
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


def test_a_prefix_is_taken_as_it_is_written(aws: Any, unique: Any) -> None:
    sqs, name = aws.client("sqs"), unique("queue")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    assert sqs.list_queues(QueueNamePrefix=name[:-1])["QueueUrls"] == [url]
    for prefix in (name[:-1] + ".", "[", ".*"):
        assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=prefix)
