"""Installers for an environment that has none: the right wheel of those that an index lists."""

import importlib.util
import io
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "bootstrap.py"
INDEX = "https://index.example/simple/"
GLIBC = ("glibc", "2.36")


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def link(version: str, digest: str = "0", package: str = "pip", tags: str = "any") -> str:
    name = f"{package}-{version}-py3-none-{tags}.whl"
    return f'<a href="../../files/{name}#sha256={digest * 64}">{name}</a>'


def uv(version: str, tags: str, digest: str) -> str:
    return link(version, digest, "uv", tags)


UVS = (
    uv("0.9.1", "manylinux_2_17_x86_64.manylinux2014_x86_64", "1")
    + uv("0.10.0", "macosx_11_0_arm64", "2")
    + uv("0.10.0", "manylinux_2_17_x86_64.manylinux2014_x86_64", "3")
    + uv("0.10.0", "manylinux_2_28_aarch64", "4")
    + uv("0.10.0", "musllinux_1_1_x86_64", "5")
)
LOCK = "uv==0.10.0 \\\n" + " \\\n".join(f"    --hash=sha256:{digit * 64}" for digit in "2345")


def test_takes_the_highest_pip_and_not_the_last_by_spelling(bootstrap: ModuleType) -> None:
    page = link("9.0.3") + link("25.10", "a") + link("25.9") + link("26.0b1")
    wheel = bootstrap.newest(bootstrap.wheels(page, f"{INDEX}pip/"))
    assert (wheel.name, wheel.digest) == ("pip-25.10-py3-none-any.whl", "a" * 64)
    assert wheel.address == "https://index.example/files/pip-25.10-py3-none-any.whl"


def test_says_what_to_do_when_the_index_lists_no_wheel(bootstrap: ModuleType) -> None:
    with pytest.raises(SystemExit, match="python3-venv"):
        bootstrap.newest(bootstrap.wheels("<html></html>", f"{INDEX}pip/"))


@pytest.mark.parametrize(
    ("machine", "libc", "system", "digest"),
    [
        ("x86_64", GLIBC, "Linux", "3"),
        ("aarch64", GLIBC, "Linux", "4"),
        ("x86_64", ("", ""), "Linux", "5"),
        ("arm64", ("", ""), "Darwin", "2"),
    ],
)
def test_takes_the_locked_uv_that_runs_on_the_machine(bootstrap, machine, libc, system, digest) -> None:
    wheel = bootstrap.fitting(bootstrap.wheels(UVS, f"{INDEX}uv/"), LOCK, machine, libc, system)
    assert (wheel.version, wheel.digest) == ("0.10.0", digest * 64)


@pytest.mark.parametrize(
    ("machine", "libc", "lock"),
    [
        ("aarch64", ("glibc", "2.17"), LOCK),  # its glibc is too old
        ("riscv64", GLIBC, LOCK),
        ("x86_64", GLIBC, LOCK.replace("3" * 64, "6" * 64)),  # the index has other bytes than the lock
        ("x86_64", GLIBC, LOCK.replace("0.10.0", "0.11.0")),
    ],
)
def test_takes_no_uv_that_is_not_locked_or_does_not_run(bootstrap, machine, libc, lock) -> None:
    with pytest.raises(SystemExit, match="no uv"):
        bootstrap.fitting(bootstrap.wheels(UVS, f"{INDEX}uv/"), lock, machine, libc, "Linux")


def test_finds_the_program_in_the_wheel(bootstrap: ModuleType) -> None:
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("uv/__init__.py", "")
        archive.writestr("uv-0.10.0.data/scripts/uvx", b"x")
        archive.writestr("uv-0.10.0.data/scripts/uv", b"the program")
    assert bootstrap.program(wheel.getvalue()) == b"the program"
