"""Which data an execution trained on, by the tags that TrainModel gives its job (``mlops:train-etag``)."""

from rehearsal.toolkit.aws import translation
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions.executions import Execution

_CHANNELS = ("train", "validation")


def facts(aws: Aws, execution: Execution) -> dict[str, str]:
    """A line for each channel by its name; none where no job was begun, or where its tags cannot be read.

    An ETag is of the content: the same file uploaded again has another version and the same ETag.
    """
    names = [each.variables["TrainingJobName"] for each in execution.actions if "TrainingJobName" in each.variables]
    if not names:
        return {}
    sagemaker = aws.client("sagemaker")
    try:
        arn = sagemaker.describe_training_job(TrainingJobName=names[0])["TrainingJobArn"]
        pages = sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
        tags = {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
    except translation.FAILURES:
        return {}
    return {
        f"data {channel}": f"ETag {tags[f'mlops:{channel}-etag'][:12]}"
        for channel in _CHANNELS
        if f"mlops:{channel}-etag" in tags
    }
