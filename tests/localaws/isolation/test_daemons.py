"""What a function starts in a session of its own ends with the function's sandbox and with the server, however that
ends."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.localaws.isolation import process_table
from rehearsal.localaws.isolation.orphans import orphans
from rehearsal.localaws.isolation.process_table import Process
from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.isolation.functions import deployed
from tests.localaws.waiting import wait_until

COUNT = 20
DAEMONS = f"""
import os, subprocess

def handler(event, context):
    started = [subprocess.Popen(["sleep", "600"], start_new_session=True).pid for _ in range({COUNT})]
    reading, writing = os.pipe()
    if os.fork() == 0:  # as daemons do it: a parent that ends, a session of its own, an empty environment
        os.setsid()
        inner = os.fork()
        if inner == 0:
            os.execve("/bin/sleep", ["sleep", "600"], {{}})
        os.write(writing, str(inner).encode())
        os._exit(0)
    os.wait()
    started.append(int(os.read(reading, 20)))
    if event.get("crash"):
        os._exit(1)
    return started
"""
pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="only Linux lets a process adopt orphans")


@pytest.fixture
def started() -> Iterator[EmbeddedAws]:
    embedded = start_embedded_aws()
    yield embedded
    stop_embedded_aws(embedded)


def wait_until_gone(process_ids: list[int]) -> None:
    def living() -> set[int]:
        return {process.id for process in process_table.living()} & set(process_ids)

    wait_until(lambda: not living(), lambda: f"these end: {living()}")


def test_daemons_end_with_the_server(started: EmbeddedAws) -> None:
    daemons: list[int] = deployed(started, DAEMONS)({})
    assert {process.id for process in process_table.living()} >= set(daemons)
    assert len(daemons) == COUNT + 1
    os.kill(started.process.pid, signal.SIGTERM)
    started.process.wait(60)
    wait_until_gone(daemons)


def test_daemons_end_when_the_server_is_killed(started: EmbeddedAws) -> None:
    daemons = deployed(started, DAEMONS)({})
    os.kill(started.process.pid, signal.SIGKILL)
    started.process.wait()
    wait_until_gone(daemons)


def sleeping(ancestor: int) -> list[int]:
    found = process_table.descendants(ancestor, process_table.living())
    return [each for each in found if Path(f"/proc/{each}/comm").read_text().strip() == "sleep"]


def test_daemons_end_with_their_sandbox_and_those_of_others_live_on(started: EmbeddedAws) -> None:
    others: list[int] = deployed(started, DAEMONS, "other")({})
    answer: dict[str, Any] = deployed(started, DAEMONS, "crashing")({"crash": True})
    assert "exit" in answer["errorMessage"]
    wait_until(lambda: sorted(sleeping(started.process.pid)) == sorted(others), "the others' alone are left")


def test_orphans_are_the_servers_children_that_it_has_not_started() -> None:
    server, git, function, daemon = Process(10, 1, 10), Process(11, 10, 10), Process(12, 10, 12), Process(13, 12, 13)
    orphan, stranger, of_dead_function = Process(14, 10, 14), Process(15, 1, 15), Process(16, 10, 9)
    processes = [server, git, function, daemon, orphan, stranger, of_dead_function]
    assert orphans(10, processes, {12}) == [14, 16]
    assert process_table.descendants(10, processes) == [11, 12, 14, 16, 13]
