"""One invocation, from its payload to its result and its log lines."""

import time
import uuid
from dataclasses import dataclass

from rehearsal.localaws.functions import told, wording
from rehearsal.localaws.functions.record import Result
from rehearsal.localaws.functions.sandbox import Answer, Sandbox
from rehearsal.localaws.functions.telemetry import chronological
from rehearsal.localaws.functions.wording import Ending, Failure
from rehearsal.localaws.ground import clock
from rehearsal.localaws.services.logs import LogLine

INIT_SECONDS = 10.0
"""An initialisation may take so long; then it is begun anew, within the function's own timeout."""


@dataclass(frozen=True)
class Invocation:
    """What a function is invoked with."""

    payload: bytes
    invoked_arn: str
    client_context: str | None
    request_id: str
    crash: bool = False

    def headers(self, timeout_seconds: float) -> dict[str, str]:
        """The Runtime API's headers of the invocation."""
        now = time.time()
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((now + timeout_seconds) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.invoked_arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(now):08x}-{uuid.uuid4().hex[:24]};"
            f"Parent={uuid.uuid4().hex[:16]};Sampled=0",
        }
        if self.client_context:
            headers["Lambda-Runtime-Client-Context"] = self.client_context
        return headers


def carry_out(invocation: Invocation, sandbox: Sandbox, *, cold: bool) -> Result:
    """Run the invocation in the sandbox and write its log. A sandbox that fails is left for the caller to end."""
    made = sandbox.configuration
    lines: list[LogLine] = []
    init_seconds = _initialise(sandbox, lines, invocation.request_id) if cold else None
    began = time.monotonic()
    lines.append(_now(wording.start(invocation.request_id, made.version)))
    outcome = _work(invocation, sandbox, lines, initialised=not cold or init_seconds is not None)
    seconds = min(time.monotonic() - began, made.timeout_seconds)
    failure = outcome if isinstance(outcome, Failure) else None
    lines += sandbox.take_lines()
    lines += [_now(text) for text in (failure.log_lines if failure else ())]
    lines.append(_now(wording.end(invocation.request_id)))
    lines.append(_now(_report(invocation, sandbox, seconds, init_seconds, failure)))
    ended_at = clock.timestamp()
    sandbox.log.write_lines(chronological(lines))
    if failure is not None:
        told.tell(made.name, failure)
    return Result(
        payload=outcome.payload,
        failure=failure,
        version=made.version,
        request_id=invocation.request_id,
        log=tuple(line.message for line in lines),
        ended_at=ended_at,
    )


def _initialise(sandbox: Sandbox, lines: list[LogLine], request_id: str) -> float | None:
    """The init phase: its seconds, or None when it failed and is begun anew."""
    began = time.monotonic()
    lines.append(_now(wording.init_start(sandbox.configuration.runtime, sandbox.configuration.region)))
    outcome = sandbox.await_work(INIT_SECONDS)
    seconds = time.monotonic() - began
    lines += sandbox.take_lines()
    if outcome is None:
        return seconds
    failure = _failure(outcome, sandbox, request_id, INIT_SECONDS)
    lines.append(_now(wording.init_report(seconds, "init", failure)))
    sandbox.restart()
    return None


def _work(invocation: Invocation, sandbox: Sandbox, lines: list[LogLine], *, initialised: bool) -> Answer | Failure:
    """The invoke phase, which an initialisation that failed before is part of."""
    timeout_seconds = sandbox.configuration.timeout_seconds
    began = time.monotonic()
    if not initialised:
        outcome = sandbox.await_work(timeout_seconds)
        if outcome is not None:
            failure = _failure(outcome, sandbox, invocation.request_id, timeout_seconds)
            lines += sandbox.take_lines()
            lines.append(_now(wording.init_report(time.monotonic() - began, "invoke", failure)))
            return failure
    left = timeout_seconds - (time.monotonic() - began)
    headers = invocation.headers(left)
    answer = sandbox.run(invocation.payload, headers, invocation.request_id, left, crash=invocation.crash)
    if isinstance(answer, Ending) or answer.is_error:
        return _failure(answer, sandbox, invocation.request_id, timeout_seconds)
    return wording.response_too_large() if len(answer.payload) > wording.MAX_RESPONSE_BYTES else answer


def _failure(outcome: Answer | Ending, sandbox: Sandbox, request_id: str, timeout_seconds: float) -> Failure:
    if isinstance(outcome, Answer):
        return wording.reported(outcome.payload)
    return wording.ended(outcome, request_id=request_id, timeout_seconds=timeout_seconds, exit_code=sandbox.exit_code)


def _report(
    invocation: Invocation, sandbox: Sandbox, seconds: float, init_seconds: float | None, failure: Failure | None
) -> str:
    memory_mb = sandbox.configuration.memory_mb
    return wording.report(
        invocation.request_id,
        seconds=seconds,
        memory_mb=memory_mb,
        used_mb=min(sandbox.peak_memory_mb, memory_mb),
        init_seconds=init_seconds,
        failure=failure,
    )


def _now(text: str) -> LogLine:
    return LogLine(int(time.time() * 1000), text)
