"""A workshop that ran once, whose roles can lose a statement for a while, and whose pipeline can be run and retried."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rehearsal.toolkit.aws.names import Workshop
from tests.localaws.authorizer.minimal.statements import Named
from tests.localaws.waiting import wait_until

SECONDS = 90


@dataclass(frozen=True)
class Stack:
    """The workshop's stacks on the embedded AWS."""

    aws: Any
    workshop: Workshop

    @cached_property
    def roles(self) -> dict[str, str]:
        """The role that holds a policy."""
        iam, found = self.aws.client("iam"), {}
        for page in iam.get_paginator("list_roles").paginate():
            for role in page["Roles"]:
                if self.workshop.pipeline_stack in role["RoleName"]:
                    for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
                        found[name] = role["RoleName"]
        return found

    @contextmanager
    def without(self, *statements: Named) -> Iterator[None]:
        """The roles without these statements while the block runs."""
        iam = self.aws.client("iam")
        before: dict[Any, Any] = {}
        for named in statements:
            place = {"RoleName": self.roles[named.policy], "PolicyName": named.policy}
            document = iam.get_role_policy(**place)["PolicyDocument"]
            before.setdefault(named.policy, (place, document))
            left = [each for each in document["Statement"] if each.get("Sid") != named.sid]
            assert len(left) == len(document["Statement"]) - 1, f"{named} is not in the role's policy"
            if left:
                iam.put_role_policy(**place, PolicyDocument=json.dumps({**document, "Statement": left}))
            else:
                iam.delete_role_policy(**place)
        try:
            yield
        finally:
            for place, document in before.values():
                iam.put_role_policy(**place, PolicyDocument=json.dumps(document))

    def denied(self, policy: str) -> Counter[str]:
        """How often each action was refused to the role that holds a policy."""
        found: Counter[str] = Counter()
        for each in self.aws.rehearsal("GET", "iam/usage")["principals"]:
            if each["arn"].endswith("/" + self.roles[policy]):
                for call in each["calls"]:
                    if call["decision"] != "allowed":
                        found[call["action"]] += call["times"]
        return found

    def used(self, policy: str, sid: str) -> set[str]:
        """The actions that a statement, and nothing else, allowed so far."""
        return {
            action
            for holder in self.aws.rehearsal("GET", "iam/usage")["principals"]
            if holder["arn"].endswith("/" + self.roles[policy])
            for each in holder["statements"]
            if (each["policy"], each["statement"]) == (policy, sid)
            for action in each["neededFor"]
        }

    @property
    def pipelines(self) -> Any:
        return self.aws.client("codepipeline")

    def start(self) -> str:
        return str(self.pipelines.start_pipeline_execution(name=self.workshop.pipeline)["pipelineExecutionId"])

    def retry(self, execution: str, stage: str) -> str:
        """Retry the failed actions of a stage; the execution's id again."""
        place = {"pipelineName": self.workshop.pipeline, "stageName": stage, "pipelineExecutionId": execution}
        before = len(self.actions(execution))
        self.pipelines.retry_stage_execution(**place, retryMode="FAILED_ACTIONS")
        wait_until(lambda: len(self.actions(execution)) > before, seconds=SECONDS)
        return execution

    def status(self, execution: str) -> str:
        place = {"pipelineName": self.workshop.pipeline, "pipelineExecutionId": execution}
        return str(self.pipelines.get_pipeline_execution(**place)["pipelineExecution"]["status"])

    def actions(self, execution: str) -> list[dict[str, Any]]:
        """The newest attempts of the execution's actions, newest first."""
        found = self.pipelines.list_action_executions(
            pipelineName=self.workshop.pipeline, filter={"pipelineExecutionId": execution}
        )
        return list(found["actionExecutionDetails"])

    def ended(self, execution: str) -> str:
        """Wait for the end; the final status."""
        wait_until(lambda: self.status(execution) != "InProgress", seconds=SECONDS)
        return self.status(execution)

    def failure(self, execution: str) -> tuple[str, str]:
        """Where the execution failed last (``Stage/Action``) and why."""
        for each in self.actions(execution):
            if each["status"] == "Failed":
                details = each["output"]["executionResult"].get("errorDetails", {})
                return f"{each['stageName']}/{each['actionName']}", details.get("message", "")
        return "", ""

    def external_id(self, execution: str, action: str) -> str:
        """What an action made: the name of the training job, of the endpoint."""
        found = (each for each in self.actions(execution) if each["actionName"] == action)
        return str(next(found)["output"]["executionResult"]["externalExecutionId"])

    def summary(self, execution: str, stage: str, action: str) -> str:
        """What an action that is under way says of itself."""
        for each in self.actions(execution):
            if (each["stageName"], each["actionName"]) == (stage, action):
                return str(each.get("output", {}).get("executionResult", {}).get("externalExecutionSummary", ""))
        return ""

    def asked(self, action: str) -> bool:
        """Whether a manual approval waits for its answer."""
        state = self.pipelines.get_pipeline_state(name=self.workshop.pipeline)
        found = (each for stage in state["stageStates"] for each in stage["actionStates"])
        return any(each["actionName"] == action and "token" in each.get("latestExecution", {}) for each in found)

    def stop(self, execution: str) -> None:
        """Abandon an execution that would not end."""
        place = {"pipelineName": self.workshop.pipeline, "pipelineExecutionId": execution}
        self.pipelines.stop_pipeline_execution(**place, abandon=True)
        wait_until(lambda: self.status(execution) not in ("InProgress", "Stopping"), seconds=SECONDS)

    def upload_config(self, config: dict[str, Any]) -> None:
        """A new ``training-config.zip``, whose arrival starts the pipeline."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("winequality.json", json.dumps(config))
        self.aws.client("s3").put_object(
            Bucket=self.workshop.data_bucket, Key="training-config.zip", Body=packed.getvalue()
        )

    def executions(self) -> list[str]:
        """The ids of all executions, newest first."""
        found = self.pipelines.list_pipeline_executions(pipelineName=self.workshop.pipeline)
        return [each["pipelineExecutionId"] for each in found["pipelineExecutionSummaries"]]
