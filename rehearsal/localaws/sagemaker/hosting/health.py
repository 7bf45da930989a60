"""The health of endpoints: model servers that have ended are started again; an endpoint that cannot have them back is
OutOfService.

AWS says of that status only that the endpoint takes no requests (DescribeEndpoint). Here an endpoint enters it when its
servers did not pass the ping in :data:`ATTEMPTS` starts, or when after a failed update the old fleet does not answer
either; it is tried again from time to time and comes back into service by itself. Times are of the embedded clock.
"""

from collections.abc import Iterator

from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.hosting import deployment
from rehearsal.localaws.sagemaker.hosting.endpoint import Endpoint, EndpointStatus
from rehearsal.localaws.sagemaker.hosting.fleet import Fleet, StartError

EVERY_SECONDS = 5.0
ATTEMPTS = 3
_SECONDS_OUT_OF_SERVICE = 60.0
"""Between two attempts to bring an endpoint back that is OutOfService."""
_WATCHED = (EndpointStatus.IN_SERVICE, EndpointStatus.OUT_OF_SERVICE)

_in_care: set[str] = set()


def install() -> None:
    """Look after all endpoints from now on."""
    host.look_after_every(EVERY_SECONDS, _look, name="endpoint health")


def _look() -> None:
    for endpoint in _sick():
        if endpoint.arn not in _in_care:
            _in_care.add(endpoint.arn)
            host.in_background(_care_for, endpoint, name=f"bringing back endpoint {endpoint.name}")


def _sick() -> Iterator[Endpoint]:
    for backend in [each for regions in list(sagemaker_backends.values()) for each in list(regions.values())]:
        for endpoint in list(backend.hosted_endpoints):
            fleet, status = endpoint.live, endpoint.status
            if fleet is None or status not in _WATCHED:
                continue
            if status is EndpointStatus.OUT_OF_SERVICE or fleet.has_ended_servers:
                yield endpoint


def _care_for(endpoint: Endpoint) -> None:
    """Start what has ended until it answers, or somebody else has taken the endpoint in hand."""
    fleet, attempts = endpoint.live, 0
    try:
        while fleet is not None and endpoint.live is fleet and endpoint.status in _WATCHED:
            reason = _cannot_start(fleet)
            if reason is None:
                deployment.turn(endpoint, EndpointStatus.OUT_OF_SERVICE, EndpointStatus.IN_SERVICE)
                return
            attempts += 1
            if attempts >= ATTEMPTS and endpoint.live is fleet:
                deployment.turn(endpoint, EndpointStatus.IN_SERVICE, EndpointStatus.OUT_OF_SERVICE, reason)
            clock.sleep(_SECONDS_OUT_OF_SERVICE if attempts >= ATTEMPTS else EVERY_SECONDS)
    finally:
        _in_care.discard(endpoint.arn)


def _cannot_start(fleet: Fleet) -> str | None:
    try:
        fleet.start()
    except (StartError, AwsError) as error:  # AwsError: the model's role, bucket or archive is gone
        return str(error)
    return None
