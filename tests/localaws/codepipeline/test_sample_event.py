"""The workshop's functions take the events that CodePipeline's guide and ``sam local generate-event codepipeline job``
show.

The guide's continues a job and has no output; the SAM CLI's has a revision and an output, and no continuation token.

Only the job's id is put in, of a job that waits for its answer: without one CodePipeline has nobody to tell.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal.toolkit import project
from rehearsal.toolkit.stacks import packaging
from tests.conftest import ROOT, EmbeddedAws
from tests.localaws.codepipeline.workbench import function, stage

EVENTS = [ROOT / "tests" / "events" / file for file in ("codepipeline-job.json", "codepipeline-job-with-output.json")]
HANDLERS = {
    "TrainModel": ("train_model", "UserParameters"),
    "GetStatus": ("get_status", "UserParameters"),
    "DeployModel": ("deploy_model", "The AWS Access Key Id you provided does not exist"),
    "EvaluateModel": ("evaluate_model", "UserParameters"),
}
"""By function: its module, and what it finds wrong first. DeployModel begins with the artifact, whose credentials are
not real."""

pytestmark = pytest.mark.usefixtures("silent_function")


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return packaging.build(tmp_path_factory.mktemp("zips"), project.find().functions)


@pytest.mark.parametrize(("name", "module", "words"), [(name, *rest) for name, rest in HANDLERS.items()])
def test_a_function_reads_the_sample_events_and_says_what_is_wrong_with_them(
    aws: EmbeddedAws, bench: Any, deploy: Callable[..., str], zips: list[Path], name: str, module: str, words: str
) -> None:
    code = next(path for path in zips if path.name.startswith(f"MLOps-BIA-{name}")).read_bytes()
    deployed = deploy("", Handler=f"{module}.lambda_handler", Code={"ZipFile": code}, Timeout=30)
    pipeline = bench.create(stage("Invoke", function()))
    for file in EVENTS:
        started = (
            bench.start(pipeline) if file is not EVENTS[0] else bench.executions(pipeline)[0]["pipelineExecutionId"]
        )
        event = json.loads(file.read_text())
        event["CodePipeline.job"]["id"] = bench.job_of(pipeline)
        answer = aws.client("lambda").invoke(FunctionName=deployed, Payload=json.dumps(event))
        assert "FunctionError" not in answer, answer["Payload"].read()
        assert bench.ended(pipeline, started) == "Failed"
        assert words in bench.action_state(pipeline, "Call")["errorDetails"]["message"]
