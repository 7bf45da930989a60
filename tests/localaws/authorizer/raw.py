"""Requests as an attacker, a browser or a clumsy signer sends them: any headers, any signature, byte by byte where it
matters."""

import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

FAKE = "AWS4-HMAC-SHA256 Credential=x/20200101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


def send(url: str, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
    """One request with exactly these headers, Host and Content-Length beside them unless they are among them."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    given = {"Host": parts.netloc, "Content-Length": str(len(body)), **(headers or {})}
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            connection.putheader(name, value.encode("utf-8"))
        connection.endheaders(body or None)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read().decode())
    finally:
        connection.close()


def answer_to_head(url: str, lines: list[str]) -> bytes:
    """What comes back to a head alone, whose body is announced and never sent: all until the server closes."""
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=60) as connection:
        connection.sendall("\r\n".join([*lines, f"Host: {parts.netloc}", "", ""]).encode())
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


@dataclass(frozen=True)
class Signer:
    """Signs as botocore does, but at the moment and with the names that a test wants."""

    aws: Any
    service: str
    at: datetime
    leaves_out: tuple[str, ...] = ()
    date_text: str | None = None

    def headers(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> dict[str, str]:
        """The headers with those of a signature."""
        request = AWSRequest(method=method, url=self.aws.url + path, data=body, headers=dict(headers))
        self._auth().sign(request)
        return {name: str(value) for name, value in request.headers.items() if name.lower() not in self.leaves_out}

    def _auth(self) -> Any:
        keys = Credentials(self.aws.announced.access_key_id, self.aws.announced.secret_access_key)
        base = S3SigV4Auth if self.service == "s3" else SigV4Auth
        return _signing_at(base, self)(keys, self.service, "us-east-1")


def _signing_at(base: Any, signer: Signer) -> Any:
    class At(base):
        def sign(self, request: AWSRequest) -> None:
            request.context["timestamp"] = signer.date_text or signer.at.strftime("%Y%m%dT%H%M%SZ")
            self._modify_request_before_signing(request)
            text = self.string_to_sign(request, self.canonical_request(request))
            self._inject_signature_to_request(request, self.signature(text, request))

        def headers_to_sign(self, request: AWSRequest) -> Any:
            found = super().headers_to_sign(request)
            for name in signer.leaves_out:
                del found[name]
            return found

    return At
