"""A client of whom nothing more comes is told so, in the shape of the protocol that its head speaks."""

import json
import socket
import time

import pytest

from rehearsal.localaws.door import heads
from rehearsal.localaws.door.conversation import STALLED_SECONDS, Conversation
from rehearsal.localaws.entrance import early
from rehearsal.localaws.ground.event_loop import loop
from tests.localaws.waiting import wait_until

SCOPE = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"


def stalled(client: socket.socket, server: socket.socket, sent: bytes) -> bytes:
    """What a client is answered that sends this and then nothing for too long."""
    conversation = Conversation(server, lambda _connection: None, lambda _conversation: None)
    loop().call(conversation.begin)
    client.sendall(sent)
    wait_until(lambda: not conversation.is_idle)
    loop().call(lambda: conversation.look_after(time.monotonic() + STALLED_SECONDS + 1))
    client.settimeout(60)
    answer = b""
    while piece := client.recv(65536):
        answer += piece
    client.close()
    return answer


def head(service: str, *lines: str) -> bytes:
    told = [
        "POST / HTTP/1.1",
        "Host: localhost",
        f"Authorization: {SCOPE.format(service)}",
        "Content-Length: 9",
        *lines,
    ]
    return ("\r\n".join(told) + "\r\n\r\nhalf").encode()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (head("s3"), b"<Code>RequestTimeout</Code>"),
        (head("iam", "Content-Type: application/x-www-form-urlencoded"), b"<ErrorResponse><Error><Type>"),
        (b"POST / HTTP/1.1\r\nHost: loc", b"nothing of the request has come"),
    ],
)
def test_the_answer_has_the_shape_of_the_protocol(sent: bytes, says: bytes) -> None:
    server, client = socket.socketpair()
    heads.shape_with(early.shape)
    answer = stalled(client, server, sent)
    assert answer.startswith(b"HTTP/1.1 408 ") and says in answer, answer


def test_a_json_client_reads_the_code() -> None:
    server, client = socket.socketpair()
    heads.shape_with(early.shape)
    answer = stalled(client, server, head("ssm", "X-Amz-Target: AmazonSSM.GetParameter"))
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["__type"] == "RequestTimeout"
