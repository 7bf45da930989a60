"""Running model servers, as the embedded AWS holds them: what every one of them can do, and what can go wrong with
it."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rehearsal.localaws.ground.event_loop import loop

INVOCATION_SECONDS = 60

LogSink = Callable[[str], None]


class InstanceError(Exception):
    """The server did not answer: it ended, or took too long."""


class InstanceTimeout(InstanceError):
    """The server took longer than the caller may wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:g} seconds")


@dataclass(frozen=True)
class Exchange:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


Outcome = Exchange | InstanceError
Done = Callable[[Outcome], None]


class Instance(ABC):
    """One model server."""

    def __init__(self) -> None:
        self.requests = 0
        """How many callers hold it now; kept by its variant."""
        self.ended = threading.Event()

    def invoke(
        self, headers: Mapping[str, str], body: bytes, *, timeout_seconds: float = INVOCATION_SECONDS
    ) -> Exchange:
        """``POST /invocations``.

        Raises:
            InstanceTimeout: no answer in time.
            InstanceError: the server is gone.
        """
        return self._exchange("POST", "/invocations", headers, body, timeout_seconds)

    def begin_invoke(self, headers: Mapping[str, str], body: bytes, done: Done) -> None:
        """The same from the event loop's thread, without waiting: what comes of it is given to ``done`` on that
        thread."""
        loop().aside(lambda: self._invoke_aside(headers, body, done))

    def _invoke_aside(self, headers: Mapping[str, str], body: bytes, done: Done) -> None:
        outcome: Outcome
        try:
            outcome = self.invoke(headers, body)
        except InstanceError as error:
            outcome = error
        loop().call(lambda: done(outcome))

    def ping(self, *, timeout_seconds: float) -> bool:
        """Whether ``GET /ping`` is answered with 200 in time."""
        try:
            return self._exchange("GET", "/ping", {}, b"", timeout_seconds).status == 200
        except InstanceError:
            return False

    @abstractmethod
    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, timeout_seconds: float
    ) -> Exchange:
        """Send a request and read its answer; errors as of :meth:`invoke`."""

    @abstractmethod
    def stop(self) -> None:
        """End the process: at once when it is idle, by force when it is not. Twice is fine."""
