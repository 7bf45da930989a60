"""Kills of the whole embedded AWS: ``python -m benchmarks.kill [--kills 100] [--seed N] [--seconds 6]``.

While objects are put, stacks made, changed and deleted, models trained and deployed, builds, pipelines, state machines
and functions run, the server is killed with SIGKILL at a random moment and started again on the same directory. Each
start is checked: what was answered before the last snapshot is there, nothing is half there. Exit code 1 when anything
was wrong.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from tests.localaws.state.siege import Life, Siege


def main() -> None:
    """Print a line for each fault and the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(100_000))
    parser.add_argument("--seconds", type=float, default=6.0, help="the longest that a life works")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    began, lives = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        siege = Siege(Path(folder), options.seed, longest_work_seconds=options.seconds)
        for life in islice(siege.lives(), options.kills):
            lives.append(life)
            tell(life)
        lives.append(siege.end())
        tell(lives[-1])
        errors = siege.errors_logged()
    for line in errors:
        print(line)
    table(lives, errors, time.monotonic() - began)
    sys.exit(any(life.faults for life in lives) or bool(errors))


def tell(life: Life) -> None:
    """The faults of one life."""
    for fault in life.faults:
        print(f"life {life.number}: {fault}", flush=True)


def table(lives: list[Life], errors: list[str], seconds: float) -> None:
    """The figures of all lives."""
    starts, ages = sorted(life.ready_seconds for life in lives), sorted(life.lost_seconds for life in lives[:-1])
    rows = {
        "kills": len(lives) - 1,
        "of these before anything was done": sum(not life.checked for life in lives[:-1]),
        "starts that were checked": sum(life.checked for life in lives),
        "faults found": sum(len(life.faults) for life in lives),
        "errors in the server's log": len(errors),
        "answered changes lost with a kill, median and most": _two(
            [life.lost_changes for life in lives[:-1]], "{:.0f}"
        ),
        "age of the last snapshot at the kill, median and most, s": _two(ages, "{:.1f}"),
        "ready again, median and most, s": _two(starts, "{:.1f}"),
        "seconds in all": f"{seconds:.0f}",
    }
    for what, figure in rows.items():
        print(f"{what:58} {figure!s:>12}")


def _two(values: list[float] | list[int], form: str) -> str:
    return f"{form.format(statistics.median(values))} {form.format(max(values))}"


if __name__ == "__main__":
    main()
