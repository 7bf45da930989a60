"""What is in an account and region, by kind: for who deployed something and asks what there is now."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from rehearsal.toolkit.aws import translation
from rehearsal.toolkit.aws.account import Aws


@dataclass(frozen=True)
class Thing:
    """One thing: its name and a word on its state, empty where it has none."""

    name: str
    state: str = ""


@dataclass(frozen=True)
class Listed:
    """All of a kind; ``problem`` says why they cannot be listed, empty when they can."""

    kind: str
    things: tuple[Thing, ...]
    problem: str = ""


@dataclass(frozen=True)
class Kind:
    """How a kind is listed: the call, the member of its answer that holds them, and what of each is shown."""

    name: str
    service: str
    call: str
    member: str
    named_by: str | None = None
    state: str | None = None


KINDS = (
    Kind("stacks", "cloudformation", "describe_stacks", "Stacks", "StackName", "StackStatus"),
    Kind("pipelines", "codepipeline", "list_pipelines", "pipelines", "name"),
    Kind("functions", "lambda", "list_functions", "Functions", "FunctionName", "Runtime"),
    Kind("build projects", "codebuild", "list_projects", "projects"),
    Kind("repositories", "codecommit", "list_repositories", "repositories", "repositoryName"),
    Kind("state machines", "stepfunctions", "list_state_machines", "stateMachines", "name"),
    Kind("buckets", "s3", "list_buckets", "Buckets", "Name"),
    Kind("endpoints", "sagemaker", "list_endpoints", "Endpoints", "EndpointName", "EndpointStatus"),
    Kind(
        "training jobs",
        "sagemaker",
        "list_training_jobs",
        "TrainingJobSummaries",
        "TrainingJobName",
        "TrainingJobStatus",
    ),
    Kind("SageMaker pipelines", "sagemaker", "list_pipelines", "PipelineSummaries", "PipelineName"),
    Kind("rules", "events", "list_rules", "Rules", "Name", "State"),
    Kind("topics", "sns", "list_topics", "Topics", "TopicArn"),
    Kind("queues", "sqs", "list_queues", "QueueUrls"),
    Kind("tables", "dynamodb", "list_tables", "TableNames"),
)


def listed(aws: Aws) -> list[Listed]:
    """Each kind in its order, those without things included."""
    for service in sorted({kind.service for kind in KINDS}):
        aws.client(service)  # boto3 makes clients one at a time
    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(lambda kind: _of_kind(aws, kind), KINDS))


def _of_kind(aws: Aws, kind: Kind) -> Listed:
    try:
        return Listed(kind.name, tuple(sorted(_things(aws, kind), key=lambda thing: thing.name)))
    except translation.FAILURES as error:
        return Listed(kind.name, (), translation.explain(error).what)


def _things(aws: Aws, kind: Kind) -> Iterator[Thing]:
    client = aws.client(kind.service)
    for page in _pages(client, kind):
        for entry in page.get(kind.member, []):
            name = entry if kind.named_by is None else entry[kind.named_by]
            state = "" if kind.state is None else entry.get(kind.state, "")
            yield Thing(_last_part(name), str(state))


def _pages(client: Any, kind: Kind) -> Iterator[dict[str, Any]]:
    if client.can_paginate(kind.call):
        yield from client.get_paginator(kind.call).paginate()
        return
    call: Callable[..., dict[str, Any]] = getattr(client, kind.call)
    yield call()


def _last_part(name: str) -> str:
    """The name in an ARN or URL. Pure."""
    if name.startswith("arn:"):
        return name.rpartition(":")[2]
    return name.rpartition("/")[2] if name.startswith("http") else name
