"""Heads: what is HTTP and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.door.heads import MAX_HEAD_BYTES, Refused, take_head

GOOD = b"POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\n"


@given(st.integers(0, len(GOOD) - 1))
def test_half_a_head_is_waited_for(cut):
    assert take_head(bytearray(GOOD[:cut])) is None


def test_a_head_is_taken_and_the_body_left():
    received = bytearray(b"\r\n" + GOOD + b"abc")
    head = take_head(received)
    assert head is not None
    assert (head.first_line, head.body_length, received) == ("POST /a?b=c HTTP/1.1", 3, b"abc")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02", b"400"),
        (b"GET / HTTP/1.1\nHost: x\n\n", b"400"),
        (b"GET /\r\n\r\n", b"400"),
        (b"GET / a HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/2.0\r\n\r\n", b"505"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nName : x\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nContent-Length: 1" + b"0" * 5000 + b"\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * MAX_HEAD_BYTES, b"431"),
    ],
)
def test_what_is_not_http_is_refused(sent, status):
    with pytest.raises(Refused) as refused:
        take_head(bytearray(sent))
    assert refused.value.answer.startswith(b"HTTP/1.1 " + status)


@given(st.binary(max_size=200))
def test_nothing_that_comes_breaks_the_reader(sent):
    try:
        take_head(bytearray(sent + b"\r\n\r\n"))
    except Refused as refused:
        assert refused.answer.startswith(b"HTTP/1.1 4") or refused.answer.startswith(b"HTTP/1.1 505")
