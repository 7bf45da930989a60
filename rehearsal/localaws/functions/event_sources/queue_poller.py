"""Polls a queue for one event source mapping, with the function's execution role, and invokes the function in
batches."""

from __future__ import annotations

import json
import logging
import threading
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import EventSourceMapping, lambda_backends
from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import Queue, sqs_backends

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.functions.event_sources import batch
from rehearsal.localaws.functions.event_sources.batch import Message
from rehearsal.localaws.functions.record import FunctionRecord
from rehearsal.localaws.ground import clock, host, persistence
from rehearsal.localaws.ground.errors import AwsError, describe

log = logging.getLogger("rehearsal.localaws.functions")

_LOOK_AGAIN_SECONDS = 1.0
"""A message that becomes visible again wakes nobody: look so often."""
_MOST_AT_ONCE = 10
_DEFAULT_CONCURRENCY = 5
_Trouble = (ClientError, BotoCoreError, AwsError, UnknownFunctionException, QueueDoesNotExist)


class QueuePoller:
    """Runs until the mapping is deleted or the server stops."""

    def __init__(self, mapping: EventSourceMapping) -> None:
        self._mapping = mapping
        _, _, _, self._region, self._account_id, self._queue_name = mapping.event_source_arn.split(":")
        self._url = f"{host.current().endpoint_url}/{self._account_id}/{self._queue_name}"
        self._stopped = threading.Event()
        self._receiving = threading.Lock()
        self._room = threading.Condition()
        self._at_work = 0

    def start(self) -> None:
        """Begin to poll in the background."""
        host.on_exit(self.stop)
        host.in_background(self._poll, name=f"polling {self._queue_name}")

    def stop(self) -> None:
        """No message is received after this."""
        with self._receiving:
            self._stopped.set()

    def _poll(self) -> None:
        while not self._stopped.is_set():
            if not self._mapping.enabled:
                self._stopped.wait(_LOOK_AGAIN_SECONDS)
                continue
            try:
                self._poll_once()
            except _Trouble as error:
                log.warning("event source mapping %s: %s", self._mapping.uuid, describe(error))
                self._stopped.wait(_LOOK_AGAIN_SECONDS)

    def _poll_once(self) -> None:
        queue = sqs_backends[self._account_id][self._region].get_queue(self._queue_name)
        queue.wait_for_messages(_LOOK_AGAIN_SECONDS)
        if not queue.messages or self._stopped.is_set():
            return
        if not self._begin():
            return
        messages: list[Message] = []
        try:
            messages = self._collect(self._function())
        finally:
            if not messages:
                self._end()
        if messages:
            host.in_background(self._work, messages, name=f"batch of {self._queue_name}")
        else:
            self._stopped.wait(0.05)  # what is visible belongs to a message group at work

    def _begin(self) -> bool:
        """Count one batch more at work; False when there was no room for it: look again, the limit may have been
        changed."""
        with self._room:
            if not self._room.wait_for(lambda: self._at_work < self._most_at_work(), _LOOK_AGAIN_SECONDS):
                return False
            self._at_work += 1
            return True

    def _end(self) -> None:
        with self._room:
            self._at_work -= 1
            self._room.notify_all()

    def _most_at_work(self) -> int:
        if self._mapping.event_source_arn.endswith(".fifo"):
            return 1
        return int((self._mapping.scaling_config or {}).get("MaximumConcurrency", _DEFAULT_CONCURRENCY))

    def _function(self) -> FunctionRecord:
        arn = self._mapping.function_arn
        found: FunctionRecord = lambda_backends[self._account_id][arn.split(":")[3]].get_function(arn)
        return found

    def _client(self, function: FunctionRecord) -> Any:
        credentials = identity.assume_role(function.role, function.function_name, service="lambda.amazonaws.com")
        return identity.client("sqs", credentials, self._region)

    def _collect(self, function: FunctionRecord) -> list[Message]:
        """A batch: full, or what has come within the batching window."""
        client = self._client(function)
        messages: list[Message] = []
        until = clock.timestamp() + float(self._mapping.max_batch_window or 0)
        while len(messages) < self._mapping.batch_size and not self._stopped.is_set():
            received = self._receive(client, self._mapping.batch_size - len(messages))
            messages += received
            if not received and clock.timestamp() >= until:
                break
            if not received:
                self._stopped.wait(0.02)
        return messages

    def _receive(self, client: Any, room: int) -> list[Message]:
        with self._receiving:
            if self._stopped.is_set():
                return []
            answer = client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=min(room, _MOST_AT_ONCE),
                MessageAttributeNames=["All"],
                AttributeNames=["All"],
            )
        received: list[Message] = answer.get("Messages", [])
        return received

    def _work(self, messages: list[Message]) -> None:
        try:
            self._invoke(messages)
        except _Trouble as error:
            log.warning("event source mapping %s: %s", self._mapping.uuid, describe(error))
        finally:
            self._end()

    def _invoke(self, messages: list[Message]) -> None:
        """Messages of an invocation that fails are left to the queue's visibility timeout and redrive policy."""
        function, arn = self._function(), self._mapping.event_source_arn
        wanted = batch.wanted(messages, self._mapping.filter_criteria, queue_arn=arn)
        finished = [message for message in messages if message not in wanted]
        if wanted:
            result = function.execute(json.dumps(batch.event(wanted, queue_arn=arn)).encode())
            if result.failure is None:
                reports = "ReportBatchItemFailures" in (self._mapping.function_response_types or [])
                finished += batch.done(wanted, result.payload, reports_failures=reports)
        self._delete(self._client(function), finished)

    def _delete(self, client: Any, messages: list[Message]) -> None:
        for start in range(0, len(messages), _MOST_AT_ONCE):
            entries = [
                {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]}
                for place, message in enumerate(messages[start : start + _MOST_AT_ONCE])
            ]
            client.delete_message_batch(QueueUrl=self._url, Entries=entries)


_pollers: dict[str, QueuePoller] = {}


def queue_of(arn: str) -> Queue:
    """The queue of an ARN.

    Raises:
        AwsError: InvalidParameterValueException, when there is none.
    """
    _, _, _, region, account_id, name = arn.split(":")
    try:
        return sqs_backends[account_id][region].get_queue(name)
    except QueueDoesNotExist as error:
        message = (
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
            "SQS Error Message: The specified queue does not exist."
        )
        raise AwsError("InvalidParameterValueException", message, Type="User") from error


def start(mapping: EventSourceMapping) -> None:
    """Poll for a new mapping; moto would invoke within SendMessage, one message at a time."""
    queue_of(mapping.event_source_arn).lambda_event_source_mappings.pop(mapping.function_arn, None)
    _pollers[mapping.uuid] = QueuePoller(mapping)
    _pollers[mapping.uuid].start()


def stop(mapping_uuid: str) -> None:
    """Stop polling for a mapping that was deleted."""
    poller = _pollers.pop(mapping_uuid, None)
    if poller is not None:
        poller.stop()


def resume() -> None:
    """Poll again for every mapping of a queue."""
    for account in lambda_backends.values():
        for backend in account.values():
            for mapping in list(backend._event_source_mappings.values()):
                if ":sqs:" in mapping.event_source_arn:
                    start(mapping)


persistence.on_resume(resume)
