"""What CloudWatch shows of SQS queues: how many messages wait, once a minute of the clock. moto counts them and tells
nobody.

A queue is shown from its first message on, as long as it exists, so that an alarm sees it become empty again.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from moto.sqs.models import sqs_backends

from rehearsal.localaws.ground import accounts, host
from rehearsal.localaws.services import metrics
from rehearsal.localaws.services.metrics import Datum

NAMESPACE = "AWS/SQS"
EVERY_SECONDS = 60.0


def install() -> None:
    """Measure all queues from now on."""
    work = partial(measure, set())
    host.look_after_every(EVERY_SECONDS, work, name="queue metrics")


def measure(shown: set[str]) -> None:
    """Write one datapoint for each queue that has messages, or had some before (``shown``, which is kept up to
    date)."""
    regions = [each for account_id in accounts.every() for each in list(sqs_backends[account_id].items())]
    for region, backend in regions:
        for queue in list(backend.queues.values()):
            if queue.approximate_number_of_messages or queue.queue_arn in shown:
                shown.add(queue.queue_arn)
                metrics.publish(NAMESPACE, _data(queue), region, backend.account_id)


def _data(queue: Any) -> Iterator[Datum]:
    values = {
        "ApproximateNumberOfMessagesVisible": queue.approximate_number_of_messages,
        "ApproximateNumberOfMessagesNotVisible": queue.approximate_number_of_messages_not_visible,
    }
    for name, value in values.items():
        yield Datum(name, (float(value),), {"QueueName": queue.name}, "Count")
