"""A project while its server is killed: what was running fails and says so, everything else goes on."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.rehearse import Answer, rehearse
from tests.localaws.state.conftest import Kept
from tests.localaws.state.siege import free_port
from tests.localaws.waiting import wait_until

STOPPED = "The embedded AWS was stopped while the action ran."
NAME = "sturdy"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path / "state", free_port(random.Random(0)))
    yield made
    if made.aws.process.poll() is None:
        made.stop()


def typed(kept: Kept, *words: str) -> Answer:
    return rehearse(*words, env=kept.aws.environment, timeout=600)


def begun(kept: Kept, pipeline: str) -> list[dict[str, Any]]:
    """The executions of a pipeline, newest first."""
    listed = kept.client("codepipeline").list_pipeline_executions(pipelineName=pipeline)
    return list(listed["pipelineExecutionSummaries"])


def stages(kept: Kept, pipeline: str) -> dict[str, Any]:
    """Each stage's newest run, with its actions'."""
    state = kept.client("codepipeline").get_pipeline_state(name=pipeline)["stageStates"]
    return {each["stageName"]: each for each in state}


def driven(kept: Kept, pipeline: str, execution: str) -> str:
    """How an execution ends, or ``asks``; a stage that has failed is retried."""
    codepipeline = kept.client("codepipeline")

    def look() -> str | None:
        found = codepipeline.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=execution)
        status = found["pipelineExecution"]["status"]
        for name, each in stages(kept, pipeline).items():
            runs = [action.get("latestExecution", {}) for action in each["actionStates"]]
            if any(run.get("token") and run.get("status") == "InProgress" for run in runs):
                return "asks"
            if status == "Failed" and each.get("latestExecution", {}).get("status") == "Failed":
                told = " ".join(run.get("errorDetails", {}).get("message", "") for run in runs)
                assert STOPPED in told or "ROLLBACK_" in told, told  # of a stack that was being made at the kill
                codepipeline.retry_stage_execution(
                    pipelineName=pipeline, stageName=name, pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
                )
                return None
        return str(status) if status not in ("InProgress", "Stopping") else None

    return wait_until(look)


@pytest.mark.full("project")
@pytest.mark.parametrize("seed", range(3))
def test_a_project_goes_its_way_though_the_server_is_killed(kept: Kept, seed: int) -> None:
    choose = random.Random(seed)
    made = typed(kept, "project", "create", NAME, "--json")
    assert made.exit_code == 0, made.err
    outputs = made.document["outputs"]
    build, deploy = outputs["ModelBuildPipeline"], outputs["ModelDeployPipeline"]
    kept.snapshot()
    crash_after(kept, build, "Build", choose)
    assert driven(kept, build, begun(kept, build)[0]["pipelineExecutionId"]) == "Succeeded"
    before = len(begun(kept, deploy))
    newest = max(each["version"] for each in standing(kept)["versions"])
    assert typed(kept, "model", "approve", f"{NAME}/{newest}").exit_code == 0
    wait_until(lambda: len(begun(kept, deploy)) > before)
    kept.snapshot()
    crash_after(kept, deploy, choose.choice(["Source", "Build", "DeployStaging"]), choose)
    execution = begun(kept, deploy)[0]["pipelineExecutionId"]
    assert driven(kept, deploy, execution) == "asks"
    kept.snapshot()
    kept.crash()
    assert typed(kept, "project", "approve", NAME).exit_code == 0
    kept.snapshot()
    kept.crash()
    assert driven(kept, deploy, execution) == "Succeeded"
    found = standing(kept)
    assert [each["endpoint"] for each in found["endpoints"] if each["status"] == "InService"] == [
        f"{NAME}-prod",
        f"{NAME}-staging",
    ]
    assert {each["approval"] for each in found["versions"] if each["version"] == newest} == {"Approved"}
    done = typed(kept, "project", "delete", NAME, "--json")
    assert (done.exit_code, done.document["remaining"]) == (0, {}), done.err


def standing(kept: Kept) -> dict[str, Any]:
    done = typed(kept, "project", "status", NAME, "--json")
    assert done.exit_code == 0, done.err
    return dict(done.document)


def crash_after(kept: Kept, pipeline: str, stage: str, choose: random.Random) -> None:
    """Kill the server once a stage has begun and a few more looks at it have been taken, and start it again."""
    wait_until(lambda: stages(kept, pipeline)[stage].get("latestExecution", {}).get("status") not in (None, "Skipped"))
    for _ in range(choose.randrange(40)):
        stages(kept, pipeline)
    kept.crash()
