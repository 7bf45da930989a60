"""Every example is deployed with its source and runs to its end."""

from pathlib import Path

import boto3
import pytest

from rehearsal.testing import EmbeddedAws
from tests.conftest import ROOT
from tests.localaws.waiting import wait_until

EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/template.yaml"))


def approve_what_waits(pipeline: str) -> bool:
    """Answer the approval of the pipeline's newest execution; whether there is none in it, or it has been answered."""
    client = boto3.client("codepipeline")
    waiting = [
        (stage["stageName"], action["actionName"], action["latestExecution"]["token"])
        for stage in client.get_pipeline_state(name=pipeline)["stageStates"]
        for action in stage["actionStates"]
        if action.get("latestExecution", {}).get("token")
    ]
    for stage, action, token in waiting:
        result = {"summary": "good", "status": "Approved"}
        client.put_approval_result(
            pipelineName=pipeline, stageName=stage, actionName=action, token=token, result=result
        )
    return bool(waiting)


def test_there_are_five() -> None:
    assert len(EXAMPLES) == 5
    assert all((folder / "README.md").is_file() for folder in EXAMPLES)


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_it_runs(embedded_aws: EmbeddedAws, folder: Path) -> None:
    name = folder.name
    stack = embedded_aws.deploy(f"{folder}/template.yaml", source=f"{folder}/source")
    started = boto3.client("codepipeline").start_pipeline_execution(name=name)["pipelineExecutionId"]
    if "approve" in name:
        wait_until(lambda: approve_what_waits(name))

    def ended() -> str | None:
        found = boto3.client("codepipeline").get_pipeline_execution(pipelineName=name, pipelineExecutionId=started)
        status = str(found["pipelineExecution"]["status"])
        if "approve" in name and status == "InProgress":
            approve_what_waits(name)
        return None if status == "InProgress" else status

    status = wait_until(ended)
    runs = boto3.client("codepipeline").list_action_executions(pipelineName=name)["actionExecutionDetails"]
    assert status in ("Succeeded", "Superseded"), [run.get("output", {}).get("executionResult") for run in runs]
    if "SiteBucket" in stack.outputs:
        assert boto3.client("s3").list_objects_v2(Bucket=stack.outputs["SiteBucket"])["KeyCount"] >= 1
