"""What Lambda writes and answers about an invocation, in its own words. Pure: values in, text out.

Sources: the pages "Understanding the Lambda execution environment lifecycle", "Working with Lambda function logs" and
"Lambda runtime API" of the AWS Lambda Developer Guide.
"""

import hashlib
import json
import math
import platform
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

MAX_RESPONSE_BYTES = 6_291_556


class Ending(Enum):
    """How a sandbox ended other than by an answer; the value is the error type in the REPORT line."""

    TIMEOUT = "Sandbox.Timedout"
    EXIT = "Runtime.ExitError"
    MEMORY = "Runtime.OutOfMemory"


@dataclass(frozen=True)
class Failure:
    """An invocation without a result: the payload that the caller gets, and what the log says beside it."""

    payload: bytes
    error_type: str
    log_lines: tuple[str, ...] = ()
    timed_out: bool = False

    @property
    def report(self) -> str:
        """The status members of the REPORT and INIT_REPORT lines."""
        return "Status: timeout" if self.timed_out else f"Status: error\tError Type: {self.error_type}"


def init_start(runtime: str, region: str) -> str:
    """The line that opens a cold start; the runtime's version says which Python really runs."""
    arn = runtime_version_arn(runtime, region)
    return f"INIT_START Runtime Version: {_runtime_version(runtime)}\tRuntime Version ARN: {arn}"


def runtime_version_arn(runtime: str, region: str) -> str:
    """What stands for one version of a runtime."""
    return f"arn:aws:lambda:{region}::runtime:{hashlib.sha256(_runtime_version(runtime).encode()).hexdigest()}"


def _runtime_version(runtime: str) -> str:
    return f"{runtime.replace('python', 'python:')}.cpython-{platform.python_version()}"


def init_report(seconds: float, phase: str, failure: Failure) -> str:
    """The line that ends a failed initialisation."""
    return f"INIT_REPORT Init Duration: {seconds * 1000:.2f} ms\tPhase: {phase}\t{failure.report}"


def start(request_id: str, version: str) -> str:
    return f"START RequestId: {request_id} Version: {version}"


def end(request_id: str) -> str:
    return f"END RequestId: {request_id}"


def report(
    request_id: str,
    *,
    seconds: float,
    memory_mb: int,
    used_mb: int,
    init_seconds: float | None,
    failure: Failure | None,
) -> str:
    """The line that sums an invocation up. The time of a cold start is billed too, as since August 2025."""
    billed_ms = math.ceil((seconds + (init_seconds or 0)) * 1000)
    parts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {seconds * 1000:.2f} ms",
        f"Billed Duration: {billed_ms} ms",
        f"Memory Size: {memory_mb} MB",
        f"Max Memory Used: {used_mb} MB",
    ]
    if init_seconds is not None:
        parts.append(f"Init Duration: {init_seconds * 1000:.2f} ms")
    if failure is not None and failure.error_type in {ending.value for ending in Ending}:
        parts.append(failure.report)
    return "\t".join(parts) + "\t"


def ended(ending: Ending, *, request_id: str, timeout_seconds: float, exit_code: int | None) -> Failure:
    """The failure of an invocation whose sandbox timed out, exited or was killed for its memory."""
    if ending is Ending.TIMEOUT:
        return timed_out(request_id, timeout_seconds)
    reason = "signal: killed" if ending is Ending.MEMORY else _exit_reason(exit_code)
    message = "Error: Runtime exited without providing a reason"
    if reason:
        message = f"Error: Runtime exited with error: {reason}"
    return Failure(
        payload=_error("Runtime.ExitError", f"RequestId: {request_id} {message}"),
        error_type=ending.value,
        log_lines=(f"RequestId: {request_id} {message}\n{Ending.EXIT.value}",),
    )


def timed_out(request_id: str, timeout_seconds: float) -> Failure:
    """The failure of an invocation that used up its timeout."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    text = f"Task timed out after {timeout_seconds:.2f} seconds"
    return Failure(
        payload=_error(Ending.TIMEOUT.value, f"RequestId: {request_id} Error: {text}"),
        error_type=Ending.TIMEOUT.value,
        log_lines=(f"{now}Z {request_id} {text}",),
        timed_out=True,
    )


def reported(payload: bytes) -> Failure:
    """The failure that the runtime itself reported: an exception of the handler, or of its import."""
    try:
        error_type = str(json.loads(payload).get("errorType", "Unhandled"))
    except (ValueError, AttributeError):
        error_type = "Unhandled"
    return Failure(payload, error_type)


def response_too_large() -> Failure:
    """The failure of a handler that returned more than Lambda passes on."""
    message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
    error_type = "Function.ResponseSizeTooLarge"
    payload = json.dumps({"errorMessage": message, "errorType": error_type}).encode()
    return Failure(payload, error_type)


def _exit_reason(exit_code: int | None) -> str | None:
    if not exit_code:
        return None
    if exit_code < 0:
        return f"signal: {(signal.strsignal(-exit_code) or str(-exit_code)).lower()}"
    return f"exit status {exit_code}"


def _error(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()
