"""Make the environment of an image: a virtual environment with the libraries of its recipe."""

import json
import platform
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.images import environments, recipes
from rehearsal.images.framework_image import FrameworkImage
from rehearsal.images.pythons import Pythons
from rehearsal.images.recipes import ImageContent, Recipe

_LINES_SHOWN = 8


class CannotPrepare(Exception):
    """The environment cannot be made; ``next_step`` says what to do."""

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.next_step = next_step


@dataclass(frozen=True)
class Prepared:
    """An environment that was made: its size in bytes, its Python 3, its versions, and those that differ from the
    image's."""

    python: str
    minor: int
    size: int
    versions: Mapping[str, str]
    differences: Mapping[str, tuple[str, str]]
    """By distribution: the image's version and the one here."""


def prepare(uri: str, say: Callable[[str], None], pythons: Pythons | None = None) -> Prepared:
    """Make the environment of the image, anew where there is one, with one of the machine's ``pythons``.

    Raises:
        CannotPrepare: the image is not known, no Python fits, or pip fails.
    """
    image = FrameworkImage.of(uri)
    holds = recipes.content(image) if image else None
    if image is None or holds is None:
        known = ", ".join(f"{repository}:{release}" for repository, release in recipes.CONTENTS)
        raise CannotPrepare(f"there is no recipe for the image {uri}", f"there is one for: {known}")
    recipe, minor, python = _choice(image, holds, pythons or Pythons())
    folder = environments.environment_folder(image)
    say(f"Python 3.{minor} ({python}): {', '.join(recipe.requirements())}")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _run([python, "-m", "venv", str(folder)], "the virtual environment")
        made = str(folder / "bin" / "python")
        _run([made, "-m", "pip", "install", "--only-binary", ":all:", *recipe.requirements()], "the installation")
    except CannotPrepare:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    versions = _versions(made)
    return Prepared(made, minor, _size(folder), versions, differences(holds, minor, versions))


def differences(holds: ImageContent, minor: int, versions: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What is not as in the image: the image's version and the one here, by distribution."""
    here = {**versions, "xgboost": versions.get("xgboost") or versions.get("xgboost-cpu", "none")}
    told = {"Python": (f"3.{holds.python}", f"3.{minor}")}
    told |= {name: (version, here.get(name, "none")) for name, version in holds.versions.items()}
    return {name: (theirs, ours) for name, (theirs, ours) in told.items() if theirs != ours}


def _choice(image: FrameworkImage, holds: ImageContent, pythons: Pythons) -> tuple[Recipe, int, str]:
    """The nearest recipe for which there is a Python, the oldest of those that fit it."""
    distribution = "xgboost-cpu" if platform.system() == "Linux" else "xgboost"
    ways = recipes.recipes(image, distribution)
    for recipe in ways:
        for minor in recipe.pythons:
            python = pythons.found(minor)
            if python is not None:
                return recipe, minor, python
    wanted = ", ".join(f"3.{minor}" for recipe in ways for minor in recipe.pythons)
    here = ", ".join(f"3.{minor}" for minor in pythons.all_found()) or "none"
    raise CannotPrepare(
        f"no Python of this machine fits the libraries of {image.repository}:{image.tag} (found: {here})",
        f"install one of Python {wanted} (the image's own is 3.{holds.python}), for example with: uv python install "
        "3.11",
    )


def _run(command: list[str], what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_LINES_SHOWN:])
        raise CannotPrepare(f"{what} failed: {last}", f"the command was: {' '.join(command)}")


def _versions(python: str) -> dict[str, str]:
    command = [python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    return {each["name"].lower(): each["version"] for each in json.loads(listed.stdout)}


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())
