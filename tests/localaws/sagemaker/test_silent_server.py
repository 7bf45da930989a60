"""A model server that does not answer in time, because it is stopped for example, is ended, so that another takes its
place."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.localaws.sagemaker.hosting.servers.builtin_server import ForkedServer
from rehearsal.localaws.sagemaker.hosting.servers.instances import InstanceTimeout


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[tuple[ForkedServer, "subprocess.Popen[bytes]"]]:
    """A stopped process whose socket the kernel still takes connections on."""
    address = tmp_path / "s"
    _, held = os.pipe()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(address))
        listening.listen()
        process = subprocess.Popen(["sleep", "600"])
        process.send_signal(signal.SIGSTOP)
        yield ForkedServer(address, process.pid, held), process
    process.kill()
    process.wait()


def test_a_server_that_gives_no_answer_is_ended(silent: tuple[ForkedServer, "subprocess.Popen[bytes]"]) -> None:
    server, process = silent
    with pytest.raises(InstanceTimeout):
        server.invoke({}, b"1,2", timeout_seconds=0.2)
    assert process.wait(60) == -signal.SIGKILL


def test_a_ping_that_gets_no_answer_ends_nothing(silent: tuple[ForkedServer, "subprocess.Popen[bytes]"]) -> None:
    server, process = silent
    assert not server.ping(timeout_seconds=0.2)
    assert process.poll() is None
