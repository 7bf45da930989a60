"""Killed at any moment, the embedded AWS starts again, and nothing is half there."""

import random
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.localaws.state.siege import Siege

SEED = 5


@pytest.mark.parametrize("count", [25, pytest.param(100, marks=pytest.mark.full("kills"))])
def test_many_lives_on_one_directory_each_find_it_whole(tmp_path: Path, count: int) -> None:
    command = [sys.executable, "-m", "tests.localaws.state.lives", str(tmp_path / "state"), str(count), str(SEED)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    found = [int(line) for line in done.stdout.split()]
    assert len(found) == count, done.stderr
    assert max(found) > 10, "no snapshot had anything in it: the test tests nothing"


@pytest.mark.parametrize(
    ("kills", "seconds", "most_seconds"),
    [(2, 2.5, 10.0), pytest.param(100, 6.0, 3000.0, marks=pytest.mark.full("kills"))],
)
def test_a_server_killed_while_it_works_starts_again_with_all_that_it_promised(
    tmp_path: Path, kills: int, seconds: float, most_seconds: float
) -> None:
    """No further life is begun after ``most_seconds``."""
    seed = random.SystemRandom().randrange(100_000)
    siege, until = Siege(tmp_path, seed, longest_work_seconds=seconds), time.monotonic() + most_seconds
    lives = []
    for life in islice(siege.lives(), kills):
        lives.append(life)
        if time.monotonic() > until:
            break
    lives.append(siege.end())
    faults = [f"life {life.number}: {fault}" for life in lives for fault in life.faults]
    assert faults + siege.errors_logged() == [], (
        f"seed {seed}: python -m benchmarks.kill --seed {seed} --seconds {seconds}"
    )
