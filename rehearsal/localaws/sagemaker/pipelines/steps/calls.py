"""API calls of steps: made as the pipeline's role, and their errors in the words of a step's FailureReason."""

from collections.abc import Mapping
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.pipelines.retries import Fault
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, StepFailed

MOST_SECONDS = 600
"""A call that takes longer has failed: a Lambda step's function has 10 minutes, whatever its own timeout (developer
guide)."""
_THROTTLES = frozenset({"ThrottlingException", "Throttling", "TooManyRequestsException", "SlowDown"})


def call(context: Context, service: str, operation: str, request: Mapping[str, Any]) -> Any:
    """Call an operation as the pipeline's role.

    Raises:
        StepFailed: it was refused or could not be called, with the fault that a retry policy may name.
    """
    try:
        return getattr(context.client(service), xform_name(operation))(**request)
    except ClientError as error:
        raise StepFailed(_reason(service, operation, error.response["Error"]["Message"]), fault_of(error)) from error
    except ReadTimeoutError as error:
        raise StepFailed(_reason(service, operation, f"no answer within {MOST_SECONDS // 60} minutes")) from error
    except (AwsError, BotoCoreError) as error:
        raise StepFailed(_reason(service, operation, str(error))) from error


def _reason(service: str, operation: str, details: str) -> str:
    return f"ClientError: Failed to invoke {service}:{operation}. Error Details: {details}"


def fault_of(error: ClientError) -> Fault | None:
    """What kind of fault an answer is, as retry policies name it; None for what another try would not mend."""
    code = error.response["Error"]["Code"]
    if code in _THROTTLES:
        return Fault.THROTTLING
    if code == "ResourceLimitExceeded":
        return Fault.RESOURCE_LIMIT
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return Fault.SERVICE_FAULT
    return None


def fault_in(reason: str) -> Fault | None:
    """What kind of fault a job's FailureReason tells of."""
    if reason.startswith("InternalServerError"):
        return Fault.JOB_INTERNAL_ERROR
    return Fault.CAPACITY_ERROR if reason.startswith("CapacityError") else None
