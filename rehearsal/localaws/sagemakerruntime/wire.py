"""InvokeEndpoint as it comes over the wire: on the event loop, and by the usual way behind other requests."""

from collections.abc import Callable, Iterable
from typing import Any

from rehearsal.localaws.authorizer import admission, request_heads
from rehearsal.localaws.door import direct, shortcuts
from rehearsal.localaws.ground.event_loop import loop
from rehearsal.localaws.ground.http_messages import Head
from rehearsal.localaws.ground.http_messages import answer as http_answer
from rehearsal.localaws.ground.replies import Reply
from rehearsal.localaws.sagemaker.hosting.servers.builtin_server import look_after_questions
from rehearsal.localaws.sagemakerruntime import messages, steps
from rehearsal.localaws.sagemakerruntime.messages import MAX_BODY_BYTES
from rehearsal.localaws.sagemakerruntime.requests import answer_request

PREFIX = b"POST /endpoints/"


def install() -> None:
    """Take these requests from the server's connections, and those that reach the front by the usual way."""
    loop().every_second(look_after_questions)
    direct.add(direct.Service(PREFIX, serve, refuse, complain))
    shortcuts.add_shortcut(serve_wsgi, "/endpoints/")


def serve_wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes] | None:
    """The usual way: for a request whose first bytes came alone, or behind another one in one piece."""
    if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].startswith("/endpoints/"):
        return None
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY_BYTES:
        answer = messages.too_large()
    else:
        answer = steps.run(answer_request(request_heads.whole_environ(environ, environ["wsgi.input"].read(length))))
    start_response(answer.status, answer.head())
    return [answer.body]


def serve(head: Head, body: bytes, keep: bool, reply: direct.Reply) -> None:
    """Answer one request."""
    steps.begin(
        answer_request(request_heads.whole_message(head, body)), lambda answer: reply(_written(answer, keep=keep))
    )


def refuse(head: Head) -> bytes | None:
    """The answer to a request whose body is not worth reading."""
    if head.first_line.count(" ") != 2:
        return complain(f"{head.first_line!r} is no request line")
    arrival = admission.arrive(request_heads.of_message(head))
    if isinstance(arrival, Reply):
        return _written(arrival, keep=False)
    if "transfer-encoding" in head.headers:
        return _written(messages.error(411, None, "InvokeEndpoint needs a Content-Length."), keep=False)
    if head.body_length > MAX_BODY_BYTES:
        return _written(messages.too_large(), keep=False)
    return None


def complain(what: str) -> bytes:
    """The answer to what is not HTTP."""
    return _written(messages.error(400, "ValidationError", what), keep=False)


def _written(answer: Reply, *, keep: bool) -> bytes:
    return http_answer(answer.status, answer.head(), answer.body, keep=keep)
