"""Where a project stands: its two CodePipelines stage by stage, its versions, its endpoints. Changes nothing."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import code_of
from rehearsal.toolkit.mlops import registry, serving
from rehearsal.toolkit.mlops.projects import Launched
from rehearsal.toolkit.mlops.registry import Version
from rehearsal.toolkit.mlops.serving import Serving

STAGES = ("staging", "prod")


@dataclass(frozen=True)
class StageStanding:
    """One stage of a CodePipeline: its newest status, and what its actions say where they wait or have failed."""

    name: str
    status: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """A project as it is: pipelines by their role in the project (``ModelBuild``)."""

    project: Launched
    pipelines: dict[str, tuple[StageStanding, ...]]
    versions: tuple[Version, ...]
    endpoints: tuple[Serving, ...]

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        names = self.project.names
        return {
            "name": names.name,
            "id": names.id,
            "stack": self.project.stack,
            "stackStatus": self.project.status,
            "pipelines": {
                which: [{"stage": each.name, "status": each.status, "notes": list(each.notes)} for each in stages]
                for which, stages in self.pipelines.items()
            },
            "versions": [each.as_json() for each in self.versions],
            "endpoints": [each.as_json() for each in self.endpoints],
        }


def read(aws: Aws, project: Launched) -> Standing:
    """The project as it is now."""
    names = project.names
    served = [each for each in serving.all_of(aws) if each.endpoint in {names.endpoint(stage) for stage in STAGES}]
    return Standing(
        project,
        {
            "ModelBuild": _stages(aws, names.build_pipeline),
            "ModelDeploy": _stages(aws, names.deploy_pipeline),
        },
        tuple(registry.versions(aws, names.name_and_id, served)),
        tuple(served),
    )


def _stages(aws: Aws, pipeline: str) -> tuple[StageStanding, ...]:
    """None where the pipeline is not there (yet)."""
    try:
        state = aws.client("codepipeline").get_pipeline_state(name=pipeline)
    except ClientError as error:
        if code_of(error) == "PipelineNotFoundException":
            return ()
        raise
    return tuple(_stage(each) for each in state["stageStates"])


def _stage(state: dict[str, Any]) -> StageStanding:
    """Pure."""
    runs = [(each["actionName"], each.get("latestExecution", {})) for each in state["actionStates"]]
    notes = [
        f"{name}: {run.get('errorDetails', {}).get('message') or run.get('summary', 'failed')}"
        for name, run in runs
        if run.get("status") == "Failed"
    ]
    notes += [f"{name} waits for an answer" for name, run in runs if run.get("token")]
    return StageStanding(state["stageName"], state.get("latestExecution", {}).get("status", "-"), tuple(notes))
