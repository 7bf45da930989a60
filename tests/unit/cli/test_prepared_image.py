"""What ``rehearse images prepare`` shows: a path that can be copied at any width, and a table of what differs."""

import io

import pytest
from rich.console import Console
from rich.text import Text

from rehearsal.cli import images
from rehearsal.images.preparing import Prepared

PYTHON = "/home/somebody/.local/share/rehearsal/images/sagemaker-scikit-learn/0.23-1-cpu-py3/bin/python"


def shown(made: Prepared, width: int, *, terminal: bool) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, force_terminal=terminal, no_color=True, highlight=False, soft_wrap=True).print(
        images._told(made)
    )
    return Text.from_ansi(file.getvalue()).plain.splitlines()


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("terminal", [True, False])
def test_the_path_stays_in_one_piece_above_the_differences(width: int, terminal: bool) -> None:
    made = Prepared(PYTHON, 11, 253_000_000, {}, {"Python": ("3.7", "3.11"), "pandas": ("1.1.3", "1.5.3")})
    head, *table = shown(made, width, terminal=terminal)
    assert head == f"{PYTHON}: 253 MB"
    assert [line for line in table if "pandas" in line and "1.1.3" in line and "1.5.3" in line]
    assert max(map(len, table)) <= 80


def test_an_environment_that_is_as_the_image_has_no_table() -> None:
    assert shown(Prepared(PYTHON, 7, 1_000_000, {}, {}), 80, terminal=False) == [f"{PYTHON}: 1 MB, all as in the image"]
