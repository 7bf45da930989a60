"""What a request that may not pass is answered: code, words and HTTP status as the called service gives them.

JSON services say ``AccessDeniedException``, query and XML services ``AccessDenied``; each has its own codes for
unknown keys, wrong signatures and expired sessions.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from dataclasses import dataclass, replace
from enum import Enum


class Style(Enum):
    """The families of error codes."""

    QUERY = "query"
    JSON = "json"
    REST_JSON = "rest-json"
    S3 = "s3"


@dataclass(frozen=True)
class Denial:
    """An error answer: HTTP status, code, message."""

    status: int
    code: str
    message: str


class Problem(Enum):
    """Why a caller was not recognised."""

    NO_SIGNATURE = "no signature"
    OTHER_SCHEME = "another scheme of authorization"
    TWO_SIGNATURES = "two signatures"
    INCOMPLETE = "incomplete signature"
    INCOMPLETE_URL = "incomplete URL"
    BAD_DATE = "no date"
    OTHER_DAY = "another day in the scope"
    SKEWED = "signed too long ago or too early"
    NOT_YET = "URL signed too early"
    NOT_SIGNED_HEADER = "header that is not signed"
    UNKNOWN_KEY = "unknown key"
    WRONG_TOKEN = "wrong session token"
    WRONG_SIGNATURE = "wrong signature"
    EXPIRED_SESSION = "expired session"
    EXPIRED_URL = "expired URL"
    WRONG_BODY = "wrong body"
    UNKNOWN_REGION = "unknown region"
    WRONG_SERVICE = "wrong service"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A problem, with what is particular to the request: it stands in place of the problem's usual words."""

    problem: Problem
    detail: str = ""
    hint: str = ""
    """What no AWS says: it follows the words."""


