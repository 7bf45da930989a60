"""Failures of an action, in the kinds that CodePipeline knows, and AWS errors translated into them."""

from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as AwsConnectionError


class FailureType(StrEnum):
    """``failureDetails.type`` of PutJobFailureResult that these functions use."""

    JOB_FAILED = "JobFailed"
    CONFIGURATION = "ConfigurationError"
    PERMISSION = "PermissionError"
    REVISION_UNAVAILABLE = "RevisionUnavailable"
    SYSTEM_UNAVAILABLE = "SystemUnavailable"


class ActionFailed(Exception):
    """The action must fail: the message says what happened, where, and what to do next."""

    def __init__(self, message: str, kind: FailureType = FailureType.JOB_FAILED, *, external_id: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.external_id = external_id


class ConfigurationError(ActionFailed):
    """What the user configured cannot work."""

    def __init__(self, message: str) -> None:
        super().__init__(message, FailureType.CONFIGURATION)


_BUSY = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "SlowDown",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "InternalFailure",
    "InternalError",
    "InternalServerError",
    "RequestTimeout",
}
_CONFIGURATION = {
    "ValidationException",
    "ValidationError",
    "NoSuchBucket",
    "NoSuchKey",
    "ResourceNotFound",
    "InvalidBucketName",
}
_LIMIT = {"ResourceLimitExceeded", "LimitExceededException", "ServiceQuotaExceededException"}


def code_of(error: ClientError) -> str:
    """AWS's own name of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def message_of(error: ClientError) -> str:
    """AWS's own words, without boto3's preamble."""
    return str(error.response.get("Error", {}).get("Message", "")) or str(error)


def is_missing(error: ClientError) -> bool:
    """Whether SageMaker says that what was described does not exist: a ValidationException, worded by resource type."""
    words = message_of(error).lower()
    is_worded_so = "could not find" in words or "resource not found" in words
    return is_worded_so and code_of(error) in ("ValidationException", "ResourceNotFound")


def is_taken(error: ClientError) -> bool:
    """Whether a name is in use already."""
    return code_of(error) == "ResourceInUse" or "already exist" in message_of(error).lower()


def is_transient(error: Exception) -> bool:
    """Whether the same call may succeed a little later."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code_of(error) in _BUSY or status in (500, 502, 503, 504)
    return isinstance(error, AwsConnectionError | HTTPClientError)


def translate(error: Exception) -> ActionFailed:
    """What CodePipeline is told of an error of boto3."""
    if isinstance(error, ActionFailed):
        return error
    if isinstance(error, ClientError):
        return _translate_answer(error)
    if isinstance(error, BotoCoreError):
        kind = FailureType.SYSTEM_UNAVAILABLE if is_transient(error) else FailureType.CONFIGURATION
        return ActionFailed(f"AWS could not be asked: {error}", kind)
    return ActionFailed(
        f"{type(error).__name__}: {error}. This is a defect of the function; its log has the traceback."
    )


def _translate_answer(error: ClientError) -> ActionFailed:
    code, said = code_of(error), f"{error.operation_name}: {message_of(error)} ({code_of(error)})"
    if "AccessDenied" in code or code in ("403", "UnauthorizedOperation", "Forbidden"):
        hint = (
            "The function's role needs this permission; if it was given a moment ago, retry the stage: IAM takes "
            "seconds."
        )
        return ActionFailed(f"{said}. {hint}", FailureType.PERMISSION)
    if code in _LIMIT:
        return ActionFailed(f"{said}. Raise the quota in Service Quotas, or choose another instance type.")
    if is_transient(error):
        return ActionFailed(f"{said}. Retry the stage.", FailureType.SYSTEM_UNAVAILABLE)
    if code in _CONFIGURATION:
        return ActionFailed(said, FailureType.CONFIGURATION)
    return ActionFailed(said)
