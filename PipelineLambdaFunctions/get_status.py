"""GetStatus: wait for the training job or endpoint that the previous action started, one look a call.

Never waits inside: it hands back a continuation token, in which the deadline travels.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline_job import rounds, schema, status
from pipeline_job.action import Action, run
from pipeline_job.clients import Clients
from pipeline_job.failure import ActionFailed, ConfigurationError, is_missing, is_transient, translate
from pipeline_job.reporting import InProgress, Outcome, Succeeded
from pipeline_job.status import Done, Verdict, Working

CLIENTS = Clients()


def lambda_handler(event: Mapping[str, Any], context: Any) -> None:
    """The Lambda function's entry."""
    run("GetStatus", look, event, context, CLIENTS)


@dataclass(frozen=True)
class Watch:
    """What is waited for, and until when (seconds since the epoch): the content of the continuation token."""

    deadline: float
    minutes: int
    training_job: str = ""
    endpoint: str = ""
    endpoint_config: str = ""

    @property
    def name(self) -> str:
        """The resource's name."""
        return self.training_job or self.endpoint


def look(action: Action) -> Outcome:
    """One look: done, failed, or look again."""
    watch = _watch(action)
    try:
        verdict = _verdict(watch, action)
    except (ClientError, BotoCoreError) as error:
        if not is_transient(error):
            raise
        verdict = Working(f"{watch.name}: SageMaker is busy ({translate(error)})", 0)
    if isinstance(verdict, Done):
        return Succeeded(verdict.summary, watch.name, verdict.variables)
    if action.now() >= watch.deadline:
        raise ActionFailed(
            f"{verdict.summary}; not done {watch.minutes} minutes after the first look, which is 'deadline-minutes' of "
            "GetStatus",
            external_id=watch.name,
        )
    return InProgress(json.dumps(asdict(watch)), verdict.summary, watch.name, verdict.percent)


def _watch(action: Action) -> Watch:
    values = {**schema.defaults(schema.load("GetStatus")), **action.given.values}
    if action.job.continuation_token is not None:
        return Watch(**json.loads(action.job.continuation_token))
    minutes = values["deadline-minutes"]
    deadline = action.now() + minutes * 60
    if "training-job-name" in values:
        return Watch(deadline, minutes, training_job=values["training-job-name"])
    if "endpoint-name" in values:
        return Watch(deadline, minutes, endpoint=values["endpoint-name"])
    if made := action.artifacts.find("endpoint.json"):
        return Watch(deadline, minutes, endpoint=made["endpointName"], endpoint_config=made["endpointConfigName"])
    if made := action.artifacts.find("training-job.json"):
        return Watch(deadline, minutes, training_job=made["trainingJobName"])
    raise ConfigurationError(
        "nothing to watch: give this action the output artifact of TrainModel or DeployModel as input, "
        "or name it in 'training-job-name' or 'endpoint-name'"
    )


def _verdict(watch: Watch, action: Action) -> Verdict:
    sagemaker = action.clients("sagemaker")
    try:
        if watch.training_job:
            return _training(sagemaker.describe_training_job(TrainingJobName=watch.training_job), action)
        return status.endpoint(sagemaker.describe_endpoint(EndpointName=watch.endpoint), watch.endpoint_config)
    except ClientError as error:
        if is_missing(error):
            raise ActionFailed(f"{watch.name} is gone: it was deleted, or its name is wrong") from error
        raise


def _training(described: Mapping[str, Any], action: Action) -> Verdict:
    """The verdict on the job, with its newest round while it trains."""
    verdict = status.training_job(described)
    if isinstance(verdict, Done) or described.get("SecondaryStatus") != "Training":
        return verdict
    newest = rounds.newest(action.clients("logs"), described["TrainingJobName"])
    if newest is None:
        return verdict
    total = int(described["HyperParameters"].get("num_round", 0))
    return Working(newest.summary(total), newest.percent(total))
