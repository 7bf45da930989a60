"""Killed at any moment, the embedded AWS starts again, and nothing is half there."""

import random
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

from tests.conftest import ROOT
from tests.localaws.state.siege import Siege

LIVES, SEED = 100, 5
KILLS = 4
MOST_SECONDS = 12.0
"""No further life is begun after so long."""


def test_a_hundred_lives_on_one_directory_each_find_it_whole(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.localaws.state.lives", str(tmp_path / "state"), str(LIVES), str(SEED)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    found = [int(line) for line in done.stdout.split()]
    assert len(found) == LIVES, done.stderr
    assert max(found) > 10, "no snapshot had anything in it: the test tests nothing"


def test_a_server_killed_while_it_works_starts_again_with_all_that_it_promised(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(100_000)
    siege, until = Siege(tmp_path, seed, longest_work_seconds=2.5), time.monotonic() + MOST_SECONDS
    lives = []
    for life in islice(siege.lives(), KILLS):
        lives.append(life)
        if time.monotonic() > until:
            break
    lives.append(siege.end())
    faults = [f"life {life.number}: {fault}" for life in lives for fault in life.faults]
    assert faults + siege.errors_logged() == [], f"seed {seed}: python -m benchmarks.kill --seed {seed} --seconds 2.5"
