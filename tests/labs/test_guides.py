"""The guides stay true: their commands run, in order, in one shell, as a reader types them; and the table of steps
names what is there."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = sorted(ROOT.glob("labs/*/README.md"))


ORDINARY = [guide for guide in GUIDES if guide.parent.name in ("abalone", "census", "retrain")]
"""Which are typed in the ordinary suite, but for further runs of the lab: the tests of the labs do the same runs."""


def commands(guide: Path) -> list[str]:
    """The code blocks to type, in order."""
    return re.findall(r"```bash\n(.*?)```", guide.read_text(), re.DOTALL)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project, in a folder with a space in its name; its virtual environment is the one that runs the
    tests."""
    copy = tmp_path / "my rehearsal"
    copy.mkdir()
    for name in ("rehearsal", "labs", "mlops", "cloudformation", "PipelineLambdaFunctions", "Data", "training-config"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    if not (ROOT / ".venv").exists():
        pytest.fail("run ./scripts/setup dev once: this test types commands of .venv")
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def type_in(checkout: Path, blocks: list[str]) -> str:
    """All of it in one shell; whatever runs then is stopped. Gives what was printed."""
    port = re.search(r"--port (\d+)", "".join(blocks))
    assert port is not None
    runtime = checkout.parent / "runtime"
    runtime.mkdir(mode=0o700)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime)}
    script = "set -eu -o pipefail\n" + "\n".join(blocks)
    done = subprocess.run(
        ["bash", "-c", script], cwd=checkout, env=environment, capture_output=True, text=True, timeout=900
    )
    if done.returncode:
        rehearse = [str(ROOT / ".venv/bin/rehearse"), "down", "--port", port[1]]
        subprocess.run(rehearse, env=environment, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def _without_runs(block: str) -> str:
    """What a reader types beside the runs of a lab, and beside what those in between break."""
    return re.sub(r"^rehearse lab (run|break|check) .*$", "true", block, flags=re.MULTILINE)


@pytest.mark.parametrize("guide", ORDINARY, ids=lambda path: path.parent.name)
def test_the_commands_of_a_guide_run_in_their_order_with_one_run_of_its_lab(guide: Path, checkout: Path) -> None:
    blocks = commands(guide)
    type_in(checkout, [blocks[0], *map(_without_runs, blocks[1:])])


@pytest.mark.full("labs")
@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.parent.name)
def test_every_command_of_a_guide_runs_in_its_order(guide: Path, checkout: Path) -> None:
    type_in(checkout, commands(guide))


@pytest.mark.full("project")
def test_every_command_of_the_guide_of_projects_runs_in_its_order(checkout: Path) -> None:
    said = type_in(checkout, commands(ROOT / "mlops" / "README.md"))
    assert re.search(r"customer-churn-\S+/2 +Approved +accuracy 0\.\d+.* serves customer-churn-prod, ", said)
    assert "things removed, 0 left" in said


def test_every_lab_has_a_guide_and_every_guide_a_lab() -> None:
    from rehearsal.toolkit.labs.catalogue import LABS

    assert [guide.parent.name for guide in GUIDES] == sorted(LABS)
    listed = re.findall(r"\| \[(\w+)\]\(", (ROOT / "labs" / "README.md").read_text())
    assert sorted(listed) == sorted(LABS)


def test_the_table_of_steps_names_tests_and_commands_that_are_there() -> None:
    for page in ("labs.md", "projects.md"):
        named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", (ROOT / "docs" / page).read_text())
        assert named
        for file, test in named:
            assert f"def {test}(" in (ROOT / "tests" / "labs" / file).read_text(), f"{file}::{test}"
