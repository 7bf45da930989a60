"""boto3's errors in the user's terms: what happened, where, what to do next. Pure; the command line calls it at its
edge."""

from collections.abc import Callable

from botocore import exceptions as botocore_errors
from botocore.parsers import ResponseParserError

from rehearsal.toolkit.aws import explanations
from rehearsal.toolkit.aws.errors import AccountProblem, BadInput, NotThere, RehearsalError

_ENVIRONMENT_HINT = (
    'for the embedded AWS: eval "$(rehearse env)"; for a real account: aws configure, or choose one with --profile'
)
_EXPIRED_HINT = 'sign in again (aws sso login, or new keys); for a restarted embedded AWS: eval "$(rehearse env)"'

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_UNKNOWN_KEY = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "AuthFailure",
    "IncompleteSignature",
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "403"}
_THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
_ABSENT = {
    "NoSuchBucket",
    "NoSuchKey",
    "PipelineExecutionNotFoundException",
    "ResourceNotFoundException",
    "404",
}
_REFUSED_INPUT = {"ValidationError", "ValidationException", "InvalidParameterValue", "InvalidParameterValueException"}

FAILURES: tuple[type[Exception], ...] = (
    RehearsalError,
    botocore_errors.BotoCoreError,
    botocore_errors.ClientError,
    ResponseParserError,
)
"""What :func:`explain` explains, for an ``except`` clause: everything that a call of the toolkit is expected to
raise."""


def explain(error: Exception) -> RehearsalError:
    """The error of the toolkit that says the same to a user; one of the toolkit's own is returned as it is."""
    if isinstance(error, RehearsalError):
        return error
    if isinstance(error, botocore_errors.ClientError):
        return _answer_of_service(error)
    for kind, make in _WITHOUT_ANSWER:
        if isinstance(error, kind):
            return make(error)
    return RehearsalError(str(error), next_step="run the command again with --debug for the whole story")


def code_of(error: botocore_errors.ClientError) -> str:
    """The service's error code (``NoSuchBucket``)."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def is_denial(error: botocore_errors.ClientError) -> bool:
    """Whether the caller lacks a permission."""
    return code_of(error) in _DENIED


def message_of(error: botocore_errors.ClientError) -> str:
    """The service's own words."""
    return str(error.response.get("Error", {}).get("Message", "")) or str(error)


def _answer_of_service(error: botocore_errors.ClientError) -> RehearsalError:
    code, message, operation = code_of(error), message_of(error), error.operation_name
    if code in _EXPIRED:
        return AccountProblem(f"the credentials have expired: {message}", where=operation, next_step=_EXPIRED_HINT)
    if code in _UNKNOWN_KEY:
        return AccountProblem(
            f"the account does not know these credentials: {message} ({code})",
            where=operation,
            next_step=f"check which are used (aws sts get-caller-identity); {_ENVIRONMENT_HINT}",
        )
    if code in _DENIED:
        return AccountProblem(
            f"not allowed: {message} ({code})",
            where=operation,
            next_step="have the permission added to your user or role, or use another --profile; "
            "rehearse doctor lists all that is needed",
        )
    if code in _THROTTLED:
        return AccountProblem(
            f"the account throttles: {message} ({code})", where=operation, next_step="wait a minute and run it again"
        )
    if code == "PipelineNotFoundException":
        return NotThere(
            f"{message} ({code})",
            where=operation,
            next_step="rehearse launch creates what is missing; check --suffix and --region if it should be there",
        )
    if code in _ABSENT:
        return NotThere(
            f"{message} ({code})",
            where=operation,
            next_step="check --suffix and --region; rehearse status shows what is launched",
        )
    return RehearsalError(f"{message} ({code})", where=operation, next_step=_next_step(code, message))


def _next_step(code: str, message: str) -> str:
    if code in _REFUSED_INPUT:
        return explanations.meaning_of(message) or "correct what the message names, and run it again"
    if code == "StageNotRetryableException":
        return (
            "rehearse release starts a new execution, with the pipeline as it is now; only the newest execution of an "
            "unchanged pipeline can be retried"
        )
    if code == "ModelError":
        return (
            "give rows as the model was trained on, numbers without the label: cut -d, -f2- leaves the first column out"
        )
    return "run the command again with --debug for the whole answer"


def _no_credentials(_error: Exception) -> RehearsalError:
    return AccountProblem("no AWS credentials were found", where="environment and ~/.aws", next_step=_ENVIRONMENT_HINT)


def _no_region(_error: Exception) -> RehearsalError:
    return BadInput(
        "no AWS region is set",
        where="environment and ~/.aws",
        next_step='give --region, set AWS_REGION, or for the embedded AWS: eval "$(rehearse env)"',
    )


def _no_profile(error: Exception) -> RehearsalError:
    return BadInput(str(error), where="--profile", next_step="aws configure list-profiles shows what there is")


def _unreadable_settings(error: Exception) -> RehearsalError:
    return BadInput(str(error), where="~/.aws", next_step="correct the file, or name another with AWS_CONFIG_FILE")


def _unreachable(error: Exception) -> RehearsalError:
    url = getattr(error, "kwargs", {}).get("endpoint_url", "the endpoint")
    return AccountProblem(
        f"{url} does not answer: {error}",
        where="network",
        next_step="is the embedded AWS still running (rehearse env)? for a real account check the network, "
        "a proxy and the spelling of --region",
    )


def _bad_parameters(error: Exception) -> RehearsalError:
    return BadInput(str(error), where="request", next_step="correct the value that is named")


def _no_aws(error: Exception) -> RehearsalError:
    return AccountProblem(
        f"what answers there does not speak as AWS does: {error}",
        where="endpoint",
        next_step="check --endpoint-url and AWS_ENDPOINT_URL: another server may have that port",
    )


_WITHOUT_ANSWER: tuple[tuple[type[Exception], Callable[[Exception], RehearsalError]], ...] = (
    (botocore_errors.NoCredentialsError, _no_credentials),
    (botocore_errors.PartialCredentialsError, _no_credentials),
    (botocore_errors.CredentialRetrievalError, _no_credentials),
    (botocore_errors.TokenRetrievalError, _no_credentials),
    (botocore_errors.NoRegionError, _no_region),
    (botocore_errors.InvalidRegionError, _no_region),
    (botocore_errors.ProfileNotFound, _no_profile),
    (botocore_errors.ConfigParseError, _unreadable_settings),
    (botocore_errors.ParamValidationError, _bad_parameters),
    (botocore_errors.HTTPClientError, _unreachable),
    (botocore_errors.ConnectionError, _unreachable),
    (ResponseParserError, _no_aws),
)
