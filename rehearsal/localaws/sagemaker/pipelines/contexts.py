"""What a step is given at run time: the values that its expressions refer to, and the clients of the pipeline's
role."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import arns, clock
from rehearsal.localaws.ground.errors import AwsError, describe
from rehearsal.localaws.sagemaker.pipelines.records import Execution, Pipeline, StepRun
from rehearsal.localaws.sagemaker.pipelines.steps.calls import MOST_SECONDS
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, StepFailed
from rehearsal.localaws.sagemaker.pipelines.values import Scope, Unresolved

SERVICE = "sagemaker.amazonaws.com"


def of(execution: Execution, run: StepRun, arguments: Any, target: Any, settings: Any) -> Context:
    """The context of one try of a step."""
    return Context(
        execution_arn=execution.arn,
        region=execution.region,
        role_arn=execution.role_arn,
        step=run.step.name,
        name=run.name,
        token=run.token,
        arguments=arguments,
        target=target,
        settings=settings,
        outputs=run.step.outputs,
        tags=execution.tags,
        experiment=execution.experiment,
        client=_client_maker(execution),
        backend=backend_of(execution),
        metadata=run.metadata,
    )


def backend_of(execution: Execution) -> Any:
    """The records of SageMaker in the execution's region."""
    return sagemaker_backends[arns.account_of(execution.arn)][execution.region]


def pipeline_of(execution: Execution) -> Pipeline | None:
    """The pipeline that the execution belongs to; None when it has been deleted."""
    found: Pipeline | None = backend_of(execution).model_pipelines.pipelines.get(execution.pipeline_name)
    return found


def _client_maker(execution: Execution) -> Callable[[str], Any]:
    """Makes clients with the pipeline's role, which try once: retry policies say what follows.

    Raises (the maker):
        StepFailed: SageMaker may not assume the role.
    """

    def client(service: str) -> Any:
        try:
            credentials = identity.assume_role(
                execution.role_arn,
                "SageMaker",
                service=SERVICE,
                region=execution.region,
                source_arn=execution.pipeline_arn,
            )
        except AwsError as error:
            raise StepFailed(
                f"ClientError: Could not assume role {execution.role_arn}. Please ensure that the role exists and "
                f"allows principal '{SERVICE}' to assume the role."
            ) from error
        return identity.client(service, credentials, execution.region, attempts=1, timeout_seconds=MOST_SECONDS)

    return client


def scope(execution: Execution, run: StepRun) -> Scope:
    """What the step's expressions may refer to now."""
    return Scope(
        definition=execution.definition,
        parameters=execution.parameters,
        variables=variables(execution, run),
        properties={name: each.properties for name, each in execution.runs.items()},
        read=_reader(execution),
    )


def variables(execution: Execution, run: StepRun | None = None) -> dict[str, Any]:
    """The execution variables; those of jobs are the step's own job."""
    name = run.name if run is not None else ""
    return {
        "StartDateTime": iso(execution.started_at),
        "CurrentDateTime": iso(clock.timestamp()),
        "PipelineName": execution.pipeline_name,
        "PipelineArn": execution.pipeline_arn,
        "PipelineExecutionId": execution.id,
        "PipelineExecutionArn": execution.arn,
        "TrainingJobName": name,
        "ProcessingJobName": name,
    }


def iso(moment: float) -> str:
    """A moment as text, in milliseconds, UTC."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _reader(execution: Execution) -> Callable[[str], Any]:
    """Reads JSON objects of S3 as the pipeline's role."""

    def read(uri: str) -> Any:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        if not uri.startswith("s3://") or not key:
            raise Unresolved(f"ClientError: {uri} is no S3 URI of an object.")
        try:
            return json.loads(_client_maker(execution)("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
        except (ClientError, BotoCoreError) as error:
            raise Unresolved(
                f"ClientError: Failed to invoke s3:GetObject of {uri}. Error Details: {describe(error)}"
            ) from error
        except ValueError as error:
            raise Unresolved(f"ClientError: {uri} is not valid JSON: {error}.") from error

    return read
