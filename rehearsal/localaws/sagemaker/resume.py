"""After a restart: jobs that ran are failed with the reason, endpoints are loaded again, deployments under way are
settled."""

import logging
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.ground import clock, host, persistence
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.hosting import deployment
from rehearsal.localaws.sagemaker.hosting.endpoint import Endpoint, EndpointStatus
from rehearsal.localaws.sagemaker.hosting.fleet import StartError
from rehearsal.localaws.sagemaker.processing import events as processing_events
from rehearsal.localaws.sagemaker.processing import job as processing
from rehearsal.localaws.sagemaker.training import events
from rehearsal.localaws.sagemaker.transform import job as transform
from rehearsal.localaws.sagemaker.transform import run

log = logging.getLogger("rehearsal.localaws.sagemaker")

REASON = "InternalServerError: the embedded AWS was restarted while the job ran. Start the job again under a new name."
_ROLLED_BACK = "The embedded AWS was restarted during the deployment; it was rolled back."


def resume() -> None:
    """Settle every job and endpoint of every region."""
    for account in sagemaker_backends.values():
        for backend in account.values():
            _fail_jobs(backend)
            for endpoint in backend.hosted_endpoints:
                host.in_background(_resume_endpoint, backend, endpoint, name=f"loading endpoint {endpoint.name}")


def _fail_jobs(backend: Any) -> None:
    for job in backend.trained_jobs:
        if not job.is_finished:
            job.fail(REASON, clock.now())
            events.publish_state(job)
    for job in backend.processed_jobs:
        if not job.is_finished:
            job.end(processing.Status.FAILED, clock.now(), REASON)
            processing_events.publish_state(job)
    for job in backend.batch_transforms:
        if job.status in (transform.Status.IN_PROGRESS, transform.Status.STOPPING):
            run.end(job, transform.Status.FAILED, REASON)


def _resume_endpoint(backend: Any, endpoint: Endpoint) -> None:
    if endpoint.live is not None:
        _load(endpoint)
    elif endpoint.status is EndpointStatus.CREATING:
        _create_again(backend, endpoint)


def _load(endpoint: Endpoint) -> None:
    """Start the processes of what was serving; requests wait for them."""
    assert endpoint.live is not None
    interrupted = not endpoint.is_settled
    endpoint.shift(None, 0.0)
    try:
        endpoint.live.start()
    except (StartError, AwsError) as error:
        log.warning("endpoint %s does not come up again: %s", endpoint.name, error)
        deployment.settle(endpoint, EndpointStatus.OUT_OF_SERVICE, f"After a restart of the embedded AWS: {error}")
        return
    if interrupted:
        deployment.settle(endpoint, EndpointStatus.IN_SERVICE, _ROLLED_BACK)


def _create_again(backend: Any, endpoint: Endpoint) -> None:
    try:
        config = backend.hosted_configs.get(endpoint.config_name)
        names = {variant.model_name for variant in config.variants + config.shadows}
        models = {name: backend.hosted_models.get(name) for name in names}
    except AwsError as error:
        deployment.settle(endpoint, EndpointStatus.FAILED, f"After a restart of the embedded AWS: {error}")
        return
    deployment.create(endpoint, config, models)


persistence.on_resume(resume)
