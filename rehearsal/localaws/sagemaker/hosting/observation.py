"""What is kept of each invocation, for metrics and data capture: noted in passing, written by one thread every
second."""

import logging
import threading

from botocore.exceptions import ClientError

from rehearsal.localaws.ground import arns, clock, host
from rehearsal.localaws.ground.errors import AwsError, describe
from rehearsal.localaws.sagemaker.hosting import capture
from rehearsal.localaws.sagemaker.hosting.endpoint import Endpoint, Lease
from rehearsal.localaws.sagemaker.hosting.fleet import Placement
from rehearsal.localaws.sagemaker.hosting.invocation_metrics import Measured, MetricBuffer, VariantKey

log = logging.getLogger("rehearsal.localaws")
_FLUSH_SECONDS = 1.0


class Observations:
    """The notes that are not written yet."""

    def __init__(self) -> None:
        self._metrics = MetricBuffer()
        self._captured: list[capture.Captured] = []
        self._noted = threading.Event()
        self._started = threading.Lock()

    def measure(self, endpoint: Endpoint, lease: Lease, measured: Measured) -> None:
        """Count an invocation."""
        self._metrics.add(
            VariantKey(arns.account_of(endpoint.arn), endpoint.region, endpoint.name, lease.running.name), measured
        )
        self._wake()

    def keep(self, captured: capture.Captured) -> None:
        """Take down the line of a captured invocation."""
        self._captured.append(captured)
        self._wake()

    def flush(self) -> None:
        """Write all that is noted."""
        self._metrics.flush()
        captured, self._captured = self._captured, []
        try:
            capture.write(captured)
        except (ClientError, AwsError) as error:
            _complain(captured, describe(error))

    def _wake(self) -> None:
        if not self._noted.is_set():
            self._noted.set()
            if self._started.acquire(blocking=False):
                host.in_background(self._write_on, name="observations")

    def _write_on(self) -> None:
        while True:
            self._noted.wait()
            threading.Event().wait(_FLUSH_SECONDS)
            self._noted.clear()
            host.attempt(self.flush, name="observations")


def _complain(captured: list[capture.Captured], reason: str) -> None:
    """Captured data that cannot be written is lost: say so where the endpoint's owner looks."""
    for name, region, variant, role in {
        (each.endpoint_name, each.region, each.variant_name, each.role_arn) for each in captured
    }:
        message = f"Data capture could not write to S3, the captured invocations are lost: {reason}"
        log.warning("%s: %s", name, message)
        Placement(name, region, arns.account_of(role)).stream(f"{variant}/data-log", role).line(message)


observations = Observations()


def capture_settings(lease: Lease) -> capture.Settings | None:
    """The capture of the configuration that serves, where it is on and this invocation is in the sample."""
    config = lease.fleet.capture
    if config is None:
        return None
    settings = capture.Settings.parse(config)
    return settings if capture.in_sample(settings) else None


def captured_line(
    settings: capture.Settings,
    endpoint: Endpoint,
    lease: Lease,
    *,
    request: tuple[str | None, bytes],
    answer: tuple[str | None, bytes],
    inference_id: str | None,
    custom_attributes: str | None,
) -> capture.Captured:
    """The note of one captured invocation; ``request`` and ``answer`` are content type and body."""
    at = clock.now()
    written = capture.line(
        settings,
        request_type=request[0],
        request=request[1],
        answer_type=answer[0],
        answer=answer[1],
        inference_id=inference_id,
        custom_attributes=custom_attributes,
        at=at,
    )
    role_arn = lease.running.model.role_arn or ""
    return capture.Captured(settings, endpoint.name, lease.running.name, endpoint.region, role_arn, written, at)
