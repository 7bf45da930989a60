"""A state folder that an ordinary user may not write: said at the start, and, when it happens meanwhile, at the end;
nothing is lost."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.localaws.ground.announcement import Announcement
from tests.conftest import EmbeddedAws
from tests.localaws.isolation.ordinary_user import User, announcement_file, ordinary_user


@pytest.fixture(scope="module")
def user() -> Iterator[User]:
    with ordinary_user() as made:
        yield made


def server(user: User, state: Path) -> "subprocess.Popen[str]":
    command = ("-m", "rehearsal.localaws.server", "--port", "0", "--with-parent", "--state", str(state))
    return user.popen(*command, stderr=subprocess.PIPE)


def ready(user: User, process: "subprocess.Popen[str]") -> EmbeddedAws:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready "), process.communicate()[1]
    return EmbeddedAws(Announcement(**json.loads(announcement_file(user, line).read_text())), process)


def test_one_that_cannot_be_written_is_refused_at_the_start(user: User) -> None:
    state = Path("/etc/a-state-of-somebody-else")
    told = server(user, state).communicate(timeout=120)
    assert "error: " in told[1] and str(state) in told[1] and "Traceback" not in told[1], told


def test_one_that_is_closed_meanwhile_keeps_what_it_had_and_the_server_says_so(user: User) -> None:
    state = user.home / "state"
    first = ready(user, server(user, state))
    first.client("sqs").create_queue(QueueName="kept")
    assert first.process.communicate(timeout=120)[1].count("Traceback") == 0
    second = ready(user, server(user, state))
    folders = [state, state / "objects"]
    for folder in folders:
        folder.chmod(0o500)
    second.client("sqs").create_queue(QueueName="lost")
    _, log = second.process.communicate(timeout=120)
    assert second.process.returncode == 1
    assert "error: the state could not be written at the end" in log and "Traceback" not in log, log
    for folder in folders:
        folder.chmod(0o700)
    third = ready(user, server(user, state))
    assert [url.rpartition("/")[2] for url in third.client("sqs").list_queues()["QueueUrls"]] == ["kept"]
    third.process.communicate(timeout=120)
