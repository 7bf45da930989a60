"""Model servers that cannot come back, and ones that hang: what becomes of their endpoint and its callers.

The servers are programs of the user's own on an embedded AWS of its own, whose clock the tests move.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.sagemaker import own_images
from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.inboxes import Inbox, make_inbox
from tests.localaws.sagemaker.conftest import Hosting, tar_gz
from tests.localaws.sagemaker.job_data import make_role
from tests.localaws.waiting import wait_until

__all__ = ["make_inbox"]  # a fixture

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1"
SERVE = """
import http.server, os, pathlib, sys, threading
here = pathlib.Path(__file__).parent
if (here / 'broken').exists():
    sys.exit('the model cannot be loaded')

class Requests(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        if body == b'crash':
            os._exit(3)
        if body == b'hang':
            (here / 'asked').touch()
            threading.Event().wait()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['SAGEMAKER_BIND_TO_PORT'])), Requests).serve_forever()
"""


@dataclass(frozen=True)
class Ward:
    """Endpoints of the program above, which does not start while ``broken`` is there."""

    aws: EmbeddedAws
    hosting: Hosting
    folder: Path

    def endpoint(self) -> str:
        return self.hosting.endpoint(self.config())

    def config(self) -> str:
        return self.hosting.config(self.hosting.variant(self.hosting.model(Image=IMAGE)))

    def break_down(self, name: str) -> None:
        """End the server, and let it not come back."""
        (self.folder / "broken").touch()
        with pytest.raises(ClientError):
            self.hosting.invoke(name, b"crash")

    def mend(self) -> None:
        (self.folder / "broken").unlink()

    def described(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.hosting.client.describe_endpoint(EndpointName=name)
        return found

    def as_time_goes_by(self, condition: Callable[[], Any], what: str) -> Any:
        """The first true value, with the embedded clock moved on before each look."""

        def look() -> Any:
            self.aws.rehearsal("POST", "clock", seconds=5)
            return condition()

        return wait_until(look, what)


@pytest.fixture(scope="module")
def aws(tmp_path_factory) -> Iterator[EmbeddedAws]:
    folder = tmp_path_factory.mktemp("images")
    (folder / "serve.py").write_text(SERVE)
    (folder / "images.toml").write_text(f'[images."{IMAGE}"]\nserve = ["serve.py"]\n')
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(own_images.VARIABLE, str(folder / "images.toml"))
        started = start_embedded_aws()
    started.client("s3").create_bucket(Bucket="own-models")
    started.client("s3").put_object(Bucket="own-models", Key="model.tar.gz", Body=tar_gz({"model": b"1"}))
    make_role(started)
    yield started
    stop_embedded_aws(started)


@pytest.fixture
def ward(aws, tmp_path_factory, unique) -> Iterator[Ward]:
    role = aws.client("iam").get_role(RoleName="training")["Role"]["Arn"]
    clients = aws.client("sagemaker"), aws.client("sagemaker-runtime"), aws.client("s3")
    hosting = Hosting(*clients, role, "own-models", unique, [])
    folder = tmp_path_factory.getbasetemp() / "images0"
    yield Ward(aws, hosting, folder)
    for left in ("broken", "asked"):
        (folder / left).unlink(missing_ok=True)


def statuses(inbox: Inbox, events: Any, name: str) -> None:
    """Send the state changes of an endpoint to the inbox."""
    pattern = f'{{"detail-type": ["SageMaker Endpoint State Change"], "detail": {{"EndpointName": ["{name}"]}}}}'
    events.put_rule(Name=name, EventPattern=pattern)
    events.put_targets(Rule=name, Targets=[{"Id": "inbox", "Arn": inbox.arn}])


def told(inbox: Inbox, status: str) -> dict[str, Any]:
    """The next event of that status."""

    def of_that_status() -> dict[str, Any] | None:
        detail: dict[str, Any] = inbox.body()["detail"]
        return detail if detail["EndpointStatus"] == status else None

    return wait_until(of_that_status, f"an event that the endpoint is {status}")


def test_an_endpoint_whose_server_cannot_come_back_is_out_of_service_until_it_can(ward, make_inbox):
    name, inbox = ward.endpoint(), make_inbox()
    statuses(inbox, ward.aws.client("events"), name)
    ward.break_down(name)
    ward.as_time_goes_by(lambda: ward.described(name)["EndpointStatus"] == "OutOfService", "the endpoint gives up")
    reason = ward.described(name)["FailureReason"]
    assert reason.startswith("The primary container for production variant AllTraffic did not pass the ping health")
    assert told(inbox, "OUT_OF_SERVICE")["FailureReason"] == reason
    with pytest.raises(ClientError, match="is not in service; its status is OutOfService"):
        ward.hosting.invoke(name, b"1")
    ward.mend()
    ward.as_time_goes_by(lambda: ward.described(name)["EndpointStatus"] == "InService", "the endpoint comes back")
    assert "FailureReason" not in ward.described(name)
    assert "FailureReason" not in told(inbox, "IN_SERVICE")
    assert ward.hosting.invoke(name, b"1") == b"1"


def test_a_rollback_to_servers_that_are_gone_leaves_the_endpoint_out_of_service(ward):
    name, config = ward.endpoint(), ward.config()
    ward.break_down(name)
    ward.hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=config)
    described = ward.hosting.settled(name)
    assert described["EndpointStatus"] == "OutOfService"
    assert "The rollback failed: The primary container for production variant" in described["FailureReason"]
    ward.mend()
    ward.hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=config)
    described = ward.hosting.settled(name)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", config)
    assert ward.hosting.invoke(name, b"2") == b"2"


def test_a_failed_endpoint_can_only_be_deleted(ward):
    (ward.folder / "broken").touch()
    name, config = ward.hosting.unique("failing"), ward.config()
    ward.hosting.client.create_endpoint(EndpointName=name, EndpointConfigName=config)
    assert ward.hosting.settled(name)["EndpointStatus"] == "Failed"
    with pytest.raises(ClientError, match="DeleteEndpoint is the only operation"):
        ward.hosting.client.update_endpoint(EndpointName=name, EndpointConfigName=config)
    ward.hosting.client.delete_endpoint(EndpointName=name)


def test_a_server_that_hangs_is_given_a_minute_of_the_embedded_clock(ward):
    name, refused = ward.endpoint(), []

    def ask() -> None:
        with pytest.raises(ward.hosting.runtime.exceptions.ModelError) as error:
            ward.hosting.invoke(name, b"hang")
        refused.append(error.value.response)

    caller = threading.Thread(target=ask)
    caller.start()
    wait_until((ward.folder / "asked").exists, "the server has the request")
    ward.aws.rehearsal("POST", "clock", seconds=30)
    assert ward.hosting.invoke(name, b"3") == b"3"
    assert not refused
    ward.aws.rehearsal("POST", "clock", seconds=31)
    caller.join(60)
    [answer] = refused
    assert answer["OriginalStatusCode"] == 0
    assert answer["OriginalMessage"].startswith("Your invocation timed out while waiting for a response from container")