_INVALID = "The security token included in the request is invalid."
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
_S3_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
_NO_REGION = "Credential should be scoped to a valid region."
_NO_SERVICE = "Credential should be scoped to correct service."
_NO_DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
_UNSIGNED_HEADER = "There were headers present in the request which were not signed"
_QUERY = {
    Problem.NO_SIGNATURE: Denial(403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
    Problem.OTHER_SCHEME: Denial(403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
    Problem.TWO_SIGNATURES: Denial(400, "IncompleteSignature", "Only one auth mechanism allowed"),
    Problem.INCOMPLETE: Denial(400, "IncompleteSignature", "The Authorization header is incomplete."),
    Problem.INCOMPLETE_URL: Denial(400, "IncompleteSignature", "The signature in the query is incomplete."),
    Problem.BAD_DATE: Denial(400, "IncompleteSignature", _NO_DATE),
    Problem.OTHER_DAY: Denial(403, "SignatureDoesNotMatch", "Date in Credential scope does not match."),
    Problem.SKEWED: Denial(403, "SignatureDoesNotMatch", "Signature expired"),
    Problem.NOT_YET: Denial(403, "SignatureDoesNotMatch", "Signature not yet current"),
    Problem.NOT_SIGNED_HEADER: Denial(403, "SignatureDoesNotMatch", _UNSIGNED_HEADER),
    Problem.WRONG_SERVICE: Denial(403, "SignatureDoesNotMatch", _NO_SERVICE),
    Problem.UNKNOWN_KEY: Denial(403, "InvalidClientTokenId", _INVALID),
    Problem.WRONG_TOKEN: Denial(403, "InvalidClientTokenId", _INVALID),
    Problem.WRONG_SIGNATURE: Denial(403, "SignatureDoesNotMatch", _MISMATCH),
    Problem.WRONG_BODY: Denial(403, "SignatureDoesNotMatch", _MISMATCH),
    Problem.UNKNOWN_REGION: Denial(403, "SignatureDoesNotMatch", _NO_REGION),
    Problem.EXPIRED_SESSION: Denial(403, "ExpiredToken", "The security token included in the request is expired"),
    Problem.EXPIRED_URL: Denial(403, "SignatureDoesNotMatch", "Signature expired"),
}
_JSON = {
    Problem.NO_SIGNATURE: Denial(400, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    Problem.OTHER_SCHEME: Denial(400, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    Problem.TWO_SIGNATURES: Denial(400, "IncompleteSignatureException", "Only one auth mechanism allowed"),
    Problem.INCOMPLETE: Denial(400, "IncompleteSignatureException", "The Authorization header is incomplete."),
    Problem.INCOMPLETE_URL: Denial(400, "IncompleteSignatureException", "The signature in the query is incomplete."),
    Problem.BAD_DATE: Denial(400, "IncompleteSignatureException", _NO_DATE),
    Problem.OTHER_DAY: Denial(400, "InvalidSignatureException", "Date in Credential scope does not match."),
    Problem.SKEWED: Denial(400, "InvalidSignatureException", "Signature expired"),
    Problem.NOT_YET: Denial(400, "InvalidSignatureException", "Signature not yet current"),
    Problem.NOT_SIGNED_HEADER: Denial(400, "InvalidSignatureException", _UNSIGNED_HEADER),
    Problem.WRONG_SERVICE: Denial(400, "InvalidSignatureException", _NO_SERVICE),
    Problem.UNKNOWN_KEY: Denial(400, "UnrecognizedClientException", _INVALID),
    Problem.WRONG_TOKEN: Denial(400, "UnrecognizedClientException", _INVALID),
    Problem.WRONG_SIGNATURE: Denial(400, "InvalidSignatureException", _MISMATCH),
    Problem.WRONG_BODY: Denial(400, "InvalidSignatureException", _MISMATCH),
    Problem.UNKNOWN_REGION: Denial(400, "InvalidSignatureException", _NO_REGION),
    Problem.EXPIRED_SESSION: Denial(
        400, "ExpiredTokenException", "The security token included in the request is expired"
    ),
    Problem.EXPIRED_URL: Denial(400, "InvalidSignatureException", "Signature expired"),
}
_S3 = {
    Problem.NO_SIGNATURE: Denial(403, "AccessDenied", "Access Denied"),
    Problem.OTHER_SCHEME: Denial(400, "InvalidArgument", "Unsupported Authorization Type"),
    Problem.TWO_SIGNATURES: Denial(
        400,
        "InvalidArgument",
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter "
        "or the Authorization header should be specified",
    ),
    Problem.INCOMPLETE: Denial(400, "AuthorizationHeaderMalformed", "The authorization header is malformed."),
    Problem.INCOMPLETE_URL: Denial(
        400,
        "AuthorizationQueryParametersError",
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
        "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    ),
    Problem.BAD_DATE: Denial(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header"),
    Problem.OTHER_DAY: Denial(400, "AuthorizationHeaderMalformed", "The authorization header is malformed."),
    Problem.SKEWED: Denial(
        403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."
    ),
    Problem.NOT_YET: Denial(403, "AccessDenied", "Request is not valid yet"),
    Problem.NOT_SIGNED_HEADER: Denial(403, "AccessDenied", _UNSIGNED_HEADER),
    Problem.WRONG_SERVICE: Denial(400, "AuthorizationHeaderMalformed", _NO_SERVICE),
    Problem.UNKNOWN_KEY: Denial(
        403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
    ),
    Problem.WRONG_TOKEN: Denial(400, "InvalidToken", "The provided token is malformed or otherwise invalid."),
    Problem.WRONG_SIGNATURE: Denial(403, "SignatureDoesNotMatch", _S3_MISMATCH),
    Problem.WRONG_BODY: Denial(
        400,
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
    Problem.UNKNOWN_REGION: Denial(400, "AuthorizationHeaderMalformed", _NO_REGION),
    Problem.EXPIRED_SESSION: Denial(400, "ExpiredToken", "The provided token has expired."),
    Problem.EXPIRED_URL: Denial(403, "AccessDenied", "Request has expired"),
}
_PROBLEMS = {
    Style.QUERY: _QUERY,
    Style.JSON: _JSON,
    Style.REST_JSON: {problem: Denial(403, each.code, each.message) for problem, each in _JSON.items()},
    Style.S3: _S3,
}
_QUERY_STYLE_OF_JSON = {"sqs", "cloudwatch"}
"""Services that speak JSON now and kept the codes of their query days."""


CODES = frozenset(each.code for table in _PROBLEMS.values() for each in table.values()) | {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
}
"""Every code that a refusal may have. Service models do not list them: they belong to all services."""


def style_of(service: str, protocol: str) -> Style:
    """The family of a service (botocore's name) spoken to in ``protocol``."""
    if service == "s3":
        return Style.S3
    if service in _QUERY_STYLE_OF_JSON or protocol in ("query", "ec2"):
        return Style.QUERY
    return Style.REST_JSON if protocol.startswith("rest") else Style.JSON


def unrecognised(style: Style, why: Rejection | Problem) -> Denial:
    """The answer to a caller who is not who they say."""
    if isinstance(why, Problem):
        return _PROBLEMS[style][why]
    usual = _PROBLEMS[style][why.problem]
    return replace(usual, message=" ".join(filter(None, [why.detail or usual.message, why.hint])))


_MADE_UP = {"test", "testing", "fake", "dummy", "mock", "foo", "local", "localstack", "none", "x"}
"""Key ids that people write where any will do. None of AWS's has so few characters."""
_HOW_TO_SIGN_IN = (
    '(Embedded AWS: its keys are those of eval "$(rehearse env)"; started with rehearse up '
    "--insecure-test-credentials, it takes test and test.)"
)


def unknown_key(access_key_id: str) -> Rejection:
    """Nobody has this key; who made it up is told how to sign in."""
    return Rejection(Problem.UNKNOWN_KEY, hint=_HOW_TO_SIGN_IN if access_key_id.lower() in _MADE_UP else "")


def not_authorized(service: str, style: Style, principal_arn: str, action: str, resource: str, reason: str) -> Denial:
    """The answer to a caller whose policies do not allow the action."""
    shown = f'"{resource}"' if style is Style.S3 else resource
    spelled = _spelled(service, action)
    reason = reason.replace(f"the {action} action", f"the {spelled} action")
    message = f"User: {principal_arn} is not authorized to perform: {spelled} on resource: {shown} {reason}".rstrip()
    if service == "sns" and style is Style.QUERY:
        return Denial(403, "AuthorizationError", message)
    return _denied(style, message)


def _denied(style: Style, message: str) -> Denial:
    if style in (Style.S3, Style.QUERY):
        return Denial(403, "AccessDenied", message)
    return Denial(403 if style is Style.REST_JSON else 400, "AccessDeniedException", message)


FOREIGN_BUCKET = Denial(403, "AccessDenied", "Access Denied")
"""S3 tells its reasons within an account alone.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
"""


def foreign_key(style: Style, principal_arn: str, action: str) -> Denial:
    """KMS does not tell another account whether there is such a key."""
    return _denied(
        style,
        f"User: {principal_arn} is not authorized to perform: {action} on this resource because the resource does not "
        "exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies "
        "access",
    )


def no_foreign_role(style: Style) -> Denial:
    """A service is given roles of the caller's own account alone, whatever policies say."""
    return _denied(style, "Cross-account pass role is not allowed.")


def _spelled(service: str, action: str) -> str:
    """SNS and SQS write their actions in their own way in messages (``SNS:Publish``, ``sqs:sendmessage``)."""
    prefix, _, name = action.partition(":")
    if service == "sns" and prefix == "sns":
        return f"SNS:{name}"
    return action.lower() if service == "sqs" and prefix == "sqs" else action


def no_identity_provider(operation: str) -> Denial:
    """The answer to callers who come with another identity provider's word."""
    return Denial(
        403,
        "AccessDenied",
        f"Not authorized to perform sts:{operation}: the embedded AWS knows no identity providers. "
        "Assume the role with AssumeRole, as a user or role that its trust policy names.",
    )
