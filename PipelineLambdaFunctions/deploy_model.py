"""DeployModel: serve the trained model from the environment's one stable endpoint, created or updated in place.

Starts the deployment and leaves the wait to GetStatus; it hands back a continuation token itself only where it must
wait: for somebody else's operation on the endpoint, for a failed endpoint's removal, and before autoscaling is switched
on.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline_job import autoscaling, deployment, endpoints, naming, replacement, status, time_to_live
from pipeline_job.action import Action, run
from pipeline_job.autoscaling import Scaling
from pipeline_job.clients import Clients
from pipeline_job.deployment import Served, Step
from pipeline_job.failure import ActionFailed, ConfigurationError
from pipeline_job.reporting import InProgress, Outcome, Succeeded

CLIENTS = Clients()
WAIT_AT_MOST_SECONDS = 2 * 3600
_INCUMBENT_TAG = "mlops:incumbent"

log = logging.getLogger("pipeline_job")


def lambda_handler(event: Mapping[str, Any], context: Any) -> None:
    """The Lambda function's entry."""
    run("DeployModel", deploy, event, context, CLIENTS)


@dataclass(frozen=True)
class Deployment:
    """One deployment: the content of the continuation token. Names only; ``deadline`` in seconds since the epoch."""

    endpoint: str
    config: str
    incumbent: str
    deadline: float


def deploy(action: Action) -> Outcome:
    """Make model and config, then bring the endpoint to the config."""
    job = action.artifacts.need("training-job.json", "TrainModel")
    values = action.parameters(action.given.values.get("model-name", job["modelName"]))
    values = {"model-name": job["modelName"], "resourceidentifier": job["resourceIdentifier"], **values}
    token = action.job.continuation_token
    chosen = Deployment(**json.loads(token)) if token else _prepare(action, values, job)
    step = _take_step(action, values, chosen)
    waits = "min-instances" in values and not _is_settled(action, chosen)
    if step in (Step.WAIT, Step.DELETE) or waits:
        return _again(action, chosen, step)
    _finish(action, values, chosen)
    action.artifacts.write({"endpoint.json": _record(chosen, values, job)})
    verb = {Step.CREATE: "created", Step.UPDATE: "updated"}.get(step, "in place")
    variables = {
        "EndpointName": chosen.endpoint,
        "EndpointConfigName": chosen.config,
        "IncumbentEndpointConfigName": chosen.incumbent or "none",
    }
    return Succeeded(f"{chosen.endpoint} {verb}: {chosen.config}", chosen.endpoint, variables)


