"""How a Task's call is made and told: members in the API's case, answers in the states' case, errors by the names that
AWS has."""

import threading
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.session import Session

from rehearsal.localaws.ground import clock, sdk_names
from rehearsal.localaws.stepfunctions import shapes

_AWS_NAMES = {
    "codebuild": ("CodeBuild", "AWSCodeBuild"),
    "dynamodb": ("DynamoDB", "AmazonDynamoDBv2"),
    "events": ("EventBridge", "AmazonCloudWatchEvents"),
    "sagemaker": ("SageMaker", "AmazonSageMaker"),
    "sns": ("SNS", "AmazonSNS"),
    "sqs": ("SQS", "AmazonSQS"),
    "states": ("StepFunctions", "AWSStepFunctions"),
}
"""Of optimized integrations: what error names begin with, and what the cause calls the service (AWS's SDK for Java
1)."""
_LONGEST_WAIT_SECONDS = 1.0


def pause(env: Any, moment: float) -> None:
    """Wait until the clock shows ``moment``, or the execution does not run any more: that is looked for each second."""
    condition = threading.Condition()
    with condition:
        while env.is_running() and (now := clock.timestamp()) < moment:
            clock.wait_until(condition, lambda: not env.is_running(), min(moment, now + _LONGEST_WAIT_SECONDS))


def operation_model(service: str, method: str) -> Any:
    """botocore's model of an operation, by its name in states (``createTrainingJob``) or in boto3; None without."""
    model = Session().get_service_model(service)
    wanted = xform_name(method[:1].upper() + method[1:]) if "_" not in method else method
    name = next((each for each in model.operation_names if xform_name(each) == wanted), None)
    return None if name is None else model.operation_model(name)


def optimized_error(service: str, error: ClientError) -> tuple[str, str]:
    """The error's name and cause of an optimized integration."""
    prefix, long_name = _AWS_NAMES[service]
    code, metadata = error.response["Error"]["Code"], error.response["ResponseMetadata"]
    is_modelled = type(error) is not ClientError
    name = code.rpartition(".")[2] if is_modelled else f"{long_name.removesuffix('v2')}Exception"
    details = "; ".join(
        [
            f"Service: {long_name}",
            f"Status Code: {metadata['HTTPStatusCode']}",
            f"Error Code: {code}",
            f"Request ID: {metadata.get('RequestId', '')}",
            "Proxy: null",
        ]
    )
    return f"{prefix}.{_as_exception(name)}", f"{error.response['Error']['Message']} ({details})"


def sdk_error_service(service: str) -> str:
    """What the errors of an SDK integration begin with: ``Lambda``, ``Sfn``, ``S3``."""
    name = sdk_names.boto_name(service)
    return service if name is None else sdk_names.java_name(str(Session().get_service_model(name).service_id))


def _as_exception(name: str) -> str:
    return name if name.endswith("Exception") else f"{name}Exception"


def normalise_parameters(
    task: Any, parameters: dict[str, Any], boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    """In place: the parameters as boto3 takes them."""
    model = _model(task, boto_service_name, service_action_name)
    if model is not None and model.input_shape is not None:
        given = shapes.to_api(parameters, model.input_shape)
        parameters.clear()
        parameters.update(given)


def normalise_response(
    task: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    """In place: the answer as states have it."""
    model = _model(task, boto_service_name, service_action_name)
    if isinstance(response, dict) and model is not None and model.output_shape is not None:
        moment = shapes.instant if task.resource.service_name == "aws-sdk" else shapes.epoch_milliseconds
        told = shapes.to_states(response, model.output_shape, moment)
        response.clear()
        response.update(told)


def _model(task: Any, service: str | None, action: str | None) -> Any:
    return operation_model(task._get_boto_service_name(service), action or task.resource.api_action)
