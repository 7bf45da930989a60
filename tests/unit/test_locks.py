"""The lock files fit what pyproject.toml asks for, on every Python and system; scripts/update-lock writes them."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11.0", "3.12.0", "3.13.0", "3.14.0")
SYSTEMS = ("linux", "darwin")
LOCKS = ("run", "dev", "uv")


def text_of(lock: str) -> str:
    return (ROOT / "locks" / f"{lock}.txt").read_text()


def pins(lock: str) -> list[Requirement]:
    lines = [line for line in text_of(lock).splitlines() if re.match(r"[A-Za-z0-9]", line)]
    return [Requirement(line.removesuffix("\\").strip()) for line in lines]


def machine(python: str, system: str) -> dict[str, str]:
    short = python.rpartition(".")[0]
    known = {"python_full_version": python, "python_version": short, "sys_platform": system, "extra": ""}
    return {name: str(value) for name, value in default_environment().items()} | known


def wanted(lock: str) -> Iterator[Requirement]:
    """What pyproject.toml asks for by itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["build-system"]["requires"], "pip"]
    yield from map(Requirement, asked)
    if lock == "dev":
        yield from map(Requirement, project["project"]["optional-dependencies"]["dev"])


@pytest.mark.parametrize("lock", ["run", "dev"])
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_asked_for_is_locked_once_in_a_version_that_is_allowed(lock: str, python: str, system: str) -> None:
    here = machine(python, system)
    locked: dict[str, str] = {}
    for pin in pins(lock):
        if pin.marker is None or pin.marker.evaluate(here):
            assert canonicalize_name(pin.name) not in locked, f"{pin.name} has two versions on {python}, {system}"
            locked[canonicalize_name(pin.name)] = next(iter(pin.specifier)).version
    wrong = [
        f"{each} is locked as {locked.get(canonicalize_name(each.name))}"
        for each in wanted(lock)
        if each.marker is None or each.marker.evaluate(here)
        if not each.specifier.contains(locked.get(canonicalize_name(each.name), "0.dev0"), prereleases=False)
    ]
    assert wrong == [], "run scripts/update-lock"


def test_what_a_run_uses_is_what_the_tests_ran_with() -> None:
    assert {str(pin) for pin in pins("run")} <= {str(pin) for pin in pins("dev")}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_exact_and_has_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", text_of(lock))
    assert [each for each in entries if "==" not in each or "--hash=sha256:" not in each] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_host_is_named_so_that_any_index_serves(lock: str) -> None:
    assert re.findall(r".*(?:://|index-url|find-links|trusted-host).*", text_of(lock)) == []
