"""Which Python an image is prepared with, and what is said where none fits."""

from pathlib import Path

import pytest

from rehearsal.images import preparing
from rehearsal.images.preparing import CannotPrepare
from rehearsal.images.pythons import Pythons

SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:0.23-1-cpu-py3"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5"
NEWEST = (14, "/nowhere/python3.14")


def machine(folder: Path, *minors: int, running: tuple[int, str] = NEWEST) -> Pythons:
    """One whose search path has programs that answer as these versions do, and nothing else."""
    path = folder / "bin"
    path.mkdir(exist_ok=True)
    for minor in minors:
        (path / f"python3.{minor}").write_text(f"#!/bin/sh\necho 3 {minor}\n")
        (path / f"python3.{minor}").chmod(0o755)
    return Pythons({"PATH": str(path), "HOME": str(folder)}, running)


def test_interpreters_are_found_on_the_path_of_pyenv_and_of_uv(tmp_path: Path) -> None:
    for place, minor in ((".pyenv/versions/3.7.17", 7), (".local/share/uv/python/cpython-3.9.20-linux-x86_64-gnu", 9)):
        folder = tmp_path / place / "bin"
        folder.mkdir(parents=True)
        (folder / "python3").write_text(f"#!/bin/sh\necho 3 {minor}\n")
        (folder / "python3").chmod(0o755)
    assert machine(tmp_path, 12).all_found() == [7, 9, 12]


def test_a_shim_that_stands_for_another_version_is_passed_over(tmp_path: Path) -> None:
    pythons = machine(tmp_path, 12)
    (tmp_path / "bin" / "python3.9").write_text("#!/bin/sh\necho version 3.9 is not selected >&2; exit 127\n")
    (tmp_path / "bin" / "python3.9").chmod(0o755)
    assert pythons.found(9) is None


@pytest.mark.parametrize(
    ("image", "wanted", "own"), [(SKLEARN, "3.7, 3.9, 3.10, 3.11", "3.7"), (XGBOOST, "3.10, 3.11, 3.12", "3.10")]
)
def test_where_no_python_fits_those_to_install_are_named(tmp_path: Path, image: str, wanted: str, own: str) -> None:
    with pytest.raises(CannotPrepare) as refused:
        preparing.prepare(image, print, machine(tmp_path, 13))
    assert str(refused.value).endswith("(found: 3.13)")
    assert f"install one of Python {wanted} (the image's own is {own})" in refused.value.next_step
    assert not any(tmp_path.rglob("pyvenv.cfg"))


def test_an_image_without_a_recipe_is_refused_with_those_that_have_one(tmp_path: Path) -> None:
    with pytest.raises(CannotPrepare) as refused:
        preparing.prepare("123456789012.dkr.ecr.us-east-1.amazonaws.com/mine:1", print, machine(tmp_path))
    assert "sagemaker-scikit-learn:0.23-1" in refused.value.next_step
