"""Send batches to an endpoint over several connections, and take the answers in the order of the rows."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from pipeline_job.evaluation.rows import Batch
from pipeline_job.failure import ActionFailed, ConfigurationError, code_of, message_of

_NOT_READY = (
    "ModelNotReadyException",
    "ThrottlingException",
    "ServiceUnavailable",
    "InternalFailure",
    "InternalDependencyException",
)
_ATTEMPTS = 5
_TOO_MUCH = (400, 413, 415, 500, 502, 503, 504)

Rows = list[bytes]
"""One line of the answer for each row."""


@dataclass(frozen=True)
class Endpoint:
    """An endpoint that answers CSV with CSV."""

    name: str
    runtime: Any
    sleep: Callable[[float], None] = time.sleep

    def predict(self, batch: Batch) -> Rows:
        """One answer a row.

        Raises:
            ActionFailed: naming the row, when the endpoint refuses it or answers another number of rows.
        """
        return self._predict(batch.body, len(batch), batch.first_row)

    def _predict(self, body: bytes, count: int, first_row: int) -> Rows:
        try:
            answered = self._invoke(body)
        except (ClientError, ReadTimeoutError) as error:
            if not _may_be_the_batch(error):
                raise
            if count == 1:
                raise ConfigurationError(
                    f"endpoint {self.name} refuses row {first_row + 1}: {_original(error)}"
                ) from error
            return self._in_halves(body, count, first_row)
        lines = _lines(answered, count)
        if len(lines) != count:
            raise ActionFailed(
                f"endpoint {self.name} answered {len(lines)} predictions to {count} rows from row {first_row + 1} on"
            )
        return lines

    def _in_halves(self, body: bytes, count: int, first_row: int) -> Rows:
        """Too large, too slow, or one bad row among many: the halves tell."""
        lines = body.split(b"\n")
        half = count // 2
        upper = self._predict(b"\n".join(lines[:half]), half, first_row)
        return upper + self._predict(b"\n".join(lines[half:]), count - half, first_row + half)

    def _invoke(self, body: bytes) -> bytes:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = self.runtime.invoke_endpoint(
                    EndpointName=self.name, ContentType="text/csv", Accept="text/csv", Body=body
                )
                return answer["Body"].read()
            except ClientError as error:
                if code_of(error) not in _NOT_READY or attempt == _ATTEMPTS:
                    raise
                self.sleep(0.2 * 2**attempt)
        raise AssertionError("the loop returns or raises")


def _may_be_the_batch(error: ClientError | ReadTimeoutError) -> bool:
    """Whether a smaller batch may fare better: the model refused it, or it took too long or too much."""
    if isinstance(error, ReadTimeoutError):
        return True
    if code_of(error) == "ModelError":
        return error.response.get("OriginalStatusCode") in (None, 0, *_TOO_MUCH)
    return code_of(error) in ("ValidationError", "ValidationException") and "6291456" in message_of(error)


def _original(error: ClientError | ReadTimeoutError) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("OriginalMessage") or message_of(error))
    return str(error)


def _lines(answer: bytes, count: int) -> Rows:
    """Images before 1.2-2 answer one comma-joined line in place of one line a row."""
    lines = answer.splitlines()
    if len(lines) == 1 and count > 1:
        return answer.strip().split(b",")
    return lines


def score(
    batches: Iterable[Batch],
    predict: Callable[[Batch], Rows],
    account: Callable[[Batch, Rows], None],
    *,
    connections: int,
    may_go_on: Callable[[], bool],
) -> bool:
    """Have every batch predicted and accounted for, in order; False when it had to stop in between.

    Whatever was sent is also accounted for: no row is lost or scored twice.
    """
    pending: deque[tuple[Batch, Future[Rows]]] = deque()
    with ThreadPoolExecutor(connections, thread_name_prefix="invoke") as pool:
        try:
            for batch in batches:
                pending.append((batch, pool.submit(predict, batch)))
                if len(pending) > connections:
                    _account_oldest(pending, account)
                if not may_go_on():
                    return False
            return True
        finally:
            try:
                while pending:
                    _account_oldest(pending, account)
            finally:
                pool.shutdown(cancel_futures=True)


def _account_oldest(pending: deque[tuple[Batch, Future[Rows]]], account: Callable[[Batch, Rows], None]) -> None:
    batch, answered = pending.popleft()
    account(batch, answered.result())
