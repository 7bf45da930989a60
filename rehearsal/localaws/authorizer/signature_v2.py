"""S3's presigned URLs of Signature Version 2, which boto3 still makes by default in the oldest regions. Pure.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from botocore.auth import HmacV1Auth
from botocore.compat import HTTPHeaders

from rehearsal.localaws.authorizer.denials import Problem
from rehearsal.localaws.authorizer.signature import Header, NotSigned

_AMBIENT = ("content-md5", "content-type")


@dataclass(frozen=True, slots=True)
class PresignedV2:
    """What such a URL carries. ``expires_at`` is on the signer's clock, seconds since the epoch."""

    access_key_id: str
    signature: str
    expires_at: int
    session_token: str | None
    query: str


def read(query: str) -> PresignedV2 | None:
    """The signature in the query; None where there is none of this version.

    Raises:
        NotSigned: it is incomplete.
    """
    if "AWSAccessKeyId=" not in query:
        return None
    members = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
    try:
        return PresignedV2(
            members["AWSAccessKeyId"],
            members["Signature"],
            int(members["Expires"]),
            members.get("x-amz-security-token"),
            query,
        )
    except (KeyError, ValueError) as error:
        told = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        raise NotSigned(Problem.NO_SIGNATURE, told) from error


def is_valid(presigned: PresignedV2, secret: str, *, method: str, raw_path: str, header: Header) -> bool:
    """Whether ``secret`` signed this very URL."""
    members = parse_qs(presigned.query, keep_blank_values=True)
    headers = HTTPHeaders()
    for name in _AMBIENT:
        value = header(name) or "".join(members.get(name, ()))
        if value:
            headers[name] = value
    for name, values in members.items():
        if name.lower().startswith("x-amz-"):
            headers[name] = values[0]
    location = urlsplit(f"{raw_path}?{presigned.query}")
    text = _Canonical(str(presigned.expires_at)).canonical_string(method, location, headers)
    expected = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()
    return hmac.compare_digest(expected.encode(), presigned.signature.encode())


class _Canonical(HmacV1Auth):
    """botocore's form of the string to sign, with the URL's expiry in the place of the date."""

    def __init__(self, expires: str) -> None:
        super().__init__(None)
        self._expires = expires

    def _get_date(self) -> str:
        return self._expires
