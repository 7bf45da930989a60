"""What a build takes from the machine: the interpreter that it names, git with the role's credentials, programs."""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from rehearsal.images.pythons import Pythons
from rehearsal.localaws.codebuild import buildspec, programs
from rehearsal.localaws.codebuild.buildspec import InvalidBuildspec
from rehearsal.localaws.codebuild.programs import Missing
from rehearsal.localaws.codebuild.runtimes import Machine
from tests.localaws.codebuild.builds import built, log_of


class _Here(Pythons):
    """A machine with these minor versions of Python 3."""

    def found(self, minor: int) -> str | None:
        return f"/of/3.{minor}" if minor in (8, 10, 11, 12) else None


MACHINE = Machine(_Here(running=(11, "/of/the/server")), node=lambda: "20.11.1")


@pytest.mark.parametrize(
    ("wanted", "python"),
    [
        ({}, None),
        ({"python": "3.11"}, None),
        ({"python": "3.10"}, "/of/3.10"),
        ({"python": "3.x"}, "/of/3.12"),
        ({"python": "latest", "nodejs": "20"}, "/of/3.12"),
        ({"nodejs": "20.x"}, None),
    ],
)
def test_a_version_is_chosen_among_those_that_are_here(wanted: dict[str, str], python: str | None) -> None:
    assert MACHINE.choose(wanted).python == python


@pytest.mark.parametrize("version", ["3.9", "3.13"])
def test_a_version_of_the_images_that_is_not_here_is_stood_in_for_and_told(version: str) -> None:
    chosen = MACHINE.choose({"python": version})
    assert chosen.python is None
    assert f"Python {version} is not on this machine: this build runs on Python 3.11" in chosen.told[-1]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"python": "3.99"}, "Unknown runtime version named '3.99' of python.*versions: 3.10, 3.11, 3.12$"),
        ({"python": "3.8"}, "versions: 3.10, 3.11, 3.12$"),
        ({"python": "3.1"}, "write it in quotes"),
        ({"nodejs": "18"}, "Unknown runtime version named '18' of nodejs.*versions: 20$"),
        ({"java": "corretto17"}, "chooses no version of java"),
        ({"cobol": "1"}, "Unknown runtime named 'cobol'"),
    ],
)
def test_what_is_not_here_is_told(wanted: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidBuildspec, match=f"^YAML_FILE_ERROR: .*{message}"):
        MACHINE.choose(wanted)


def test_versions_stand_in_the_install_phase() -> None:
    spec = "version: 0.2\nphases: {install: {runtime-versions: {python: 3.12}}, build: {commands: [ls]}}"
    assert buildspec.parse(spec).runtimes == {"python": "3.12"}
    with pytest.raises(InvalidBuildspec, match="stand in the install phase, not in build"):
        buildspec.parse("version: 0.2\nphases: {build: {runtime-versions: {python: 3.12}, commands: [ls]}}")
    with pytest.raises(InvalidBuildspec, match="git-credential-helper is yes or no, not maybe"):
        buildspec.parse("version: 0.2\nenv: {git-credential-helper: maybe}\nphases: {build: {commands: [ls]}}")


@pytest.mark.parametrize("line", ["sh: 1: aws: not found", "bash: line 2: aws: command not found"])
def test_a_program_that_the_shell_has_not_found_is_named_once(line: str) -> None:
    missing = Missing()
    missing.hear([line, "sh: 1: own-thing: not found", line])
    assert [each[:46] for each in missing.sentences] == ["[Container] aws is not on this machine, whose "]


def test_the_newest_program_behind_a_shim_is_taken(tmp_path: Path) -> None:
    for version in ("3.9.1", "3.10.2"):
        file = tmp_path / "versions" / version / "bin" / "aws"
        file.parent.mkdir(parents=True)
        file.touch(mode=0o755)
    (tmp_path / "shims").mkdir()
    (tmp_path / "shims" / "aws").touch(mode=0o755)
    (found,) = programs.behind_shims(str(tmp_path / "shims"))
    assert found.file == tmp_path / "versions/3.10.2/bin/aws" and found.installation == tmp_path / "versions/3.10.2"


SPEC = """
version: 0.2
env: {{git-credential-helper: {helper}}}
phases:
  install:
    runtime-versions: {{python: "{version}"}}
    commands:
      - python -c 'import boto3, sys; print("runs on", sys.version_info[0], sys.version_info[1], sys.prefix)'
      - pip --version
  build:
    commands:
      - git clone --quiet https://git-codecommit.us-east-1.amazonaws.com/v1/repos/{repository} copy
      - cat copy/text.txt
      - {absent} --version
"""


def test_a_build_runs_on_the_python_that_it_names_and_clones_as_its_role(bench: Any, project: Any) -> None:
    """With another version than the server's where the machine has one."""
    here = [minor for minor in Pythons().all_found() if minor >= 10]
    minor = next((each for each in here if each != sys.version_info[1]), sys.version_info[1])
    repository = bench.unique("repository")
    codecommit = bench.aws.client("codecommit")
    codecommit.create_repository(repositoryName=repository)
    codecommit.put_file(repositoryName=repository, branchName="main", filePath="text.txt", fileContent=b"of the team")
    absent = next(name for name in ("sbt", "dotnet", "gradle", "kubectl", "sam") if shutil.which(name) is None)
    members = {"repository": repository, "absent": absent}
    spec = SPEC.format(version=f"3.{minor}", helper="yes", **members)
    name = project(spec)
    build = built(bench, name)
    log = log_of(bench, build)
    assert f"Selecting 'python' runtime version '3.{minor}' based on manual selections" in log
    assert re.search(rf"^runs on 3 {minor} /", log, re.MULTILINE), log
    assert f"(python 3.{minor})" in log and "of the team" in log
    assert build["buildStatus"] == "FAILED"  # for want of a program, as the log says
    assert f"[Container] {absent} is not on this machine" in log

    refused = built(bench, name, buildspecOverride=SPEC.format(version="3.99", helper="no", **members))
    assert refused["buildStatus"] == "FAILED"
    assert "Unknown runtime version named '3.99' of python. This machine has the following" in log_of(bench, refused)
    unsigned = built(bench, name, buildspecOverride=SPEC.format(version=f"3.{minor}", helper="no", **members))
    assert "of the team" not in log_of(bench, unsigned)
