"""Loans of connections to the event loop: what comes back to the server, and when."""

import socket
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal.localaws.door import direct
from rehearsal.localaws.ground.event_loop import EventLoop, loop

SECONDS = 60


def on_the_loop(callback: Callable[[], Any]) -> Any:
    """What it gives, run on the event loop's thread."""
    done, results = threading.Event(), []
    loop().call(lambda: (results.append(callback()), done.set()))
    assert done.wait(SECONDS)
    return results[0]


@pytest.fixture
def lent(monkeypatch):
    """A connection that the loop has, the caller's end of it, and where the server gets it back."""
    service = direct.Service(
        b"POST /x", lambda _head, body, _keep, reply: reply(body * 2), lambda _head: None, str.encode
    )
    monkeypatch.setattr(direct, "_services", [service])
    ours, callers = socket.socketpair()
    callers.settimeout(SECONDS)
    returned: list[Any] = []
    server = SimpleNamespace(timeout=120, put_conn=returned.append)
    connection = SimpleNamespace(socket=ours, server=server, close=ours.close)
    loan = direct._Loan(connection)
    loop().call(loan.begin)
    yield SimpleNamespace(loan=loan, caller=callers, returned=returned, connection=connection)
    on_the_loop(lambda: loan in direct._lent and loan.end(closing=True))
    callers.close()


def ask(caller: socket.socket) -> bytes:
    caller.sendall(b"POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")
    return caller.recv(100)


def test_a_connection_stays_lent_from_request_to_request(lent):
    assert [ask(lent.caller), ask(lent.caller)] == [b"abcabc"] * 2
    assert not lent.returned


def test_an_idle_connection_goes_back_to_the_server_with_the_servers_patience(lent):
    ask(lent.caller)
    now = time.monotonic()
    on_the_loop(lambda: lent.loan.look_after(now + direct.IDLE_SECONDS / 2))
    assert not lent.returned
    on_the_loop(lambda: lent.loan.look_after(now + direct.IDLE_SECONDS * 2))
    assert lent.returned == [lent.connection]
    assert lent.connection.socket.gettimeout() == 120


def test_another_kind_of_request_goes_back_to_the_server_unread(lent):
    ask(lent.caller)
    lent.caller.sendall(b"GET / HTTP/1.1\r\n\r\n")
    deadline = time.monotonic() + SECONDS
    while not lent.returned and time.monotonic() < deadline:
        time.sleep(0.005)
    assert lent.connection.socket.recv(100) == b"GET / HTTP/1.1\r\n\r\n"


def test_a_request_that_stands_still_is_given_up(lent):
    lent.caller.sendall(b"POST /x HTTP/1.1\r\n")
    on_the_loop(lambda: None)
    on_the_loop(lambda: lent.loan.look_after(time.monotonic() + 30))
    assert lent.loan in direct._lent
    on_the_loop(lambda: lent.loan.look_after(time.monotonic() + 90))
    assert lent.caller.recv(100) == b""


def test_a_fault_in_one_callback_does_not_end_the_loop(caplog):
    def fail() -> None:
        raise RuntimeError("by intention")

    made = EventLoop()
    done = threading.Event()
    made.call(fail)
    made.call(done.set)
    assert done.wait(SECONDS)
    assert "by intention" in caplog.text
