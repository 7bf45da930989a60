"""Turns what went wrong with a resource into the reason in its event, as CloudFormation words it.

And tells what is gone from what went wrong.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from rehearsal.localaws.cloudformation.resources.model import ResourceFailed
from rehearsal.localaws.ground.errors import AwsError, describe

_HANDLER_CODES = (
    ("AccessDenied", ("AccessDenied", "UnauthorizedOperation", "NotAuthorized", "AuthorizationError")),
    (
        "AlreadyExists",
        ("AlreadyExists", "AlreadyOwned", "ResourceConflict", "ResourceInUse", "NameExists", "EntityAlready"),
    ),
    ("NotFound", ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")),
    ("ServiceLimitExceeded", ("LimitExceeded",)),
    ("Throttling", ("Throttl", "TooManyRequests")),
    ("InvalidRequest", ("Validation", "Invalid", "Malformed", "BadRequest")),
)


def reason(error: Exception, token: str) -> str:
    """The reason text of a failed resource."""
    if isinstance(error, ClientError):
        return _of_service(error, token)
    if isinstance(error, AwsError):
        return str(error.message)
    if isinstance(error, ResourceFailed):
        return str(error)
    if isinstance(error, BotoCoreError):
        return f'Resource handler returned message: "{error}" (RequestToken: {token}, HandlerErrorCode: InvalidRequest)'
    return f"Internal Failure: {describe(error)}"


def _of_service(error: ClientError, token: str) -> str:
    answer = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code = answer.get("Code", "Unknown")
    told = (
        f"{answer.get('Message') or code} (Service: {_service(error)}, Status Code: {meta.get('HTTPStatusCode', 0)}, "
        f"Request ID: {meta.get('RequestId', '')})"
    )
    return (
        f'Resource handler returned message: "{told}" (RequestToken: {token}, HandlerErrorCode: {handler_code(code)})'
    )


def _service(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Service", "")) or error.operation_name


def handler_code(code: str) -> str:
    """The handler error code that stands for a service's error code."""
    for handler, marks in _HANDLER_CODES:
        if any(mark in code for mark in marks):
            return handler
    return "GeneralServiceException"


@contextmanager
def if_there() -> Iterator[None]:
    """A call of a delete before its last: what it takes away may be gone, which says nothing of the resource itself."""
    try:
        yield
    except ClientError as error:
        if not is_gone(error):
            raise


def is_gone(error: ClientError) -> bool:
    """Whether the service says that there is no such thing (any more)."""
    answer = error.response.get("Error", {})
    code, message = str(answer.get("Code", "")), str(answer.get("Message", "")).lower()
    if handler_code(code) == "NotFound" or code == "404":
        return True
    # SageMaker and CloudWatch answer ValidationException for what does not exist
    return "Validation" in code and any(
        told in message for told in ("could not find", "does not exist", "not found", "cannot find")
    )
