"""A denial in the shape of the request's own protocol, told from the head alone: nobody's model is loaded for a
stranger. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and https://smithy.io/2.0/aws/protocols/index.html
"""

import json
import re
import uuid
from functools import cache
from xml.sax.saxutils import escape

from rehearsal.localaws.authorizer.authentication import RequestHead
from rehearsal.localaws.authorizer.denials import Denial, Rejection, Style, style_of, unrecognised
from rehearsal.localaws.ground.replies import Reply, status_line

_TARGET = "x-amz-target"
_FORM = "application/x-www-form-urlencoded"
_REST_XML = {"cloudfront", "route53", "s3-control"}
_REST_JSON_PATH = re.compile(r"/(?:v?\d{4}-\d{2}-\d{2}|v\d|restapis|schedules|schedule-groups|pipes)(?:/|$)")
"""How paths of REST-JSON services begin: with the API's date or version, or with what no bucket of a request would be
called."""
_SERVICES_OF_TARGETS = {
    "AmazonSQS": "sqs",
    "GraniteServiceVersion20100801": "cloudwatch",
    "AWSSecurityTokenServiceV20110615": "sts",
}


def refusal(head: RequestHead, service: str | None, why: Rejection) -> Reply:
    """The answer to a caller who is not recognised; ``service`` is the signature's, None without one."""
    protocol = protocol_of(head, service)
    return shaped(head, protocol, unrecognised(_style(head, protocol, service), why))


def protocol_of(head: RequestHead, service: str | None) -> str:
    """The protocol that a head speaks, as botocore names them; ``s3`` for S3's own."""
    if service == "s3":
        return "s3"
    kind = (head.header("content-type") or "").partition(";")[0].strip().lower()
    if (head.header("smithy-protocol") or "").lower() == "rpc-v2-cbor":
        return "smithy-rpc-v2-cbor"
    if head.header(_TARGET) is not None or kind.startswith("application/x-amz-json"):
        return "json"
    if kind == _FORM or "Action=" in head.query:
        return "ec2" if service == "ec2" else "query"
    if service is None:
        return "rest-json" if _REST_JSON_PATH.match(head.raw_path) else "s3"
    return "rest-xml" if service in _REST_XML else "rest-json"


def _style(head: RequestHead, protocol: str, service: str | None) -> Style:
    if service is None:
        service = _SERVICES_OF_TARGETS.get((head.header(_TARGET) or "").partition(".")[0], "")
    if protocol == "s3":
        return Style.S3
    return style_of(service, "json" if protocol == "smithy-rpc-v2-cbor" else protocol)


def shaped(head: RequestHead, protocol: str, denial: Denial) -> Reply:
    """A denial as an answer in ``protocol``."""
    request_id = str(uuid.uuid4())
    content_type, body = _body(protocol, denial, request_id)
    headers = [("Content-Type", content_type), ("x-amzn-RequestId", request_id)]
    if protocol in ("json", "rest-json"):
        headers.append(("x-amzn-ErrorType", denial.code))
    if protocol == "s3":
        headers.append(("x-amz-request-id", request_id))
    if protocol == "smithy-rpc-v2-cbor":
        headers.append(("smithy-protocol", "rpc-v2-cbor"))
    return Reply(status_line(denial.status), tuple(headers), b"" if head.method == "HEAD" else body)


def _body(protocol: str, denial: Denial, request_id: str) -> tuple[str, bytes]:
    """Content type and bytes."""
    code, message = escape(denial.code), escape(_printable(denial.message))
    told = f"<Code>{code}</Code><Message>{message}</Message>"
    if protocol == "s3":
        return "application/xml", f"{_XML}<Error>{told}<RequestId>{request_id}</RequestId></Error>".encode()
    if protocol in ("query", "rest-xml"):
        error = f"<Error><Type>Sender</Type>{told}</Error><RequestId>{request_id}</RequestId>"
        return "text/xml", f"{_XML}<ErrorResponse>{error}</ErrorResponse>".encode()
    if protocol == "ec2":
        errors = f"<Errors><Error>{told}</Error></Errors><RequestID>{request_id}</RequestID>"
        return "text/xml", f"{_XML}<Response>{errors}</Response>".encode()
    if protocol == "smithy-rpc-v2-cbor":
        return "application/cbor", _cbor_map({"__type": denial.code, "message": denial.message})
    if protocol == "json":
        content = {"__type": denial.code, "message": denial.message}
        return "application/x-amz-json-1.1", json.dumps(content).encode()
    return "application/json", json.dumps({"message": denial.message}).encode()


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_UNPRINTABLE = "[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


def _printable(text: str) -> str:
    """Without the characters that XML 1.0 has no way to write."""
    return _unprintable().sub("\N{REPLACEMENT CHARACTER}", text)


@cache
def _unprintable() -> re.Pattern[str]:
    """Compiled when it is first needed: that takes milliseconds of each start."""
    return re.compile(_UNPRINTABLE)


def _cbor_map(members: dict[str, str]) -> bytes:
    """A CBOR map of texts (RFC 8949, major types 5 and 3)."""
    parts = [bytes([0xA0 | len(members)])]
    for text in (each for pair in members.items() for each in pair):
        content = text.encode()
        parts += [b"\x7a", len(content).to_bytes(4, "big"), content]
    return b"".join(parts)
