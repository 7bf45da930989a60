"""TrainModel: start the training job of this pipeline execution, and say in an artifact what it was made of.

Does not wait: GetStatus does. Safe to run twice: the job is named after the execution, and one that is there already is
taken.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from botocore.exceptions import ClientError

from pipeline_job import data_version, training
from pipeline_job.action import Action, run
from pipeline_job.clients import Clients
from pipeline_job.failure import ActionFailed, is_missing, is_taken
from pipeline_job.naming import after_execution, candidates
from pipeline_job.reporting import Succeeded

CLIENTS = Clients()
_FINISHED_BADLY = ("Failed", "Stopped", "Stopping")


def lambda_handler(event: Mapping[str, Any], context: Any) -> None:
    """The Lambda function's entry."""
    run("TrainModel", train, event, context, CLIENTS)


def train(action: Action) -> Succeeded:
    """Start the job, or find it started."""
    values = action.parameters(action.given.values["model-name"])
    data = _data(values, action)
    stem = f"{values['model-name']}-{values['resourceidentifier']}"
    asked = training.request(after_execution(stem, action.execution_id), values, _surroundings(action, values, data))
    name = _start(asked, action.clients("sagemaker"))
    action.artifacts.write({"training-job.json": _record({**asked, "TrainingJobName": name}, values, data, action)})
    resources, rounds = asked["ResourceConfig"], asked["HyperParameters"]["num_round"]
    return Succeeded(
        f"{rounds} rounds on {resources['InstanceCount']} x {resources['InstanceType']}: {name}",
        external_id=name,
        variables={
            "TrainingJobName": name,
            "ModelName": values["model-name"],
            "TrainingImage": asked["AlgorithmSpecification"]["TrainingImage"],
        },
    )


def _data(values: Mapping[str, Any], action: Action) -> dict[str, list[dict[str, Any]]]:
    keys = {"train": values["train-key"], "validation": values["validation-key"]}
    s3, bucket = action.clients("s3"), values["databucket"]
    return {
        name: [asdict(version) for version in data_version.latest(s3, bucket, training.object_key(key))]
        for name, key in keys.items()
        if key
    }


def _surroundings(action: Action, values: Mapping[str, Any], data: Mapping[str, Any]) -> training.Surroundings:
    tags = {
        "mlops:pipeline-execution": action.execution_id,
        "mlops:model-name": values["model-name"],
        "mlops:resource-identifier": values["resourceidentifier"],
        **{f"mlops:{channel}-version": versions[0]["version_id"] for channel, versions in data.items()},
        **{f"mlops:{channel}-etag": versions[0]["etag"] for channel, versions in data.items()},
        **{f"mlops:config-{each.name}": each.revision for each in action.job.input_artifacts[:1] if each.revision},
        **(
            {"mlops:code-revision": action.environment["CODE_REVISION"]}
            if action.environment.get("CODE_REVISION")
            else {}
        ),
    }
    return training.Surroundings(
        role_arn=action.setting("SAGEMAKER_ROLE_ARN"),
        stack_image=action.environment.get("ALGORITHM_IMAGE", ""),
        kms_key=action.environment.get("SSE_KMS_KEY_ID", ""),
        tags={key: value[:256] for key, value in tags.items()},
    )


def _start(asked: Mapping[str, Any], sagemaker: Any) -> str:
    """Create the job under the first name that is free or holds the same job; the name."""
    for name in candidates(asked["TrainingJobName"]):
        existing = _describe(name, sagemaker)
        if existing is None:
            if _create({**asked, "TrainingJobName": name}, sagemaker):
                return name
            existing = _describe(name, sagemaker)
        if existing is not None and _is_same(existing, asked):
            return name
    raise ActionFailed(f"{asked['TrainingJobName']} was tried a hundred times; release a new change")


def _create(asked: Mapping[str, Any], sagemaker: Any) -> bool:
    try:
        sagemaker.create_training_job(**asked)
    except ClientError as error:
        if is_taken(error):  # another call of the same job was faster
            return False
        raise
    return True


def _describe(name: str, sagemaker: Any) -> dict[str, Any] | None:
    try:
        described: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=name)
    except ClientError as error:
        if is_missing(error):
            return None
        raise
    return described


def _is_same(existing: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """Whether the job does (or did) what is asked; a stage that is retried after a failure starts another."""
    if existing["TrainingJobStatus"] in _FINISHED_BADLY:
        return False
    image, asked_image = (each["AlgorithmSpecification"].get("TrainingImage") for each in (existing, asked))
    return bool(existing["HyperParameters"] == asked["HyperParameters"] and image == asked_image)


def _record(
    asked: Mapping[str, Any], values: Mapping[str, Any], data: Mapping[str, Any], action: Action
) -> dict[str, Any]:
    """The artifact: what later actions need, and what the model was made of."""
    return {
        "trainingJobName": asked["TrainingJobName"],
        "modelName": values["model-name"],
        "resourceIdentifier": values["resourceidentifier"],
        "pipelineExecutionId": action.execution_id,
        "image": asked["AlgorithmSpecification"]["TrainingImage"],
        "hyperparameters": asked["HyperParameters"],
        "modelArtifactsBucket": values["modelartifactout"],
        "dataBucket": values["databucket"],
        "data": data,
        "inputArtifacts": [
            {"name": each.name, "revision": each.revision, "key": each.key} for each in action.job.input_artifacts
        ],
        "codeRevision": action.environment.get("CODE_REVISION", ""),
    }
