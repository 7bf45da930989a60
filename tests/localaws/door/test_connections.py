"""Connections that wait: silent ones, half a head, half a body, an answer that nobody takes. None of them costs others
anything."""

import http.client
import json
import select
import socket
import statistics
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.waiting import wait_until

SMALL, FULL = 100, 500
MORE_THAN_WORKERS = 80
BODY = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
WAITING = {
    "silent": b"",
    "half a head": BODY + b"X-Half: ",
    "half a body": BODY + b"Content-Length: 1000\r\n\r\nhalf",
    "half a chunk": BODY + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\nhalf",
}


@pytest.fixture
def own() -> Iterator[EmbeddedAws]:
    """An embedded AWS that nobody else loads."""
    embedded = start_embedded_aws("--continuation-delay", "0.05")
    yield embedded
    stop_embedded_aws(embedded)


def connected(embedded: EmbeddedAws, sent: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", embedded.announced.port), 60)
    connection.sendall(sent)
    return connection


def health(embedded: EmbeddedAws) -> None:
    with urllib.request.urlopen(f"{embedded.url}/_rehearsal/health", timeout=60) as response:
        assert response.status == 200


def seconds_of(call: Callable[[], object], times: int = 1) -> float:
    """The median."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


@pytest.mark.parametrize("sent", WAITING.values(), ids=WAITING)
def test_clients_who_wait_keep_nobody_else_waiting(aws: EmbeddedAws, sent: bytes) -> None:
    with ExitStack() as connections:
        for _ in range(SMALL):
            connections.enter_context(closing(connected(aws, sent)))
        health(aws)
        aws.client("s3").list_buckets()


@pytest.mark.full("connections")
@pytest.mark.parametrize("sent", WAITING.values(), ids=WAITING)
def test_with_hundreds_of_them_calls_are_as_quick_as_ever(own: EmbeddedAws, sent: bytes) -> None:
    s3 = own.client("s3")
    s3.list_buckets()  # moto's S3 is loaded
    with ExitStack() as connections:
        for _ in range(FULL):
            connections.enter_context(closing(connected(own, sent)))
        of_health, of_s3 = seconds_of(lambda: health(own), 9), seconds_of(s3.list_buckets, 9)
    print(f"{FULL} connections: health {of_health * 1000:.1f} ms, S3 {of_s3 * 1000:.1f} ms")
    assert of_health < 0.1
    assert of_s3 < 1


@pytest.mark.full("connections")
def test_hundreds_of_busy_clients_are_all_answered(own: EmbeddedAws) -> None:
    s3 = own.client("s3")
    url = s3.generate_presigned_url("list_buckets")
    path = url.removeprefix(own.url)

    def ask() -> list[int]:
        with closing(http.client.HTTPConnection("127.0.0.1", own.announced.port, timeout=300)) as connection:
            return [one(connection) for _ in range(5)]

    def one(connection: http.client.HTTPConnection) -> int:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status

    began = time.perf_counter()
    with ThreadPoolExecutor(FULL) as callers:
        asked = [callers.submit(ask) for _ in range(FULL)]
        health(own)
        answered = [status for each in asked for status in each.result()]
    print(f"{len(answered)} answers to {FULL} busy clients in {time.perf_counter() - began:.1f} s")
    assert answered == [200] * 5 * FULL


def test_a_request_in_many_pieces_is_answered(aws: EmbeddedAws) -> None:
    secret = aws.announced.secret_access_key.encode()
    request = (
        b"POST /_rehearsal/clock HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + secret + b"\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n3\r\n{ \n\r\n1\r\n}\r\n0\r\n\r\n"
    )
    with closing(connected(aws)) as connection:
        for at in range(len(request)):
            connection.sendall(request[at : at + 1])
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")


def test_requests_sent_ahead_are_answered_in_turn(aws: EmbeddedAws) -> None:
    ask = b"GET /_rehearsal/%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with closing(connected(aws, ask % b"health" + ask % b"clock" + ask % b"health")) as connection:
        received = b""
        while received.count(b"HTTP/1.1 ") < 3 or not received.endswith(b"}"):
            received += connection.recv(4096)
    assert [line[9:12] for line in received.split(b"\r\n") if line.startswith(b"HTTP") or b"}HTTP" in line][:1] == [
        b"200"
    ]
    assert received.index(b"200") < received.index(b"403") < received.rindex(b"200")


def test_answers_that_nobody_takes_hold_no_worker(aws: EmbeddedAws, unique: Callable[[str], str]) -> None:
    s3, bucket = aws.client("s3"), unique("untaken")
    s3.create_bucket(Bucket=bucket)
    body = bytes(16 << 20)
    s3.put_object(Bucket=bucket, Key="large", Body=body)
    path = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "large"}).removeprefix(aws.url)
    get = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{aws.announced.port}\r\n\r\n".encode()
    with ExitStack() as connections:
        untaken = [connections.enter_context(closing(connected(aws, get))) for _ in range(MORE_THAN_WORKERS)]
        for connection in untaken:
            assert connection.recv(12) == b"HTTP/1.1 200"
        health(aws)
        last, taken = untaken[-1], 0
        while taken < len(body):  # and who comes back for it later gets all of it
            taken += len(last.recv(1 << 20))


def test_callers_who_wait_long_do_not_keep_others_out(aws: EmbeddedAws, unique: Callable[[str], str]) -> None:
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName=unique("empty"))["QueueUrl"]
    poll = signed(aws, "sqs", "AmazonSQS.ReceiveMessage", {"QueueUrl": queue, "WaitTimeSeconds": 20})
    with ExitStack() as connections:
        polling = [connections.enter_context(closing(connected(aws, poll))) for _ in range(MORE_THAN_WORKERS)]
        began = time.monotonic()
        sqs.list_queues()
        assert time.monotonic() - began < 15
        assert not select.select(polling, [], [], 0)[0]


def signed(embedded: EmbeddedAws, service: str, target: str, members: dict[str, object]) -> bytes:
    """A request of a JSON service, as it goes over the wire."""
    request = AWSRequest(
        "POST",
        embedded.url,
        {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"},
        json.dumps(members).encode(),
    )
    keys = Credentials(embedded.announced.access_key_id, embedded.announced.secret_access_key)
    SigV4Auth(keys, service, "us-east-1").add_auth(request)
    sent = request.prepare()
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.headers.items())
    return f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{embedded.announced.port}\r\n{lines}\r\n".encode() + sent.body


def test_a_low_limit_of_open_files_is_survived_and_said(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as opened:
        embedded = start_embedded_aws(
            "--log-level", "ERROR", log=opened, under=("sh", "-c", 'ulimit -n 64 && exec "$@"', "sh")
        )
    with ExitStack() as connections:
        for _ in range(60):
            connections.enter_context(closing(connected(embedded, BODY)))
        wait_until(lambda: "ulimit -n" in log.read_text())
        with closing(connected(embedded, BODY)) as one_more:
            assert b"ulimit -n" in one_more.recv(4096)
    wait_until(lambda: answers(embedded))
    embedded.client("sts").get_caller_identity()
    stop_embedded_aws(embedded)
    assert "Traceback" not in log.read_text()


def answers(embedded: EmbeddedAws) -> bool:
    try:
        health(embedded)
    except urllib.error.HTTPError as error:
        assert error.code == 503
        return False
    return True
