"""A listing that met a change is made anew; what changes something, and any other error, is not."""

import io
import threading
from typing import Any

import pytest

from rehearsal.localaws.door.checked import CHECKED, Checked
from rehearsal.localaws.entrance.again import answered


class Application:
    """Meets a change so many times before it answers."""

    def __init__(self, times: int, error: str = "dictionary changed size during iteration") -> None:
        self.left, self.error, self.bodies = times, error, list[bytes]()

    def __call__(self, environ: dict[str, Any], _start_response: Any) -> list[bytes]:
        environ[CHECKED] = Checked(environ["operation"], {}, {}, "logs", "json", None)
        self.bodies.append(environ["wsgi.input"].read())
        self.left -= 1
        if self.left >= 0:
            raise RuntimeError(self.error)
        return [b"answer"]


def environ(operation: str) -> dict[str, Any]:
    return {"operation": operation, "wsgi.input": io.BytesIO(b"body")}


@pytest.mark.parametrize("error", ["OrderedDict mutated during iteration", "Set changed size during iteration"])
def test_a_listing_is_made_anew_with_the_whole_request(error: str) -> None:
    application = Application(3, error)
    assert [*answered(application, environ("DescribeLogStreams"), None)] == [b"answer"]
    assert application.bodies == [b"body"] * 4


@pytest.mark.parametrize(("operation", "error"), [("PutLogEvents", Application(1).error), ("ListRoles", "another")])
def test_nothing_else_is(operation: str, error: str) -> None:
    application = Application(1, error)
    with pytest.raises(RuntimeError, match=error):
        answered(application, environ(operation), None)
    assert len(application.bodies) == 1


def test_streams_are_listed_while_others_make_some(aws: Any, unique: Any) -> None:
    logs, group = aws.client("logs"), unique("/group")
    logs.create_log_group(logGroupName=group)
    over = threading.Event()

    def make() -> None:
        other = aws.client("logs")
        for number in range(200):
            other.create_log_stream(logGroupName=group, logStreamName=f"stream-{number}")
        over.set()

    maker = threading.Thread(target=make)
    maker.start()
    while not over.is_set():
        logs.describe_log_streams(logGroupName=group)
    maker.join()
