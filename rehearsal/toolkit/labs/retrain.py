"""The lab retrain, in one straight line.

stack -> validation set -> pipeline -> a delivery, which starts an execution -> the same message again, which starts
none
      -> the next delivery to the same key -> its execution -> what the registry has
"""

import time
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import RehearsalError
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.executions.events import StepFinished, StepStarted, Tell
from rehearsal.toolkit.executions.model_pipelines import ModelExecution
from rehearsal.toolkit.labs import definitions, executions, objects, queues
from rehearsal.toolkit.labs.lab import Deploy, Lab, Order, Outcome

INSTANCE = "ml.m5.large"
_SAMPLE, _NEXT = "data/first.csv", "data/second.csv"
_START_SECONDS = 300.0
_SHOWN_METRICS = ("train:rmse", "validation:rmse")


def run(aws: Aws, order: Order, deploy: Deploy, tell: Tell) -> Outcome:
    """Launch what is missing, deliver data, and follow the executions that the deliveries start."""
    template = order.file("definition.json").read_text()
    definitions.check_parameters(template, order.parameters)
    outputs = deploy(order.stack("retrain.yaml")).outputs
    objects.upload(aws, outputs["Bucket"], {"validation/validation.csv": order.file("data/validation.csv")}, tell)
    definition = definitions.with_defaults(definitions.filled(template, outputs), order.parameters)
    executions.upsert(aws, order.names.stack, definition, outputs["PipelineRoleArn"], order.names.tags, tell)
    deliveries = [order.data, order.file(_NEXT)] if order.data == order.file(_SAMPLE) else [order.data]
    delivery = _Delivery(aws, order.names.stack, outputs, tell)
    versions: list[str] = []
    for file in deliveries:
        versions.append(delivery.put(file))
        done = delivery.follow(versions[-1])
        if done.status != "Succeeded":
            return Outcome(done, facts=delivery.facts(versions))
        delivery.repeat(versions[-1])
    made = executions.metadata(aws, done.arn)
    return Outcome(
        done,
        _metrics(aws, made["Train"]["TrainingJob"]["Arn"]),
        made["Register"]["RegisterModel"]["Arn"],
        facts=delivery.facts(versions),
    )


class _Delivery:
    """Data that arrives, and what it starts."""

    def __init__(self, aws: Aws, pipeline: str, outputs: dict[str, str], tell: Tell) -> None:
        self._aws, self._pipeline, self._outputs, self._tell = aws, pipeline, outputs, tell
        self._key = f"{outputs['Prefix']}abalone{outputs['Suffix']}"

    def put(self, file: Path) -> str:
        """Upload a file; the version's id."""
        began = time.monotonic()
        self._tell(StepStarted("deliver", self._key))
        version = objects.put(self._aws, self._outputs["Bucket"], self._key, file)
        self._tell(StepFinished("deliver", self._key, file.name, f"version {version}", time.monotonic() - began))
        return version

    def follow(self, version: str) -> ModelExecution:
        """The end of the execution that a version starts.

        Raises:
            RehearsalError: none has begun after five minutes.
        """
        pace = Pace()
        give_up_at = pace.now() + _START_SECONDS
        while not (found := executions.started_with(self._aws, self._pipeline, "DataVersion", version)):
            if pace.now() > give_up_at:
                raise RehearsalError(
                    f"the upload has started no execution within {_START_SECONDS:.0f} s",
                    where=f"s3://{self._outputs['Bucket']}/{self._key}, version {version}",
                    next_step=f"look at the log group /aws/lambda/{self._pipeline}-start and at the dead-letter queue",
                )
            pace.wait()
        return executions.watch(self._aws, self._pipeline, found[0], self._tell)

    def repeat(self, version: str) -> None:
        """Send S3's message of a version again, as S3 may do itself: it promises to tell at least once."""
        began = time.monotonic()
        url = self._outputs["QueueUrl"]
        self._tell(StepStarted("repeat", self._pipeline))
        queues.send(self._aws, url, notification(self._outputs["Bucket"], self._key, version))
        queues.wait_until_empty(self._aws, url)
        count = len(executions.started_with(self._aws, self._pipeline, "DataVersion", version))
        detail = f"{count} execution of version {version}"
        self._tell(StepFinished("repeat", self._pipeline, "no other one", detail, time.monotonic() - began))
        if count != 1:
            raise RehearsalError(
                f"a message that came twice has started {count} executions",
                where=self._pipeline,
                next_step="this is a fault of the lab: please report it",
            )

    def facts(self, versions: list[str]) -> dict[str, Any]:
        """How many executions each delivered version has started, and the versions of the model."""
        started = {
            version: len(executions.started_with(self._aws, self._pipeline, "DataVersion", version))
            for version in versions
        }
        pages = self._aws.client("sagemaker").get_paginator("list_model_packages")
        listed = pages.paginate(ModelPackageGroupName=self._outputs["ModelPackageGroup"])
        models = sum(len(page["ModelPackageSummaryList"]) for page in listed)
        return {"executionsByVersion": started, "modelVersions": models, "uploadTo": self._outputs["UploadTo"]}


def notification(bucket: str, key: str, version: str) -> dict[str, Any]:
    """The part of S3's message that the function reads. Pure.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    return {"Records": [{"s3": {"bucket": {"name": bucket}, "object": {"key": key, "versionId": version}}}]}


def _metrics(aws: Aws, job: str) -> dict[str, float]:
    """The last metrics of a training job."""
    described = aws.client("sagemaker").describe_training_job(TrainingJobName=job.rpartition("/")[2])
    found = {each["MetricName"]: float(each["Value"]) for each in described.get("FinalMetricDataList", [])}
    return {name: value for name, value in found.items() if name in _SHOWN_METRICS}


RETRAIN = Lab(
    name="retrain",
    title="How old is an abalone? Trained anew on every delivery of data",
    summary="S3 upload, queue, function, SageMaker pipeline (train, create, register), mail; one execution for each "
    "object version",
    sample=_SAMPLE,
    libraries=(),
    scikit_learn_tag=None,
    jobs=(("training", INSTANCE, 2),),
    template="retrain.yaml",
    endpoint_instance="",
    serves_always=False,
    rehearsed_with={"NotificationEmail": "you@example.com"},
    run=run,
    try_next=(
        "By EventBridge:         rehearse lab run retrain --stack-parameter Trigger=EventBridge",
        "Keep it, look around:   rehearse lab run retrain --keep      (then rehearse mailbox list, rehearse status "
        "...)",
        "For real:               rehearse lab launch retrain --review",
    ),
)
