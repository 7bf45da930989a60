"""Log lines of functions, jobs and endpoints, written to the embedded CloudWatch Logs."""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from moto.logs.models import logs_backends

from rehearsal.localaws.authorizer import on_behalf
from rehearsal.localaws.ground import accounts, arns, clock

_lock = threading.Lock()


@dataclass(frozen=True)
class LogLine:
    """One event: milliseconds since the epoch on the machine's clock, and the text without its line end.

    Child processes know no other clock; the stream shows what the embedded one said at that moment.
    """

    timestamp_ms: int
    message: str


@dataclass(frozen=True)
class LogStream:
    """A stream of a log group; both are made when the first line comes.

    Lines are written as ``role_arn``: without its permission there are none, and nobody is told, as in AWS. None is for
    services whose log needs no role.
    """

    group: str
    stream: str
    region: str
    role_arn: str | None
    account_id: str = ""
    """Whose log it is; the role's account if none is named."""

    def write(self, messages: Iterable[str]) -> None:
        """Append lines, stamped now."""
        now_ms = int(time.time() * 1000)
        self.write_lines([LogLine(now_ms, message) for message in messages])

    def line(self, message: str) -> None:
        """Append one line, stamped now."""
        self.write([message])

    def write_lines(self, lines: Sequence[LogLine]) -> None:
        """Append lines that carry their own time."""
        if not lines:
            return
        backend = logs_backends[self._owner][self.region]
        with _lock:
            if not self._is_open(backend):
                return
            events = [{"timestamp": _embedded_ms(line.timestamp_ms), "message": line.message} for line in lines]
            backend.put_log_events(self.group, self.stream, events)

    @property
    def _owner(self) -> str:
        return self.account_id or arns.account_of(self.role_arn or "") or accounts.first()

    def _is_open(self, backend: Any) -> bool:
        """Whether lines may be written; the group and the stream are made where the role may make them."""
        if self.group not in backend.groups:
            if not self._may("CreateLogGroup", logGroupName=self.group):
                return False
            backend.ensure_log_group(self.group)
        names = {"logGroupName": self.group, "logStreamName": self.stream}
        if self.stream not in backend.groups[self.group].streams:
            if not self._may("CreateLogStream", **names):
                return False
            backend.create_log_stream(self.group, self.stream)
        return self._may("PutLogEvents", **names)

    def _may(self, operation: str, **params: str) -> bool:
        return self.role_arn is None or on_behalf.may_call(self.role_arn, "logs", operation, params, self.region)


def _embedded_ms(machine_ms: int) -> int:
    return int(clock.embedded(machine_ms / 1000) * 1000) if clock.offset() else machine_ms
