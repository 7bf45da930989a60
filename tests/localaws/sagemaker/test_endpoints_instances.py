"""Model servers that crash, and ones that do not answer."""

import os
import signal
import socket
import subprocess

import pytest
from botocore.exceptions import ClientError

from rehearsal.localaws.sagemaker.hosting.servers.builtin_server import ForkedServer
from rehearsal.localaws.sagemaker.hosting.servers.instances import InstanceError, InstanceTimeout
from tests.localaws.waiting import wait_until

from .conftest import model_servers


@pytest.fixture
def mute(tmp_path):
    """An instance whose server takes connections and says nothing."""
    address, life = tmp_path / "socket", os.pipe()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(address))
        listening.listen()
        with subprocess.Popen(["sleep", "600"]) as process:  # it may be killed, as a server that is silent for too long
            yield ForkedServer(address, process_id=process.pid, life=life[1])
            process.kill()
    for descriptor in life:
        os.close(descriptor)


def test_a_server_that_takes_too_long_is_a_timeout(mute):
    with pytest.raises(InstanceTimeout, match=r"no answer within 0\.05 seconds"):
        mute.invoke({}, b"", timeout_seconds=0.05)


def test_a_server_that_is_gone_is_an_error(tmp_path):
    gone = subprocess.Popen(["true"])
    gone.wait()
    with pytest.raises(InstanceError, match="the model server is gone"):
        ForkedServer(tmp_path / "nothing", process_id=gone.pid, life=0).invoke({}, b"")


def test_a_crashed_server_is_replaced(hosting, aws, trained):
    name = hosting.endpoint()
    for server in model_servers(aws):
        os.kill(server, signal.SIGKILL)

    def served_again() -> bytes | None:
        try:
            return hosting.invoke(name, trained.csv(1))
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ModelError"
            return None

    assert float(wait_until(served_again, "the endpoint serves again")) == pytest.approx(trained.predictions(1)[0])