def _prepare(action: Action, values: Mapping[str, Any], job: Mapping[str, Any]) -> Deployment:
    if "ttl-minutes" in values:
        action.setting("SCHEDULER_ROLE_ARN")  # said before anything is made
    sagemaker = action.clients("sagemaker")
    endpoint = naming.endpoint_name(values["model-name"], values["resourceidentifier"], values["env"])
    incumbent = _incumbent(sagemaker, endpoint)
    if "serverless-memory-mb" in values:
        _check_that_it_may_be_serverless(sagemaker, endpoint, incumbent)
    model_data_url = _model_data_url(sagemaker, job["trainingJobName"])

    def requests(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        served = Served(
            name=name,
            endpoint=endpoint,
            image=job["image"],
            model_data_url=model_data_url,
            bucket=job["modelArtifactsBucket"],
            role_arn=action.setting("SAGEMAKER_ROLE_ARN"),
            tags=_tags(action, values, job, incumbent),
        )
        return deployment.model(served, values), deployment.endpoint_config(served, values)

    name = endpoints.make_model_and_config(
        sagemaker, naming.after_execution(endpoint, _execution(action, job)), requests
    )
    if name == incumbent:  # called again after the update: the config's tag remembers what came before
        incumbent = endpoints.tags_of_config(sagemaker, name).get(_INCUMBENT_TAG, "")
    return Deployment(endpoint, name, incumbent, action.now() + WAIT_AT_MOST_SECONDS)


def _execution(action: Action, job: Mapping[str, Any]) -> str:
    """The pipeline execution: UserParameters', else the one that TrainModel knew."""
    return action.given_execution_id or str(job.get("pipelineExecutionId", "")) or action.execution_id


def _check_that_it_may_be_serverless(sagemaker: Any, endpoint: str, incumbent: str) -> None:
    wanted = replacement.Replacement(
        replacement.serving(sagemaker, incumbent), replacement.Serving("", is_serverless=True)
    )
    if wanted.refusal:
        raise _not_serverless(endpoint, wanted)


def _not_serverless(endpoint: str, wanted: replacement.Replacement) -> ConfigurationError:
    return ConfigurationError(
        f"'serverless-memory-mb': {endpoint} cannot become serverless: {wanted.refusal}. Delete {endpoint} and retry "
        "the stage, which then makes it anew, or leave the key out"
    )


def _incumbent(sagemaker: Any, endpoint: str) -> str:
    """The config that serves now, to which the environment can go back."""
    described = endpoints.describe(sagemaker, endpoint)
    if described is None or described["EndpointStatus"] not in (
        "InService",
        "Updating",
        "SystemUpdating",
        "RollingBack",
    ):
        return ""
    return str(described["EndpointConfigName"])


def _model_data_url(sagemaker: Any, job_name: str) -> str:
    described = sagemaker.describe_training_job(TrainingJobName=job_name)
    if not isinstance(status.training_job(described), status.Done):
        raise ActionFailed(f"training job {job_name} is not done: let GetStatus wait for it before this action")
    return str(described["ModelArtifacts"]["S3ModelArtifacts"])


def _tags_of_endpoint(values: Mapping[str, Any]) -> dict[str, str]:
    """What stays true of an endpoint however often it is updated."""
    return {
        "mlops:model-name": values["model-name"],
        "mlops:resource-identifier": values["resourceidentifier"],
        "mlops:environment": values["env"],
    }


def _tags(action: Action, values: Mapping[str, Any], job: Mapping[str, Any], incumbent: str) -> dict[str, str]:
    tags = {
        **values.get("tags", {}),
        **_tags_of_endpoint(values),
        "mlops:pipeline-execution": _execution(action, job),
        "mlops:training-job": job["trainingJobName"],
    }
    if incumbent:
        tags[_INCUMBENT_TAG] = incumbent
    if (wanted := Scaling.of(values)) is not None:
        tags[autoscaling.TAG] = wanted.tag
    return tags


def _take_step(action: Action, values: Mapping[str, Any], chosen: Deployment) -> Step:
    sagemaker = action.clients("sagemaker")
    described = endpoints.describe(sagemaker, chosen.endpoint)
    step = deployment.next_step(described, chosen.config)
    if step is Step.CREATE:
        names = {"EndpointName": chosen.endpoint, "EndpointConfigName": chosen.config}
        tags = {**values.get("tags", {}), **_tags_of_endpoint(values)}
        sagemaker.create_endpoint(**names, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    elif step is Step.UPDATE:
        assert described is not None, "what is updated is there"
        wanted = replacement.between(sagemaker, described["EndpointConfigName"], chosen.config)
        if wanted.refusal:
            raise _not_serverless(chosen.endpoint, wanted)
        replacement.start(action.clients, chosen.endpoint, wanted, deployment.deployment_config(values))
    elif step is Step.DELETE:
        log.warning("endpoint %s is broken: it is deleted and made anew", chosen.endpoint)
        sagemaker.delete_endpoint(EndpointName=chosen.endpoint)
    return step


def _is_settled(action: Action, chosen: Deployment) -> bool:
    described = endpoints.describe(action.clients("sagemaker"), chosen.endpoint)
    return described is not None and isinstance(status.endpoint(described, None), status.Done)


def _again(action: Action, chosen: Deployment, step: Step) -> InProgress:
    if action.now() >= chosen.deadline:
        raise ActionFailed(
            f"endpoint {chosen.endpoint} was not free within two hours: see what else works on it",
            external_id=chosen.endpoint,
        )
    reason = {Step.WAIT: "waits for another operation on it", Step.DELETE: "is broken and deleted first"}.get(
        step, "is being deployed"
    )
    return InProgress(json.dumps(asdict(chosen)), f"{chosen.endpoint} {reason}", chosen.endpoint, 30)


def _finish(action: Action, values: Mapping[str, Any], chosen: Deployment) -> None:
    """Autoscaling, time to live, and what is left of earlier deployments."""
    sagemaker = action.clients("sagemaker")
    replacement.scale_as(
        action.clients, chosen.endpoint, replacement.between(sagemaker, chosen.incumbent, chosen.config)
    )
    _set_time_to_live(action, values, chosen.endpoint)
    configs = endpoints.configs_of(sagemaker, chosen.endpoint)
    for name in deployment.superfluous(configs, values["keep-versions"], {chosen.config, chosen.incumbent}):
        log.info("removes %s: more than the last %s", name, values["keep-versions"])
        endpoints.delete_config(sagemaker, name)


def _set_time_to_live(action: Action, values: Mapping[str, Any], endpoint: str) -> None:
    group = action.environment.get("SCHEDULE_GROUP") or "default"
    if "ttl-minutes" in values:
        at = action.now() + values["ttl-minutes"] * 60
        role_arn = action.setting("SCHEDULER_ROLE_ARN")
        queue = action.environment.get("DEAD_LETTER_QUEUE_ARN", "")
        time_to_live.set_deadline(action.clients("scheduler"), endpoint, role_arn, at, group=group, dead_letters=queue)
    elif action.environment.get("SCHEDULER_ROLE_ARN"):
        time_to_live.clear_deadline(action.clients("scheduler"), endpoint, group=group)


def _record(chosen: Deployment, values: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "endpointName": chosen.endpoint,
        "endpointConfigName": chosen.config,
        "incumbentEndpointConfigName": chosen.incumbent,
        "environment": values["env"],
        "modelName": values["model-name"],
        "reportsBucket": job["modelArtifactsBucket"],
        "reportsPrefix": f"evaluations/{chosen.endpoint}/",
        "trainingJob": job,
    }
