"""SageMaker pipelines of labs: made or brought up to date, started, and followed step by step to their end."""

import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.pace import Pace
from rehearsal.toolkit.aws.translation import message_of
from rehearsal.toolkit.executions import model_pipelines
from rehearsal.toolkit.executions.events import ExecutionFound, StepFinished, StepStarted, Tell
from rehearsal.toolkit.executions.model_pipelines import ModelExecution, StepState

_RUNNING = ("Executing", "Stopping")
_STEP_RUNNING = ("Starting", "Executing", "Stopping")


def upsert(aws: Aws, name: str, definition: str, role: str, tags: Mapping[str, str], tell: Tell) -> None:
    """Create the pipeline, or update the one of that name, as ``Pipeline.upsert`` of the SDK does."""
    began = time.monotonic()
    tell(StepStarted("pipeline", name))
    sagemaker = aws.client("sagemaker")
    wanted = {"PipelineName": name, "PipelineDefinition": definition, "RoleArn": role}
    try:
        sagemaker.create_pipeline(**wanted, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
        result = "created"
    except ClientError as error:
        if "already exists" not in message_of(error):
            raise
        sagemaker.update_pipeline(**wanted)
        result = "updated"
    tell(StepFinished("pipeline", name, result, f"{len(definition):,} characters", time.monotonic() - began))


def start(aws: Aws, name: str, parameters: Mapping[str, str]) -> str:
    """Start an execution; its ARN."""
    given = [{"Name": key, "Value": value} for key, value in parameters.items()]
    answer = aws.client("sagemaker").start_pipeline_execution(PipelineName=name, PipelineParameters=given)
    return str(answer["PipelineExecutionArn"])


def started_with(aws: Aws, name: str, parameter: str, value: str) -> list[str]:
    """The executions of a pipeline that were started with a parameter of this value, newest first."""
    sagemaker = aws.client("sagemaker")
    return [
        each["PipelineExecutionArn"]
        for page in sagemaker.get_paginator("list_pipeline_executions").paginate(PipelineName=name)
        for each in page["PipelineExecutionSummaries"]
        if parameters_of(aws, each["PipelineExecutionArn"]).get(parameter) == value
    ]


def parameters_of(aws: Aws, arn: str) -> dict[str, str]:
    """The values in effect."""
    pages = aws.client("sagemaker").get_paginator("list_pipeline_parameters_for_execution")
    found = (each for page in pages.paginate(PipelineExecutionArn=arn) for each in page["PipelineParameters"])
    return {each["Name"]: each["Value"] for each in found}


def watch(aws: Aws, name: str, arn: str, tell: Tell, pace: Pace | None = None) -> ModelExecution:
    """Follow an execution to its end, telling of each step once when it begins and once when it is over."""
    pace, told = pace or Pace(), set[tuple[str, str]]()
    tell(ExecutionFound(name, arn.rpartition("/")[2]))
    while True:
        found = model_pipelines.read(aws, name, arn.rpartition("/")[2])
        for step in found.steps:
            news = "began" if step.status in _STEP_RUNNING else "ended"
            if (step.name, news) not in told:
                told.add((step.name, news))
                pace.changed()
                tell(_event(step))
        if found.status not in _RUNNING:
            return found
        pace.wait()


def _event(step: StepState) -> StepStarted | StepFinished:
    if step.status in _STEP_RUNNING:
        return StepStarted("step", step.name)
    return StepFinished("step", step.name, step.status, step.note, step.seconds or 0.0)


def metadata(aws: Aws, arn: str) -> dict[str, dict[str, Any]]:
    """What each step of an execution that has begun made: its ``Metadata`` by the step's name."""
    pages = aws.client("sagemaker").get_paginator("list_pipeline_execution_steps").paginate(PipelineExecutionArn=arn)
    return {step["StepName"]: step.get("Metadata", {}) for page in pages for step in page["PipelineExecutionSteps"]}
