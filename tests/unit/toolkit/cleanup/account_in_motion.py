"""An account with one workshop in which every change of an endpoint takes ten minutes, as on AWS, of a clock that costs
no time."""

from dataclasses import dataclass, field
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.pace import Pace
from tests.unit.toolkit.fakes import Client, account, no_stack, refused

MINUTES = 60.0
CHANGE_SECONDS = 10 * MINUTES
MINE = [{"Key": "mlops:resource-identifier", "Value": "sde"}]
BUCKET = "mlops-builtinalgo-data-sde"


@dataclass
class Endpoint:
    status: str
    until: float

    def at(self, now: float) -> str:
        """What it is then: a change that is over has become InService, or nothing."""
        if now < self.until:
            return self.status
        return "gone" if self.status == "Deleting" else "InService"


@dataclass
class Motion:
    """The account; ``calls`` are the changes that were asked for, ``denied`` operations that the caller may not use."""

    now: float = 0.0
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    configs: set[str] = field(default_factory=lambda: {"w-sde-Dev-1"})
    models: set[str] = field(default_factory=lambda: {"w-sde-Dev-1"})
    stacks: dict[str, str] = field(
        default_factory=lambda: {"mlops-pipeline-sde": "CREATE_COMPLETE", "mlops-prep-sde": "CREATE_COMPLETE"}
    )
    objects: int = 3
    buckets: set[str] = field(default_factory=lambda: {BUCKET})
    denied: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    sleeps_left: int | None = None
    """So many pauses until Ctrl-C; None for never."""

    def pace(self) -> Pace:
        return Pace(shortest_seconds=0.2, now=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        if self.sleeps_left is not None:
            self.sleeps_left -= 1
            if self.sleeps_left < 0:
                raise KeyboardInterrupt
        self.now += seconds

    def _asked(self, operation: str) -> None:
        if operation in self.denied:
            raise refused("AccessDeniedException", operation, f"not authorized to perform {operation}")
        self.calls.append(operation)

    # ------------------------------------------------------------------ SageMaker

    def list_endpoints(self, **_request: Any) -> dict[str, Any]:
        there = {name: each.at(self.now) for name, each in self.endpoints.items()}
        entries = [
            {"EndpointName": name, "EndpointArn": f"arn:{name}", "EndpointStatus": status}
            for name, status in there.items()
            if status != "gone"
        ]
        return {"Endpoints": entries}

    def delete_endpoint(self, EndpointName: str) -> None:
        self._asked("DeleteEndpoint")
        if self.endpoints[EndpointName].at(self.now) != "InService":
            raise refused("ValidationException", "DeleteEndpoint", "Cannot update in-progress endpoint")
        self.endpoints[EndpointName] = Endpoint("Deleting", self.now + CHANGE_SECONDS)

    def delete_endpoint_config(self, EndpointConfigName: str) -> None:
        self._asked("DeleteEndpointConfig")
        self.configs.remove(EndpointConfigName)

    def delete_model(self, ModelName: str) -> None:
        self._asked("DeleteModel")
        self.models.remove(ModelName)

    # ------------------------------------------------------------------ CloudFormation and S3

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        if StackName not in self.stacks:
            no_stack(StackName)
        if self.stacks[StackName] == "DELETE_COMPLETE":
            del self.stacks[StackName]  # seen once more, by its id
            return {"Stacks": [{"StackName": StackName, "StackId": StackName, "StackStatus": "DELETE_COMPLETE"}]}
        return {"Stacks": [{"StackName": StackName, "StackId": StackName, "StackStatus": self.stacks[StackName]}]}

    def delete_stack(self, StackName: str) -> None:
        self._asked("DeleteStack")
        self.stacks[StackName] = "DELETE_COMPLETE"

    def list_object_versions(self, Bucket: str) -> dict[str, Any]:
        return {"Versions": [{"Key": str(number), "VersionId": "v"} for number in range(self.objects)]}

    def delete_objects(self, Bucket: str, Delete: dict[str, Any]) -> None:
        self._asked("DeleteObjects")
        self.objects -= len(Delete["Objects"])

    def delete_bucket(self, Bucket: str) -> None:
        self._asked("DeleteBucket")
        self.buckets.remove(Bucket)

    def aws(self) -> Aws:
        """The account as the toolkit sees it."""
        return account(
            codepipeline=Client(list_pipeline_executions=Client.exceptions.PipelineNotFoundException()),
            sagemaker=Client(
                list_training_jobs={"TrainingJobSummaries": []},
                list_endpoints=self.list_endpoints,
                list_endpoint_configs=lambda **_: {
                    "EndpointConfigs": [
                        {"EndpointConfigName": each, "EndpointConfigArn": each} for each in self.configs
                    ]
                },
                list_models=lambda **_: {"Models": [{"ModelName": each, "ModelArn": each} for each in self.models]},
                list_tags={"Tags": MINE},
                delete_endpoint=self.delete_endpoint,
                delete_endpoint_config=self.delete_endpoint_config,
                delete_model=self.delete_model,
            ),
            cloudformation=Client(
                describe_stacks=self.describe_stacks,
                describe_stack_events={"StackEvents": []},
                delete_stack=self.delete_stack,
            ),
            s3=Client(
                list_buckets=lambda **_: {"Buckets": [{"Name": each} for each in self.buckets]},
                list_object_versions=self.list_object_versions,
                delete_objects=self.delete_objects,
                delete_bucket=self.delete_bucket,
            ),
            logs=Client(describe_log_groups={"logGroups": []}),
        )
