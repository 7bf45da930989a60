"""Pipelines of many actions side by side, with the shipped functions and roles, and what the services say of the
outcome."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from tests.end_to_end.key_cases import Case, Place
from tests.end_to_end.optional_stacks import PATIENCE_SECONDS, Launched
from tests.localaws.waiting import wait_until

Action = dict[str, Any]


@dataclass
class Keyed:
    """The launched workshop whose functions and roles are used."""

    made: Launched
    place: Place

    def client(self, service: str) -> Any:
        return self.made.launcher.embedded.client(service)

    @cached_property
    def _shipped(self) -> dict[str, Any]:
        return dict(self.client("codepipeline").get_pipeline(name=self.made.pipeline)["pipeline"])

    def action(
        self,
        function: str,
        case: Case,
        order: int,
        *,
        inputs: Sequence[str] = (),
        output: str = "",
        namespace: str = "",
    ) -> Action:
        """An action that invokes one of the four functions with a case's UserParameters."""
        declared: Action = {
            "name": f"{function}-{case.name}",
            "actionTypeId": {"category": "Invoke", "owner": "AWS", "provider": "Lambda", "version": "1"},
            "runOrder": order,
            "configuration": {"FunctionName": f"MLOps-BIA-{function}-{self.made.suffix}"},
            "inputArtifacts": [{"name": name} for name in inputs],
            "outputArtifacts": [{"name": output}] if output else [],
        }
        if case.values:
            declared["configuration"]["UserParameters"] = json.dumps(case.values)
        if namespace:
            declared["namespace"] = namespace
        return declared

    def run(self, name: str, stages: dict[str, list[Action]], expected: str = "Succeeded") -> str:
        """Make a pipeline of these stages behind the shipped Source, let it run; its execution's id."""
        pipelines = self.client("codepipeline")
        listed = [self._shipped["stages"][0], *({"name": stage, "actions": stages[stage]} for stage in stages)]
        pipelines.create_pipeline(pipeline={**self._shipped, "name": name, "stages": listed})
        wait_until(lambda: self._status(name) not in ("", "InProgress"), seconds=PATIENCE_SECONDS)
        assert self._status(name) == expected, self.failures(name)
        return str(self._executions(name)[0]["pipelineExecutionId"])

    def _executions(self, name: str) -> list[dict[str, Any]]:
        return list(
            self.client("codepipeline").list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]
        )

    def _status(self, name: str) -> str:
        return next((str(each["status"]) for each in self._executions(name)), "")

    def outputs(self, name: str) -> dict[str, dict[str, Any]]:
        """The newest output of each action."""
        found = self.client("codepipeline").list_action_executions(pipelineName=name)["actionExecutionDetails"]
        return {each["actionName"]: {"status": each["status"], **each.get("output", {})} for each in reversed(found)}

    def failures(self, name: str) -> dict[str, str]:
        """Why actions failed."""
        return {
            action: str(output.get("executionResult", {}).get("errorDetails", {}).get("message", ""))
            for action, output in self.outputs(name).items()
            if output["status"] == "Failed"
        }

    def trained(self, job_name: str, execution: str) -> dict[str, Any]:
        """What shows of a training job."""
        sagemaker, s3 = self.client("sagemaker"), self.client("s3")
        described = sagemaker.describe_training_job(TrainingJobName=job_name)
        model: dict[str, Any] = {}
        if described["TrainingJobStatus"] == "Completed":
            bucket, _, key = described["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
            model = s3.head_object(Bucket=bucket, Key=key)
        checkpoints = s3.list_objects_v2(Bucket=self.place.models, Prefix=f"checkpoints/{job_name}/").get("Contents")
        tags = sagemaker.list_tags(ResourceArn=described["TrainingJobArn"])["Tags"]
        return {
            **described,
            "model": model,
            "checkpoints": bool(checkpoints),
            "tags": {each["Key"]: each["Value"] for each in tags},
            "execution": execution,
        }

    def deployed(self, endpoint_name: str, execution: str) -> dict[str, Any]:
        """What shows of an endpoint: its config and model, its scaling, its schedule."""
        sagemaker, scaling = self.client("sagemaker"), self.client("application-autoscaling")
        endpoint = sagemaker.describe_endpoint(EndpointName=endpoint_name)
        config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
        resource = {"ResourceIds": [f"endpoint/{endpoint_name}/variant/AllTraffic"]}
        targets = scaling.describe_scalable_targets(ServiceNamespace="sagemaker", **resource)["ScalableTargets"]
        policies = scaling.describe_scaling_policies(
            ServiceNamespace="sagemaker", ResourceId=resource["ResourceIds"][0]
        )["ScalingPolicies"]
        tags = sagemaker.list_tags(ResourceArn=endpoint["EndpointArn"])["Tags"]
        named = sagemaker.list_endpoint_configs(NameContains=f"{endpoint_name}-")["EndpointConfigs"]
        return {
            "endpoint": endpoint,
            "config": config,
            "model": sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"]),
            "target": targets[0] if targets else {},
            "policy": policies[0] if policies else {},
            "schedule": self._schedule(endpoint_name),
            "tags": {each["Key"]: each["Value"] for each in tags},
            "configs": named,
            "execution": execution,
        }

    def _schedule(self, endpoint_name: str) -> dict[str, Any]:
        group = f"mlops-builtinalgo-{self.made.suffix}"
        try:
            return dict(self.client("scheduler").get_schedule(Name=endpoint_name, GroupName=group))
        except ClientError:
            return {}

    def report(self, pipeline: str, execution: str, artifact: str) -> dict[str, Any]:
        """The evaluation in an action's output artifact."""
        found = self.client("codepipeline").list_action_executions(
            pipelineName=pipeline, filter={"pipelineExecutionId": execution}
        )["actionExecutionDetails"]
        places = (
            each["s3location"]
            for run in found
            for each in run.get("output", {}).get("outputArtifacts", ())
            if each["name"] == artifact
        )
        place = next(places)
        body = self.client("s3").get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return dict(json.loads(archive.read("evaluation.json")))
