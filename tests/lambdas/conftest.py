"""A workbench on which a function is called as CodePipeline calls it."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline_job import action
from pipeline_job.job import PipelineJob
from pipeline_job.reporting import Reporter
from tests.lambdas.aws_fakes import S3, Checked, CodePipeline, Runtime, SageMaker, unzipped, zipped

EXECUTION = "7f2c91aa-0000-4000-8000-000000000001"
ENVIRONMENT = {
    "SAGEMAKER_ROLE_ARN": "arn:aws:iam::123456789012:role/SageMaker",
    "ALGORITHM_IMAGE": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0",
}


@dataclass
class Workbench:
    """Fake services, and the means to run a function's work on them."""

    s3: S3 = field(default_factory=S3)
    sagemaker: SageMaker = field(default_factory=SageMaker)
    codepipeline: CodePipeline = field(default_factory=CodePipeline)
    runtime: Runtime = field(default_factory=Runtime)
    others: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))
    seconds_left: Callable[[], float] = lambda: 60.0
    clock: float = 1_000_000.0
    execution: str | None = None  # what TrainModel is told to name its job after; the others follow it

    def __post_init__(self) -> None:
        self.checked = {
            "s3": Checked("s3", self.s3),
            "sagemaker": Checked("sagemaker", self.sagemaker),
            "codepipeline": Checked("codepipeline", self.codepipeline),
            "sagemaker-runtime": Checked("sagemaker-runtime", self.runtime),
        }
        self._numbers = itertools.count(1)

    def __call__(self, service: str, **_options: Any) -> Any:
        if service in self.others:
            return self.others[service]
        return self.checked[service]

    def artifact_store(self, _credentials: Any) -> Any:
        return self.checked["s3"]

    def put_artifact(self, name: str, **files: Any) -> str:
        key = f"pipeline/{name}/{next(self._numbers)}"
        self.s3.put_object("artifacts", key, zipped(**files))
        return key

    def call(
        self,
        function: str,
        work: Any,
        parameters: Any,
        inputs: dict[str, str] | None = None,
        output: str | None = None,
        token: str | None = None,
    ) -> dict[str, Any]:
        """Run ``work`` once; CodePipeline's record of the answer."""
        if function == "TrainModel" and self.execution:
            values = json.loads(parameters) if isinstance(parameters, str) else parameters
            parameters = {"execution-id": self.execution, **values}
        text = parameters if isinstance(parameters, str) else json.dumps(parameters)
        job = PipelineJob.from_event(event(text, inputs or {}, output, token))
        clients: Any = self
        made = action.Action(
            function, job, clients, self.seconds_left, self.environment, now=lambda: self.clock, sleep=lambda _: None
        )
        made.has_time()
        Reporter(job.id, lambda: self.checked["codepipeline"]).report(
            lambda: work(made), self.seconds_left, "/aws/lambda/f stream"
        )
        answers = self.codepipeline.successes + self.codepipeline.failures
        assert len(answers) == 1, "every call is answered exactly once"
        self.codepipeline.successes, self.codepipeline.failures = [], []
        return answers[0]

    def artifact(self, name: str) -> dict[str, Any]:
        """What a function wrote."""
        return unzipped(self.s3.objects["artifacts", f"pipeline/{name}/out"])


def event(text: str, inputs: dict[str, str], output: str | None, token: str | None) -> dict[str, Any]:
    """As CodePipeline sends it."""
    data: dict[str, Any] = {
        "actionConfiguration": {"configuration": {"FunctionName": "f", "UserParameters": text}},
        "inputArtifacts": [described(name, key, "rev-1") for name, key in inputs.items()],
        "outputArtifacts": [described(output, f"pipeline/{output}/out", None)] if output else [],
        "artifactCredentials": {
            "accessKeyId": "AKIASECRET",
            "secretAccessKey": "topsecret",
            "sessionToken": "tokensecret",
        },
    }
    if token is not None:
        data["continuationToken"] = token
    return {
        "CodePipeline.job": {"id": "11111111-2222-3333-4444-555555555555", "accountId": "123456789012", "data": data}
    }


def described(name: str, key: str, revision: str | None) -> dict[str, Any]:
    location = {"type": "S3", "s3Location": {"bucketName": "artifacts", "objectKey": key}}
    return {"name": name, "revision": revision, "location": location}


@pytest.fixture
def bench() -> Workbench:
    return Workbench()
