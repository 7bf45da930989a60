"""What a request that does not fit its service's model is answered: code, words and status as the called service gives
them. Pure.

The codes that all services of a protocol share: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
"""

import re

from rehearsal.localaws.authorizer.denials import Denial

_JSON = {"json", "rest-json"}
_UNREADABLE = {
    "apigateway": "BadRequestException",
    "lambda": "InvalidRequestContentException",
    "s3": "MalformedXML",
}
_INVALID = {
    "apigateway": "BadRequestException",
    "apigatewayv2": "BadRequestException",
    "cloudtrail": "InvalidParameterException",
    "codebuild": "InvalidInputException",
    "cognito-idp": "InvalidParameterException",
    "ec2": "InvalidParameterValue",
    "ecr": "InvalidParameterException",
    "ecs": "InvalidParameterException",
    "logs": "InvalidParameterException",
    "rds": "InvalidParameterValue",
    "route53": "InvalidInput",
    "s3": "InvalidArgument",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
}
_ABSENCE = re.compile(r"NotFound|NoSuch|DoesNotExist|NonExist")
_MISSING = {
    "ec2": "MissingParameter",
    "rds": "MissingParameter",
    "s3": "MissingRequestBodyError",
    "sqs": "MissingParameter",
}


def unreadable(service: str, protocol: str, what: str) -> Denial:
    """Where the model wants another kind of value than was sent."""
    usual = "SerializationException" if protocol in _JSON else "MalformedInput"
    return Denial(400, _UNREADABLE.get(service, usual), what)


def invalid(service: str, protocol: str, violations: list[str]) -> Denial:
    """Where values are of the right kind, and break the model's limits."""
    usual = "ValidationException" if protocol in _JSON else "ValidationError"
    noun = "error" if len(violations) == 1 else "errors"
    told = f"{len(violations)} validation {noun} detected: {'; '.join(violations)}"
    return Denial(400, _INVALID.get(service, usual), told)


def missing(service: str, protocol: str, members: list[str]) -> Denial:
    """Where members are left out that the model requires."""
    if service == "s3" and "ACL" in members[0]:
        return Denial(400, "MissingSecurityHeader", "Your request was missing a required header")
    if service in _MISSING:
        told = "Request Body is empty" if service == "s3" else f"The request must contain the parameter {members[0]}."
        return Denial(400, _MISSING[service], told)
    paths = [name[:1].lower() + name[1:].replace("?", "") for name in members]
    return invalid(
        service,
        protocol,
        [f"Value null at '{path}' failed to satisfy constraint: Member must not be null" for path in paths],
    )


def no_source() -> Denial:
    """Where a copy to S3 does not say of what."""
    told = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
    return Denial(400, "InvalidArgument", told)


def no_arn(service: str, protocol: str, member: str, text: str) -> Denial:
    """Where a member that is an ARN by its name is none."""
    if service == "stepfunctions":
        return Denial(400, "InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {text}'")
    if service == "sns":
        return Denial(400, "InvalidParameter", f"Invalid parameter: {member}")
    if service == "sts":
        return Denial(400, "ValidationError", f"{text} is invalid")
    if service == "iam" and member == "PolicyArn":
        return Denial(400, "ValidationError", "Invalid ARN:  Could not be parsed!")
    return invalid(service, protocol, [f"Value '{text}' at '{member[:1].lower()}{member[1:]}' is no ARN"])


def not_there(service: str, protocol: str, codes: list[str], name: str) -> Denial:
    """Where nothing has the name given; ``codes`` are the errors that the operation's model has."""
    code = next((each for each in codes if _ABSENCE.search(each)), None)
    if code is None:
        return invalid(service, protocol, [f"there is no {name!r}"])
    return Denial(400 if protocol == "json" else 404, code, f"There is no {name!r}.")


def not_offered(service: str, operation: str) -> Denial:
    """Where AWS has an operation that the embedded AWS has not."""
    return Denial(501, "NotImplemented", f"The embedded AWS does not offer this operation of {service}: {operation}")


def not_offered_without(service: str, operation: str, member: str) -> Denial:
    """Where the embedded AWS needs a member that was left out, which AWS may not need."""
    return Denial(501, "NotImplemented", f"The embedded AWS does not offer {service}'s {operation} without {member}.")


def too_many_rules() -> Denial:
    """Where a document of S3 has several rules and may have one."""
    told = "The XML you provided was not well-formed or did not validate against our published schema"
    return Denial(400, "MalformedXML", told)


def no_grant() -> Denial:
    """Where a grant in a header names nobody."""
    return Denial(400, "InvalidArgument", "Argument format not recognized")


def not_a_token(service: str, protocol: str, codes: list[str], text: str) -> Denial:
    """Where a page token is none that was given out; ``codes`` are the errors that the operation's model has."""
    code = next((each for each in codes if "Token" in each and "Invalid" in each), None)
    if code is None:
        return invalid(service, protocol, [f"{text!r} is no token that was given out"])
    return Denial(400, code, f"{text!r} is no token that was given out.")


def unknown_operation(service: str, protocol: str, name: str) -> Denial:
    """Where the model has no such operation."""
    if service == "s3":
        return Denial(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
    if protocol in ("query", "ec2"):
        if not name:
            return Denial(400, "MissingAction", "The request is missing an action or a required parameter.")
        return Denial(400, "InvalidAction", f"The action {name} is not valid for this web service.")
    if protocol == "json":
        return Denial(400, "UnknownOperationException", f"{service} has no operation {name!r}.")
    return Denial(404, "UnknownOperationException", f"{service} has no operation for this method and path.")


def unknown_protocol(service: str, content_type: str) -> Denial:
    """Where the service does not speak what the content type says, or the embedded AWS does not."""
    told = f"The embedded AWS does not read requests to {service} of the content type {content_type!r}."
    return Denial(415, "UnsupportedMediaTypeException", told)
