"""The README stays true: its commands run, in its order, in one shell, as a reader would type them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PORT = "4566"


def commands(language: str) -> list[str]:
    """The code blocks of one language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project to type in; its virtual environment is the one that runs the tests."""
    copy = tmp_path / "rehearsal"
    kept = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "my-data")
    shutil.copytree(ROOT, copy, ignore=kept)
    if not (ROOT / ".venv").exists():
        pytest.fail("run ./scripts/test once: this test types ./scripts/run, which needs .venv")
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def newcomers(checkout: Path) -> dict[str, str]:
    """The variables of who has just logged in: an empty HOME, no settings of git, AWS or Python."""
    home = checkout.parent / "home"
    home.mkdir()
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": str(checkout.parent)}


@pytest.mark.xdist_group("port-4566")
def test_every_command_of_the_readme_runs(checkout: Path) -> None:
    script = "set -eu -o pipefail\n" + "\n".join(commands("bash"))
    environment = newcomers(checkout)
    done = subprocess.run(
        ["bash", "-c", script], cwd=checkout, env=environment, capture_output=True, text=True, timeout=900
    )
    if done.returncode:
        subprocess.run(["bash", "-c", f"rehearse down --port {PORT}"], cwd=checkout, env=environment, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    assert "better)" in done.stdout or "worse)" in done.stdout, "diff judges the change"
    made = subprocess.run(["git", "check-ignore", "my-data/x"], cwd=ROOT, capture_output=True, text=True)
    assert made.stdout.strip() == "my-data/x", "what the README makes is not offered to git"


def test_the_two_commands_exist() -> None:
    typed = {line.split()[0] for block in commands("(?:bash)?") for line in block.splitlines() if line.startswith("./")}
    assert typed == {"./scripts/run", "./scripts/test"}
    assert all(os.access(ROOT / path, os.X_OK) for path in typed)


def test_every_link_leads_somewhere() -> None:
    for page in [README, *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")]:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.relative_to(ROOT)} links to {link}"


def older_pythons() -> list[str]:
    """Pythons of this machine from 3.11.0 to 3.11.3, which lack what came later with 3.11."""
    candidates = [Path("/usr/bin/python3.11"), *Path.home().glob(".pyenv/versions/3.11.[0-3]/bin/python")]
    found = []
    for python in filter(Path.is_file, candidates):
        answer = subprocess.run(
            [python, "-c", "import sys; print(sys.version_info[:3] < (3, 11, 4))"], capture_output=True
        )
        found += [str(python)] if answer.stdout.strip() == b"True" else []
    return found


@pytest.mark.full
def test_the_first_command_runs_on_the_oldest_python_that_there_is(checkout: Path) -> None:
    pythons = older_pythons()
    if not pythons:
        pytest.skip("this machine has no Python older than 3.11.4")
    (checkout / ".venv").unlink()
    environment = {**os.environ, "PYTHON": pythons[0]}
    done = subprocess.run(
        ["./scripts/run"], cwd=checkout, env=environment, capture_output=True, text=True, timeout=1800
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "Succeeded" in done.stdout
