"""What a tuning job tells the rest of the account: ``SageMaker HyperParameter Tuning Job State Change`` on the default
bus.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

from typing import Any

from rehearsal.localaws.events import bus
from rehearsal.localaws.ground import arns, clock
from rehearsal.localaws.sagemaker.training.events import in_milliseconds
from rehearsal.localaws.sagemaker.tuning import views
from rehearsal.localaws.sagemaker.tuning.records import TuningJob


def detail_of(job: TuningJob) -> dict[str, Any]:
    """The job's description at this moment."""
    tags = {tag["Key"]: tag["Value"] for tag in job.request.get("Tags") or ()}
    detail: dict[str, Any] = in_milliseconds({**views.description(job, clock.now()), "Tags": tags})
    return detail


def publish(job: TuningJob, detail: dict[str, Any]) -> None:
    """Put a change of status on the bus."""
    bus.publish(
        "aws.sagemaker",
        "SageMaker HyperParameter Tuning Job State Change",
        detail,
        [job.arn],
        region=job.region,
        account_id=arns.account_of(job.arn),
    )
