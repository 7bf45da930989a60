"""The Python of a build is its own: what it installs stays with it, and goes with it."""

import importlib.metadata
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.localaws.codebuild.network import FORBIDDEN, MISSING, Network
from rehearsal.localaws.isolation import landlock
from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.localaws.codebuild.builds import built, log_of
from tests.localaws.codebuild.conftest import make_build_role, make_project
from tests.localaws.codepipeline.workbench import Workbench

WHEEL = "numpy-0.0.1-py3-none-any.whl"


def wheel(version: str) -> bytes:
    """Another numpy, small and without a network."""
    buffer, about = io.BytesIO(), f"numpy-{version}.dist-info"
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("numpy/__init__.py", f"__version__ = {version!r}\n")
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: numpy\nVersion: {version}\n")
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(
            f"{about}/RECORD", f"numpy/__init__.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n"
        )
    return buffer.getvalue()


def source_with_wheel(bench: Any, buildspec: str) -> dict[str, str]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(WHEEL, wheel("0.0.1"))
    bench.aws.client("s3").put_object(Bucket=bench.bucket, Key="wheel.zip", Body=buffer.getvalue())
    return {"type": "S3", "location": f"{bench.bucket}/wheel.zip", "buildspec": buildspec}


SPEC = f"""
version: 0.2
phases:
  install:
    commands:
      - python -c 'import numpy' 2> /dev/null && echo "numpy was there" || echo "no numpy yet"
      - pip install --no-index --force-reinstall ./{WHEEL}
      - pip3 install --no-index --force-reinstall --upgrade ./{WHEEL}
  build:
    commands:
      - python3 -c 'import boto3, numpy, sys, yaml; print("installed", numpy.__version__, sys.prefix)'
      - pip uninstall --yes boto3 || true
      - python -c 'import boto3; print("boto3 stays")'
      - python -m pip --version
"""


def test_what_a_build_installs_is_its_own_and_goes_with_it(bench: Any, project: Any) -> None:
    before = {each.name: (each.version, str(each.locate_file(""))) for each in importlib.metadata.distributions()}
    build = built(bench, project("", source=source_with_wheel(bench, SPEC)))
    log = log_of(bench, build)
    assert build["buildStatus"] == "SUCCEEDED", log
    assert "no numpy yet" in log and "boto3 stays" in log
    installed = next(line.split() for line in log.splitlines() if line.startswith("installed "))
    assert installed[1] == "0.0.1"
    assert not Path(installed[2]).exists()
    after = {each.name: (each.version, str(each.locate_file(""))) for each in importlib.metadata.distributions()}
    assert after == before
    assert importlib.metadata.version("numpy") != "0.0.1"


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock: SECURITY.md says what holds")
def test_a_build_cannot_write_the_servers_packages(bench: Any, project: Any) -> None:
    place = Path(str(importlib.metadata.distribution("boto3").locate_file("")))
    by_link = "$(python -c 'import boto3; print(boto3.__path__[0])')"
    commands = "".join(f'      - touch "{folder}/x" || true\n' for folder in (place, by_link))
    build = built(bench, project(f"version: 0.2\nphases:\n  build:\n    commands:\n{commands}"))
    assert log_of(bench, build).count("Permission denied") == 2
    assert not (place / "x").exists()


def test_an_artifact_is_no_way_to_files_outside_of_the_build(bench: Any, project: Any) -> None:
    place = {"type": "S3", "location": bench.bucket, "name": "out", "packaging": "ZIP"}
    spec = "version: 0.2\nphases: {build: {commands: ['ln -s /etc/hostname link']}}\nartifacts: {files: ['link']}"
    build = built(bench, project(spec, artifacts=place))
    assert build["buildStatus"] == "FAILED"
    assert "no matching artifact paths found for link" in log_of(bench, build)


@pytest.fixture
def cut_off() -> Iterator[EmbeddedAws]:
    embedded = start_embedded_aws("--no-build-network")
    yield embedded
    stop_embedded_aws(embedded)


ASK = """version: 0.2
phases:
  pre_build:
    commands:
      - python -c 'import boto3; print("role", boto3.client("sts").get_caller_identity()["Arn"])'
      - python -c 'import socket; socket.create_connection(("127.0.0.1", 443))' 2>&1 | tail -1
  build:
    commands:
      - pip install --index-url https://pypi.org/simple no-such-distribution-of-this-name
"""


def test_without_a_network_pips_error_and_a_line_tell_why(cut_off: EmbeddedAws, unique: Any) -> None:
    bench = Workbench(cut_off, "no-bucket", "no-role", unique)
    build = built(bench, make_project(cut_off, "cut-off", make_build_role(cut_off), ASK))
    log = log_of(bench, build)
    assert build["buildStatus"] == "FAILED"
    assert "role arn:aws:sts::" in log
    assert "ERROR: No matching distribution found for no-such-distribution-of-this-name" in log
    assert log.count(FORBIDDEN) == 1
    if landlock.version() >= 4:
        assert "PermissionError" in log


@pytest.mark.parametrize(
    ("allowed", "line", "said"),
    [
        (True, "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)'", MISSING),
        (True, "ERROR: No matching distribution found for nmupy", None),
        (False, "ERROR: No matching distribution found for numpy", FORBIDDEN),
        (False, "Successfully installed numpy-0.0.1", None),
    ],
)
def test_a_missed_network_is_heard_of_in_pips_words(allowed: bool, line: str, said: str | None) -> None:
    network = Network(allowed)
    network.hear(["Collecting numpy", line])
    assert network.missed == (said is not None)
    assert said in (None, network.sentence)
