"""Requests with a body worth refusing are judged on their head, on the event loop, before the body is read.

Small bodies are collected first: reading them costs less than judging twice, and the front judges every request before
anybody parses it.
"""

from rehearsal.localaws.authorizer import admission, request_heads, wire_errors
from rehearsal.localaws.authorizer.denials import Denial
from rehearsal.localaws.door import heads, shortcuts
from rehearsal.localaws.ground.http_messages import Head, answer
from rehearsal.localaws.ground.replies import Reply

SMALL_BYTES = 64 * 1024


def begin() -> None:
    """Judge from now on."""
    heads.add_judge(judge)
    heads.shape_with(shape)


def judge(head: Head) -> bytes | None:
    """The whole answer to a request that may not come in; None for those whose body is to be read."""
    if not head.is_chunked and head.body_length <= SMALL_BYTES:
        return None
    asked = request_heads.of_message(head)
    arrival = admission.arrive(asked)
    if isinstance(arrival, Reply):
        return _written(arrival)
    if shortcuts.is_for_shortcut(asked.raw_path):
        return None
    caller = admission.admit(asked, arrival)
    return _written(caller) if isinstance(caller, Reply) else None


def shape(head: Head, status: int, code: str, message: str) -> bytes:
    """What a client is told of its own request, in the shape of the protocol that its head speaks."""
    asked = request_heads.of_message(head)
    protocol = wire_errors.protocol_of(asked, admission.service_in_scope(asked))
    return _written(wire_errors.shaped(asked, protocol, Denial(status, code, message)))


def _written(reply: Reply) -> bytes:
    return answer(reply.status, reply.head(), reply.body, keep=False)
