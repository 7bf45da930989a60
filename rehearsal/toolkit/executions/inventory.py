"""The pipelines of an account, each with its newest execution."""

from dataclasses import dataclass

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions import executions
from rehearsal.toolkit.executions.executions import Summary


@dataclass(frozen=True)
class PipelineLine:
    """A pipeline and its newest execution; None when it has not run."""

    name: str
    newest: Summary | None


def pipelines(aws: Aws) -> list[PipelineLine]:
    """All of the account and region, by name."""
    pages = aws.client("codepipeline").get_paginator("list_pipelines").paginate()
    names = sorted(each["name"] for page in pages for each in page["pipelines"])
    return [PipelineLine(name, next(iter(executions.history(aws, name, limit=1)), None)) for name in names]
