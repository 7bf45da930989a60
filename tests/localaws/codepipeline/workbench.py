"""Pipelines to try, and the questions that a user of the API asks of them."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.localaws.waiting import wait_until


def action(name: str, category: str, provider: str, **members: Any) -> dict[str, Any]:
    """An action declaration; ``inputs`` and ``outputs`` are artifact names."""
    owner = members.pop("owner", "AWS")
    return {
        "name": name,
        "actionTypeId": {"category": category, "owner": owner, "provider": provider, "version": "1"},
        "inputArtifacts": [{"name": artifact} for artifact in members.pop("inputs", [])],
        "outputArtifacts": [{"name": artifact} for artifact in members.pop("outputs", [])],
        **members,
    }


def approval(name: str = "Approve", **members: Any) -> dict[str, Any]:
    return action(name, "Approval", "Manual", **members)


def function(name: str = "Call", function_name: str = "silent", **members: Any) -> dict[str, Any]:
    configuration = {"FunctionName": function_name, **members.pop("configuration", {})}
    return action(name, "Invoke", "Lambda", configuration=configuration, **members)


def zipped(**files: str) -> bytes:
    """A zip of files; ``__`` in a keyword stands for the dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return buffer.getvalue()


def stage(name: str, *actions: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"name": name, "actions": [*actions], **members}


@dataclass
class Workbench:
    """What a test of CodePipeline needs, made by the names of this test alone."""

    aws: Any
    bucket: str
    role_arn: str
    unique: Callable[[str], str]

    @property
    def codepipeline(self) -> Any:
        return self.aws.client("codepipeline")

    def upload(self, key: str = "source.zip", body: bytes = b"any bytes") -> str:
        """Put a source object; returns its version."""
        version: str = self.aws.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)["VersionId"]
        return version

    def source(self, key: str = "source.zip", **members: Any) -> dict[str, Any]:
        configuration = {
            "S3Bucket": self.bucket,
            "S3ObjectKey": key,
            "PollForSourceChanges": "false",
            **members.pop("configuration", {}),
        }
        members = {"namespace": "Source", "outputs": ["SourceOutput"], **members}
        return action("Fetch", "Source", "S3", configuration=configuration, **members)

    def declaration(self, *stages: dict[str, Any], **members: Any) -> dict[str, Any]:
        return {
            "name": self.unique("pipeline"),
            "roleArn": self.role_arn,
            "artifactStore": {"type": "S3", "location": self.bucket},
            "stages": [stage("Source", self.source()), *stages],
            **members,
        }

    def create(self, *stages: dict[str, Any], **members: Any) -> str:
        """Make a pipeline with an S3 source before ``stages``; returns its name."""
        declaration = self.declaration(*stages, **members)
        self.codepipeline.create_pipeline(pipeline=declaration)
        name: str = declaration["name"]
        return name

    def start(self, name: str, **members: Any) -> str:
        started: str = self.codepipeline.start_pipeline_execution(name=name, **members)["pipelineExecutionId"]
        return started

    def executions(self, name: str) -> list[dict[str, Any]]:
        """Summaries, the newest first."""
        answer = self.codepipeline.list_pipeline_executions(pipelineName=name)
        summaries: list[dict[str, Any]] = answer["pipelineExecutionSummaries"]
        return summaries

    def stage_state(self, name: str, stage_name: str) -> dict[str, Any]:
        states = self.codepipeline.get_pipeline_state(name=name)["stageStates"]
        found: dict[str, Any] = next(s for s in states if s["stageName"] == stage_name)
        return found

    def action_state(self, name: str, action_name: str) -> dict[str, Any]:
        """The latest run of the action, as GetPipelineState shows it; empty before the first."""
        states = self.codepipeline.get_pipeline_state(name=name)["stageStates"]
        found = [a for s in states for a in s["actionStates"] if a["actionName"] == action_name]
        latest: dict[str, Any] = found[0].get("latestExecution", {})
        return latest

    def action_runs(self, name: str, action_name: str) -> list[dict[str, Any]]:
        """Runs of the action, the newest first."""
        details = self.codepipeline.list_action_executions(pipelineName=name)["actionExecutionDetails"]
        return [run for run in details if run["actionName"] == action_name]

    def artifact(self, name: str, action_name: str, file: str) -> Any:
        """What the JSON file in the output artifact of the action's latest run says."""
        place = self.action_runs(name, action_name)[0]["output"]["outputArtifacts"][0]["s3location"]
        stored = self.aws.client("s3").get_object(Bucket=place["bucket"], Key=place["key"])
        with zipfile.ZipFile(io.BytesIO(stored["Body"].read())) as archive:
            return json.loads(archive.read(file))

    def job_of(self, name: str, action_name: str = "Call", *, other_than: str | None = None) -> str:
        """The job that the action waits for now, as soon as there is one."""

        def job() -> str | None:
            state = self.action_state(name, action_name)
            found = state.get("externalExecutionId")
            return found if state.get("status") == "InProgress" and found != other_than else None

        found: str = wait_until(job)
        return found

    def token_of(self, name: str, action_name: str = "Approve", *, other_than: str | None = None) -> str:
        """The token of the approval that is waited for."""

        def token() -> str | None:
            found = self.action_state(name, action_name).get("token")
            return found if found != other_than else None

        found: str = wait_until(token)
        return found

    def answer(self, name: str, stage_name: str, action_name: str = "Approve", status: str = "Approved") -> str:
        """Approve or reject; returns the token that was used."""
        token = self.token_of(name, action_name)
        result = {"summary": "looked at it", "status": status}
        self.codepipeline.put_approval_result(
            pipelineName=name, stageName=stage_name, actionName=action_name, token=token, result=result
        )
        return token

    def status(self, name: str, execution_id: str | None = None) -> str:
        """The status of an execution, the newest when not named."""
        found = execution_id or self.executions(name)[0]["pipelineExecutionId"]
        answer = self.codepipeline.get_pipeline_execution(pipelineName=name, pipelineExecutionId=found)
        now: str = answer["pipelineExecution"]["status"]
        return now

    def ended(self, name: str, execution_id: str | None = None) -> str:
        """The status of an execution when it is over."""

        def status() -> str | None:
            now = self.status(name, execution_id)
            return None if now in ("InProgress", "Stopping") else now

        ended: str = wait_until(status)
        return ended
