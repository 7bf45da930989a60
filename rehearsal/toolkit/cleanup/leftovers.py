"""What of a workshop is in an account: found by its own names and tags, with what it costs to let it be.

A thing belongs to a workshop when its name is one that only the workshop makes, or when it carries the tag
``mlops:resource-identifier`` (or ``rehearsal:suffix``) with the workshop's suffix. Never by a part of a name alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.stacks import stacks

_TAGS = ("mlops:resource-identifier", "rehearsal:suffix")


class Kind(IntEnum):
    """Kinds in the order in which they are removed: what runs first, what others lie in last."""

    EXECUTION = 1
    TRAINING_JOB = 2
    WATCHING_STACK = 3
    ENDPOINT = 4
    ENDPOINT_STACK = 5
    ENDPOINT_CONFIG = 6
    MODEL = 7
    MODEL_PACKAGE = 8
    EXPERIMENT = 9
    MODEL_PIPELINE = 10
    OBJECTS = 11
    PIPELINE_STACK = 12
    PREP_STACK = 13
    LAB_STACK = 14
    PROJECT_STACK = 15
    BUCKET = 16
    LOG_GROUP = 17

    @property
    def label(self) -> str:
        """As a person reads it."""
        return self.name.lower().replace("_", " ")


_COSTS = {
    Kind.WATCHING_STACK: "by the job that it starts each hour",
    Kind.TRAINING_JOB: "by the second while it runs",
    Kind.ENDPOINT: "by the hour, used or not",
    Kind.ENDPOINT_STACK: "by the hour, for its endpoint",
    Kind.OBJECTS: "by the gigabyte and month",
    Kind.LOG_GROUP: "by the gigabyte and month",
}


@dataclass(frozen=True)
class Leftover:
    """One thing that is there; ``detail`` says more (a status, a number of objects)."""

    kind: Kind
    name: str
    detail: str = ""

    @property
    def cost(self) -> str:
        """How it is charged; empty when it is free."""
        return _COSTS.get(self.kind, "")


def survey(aws: Aws, workshop: Workshop) -> list[Leftover]:
    """Everything of the workshop, in the order of removal. Changes nothing."""
    found = [
        *_executions(aws, workshop),
        *_sagemaker(aws, workshop),
        *_stacks(aws, workshop),
        *_buckets(aws, workshop),
        *_log_groups(aws, workshop),
    ]
    return sorted(found, key=lambda leftover: (leftover.kind, leftover.name))


def _executions(aws: Aws, workshop: Workshop) -> Iterator[Leftover]:
    client = aws.client("codepipeline")
    try:
        pages = client.get_paginator("list_pipeline_executions").paginate(pipelineName=workshop.pipeline)
        for page in pages:
            for run in page["pipelineExecutionSummaries"]:
                if run["status"] in ("InProgress", "Stopping"):
                    yield Leftover(Kind.EXECUTION, run["pipelineExecutionId"], run["status"])
    except client.exceptions.PipelineNotFoundException:
        return


def _sagemaker(aws: Aws, workshop: Workshop) -> Iterator[Leftover]:
    client, tail = aws.client("sagemaker"), f"-{workshop.suffix}-"
    for page in client.get_paginator("list_training_jobs").paginate(NameContains=tail, StatusEquals="InProgress"):
        for job in page["TrainingJobSummaries"]:
            if _belongs(client, job["TrainingJobArn"], workshop):
                yield Leftover(Kind.TRAINING_JOB, job["TrainingJobName"], job["TrainingJobStatus"])
    for page in client.get_paginator("list_endpoints").paginate(NameContains=tail):
        for endpoint in page["Endpoints"]:
            if _endpoint_belongs(client, endpoint, workshop):
                yield Leftover(Kind.ENDPOINT, endpoint["EndpointName"], endpoint["EndpointStatus"])
    for page in client.get_paginator("list_endpoint_configs").paginate(NameContains=tail):
        for config in page["EndpointConfigs"]:
            if _belongs(client, config["EndpointConfigArn"], workshop):
                yield Leftover(Kind.ENDPOINT_CONFIG, config["EndpointConfigName"])
    for page in client.get_paginator("list_models").paginate(NameContains=tail):
        for model in page["Models"]:
            if _belongs(client, model["ModelArn"], workshop):
                yield Leftover(Kind.MODEL, model["ModelName"])


def _endpoint_belongs(client: Any, endpoint: dict[str, Any], workshop: Workshop) -> bool:
    """By the endpoint's tags or those of the config that it serves."""
    if _belongs(client, endpoint["EndpointArn"], workshop):
        return True
    try:
        described = client.describe_endpoint(EndpointName=endpoint["EndpointName"])
        config = client.describe_endpoint_config(EndpointConfigName=described["EndpointConfigName"])
    except ClientError as error:
        if code_of(error) == "ValidationException":  # one of them has just gone
            return False
        raise
    return _belongs(client, config["EndpointConfigArn"], workshop)


def _belongs(client: Any, arn: str, workshop: Workshop) -> bool:
    try:
        tags = [tag for page in client.get_paginator("list_tags").paginate(ResourceArn=arn) for tag in page["Tags"]]
    except ClientError as error:
        if code_of(error) in ("ValidationException", "ResourceNotFound"):  # it has just gone
            return False
        raise
    return any(tag["Key"] in _TAGS and tag["Value"] == workshop.suffix for tag in tags)


def _stacks(aws: Aws, workshop: Workshop) -> Iterator[Leftover]:
    for kind, name in ((Kind.PIPELINE_STACK, workshop.pipeline_stack), (Kind.PREP_STACK, workshop.prep_stack)):
        stack = stacks.describe(aws, name)
        if stack is not None:
            yield Leftover(kind, name, stack["StackStatus"])


def _buckets(aws: Aws, workshop: Workshop) -> Iterator[Leftover]:
    mine = {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]}
    for bucket in workshop.buckets:
        if bucket in mine:
            yield Leftover(Kind.BUCKET, bucket)
            if count := _count_versions(aws, bucket):
                yield Leftover(Kind.OBJECTS, bucket, f"{count:,} object version{'s' * (count != 1)}")


def _count_versions(aws: Aws, bucket: str) -> int:
    pages = aws.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket)
    return sum(len(page.get("Versions", [])) + len(page.get("DeleteMarkers", [])) for page in pages)


def _log_groups(aws: Aws, workshop: Workshop) -> Iterator[Leftover]:
    logs = aws.client("logs")
    exact = {f"/aws/lambda/{function}" for function in workshop.functions}
    tail = f"-{workshop.suffix}-"
    for prefix in ("/aws/lambda/MLOps-BIA-", "/aws/sagemaker/Endpoints/"):
        for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
            for group in page["logGroups"]:
                name = group["logGroupName"]
                if name in exact or (prefix.endswith("Endpoints/") and tail in name):
                    yield Leftover(Kind.LOG_GROUP, name, f"{group.get('storedBytes', 0):,} bytes")
