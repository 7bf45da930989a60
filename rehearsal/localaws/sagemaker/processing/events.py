"""What a processing job tells of itself: its state changes on the event bus."""

from rehearsal.localaws.events import bus
from rehearsal.localaws.ground import arns
from rehearsal.localaws.sagemaker.processing.job import ProcessingJob
from rehearsal.localaws.sagemaker.training.events import in_milliseconds


def publish_state(job: ProcessingJob) -> None:
    """Put ``SageMaker Processing Job State Change`` on the default bus: the job's description, times in milliseconds.

    https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
    """
    bus.publish(
        "aws.sagemaker",
        "SageMaker Processing Job State Change",
        in_milliseconds(job.description()),
        [job.arn],
        region=job.region,
        account_id=arns.account_of(job.arn),
    )
