"""Sends what the grammar makes, signed by the administrator, and keeps what was answered."""

import http.client
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import botocore.session
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.conftest import EmbeddedAws
from tests.localaws.fuzz import wire
from tests.localaws.fuzz.grammar import Grammar
from tests.localaws.fuzz.wire import Message

LONGEST_SECONDS = 120
_BROKEN_BODIES = [
    b"\xff\xfe",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"a"',
    b"[" * 5000,
    b"<a>",
    b"a=%zz&b",
    b"\x1f\x8b\x08broken",
    b'{"a":NaN}',
]
_SPOILT = {
    "Content-Type": [
        "",
        "text/plain",
        "application/xml",
        "application/json",
        "application/cbor",
        "application/x-amz-json-9",
    ],
    "X-Amz-Target": ["", "x", "Nothing.Here", "AmazonSQS.ReceiveMessage"],
    "Content-Encoding": ["gzip", "aws-chunked", "nothing"],
    "X-Amz-Content-Sha256": ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "UNSIGNED-PAYLOAD", "x"],
    "Range": ["bytes=9-1", "lines=1"],
    "If-Modified-Since": ["yesterday"],
    "X-Amz-Copy-Source": ["", "x", "/%zz"],
}


@dataclass(frozen=True)
class Outcome:
    """One request and its answer."""

    service: str
    operation: str
    params: str
    status: int
    body: bytes
    seconds: float

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}({self.params[:300]}) -> {self.status} {self.body[:200]!r}"


@lru_cache(maxsize=256)
def model(service: str) -> Any:
    """botocore's."""
    return botocore.session.get_session().get_service_model(service)


def attack(
    embedded: EmbeddedAws, services: Iterable[str], each: int, seed: int, names: Iterable[str] = ()
) -> Iterator[Outcome]:
    """``each`` requests to every service, operation after operation."""
    grammar = Grammar(seed, list(names))
    for service in services:
        operations = list(model(service).operation_names)
        grammar.chance.shuffle(operations)
        for number in range(each):
            yield _one(embedded, grammar, model(service).operation_model(operations[number % len(operations)]))


def _one(embedded: EmbeddedAws, grammar: Grammar, operation: Any) -> Outcome:
    params = grammar.parameters(operation.input_shape, grammar.chance.choice([0.0, 0.1, 0.4]))
    message = wire.message(operation, params)
    if grammar.chance.random() < 0.08:
        _spoil(message, grammar)
    began = time.monotonic()
    status, body = send(embedded, operation.service_model, message)
    name = operation.service_model.service_name
    return Outcome(name, operation.name, repr(params), status, body, time.monotonic() - began)


def _spoil(message: Message, grammar: Grammar) -> None:
    if grammar.chance.random() < 0.5:
        message.body = grammar.chance.choice(_BROKEN_BODIES)
    else:
        name = grammar.chance.choice(list(_SPOILT))
        message.headers[name] = grammar.chance.choice(_SPOILT[name])


def send(embedded: EmbeddedAws, service: Any, message: Message) -> tuple[int, bytes]:
    """Status and body of what a service answers to a message that the administrator signs."""
    url = f"{embedded.url}{message.path}" + (f"?{message.query}" if message.query else "")
    request = AWSRequest(message.method, url, dict(message.headers), message.body)
    keys = Credentials(embedded.announced.access_key_id, embedded.announced.secret_access_key)
    signer = S3SigV4Auth if service.service_name == "s3" else SigV4Auth
    signer(keys, service.signing_name, "us-east-1").add_auth(request)
    with closing(
        http.client.HTTPConnection("127.0.0.1", embedded.announced.port, timeout=LONGEST_SECONDS)
    ) as connection:
        connection.request(message.method, url.removeprefix(embedded.url), message.body, dict(request.headers.items()))
        response = connection.getresponse()
        return response.status, response.read()
