"""Acting on a SageMaker pipeline: start, stop, retry."""

import json
import secrets
from collections.abc import Mapping

from rehearsal.toolkit.aws.account import Aws


def start(aws: Aws, pipeline: str, parameters: Mapping[str, str]) -> str:
    """Start an execution with parameters that differ from the defaults; returns its ARN."""
    given = [{"Name": name, "Value": value} for name, value in parameters.items()]
    answer = aws.client("sagemaker").start_pipeline_execution(
        PipelineName=pipeline, PipelineParameters=given, ClientRequestToken=secrets.token_hex(16)
    )
    return str(answer["PipelineExecutionArn"])


def stop(aws: Aws, arn: str) -> None:
    """Stop an execution with what runs in it."""
    aws.client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=secrets.token_hex(16))


def retry(aws: Aws, arn: str) -> None:
    """Go on with a failed execution from the steps that failed."""
    aws.client("sagemaker").retry_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=secrets.token_hex(16))


def parameters_of(aws: Aws, pipeline: str) -> list[Mapping[str, str]]:
    """Those that the pipeline declares now: name, type, default."""
    document = json.loads(aws.client("sagemaker").describe_pipeline(PipelineName=pipeline)["PipelineDefinition"])
    return [
        {"name": each["Name"], "type": each.get("Type", "String"), "default": str(each.get("DefaultValue", ""))}
        for each in document.get("Parameters", ())
    ]
