"""How long users wait for commands: ``python -m benchmarks.commands [--rounds 5] [--against COMMIT]``.

The start of the command line (``rehearse --help``), a question to a server that runs (``rehearse status``), and a
release on it (``rehearse release``): a training job, two deployments, two evaluations.
"""

import argparse
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks import checkouts
from benchmarks.checkouts import Checkout, Embedded


@dataclass(frozen=True)
class Kept:
    """A checkout with a server of its own on which the workshop has been launched."""

    checkout: Checkout
    aws: Embedded

    def seconds(self, *arguments: str) -> float:
        """What one command takes.

        Raises:
            subprocess.CalledProcessError: the command failed.
        """
        began = time.perf_counter()
        subprocess.run(
            [self.checkout.program("rehearse"), *arguments],
            cwd=self.checkout.folder,
            env=self.aws.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - began


@contextmanager
def kept(checkout: Checkout) -> Iterator[Kept]:
    """The workshop, launched."""
    with checkouts.embedded(checkout, "--continuation-delay", "0.05") as aws:
        found = Kept(checkout, aws)
        found.seconds("launch", "--suffix", "kept", "--yes")
        yield found


def measure(subject: Kept) -> checkouts.Figures:
    """One round."""
    return {
        "rehearse --help": subject.seconds("--help"),
        "rehearse status": subject.seconds("status", "--suffix", "kept"),
        "rehearse release": subject.seconds("release", "--suffix", "kept", "--yes"),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    checkouts.add_option(parser)
    options = parser.parse_args()
    with checkouts.chosen(options.against) as chosen, ExitStack() as running:
        subjects = [running.enter_context(kept(each)) for each in chosen]
        medians = checkouts.by_turns(subjects, options.rounds, measure)
    checkouts.print_table(medians, options.rounds)


if __name__ == "__main__":
    main()
