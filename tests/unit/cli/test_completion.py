"""The tab key, as bash, zsh and fish ask for it."""

import os
import subprocess
import sys

import pytest

from rehearsal.cli.fault_kinds import FAULT_KINDS
from rehearsal.localaws.door.faults import Kind


def offered(line: str, shell: str = "bash") -> list[str]:
    """What stands to choose from when the tab key is pressed behind ``line``."""
    asked = {
        "bash": {
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split(" ")) - 1),
            "_REHEARSE_COMPLETE": "complete_bash",
        },
        "zsh": {"_TYPER_COMPLETE_ARGS": line, "_REHEARSE_COMPLETE": "complete_zsh"},
        "fish": {
            "_TYPER_COMPLETE_ARGS": line,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            "_REHEARSE_COMPLETE": "complete_fish",
        },
    }[shell]
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    program = "from rehearsal.cli.start import main; import sys; sys.argv[0] = 'rehearse'; main()"
    done = subprocess.run([sys.executable, "-c", program], env={**own, **asked}, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_actions_are_offered(shell: str) -> None:
    assert any("Train/TrainModel" in each for each in offered("rehearse logs Tra", shell))


def test_names_of_actions_and_kinds_of_faults_are_offered() -> None:
    assert {"FullTest"} <= set(offered("rehearse params set Full"))
    assert {"throttle"} == set(offered("rehearse fault add thr"))
    assert {"Dev"} == set(offered("rehearse invoke D"))


def test_the_kinds_of_faults_are_those_of_the_embedded_aws() -> None:
    assert set(FAULT_KINDS) == {kind.value for kind in Kind}


def test_what_cannot_be_had_is_not_offered_and_nothing_is_complained_of() -> None:
    assert offered("rehearse diff ") == []
