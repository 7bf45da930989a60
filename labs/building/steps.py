"""The parts of a pipeline in fewer words than the SDK takes: sessions, inputs and outputs of processing jobs, the
definition's text."""

import json
import os
from collections.abc import Mapping
from typing import Any

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # the SDK wants one when it is imported; no request is made
os.environ.setdefault("SAGEMAKER_VALIDATE_ROLE", "false")  # or it asks IAM about the role, which may be a placeholder

from sagemaker.core.processing import ScriptProcessor
from sagemaker.core.shapes import ProcessingInput, ProcessingOutput, ProcessingS3Input, ProcessingS3Output
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.mlops.workflow.pipeline import Pipeline

from labs.building.places import Places, with_placeholders

INSTANCE = "ml.m5.large"
_FOLDER = "/opt/ml/processing"


def session() -> PipelineSession:
    """A session that collects steps; it opens no connection."""
    return PipelineSession(default_bucket="not-used")


def per_run(places: Places, *parts: str) -> Join:
    """A place in the bucket that each execution has for itself."""
    return Join(on="/", values=["s3:/", places.bucket, "runs", ExecutionVariables.PIPELINE_EXECUTION_ID, *parts])


def script(
    image: str,
    file: str,
    places: Places,
    inputs: Mapping[str, Any],
    outputs: tuple[str, ...],
    pipeline: PipelineSession,
) -> Any:
    """The arguments of a Processing step that runs ``code/FILE`` of the bucket.

    Inputs (by name, an S3 URL or a property of another step) and outputs are folders of these names in the container,
    which is what SDK v2 wrote as ``ProcessingInput(source=..., destination=...)``.
    """
    processor = ScriptProcessor(
        role=places.jobs_role,
        image_uri=image,
        command=["python3"],
        instance_type=INSTANCE,
        instance_count=1,
        max_runtime_in_seconds=3600,
        sagemaker_session=pipeline,
    )
    return processor.run(
        code=places.url("code", file),
        inputs=[_input(name, source) for name, source in inputs.items()],
        outputs=[_output(name, per_run(places, name)) for name in outputs],
    )


def _input(name: str, source: Any) -> ProcessingInput:
    place = ProcessingS3Input(
        s3_uri=source, local_path=f"{_FOLDER}/{name}", s3_data_type="S3Prefix", s3_input_mode="File"
    )
    return ProcessingInput(input_name=name, s3_input=place)


def _output(name: str, target: Any) -> ProcessingOutput:
    place = ProcessingS3Output(s3_uri=target, local_path=f"{_FOLDER}/{name}", s3_upload_mode="EndOfJob")
    return ProcessingOutput(output_name=name, s3_output=place)


def output_of(step: Any, name: str) -> Any:
    """The S3 URL of a Processing step's output, to give to another step."""
    return step.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri


def text(pipeline: Pipeline) -> str:
    """The definition as it is kept in the repository: indented, with placeholders."""
    return with_placeholders(json.dumps(json.loads(pipeline.definition()), indent=2)) + "\n"
