"""Bodies that arrive in any pieces come out whole, and what is no body is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.door.bodies import Sink, framing_of
from rehearsal.localaws.ground.http_messages import Malformed, parse_head
from rehearsal.localaws.storage.body import FileBody

CHUNKED = parse_head(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked")


def fed(framing, sink, sent: bytes, cuts: list[int]) -> tuple[bool, bytes]:
    """Whether the body is whole after all pieces have come, and what was left over."""
    received, whole, at = bytearray(), False, 0
    for cut in [*sorted(cut % (len(sent) + 1) for cut in cuts), len(sent)]:
        received += sent[at:cut]
        at = cut
        whole = whole or framing.take(received, sink)
    return whole, bytes(received)


@given(st.lists(st.binary(min_size=1, max_size=40)), st.binary(max_size=10), st.lists(st.integers(0, 1000), max_size=8))
def test_chunks_cut_anywhere_are_put_together(tmp_path_factory, chunks, behind, cuts):
    sent = (
        b"".join(b"%x;a=b\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\nX-Trailer: 1\r\n\r\n" + behind
    )
    sink = Sink(tmp_path_factory.getbasetemp())
    assert fed(framing_of(CHUNKED), sink, sent, cuts) == (True, behind)
    assert sink.finish() == b"".join(chunks)


@given(st.binary(max_size=50), st.binary(max_size=10), st.lists(st.integers(0, 100), max_size=4))
def test_a_body_of_known_length_ends_where_it_should(tmp_path_factory, body, behind, cuts):
    head = parse_head(b"POST / HTTP/1.1\r\nContent-Length: %d" % len(body))
    sink = Sink(tmp_path_factory.getbasetemp())
    assert fed(framing_of(head), sink, body + behind, cuts) == (True, behind)
    assert sink.finish() == body


@pytest.mark.parametrize(
    "sent",
    [
        b"x\r\n",
        b"-1\r\n",
        b"0x5\r\n",
        b"1_0\r\n",
        b"+5\r\n",
        b"\r\n",
        b"3\r\nabcd\r\n",
        b"f" * 17 + b"\r\n",
        b"1" * 5000,
    ],
)
def test_what_is_no_chunk_is_refused(tmp_path, sent):
    with pytest.raises(Malformed):
        framing_of(CHUNKED).take(bytearray(sent), Sink(tmp_path))


@pytest.mark.parametrize(
    "headers", [b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked\r\nContent-Length: 5", b"Transfer-Encoding: "]
)
def test_an_end_that_is_in_doubt_is_refused(headers):
    with pytest.raises(Malformed):
        framing_of(parse_head(b"POST / HTTP/1.1\r\n" + headers))


def test_a_large_body_is_a_file_and_a_client_who_leaves_takes_it_along(tmp_path):
    whole, left = Sink(tmp_path, in_memory=10), Sink(tmp_path, in_memory=10)
    for sink in (whole, left):
        for _ in range(3):
            sink.write(memoryview(b"12345"))
    left.discard()
    body = whole.finish()
    assert isinstance(body, FileBody)
    assert (body.content(), list(tmp_path.iterdir())) == (b"12345" * 3, [body.path])
