"""How a planned fault is answered: the code, words and status that the called service has for it. Pure."""

from rehearsal.localaws.authorizer.denials import Denial, Style
from rehearsal.localaws.door.faults import Kind


def answer(kind: Kind, service: str, operation: str, style: Style) -> Denial:
    """The error of a request that a fault of ``kind`` (throttle, deny or fail) has struck."""
    if kind is Kind.THROTTLE:
        return _throttle(service, style)
    if kind is Kind.DENY:
        return _deny(service, operation, style)
    if style is Style.S3:
        return Denial(500, "InternalError", "We encountered an internal error. Please try again.")
    code = "ServiceException" if service == "lambda" else "InternalFailure"
    return Denial(500, code, "The request processing has failed because of an unknown error, exception or failure.")


def _deny(service: str, operation: str, style: Style) -> Denial:
    message = (
        f"User is not authorized to perform: {service}:{operation} with an explicit deny in an identity-based policy"
    )
    if style in (Style.S3, Style.QUERY):
        return Denial(403, "AccessDenied", message)
    return Denial(403 if style is Style.REST_JSON else 400, "AccessDeniedException", message)


def _throttle(service: str, style: Style) -> Denial:
    if service == "lambda":
        return Denial(429, "TooManyRequestsException", "Rate Exceeded.")
    if style is Style.S3:
        return Denial(503, "SlowDown", "Please reduce your request rate.")
    return Denial(400, "Throttling" if style is Style.QUERY else "ThrottlingException", "Rate exceeded")
