"""``scripts/setup`` in a clean checkout, with each Python of this machine; takes minutes, asks the package index."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.full


def pythons() -> list[str]:
    """One of each version that is supported."""
    found: dict[str, str] = {}
    for name in ("3.11", "3.12", "3.13", "3.14"):
        for place in (Path("/usr/bin"), *sorted(Path.home().glob(f".pyenv/versions/{name}.*/bin"))):
            if (place / f"python{name}").is_file():
                found.setdefault(name, str(place / f"python{name}"))
    return list(found.values())


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy in a folder with a space."""
    copy = tmp_path / "a clone" / "rehearsal"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".*_cache"))
    return copy


def setup(checkout: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """As a new user types it: no HOME to speak of, no settings but those of the network."""
    network = {name: value for name, value in os.environ.items() if re.match(r"(PIP|SSL)_|.*_(proxy|PROXY)$", name)}
    (checkout.parent / "home").mkdir(exist_ok=True)
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(checkout.parent / "home"), **network, **variables}
    return subprocess.run(
        ["./scripts/setup", *arguments], cwd=checkout, env=clean, capture_output=True, text=True, timeout=1800
    )


def normal(pins: str) -> str:
    """Names as indexes spell them; extras left out."""
    return re.sub(
        r"(?m)^([A-Za-z0-9._-]+)(\[[^]]*\])?==", lambda pin: f"{re.sub(r'[-_.]+', '-', pin[1]).lower()}==", pins
    )


def can_answer(checkout: Path) -> bool:
    done = subprocess.run([checkout / ".venv/bin/rehearse", "--version"], capture_output=True, text=True)
    return done.stdout.startswith("rehearse ")


@pytest.mark.parametrize("python", pythons())
def test_every_python_gets_the_locked_versions_by_uv(checkout: Path, python: str) -> None:
    done = setup(checkout, PYTHON=python)
    assert done.returncode == 0, done.stderr
    assert "uv ... packages ... bytecode ... done" in done.stderr
    assert can_answer(checkout)
    frozen = subprocess.run(
        [checkout / ".venv/bin/python", "-m", "pip", "freeze", "--all"], capture_output=True, text=True, check=True
    )
    locked = set(re.findall(r"(?m)^[A-Za-z0-9][^ \\]+", normal((ROOT / "locks" / "run.txt").read_text())))
    installed = [line for line in normal(frozen.stdout).splitlines() if re.match(r"[a-z0-9].*==", line)]
    assert len(installed) > 50
    assert [line for line in installed if line not in locked and not line.startswith("uv==")] == []
    again = setup(checkout, PYTHON=python)
    assert (again.returncode, again.stderr) == (0, "")


def test_pip_does_it_where_uv_cannot_be_had(checkout: Path) -> None:
    lock = checkout / "locks" / "uv.txt"
    lock.write_text(lock.read_text().replace("sha256:", "sha256:0"))  # no wheel of any index has such a hash
    done = setup(checkout)
    assert done.returncode == 0, done.stderr
    assert "uv ... pip ... packages" in done.stderr
    assert can_answer(checkout)


def test_a_wheel_with_other_bytes_than_the_lock_knows_is_not_installed(checkout: Path) -> None:
    lock = checkout / "locks" / "run.txt"
    lock.write_text(
        re.sub(
            r"(?m)^(moto.*\n(?: +--hash.*\n?)+)",
            "moto[s3,server]==5.2.5 --hash=sha256:" + "0" * 64 + "\n",
            lock.read_text(),
        )
    )
    done = setup(checkout)
    assert done.returncode == 1
    assert "moto" in done.stderr
    assert "could not be installed" in done.stderr


def test_the_newest_versions_that_are_allowed_can_be_installed(checkout: Path) -> None:
    done = setup(checkout, "--newest")
    assert done.returncode == 0, done.stderr
    assert can_answer(checkout)
    assert (setup(checkout).returncode, setup(checkout).stderr) == (0, "")
