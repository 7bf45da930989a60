"""What a training job tells the rest of the account: state changes on the event bus, metrics in CloudWatch."""

from datetime import datetime
from typing import Any

from rehearsal.localaws.authorizer import on_behalf
from rehearsal.localaws.events import bus
from rehearsal.localaws.ground import arns
from rehearsal.localaws.sagemaker.training.job import TrainingJob
from rehearsal.localaws.services import metrics
from rehearsal.localaws.services.metrics import Datum

METRIC_NAMESPACE = "/aws/sagemaker/TrainingJobs"


def publish_state(job: TrainingJob) -> None:
    """Put ``SageMaker Training Job State Change`` on the default bus: the job's description, times in milliseconds.

    https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
    """
    bus.publish(
        "aws.sagemaker",
        "SageMaker Training Job State Change",
        in_milliseconds(job.description()),
        [job.arn],
        region=job.region,
        account_id=arns.account_of(job.arn),
    )


def publish_metrics(job: TrainingJob, values: list[tuple[str, float, datetime]]) -> None:
    """Metrics of log lines, with the job's name as dimension; none where the job's role may not put them."""
    if not on_behalf.may_call(
        job.request["RoleArn"], "cloudwatch", "PutMetricData", {"Namespace": METRIC_NAMESPACE}, job.region
    ):
        return
    dimensions = {"TrainingJobName": job.name}
    data = [Datum(name, (value,), dimensions, at=at) for name, value, at in values]
    metrics.publish(METRIC_NAMESPACE, data, job.region, arns.account_of(job.arn))


def in_milliseconds(value: Any) -> Any:
    """A description with its times as events have them."""
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if isinstance(value, dict):
        return {name: in_milliseconds(member) for name, member in value.items()}
    if isinstance(value, list):
        return [in_milliseconds(member) for member in value]
    return value
