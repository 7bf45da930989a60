"""Invoke action of AWS Lambda: the function is called asynchronously with a job, and answers with PutJobSuccessResult
or PutJobFailureResult. Reference: user guide, "Invoke an AWS Lambda function in a pipeline".
"""

import json

from botocore.exceptions import ClientError

from rehearsal.localaws.codepipeline.action_types import ANY, TypeRules
from rehearsal.localaws.codepipeline.actions import job_data
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider

_DENIED = ("AccessDeniedException", "AccessDenied")


def act(context: Context) -> None:
    """Hand the job to the function; its result comes through the API."""
    function = context.required("FunctionName")
    event = {
        "CodePipeline.job": {
            "id": context.job_id,
            "accountId": context.account_id,
            "data": job_data.for_function(context),
        }
    }
    try:
        context.client("lambda").invoke(
            FunctionName=function, InvocationType="Event", Payload=json.dumps(event).encode()
        )
    except ClientError as error:
        raise _explained(context, function, error) from error


def _explained(context: Context, function: str, error: ClientError) -> Exception:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code in _DENIED:
        return ActionFailed(
            "PermissionError",
            f"The provided role does not have sufficient permissions to access Lambda. Underlying error: {message} "
            f"(Service: AWSLambda; Error Code: {code})",
        )
    if code == "ResourceNotFoundException":
        return ActionFailed(
            "ConfigurationError",
            f"The AWS Lambda function {function} cannot be found in {context.region}. Create the function, or correct "
            "FunctionName.",
        )
    return error


_KEYS = {"FunctionName": True, "UserParameters": False}
PROVIDERS = (
    Provider("Invoke", "Lambda", act, TypeRules(_KEYS, ANY, ANY), takes_jobs=True),
    Provider("Rule", "LambdaInvoke", act, TypeRules(_KEYS), takes_jobs=True),
)
