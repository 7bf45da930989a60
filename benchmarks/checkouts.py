"""This checkout beside another one: what a benchmark measures of both, by turns in one run, so that both see the same
machine.

``--against`` takes a commit, which is checked out into a temporary folder and given its environment by its own
``scripts/setup``, or the folder of a checkout that has one.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import boto3

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Checkout:
    """A folder with the project and its environment."""

    name: str
    folder: Path

    def program(self, name: str) -> str:
        """A program of its environment."""
        return str(self.folder / ".venv" / "bin" / name)


@dataclass(frozen=True)
class Embedded:
    """An embedded AWS that runs, with the settings by which its administrator calls it."""

    process: "subprocess.Popen[str]"
    settings: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """For a command that is to call it."""
        return {**without_aws(), **self.settings}

    def client(self, service: str) -> Any:
        """A client of boto3."""
        return boto3.client(
            service,
            region_name=self.settings["AWS_REGION"],
            endpoint_url=self.settings["AWS_ENDPOINT_URL"],
            aws_access_key_id=self.settings["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.settings["AWS_SECRET_ACCESS_KEY"],
        )

    @property
    def peak_mb(self) -> float:
        """The largest resident memory that the server has had."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024


def add_option(parser: argparse.ArgumentParser) -> None:
    """``--against``."""
    parser.add_argument("--against", help="a commit, or the folder of a checkout that has its .venv: compare by turns")


@contextmanager
def chosen(against: str | None) -> Iterator[list[Checkout]]:
    """This checkout, and the one that ``--against`` names; a commit's is removed at the end."""
    ours = Checkout("this", ROOT)
    if against is None:
        yield [ours]
    elif Path(against).is_dir():
        yield [ours, Checkout(against, Path(against).resolve())]
    else:
        with tempfile.TemporaryDirectory(prefix="against-") as folder:
            place = Path(folder, "checkout")
            _git("worktree", "add", "--detach", str(place), against)
            try:
                subprocess.run([str(place / "scripts" / "setup")], check=True)
                yield [ours, Checkout(against, place)]
            finally:
                _git("worktree", "remove", "--force", str(place))


def _git(*arguments: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, stdout=subprocess.DEVNULL)


def without_aws() -> dict[str, str]:
    """The environment without the user's own AWS settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


@contextmanager
def embedded(checkout: Checkout, *options: str) -> Iterator[Embedded]:
    """The embedded AWS of a checkout, until the block ends."""
    command = [checkout.program("python"), "-m", "rehearsal.localaws.server", "--port", "0", "--with-parent", *options]
    process = subprocess.Popen(
        command, cwd=checkout.folder, env=without_aws(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip().rpartition(":")[2]
        asked = [checkout.program("rehearse"), "env", "--port", port, "--json"]
        told = subprocess.run(asked, env=without_aws(), capture_output=True, check=True)
        yield Embedded(process, json.loads(told.stdout))
    finally:
        process.communicate(timeout=180)


Subject = TypeVar("Subject")
Figures = dict[str, float]
"""What one round found, by what was measured."""


def by_turns(subjects: Sequence[Subject], rounds: int, measure: Callable[[Subject], Figures]) -> list[Figures]:
    """The medians of the rounds for each subject, after one round for warmth."""
    found: list[list[Figures]] = [[] for _ in subjects]
    for _ in range(rounds + 1):
        for number, subject in enumerate(subjects):
            found[number].append(measure(subject))
    return [{what: statistics.median(each[what] for each in rounds[1:]) for what in rounds[0]} for rounds in found]


def print_table(medians: Sequence[Figures], rounds: int, *, unit: str = "s", digits: int = 2) -> None:
    """A row for each thing measured; beside another checkout, its figure and the ratio."""
    is_compared = len(medians) == 2
    heads = f"{'this':>10} {'against':>10} {'ratio':>6}" if is_compared else f"{unit:>10}"
    print(f"{'what':44} {heads}   ({unit}, medians of {rounds}, load {os.getloadavg()[0]:.1f})")
    for what, ours in medians[0].items():
        row = f"{what:44} {ours:10.{digits}f}"
        theirs = medians[1].get(what) if is_compared else None
        print(row if theirs is None else f"{row} {theirs:10.{digits}f} {ours / theirs:6.2f}", flush=True)
