"""InvokeEndpoint on the wire: requests in pieces, several on a connection, callers that hang up or are slow."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SECONDS = 60


@pytest.fixture
def connection(aws) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", aws.announced.port), SECONDS) as made:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield made


def signed(aws, name: str, body: bytes, **headers: str) -> bytes:
    """A whole HTTP request."""
    url = f"{aws.url}/endpoints/{name}/invocations"
    request = AWSRequest("POST", url, data=body, headers={"Content-Type": "text/csv"})
    keys = Credentials(aws.announced.access_key_id, aws.announced.secret_access_key)
    SigV4Auth(keys, "sagemaker", "us-east-1").add_auth(request)
    host = f"127.0.0.1:{aws.announced.port}"
    headers = {**dict(request.headers.items()), "Host": host, "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    return f"POST /endpoints/{name}/invocations HTTP/1.1\r\n{lines}\r\n".encode() + body


def read_answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of one answer, however many pieces it comes in, and nothing of what follows it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += _more(connection, head, 1)
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    body = b""
    while len(body) < length:
        body += _more(connection, body, length - len(body))
    return head.removesuffix(b"\r\n\r\n"), body


def _more(connection: socket.socket, so_far: bytes, most: int) -> bytes:
    data = connection.recv(most)
    assert data, f"the connection ended after {so_far[:300]!r}"
    return data


@pytest.mark.parametrize(
    "first", [4, 40, 400], ids=["within the method", "within the headers", "within the last header"]
)
def test_a_request_that_comes_in_pieces_is_answered(aws, served, trained, connection, first):
    request = signed(aws, served, trained.csv(1))
    connection.sendall(request[:first])
    time.sleep(0.05)  # the server sees the first piece by itself; when it does not, the test is the easier
    connection.sendall(request[first:])
    head, _ = read_answer(connection)
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"x-Amzn-Invoked-Production-Variant: AllTraffic" in head


def test_other_requests_on_the_same_connection_are_answered_too(aws, served, trained, connection):
    for _ in range(3):
        for _ in range(2):
            connection.sendall(signed(aws, served, trained.csv(1)))
            assert read_answer(connection)[0].startswith(b"HTTP/1.1 200 OK")
        connection.sendall(b"GET /_rehearsal/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b'"ready"' in read_answer(connection)[1]


def test_a_request_that_does_not_await_the_answer_before_it_is_answered_after_it(aws, served, trained, connection):
    request = signed(aws, served, trained.csv(1))
    connection.sendall(request + request)
    assert read_answer(connection)[0].startswith(b"HTTP/1.1 200 OK")
    assert read_answer(connection)[0].startswith(b"HTTP/1.1 200 OK")


def test_the_connection_is_closed_where_the_caller_says_so(aws, served, trained, connection):
    connection.sendall(signed(aws, served, trained.csv(1), Connection="close"))
    assert b"Connection: close" in read_answer(connection)[0]
    assert connection.recv(100) == b""


def test_a_caller_who_waits_for_leave_to_send_gets_it(aws, served, trained, connection):
    request = signed(aws, served, trained.csv(1), Expect="100-continue")
    head, _, body = request.partition(b"\r\n\r\n")
    connection.sendall(head + b"\r\n\r\n")
    assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(body)
    assert read_answer(connection)[0].startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("request_line", "header", "status"),
    [
        ("POST /endpoints/x/invocations", "Content-Length: 1", b"400 Bad Request"),
        ("POST /endpoints/x/invocations HTTP/1.1", "no colon", b"400 Bad Request"),
        ("POST /endpoints/x/invocations HTTP/1.1", "Content-Length: many", b"400 Bad Request"),
        ("POST /endpoints/x/invocations HTTP/1.1", "Transfer-Encoding: chunked", b"411 Length Required"),
        ("POST /endpoints/x/invocations HTTP/1.1", "Content-Length: 6291457", b"413 Request Entity Too Large"),
        ("POST /endpoints/x/invocations HTTP/1.1", f"X: {'x' * 70_000}", b"400 Bad Request"),
    ],
)
def test_what_is_not_a_request_is_answered_and_the_connection_closed(connection, request_line, header, status):
    connection.sendall(f"{request_line}\r\nHost: 127.0.0.1\r\n{header}\r\n\r\n".encode())
    head, _ = read_answer(connection)
    assert status in head.split(b"\r\n")[0]
    assert b"Connection: close" in head


def test_callers_that_hang_up_in_the_middle_harm_nobody(aws, served, trained):
    request = signed(aws, served, trained.csv(200))
    for length in (20, 200, len(request) - 10, len(request)):
        with socket.create_connection(("127.0.0.1", aws.announced.port), SECONDS) as rude:
            rude.sendall(request[:length])
    with socket.create_connection(("127.0.0.1", aws.announced.port), SECONDS) as polite:
        polite.sendall(request)
        head, body = read_answer(polite)
    assert head.startswith(b"HTTP/1.1 200 OK") and body.count(b"\n") == 200


def test_a_large_answer_reaches_a_caller_who_reads_slowly(aws, served, trained, connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    body = trained.csv(200) * 250
    connection.sendall(signed(aws, served, body, Accept="application/json"))
    with socket.create_connection(("127.0.0.1", aws.announced.port), SECONDS) as other:  # served meanwhile
        other.sendall(signed(aws, served, trained.csv(1)))
        assert read_answer(other)[0].startswith(b"HTTP/1.1 200 OK")
    head, answer = read_answer(connection)
    assert head.startswith(b"HTTP/1.1 200 OK") and answer.count(b'"score"') == 50_000


def test_many_callers_at_once_each_get_their_own_answer(aws, hosting, served, trained):
    wanted = trained.predictions(40)
    rows = trained.csv(40).splitlines()
    found: dict[int, list[float]] = {}

    def ask(number: int) -> None:
        with socket.create_connection(("127.0.0.1", aws.announced.port), SECONDS) as mine:
            found[number] = []
            for row in range(number, 40, 8):
                mine.sendall(signed(aws, served, rows[row]))
                found[number].append(float(read_answer(mine)[1]))

    callers = [threading.Thread(target=ask, args=[number]) for number in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    for number in range(8):
        assert found[number] == pytest.approx(wanted[number::8], abs=1e-6)
