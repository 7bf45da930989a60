"""An action's run from the inside: the artifacts it read and wrote, each attempt, and the event that its function
got."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.secrets import LEFT_OUT


@dataclass(frozen=True)
class Artifact:
    """An artifact and the object that holds it."""

    name: str
    bucket: str
    key: str


@dataclass(frozen=True)
class Attempt:
    """One run of an action; a retry is another."""

    action_execution_id: str
    status: str
    started_at: datetime
    updated_at: datetime | None
    external_id: str
    inputs: tuple[Artifact, ...]
    outputs: tuple[Artifact, ...]


def attempts(aws: Aws, pipeline: str, execution_id: str, stage: str, action: str) -> list[Attempt]:
    """Those of an action in an execution, newest first."""
    pages = (
        aws.client("codepipeline")
        .get_paginator("list_action_executions")
        .paginate(pipelineName=pipeline, filter={"pipelineExecutionId": execution_id})
    )
    found = [each for page in pages for each in page["actionExecutionDetails"]]
    mine = [each for each in found if (each["stageName"], each["actionName"]) == (stage, action)]
    return sorted(map(_attempt, mine), key=lambda each: each.started_at, reverse=True)


def _attempt(detail: dict[str, Any]) -> Attempt:
    output = detail.get("output", {})
    return Attempt(
        detail["actionExecutionId"],
        detail["status"],
        detail["startTime"],
        detail.get("lastUpdateTime"),
        output.get("executionResult", {}).get("externalExecutionId", ""),
        tuple(map(_artifact, detail.get("input", {}).get("inputArtifacts", []))),
        tuple(map(_artifact, output.get("outputArtifacts", []))),
    )


def _artifact(entry: dict[str, Any]) -> Artifact:
    where = entry.get("s3location", {})
    return Artifact(entry["name"], where.get("bucket", ""), where.get("key", ""))


def event_of(configuration: dict[str, str], attempt: Attempt, account_id: str) -> dict[str, Any]:
    """The event with which CodePipeline invoked the action's function, without its credentials. Pure.

    CodePipeline does not keep it: it is put together from what it does keep, as its user guide has it ("JSON event
    example"). What the execution says only once it has ended (output artifacts) is missing while it runs.
    """
    return {
        "CodePipeline.job": {
            "id": attempt.external_id or attempt.action_execution_id,
            "accountId": account_id,
            "data": {
                "actionConfiguration": {"configuration": configuration},
                "inputArtifacts": [_location(each) for each in attempt.inputs],
                "outputArtifacts": [_location(each) for each in attempt.outputs],
                "artifactCredentials": LEFT_OUT,
            },
        }
    }


def _location(artifact: Artifact) -> dict[str, Any]:
    place = {"bucketName": artifact.bucket, "objectKey": artifact.key}
    return {"name": artifact.name, "revision": None, "location": {"type": "S3", "s3Location": place}}
