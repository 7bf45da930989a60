"""What Lambda refuses before it runs or records anything: sizes, reserved names, roles that it may not assume.

Source of the figures: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from moto.iam.models import iam_backends

from rehearsal.localaws.authorizer import lag, on_behalf, trust
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.ground.errors import AwsError

MAX_REQUEST_BYTES = 6_291_456
MAX_EVENT_BYTES = 1_048_576
MAX_ENVIRONMENT_BYTES = 4096
_SENDING = {"sqs": ("SendMessage", "SendMessage on SQS"), "sns": ("Publish", "Publish on SNS")}

RESERVED_VARIABLES = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    }
)


def check_payload(payload: bytes, *, asynchronous: bool) -> None:
    """The event of an invocation: JSON, and not too large.

    Raises:
        AwsError: InvalidRequestContentException, RequestTooLargeException.
    """
    if asynchronous and len(payload) > MAX_EVENT_BYTES:
        message = (
            f"{len(payload)} byte payload is too large for the Event invocation type (limit {MAX_EVENT_BYTES} bytes)"
        )
        raise AwsError("RequestTooLargeException", message)
    if len(payload) > MAX_REQUEST_BYTES:
        message = f"Request must be smaller than {MAX_REQUEST_BYTES} bytes for the InvokeFunction operation"
        raise AwsError("RequestTooLargeException", message)
    try:
        json.loads(payload)
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise AwsError("InvalidRequestContentException", message, Type="User") from error


def client_context(header: str | None) -> str | None:
    """The JSON text in the X-Amz-Client-Context header.

    Raises:
        AwsError: InvalidRequestContentException, when it is not Base64 of JSON.
    """
    if header is None:
        return None
    try:
        text = base64.b64decode(header, validate=True).decode()
        json.loads(text)
    except (binascii.Error, ValueError) as error:
        raise AwsError(
            "InvalidRequestContentException", f"Client context must be a valid Base64-encoded JSON object: {error}"
        ) from error
    return text


def check_configuration(spec: Mapping[str, Any]) -> None:
    """The members that CreateFunction and UpdateFunctionConfiguration share.

    Raises:
        AwsError: InvalidParameterValueException, ValidationException.
    """
    _check_offered(spec)
    variables = (spec.get("Environment") or {}).get("Variables") or {}
    reserved = sorted(RESERVED_VARIABLES & variables.keys())
    if reserved:
        raise AwsError(
            "InvalidParameterValueException",
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}",
        )
    size = sum(len(name) + len(str(value)) for name, value in variables.items())
    if size > MAX_ENVIRONMENT_BYTES:
        raise AwsError(
            "InvalidParameterValueException",
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {json.dumps(variables, separators=(',', ':'))}",
        )
    _check_range(spec, "Timeout", "timeout", 1, 900)
    _check_range(spec, "MemorySize", "memorySize", 128, 10240)


def check_role(role_arn: str) -> None:
    """The execution role must exist and trust Lambda.

    Raises:
        AwsError: InvalidParameterValueException.
    """
    if role_arn.count(":") < 5 or ":role/" not in role_arn:
        return  # moto answers for an ARN that is none
    backend = iam_backends[role_arn.split(":")[4]]["aws"]
    role = next((role for role in backend.roles.values() if role.arn == role_arn), None)
    document = None if role is None else lag.trust_of(role)
    if document is None or not trust.service_may_assume(document, "lambda.amazonaws.com"):
        raise AwsError(
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
            Type="User",
        )


def check_dead_letters(role_arn: str, wanted: Mapping[str, Any] | None) -> None:
    """The execution role must be able to write to the dead-letter queue or topic, at once: Lambda does not wait for
    IAM.

    Raises:
        AwsError: InvalidParameterValueException.
    """
    arn = (wanted or {}).get("TargetArn")
    if not arn:
        return
    service = arn.split(":")[2]
    if service not in _SENDING:
        raise AwsError(
            "InvalidParameterValueException",
            f"The provided dead-letter target {arn} is no queue or topic.",
            Type="User",
        )
    operation, words = _SENDING[service]
    refused = on_behalf.first_refused(role_arn, [Need(f"{service}:{operation}", arn, {})], arn.split(":")[3])
    if refused is not None:
        raise AwsError(
            "InvalidParameterValueException",
            f"The provided execution role does not have permissions to call {words}",
            Type="User",
        )


def _check_offered(spec: Mapping[str, Any]) -> None:
    """What would change how a function runs, and does not here: never taken and left out."""
    asked = [name for name in ("DurableConfig", "TenancyConfig", "CapacityProviderConfig") if spec.get(name)]
    if (spec.get("SnapStart") or {}).get("ApplyOn", "None") != "None":
        asked.append("SnapStart")
    if asked:
        raise AwsError(
            "InvalidParameterValueException",
            f"The embedded AWS does not offer {', '.join(asked)} of functions: leave it out.",
            Type="User",
        )


def _check_range(spec: Mapping[str, Any], member: str, at: str, least: int, most: int) -> None:
    value = spec.get(member)
    if value is None or least <= int(value) <= most:
        return
    bound = f"less than or equal to {most}" if int(value) > most else f"greater than or equal to {least}"
    raise AwsError(
        "ValidationException",
        f"1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: "
        f"Member must have value {bound}",
    )
