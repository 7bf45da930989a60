"""``runtime-versions`` of a buildspec: which of the machine's interpreters a build gets.

CodeBuild's images bring several versions of each language, and name those that they have when another is asked for.
Here the machine's own stand for them. https://docs.aws.amazon.com/codebuild/latest/userguide/runtime-versions.html
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rehearsal.images.pythons import Pythons
from rehearsal.localaws.codebuild.buildspec import InvalidBuildspec

_MINORS = range(10, 15)
"""Of Python 3, that the packages which a build is given (boto3, pip) run on."""
_ON_AWS = range(9, 15)
"""Of Python 3, that CodeBuild's images have. One that this machine lacks is stood in for by the server's own version,
as for functions: who has one Python alone can rehearse a buildspec that names another, and the log says so."""
_NEWEST = ("latest", "3", "3.x")
_PYTHON = re.compile(r"3\.(\d+)")
_REFUSED = ("android", "corretto", "dotnet", "golang", "java", "php", "ruby")


@dataclass(frozen=True)
class Chosen:
    """What a build runs on: ``python`` is the path of an interpreter, None for the server's own version."""

    python: str | None = None
    told: tuple[str, ...] = ()


def _node() -> str:
    """The version of this machine's Node.js, ``20.11.1``; empty where there is none."""
    program = shutil.which("node")
    if program is None:
        return ""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=60)
    return told.stdout.strip().removeprefix("v")


@dataclass(frozen=True)
class Machine:
    """What is there to choose among."""

    pythons: Pythons = field(default_factory=Pythons)
    node: Callable[[], str] = _node

    def choose(self, wanted: Mapping[str, str]) -> Chosen:
        """The interpreters for the versions that a buildspec names.

        Raises:
            InvalidBuildspec: a version or a language is not here.
        """
        python: str | None = None
        told = [_selected(name, version) for name, version in wanted.items()]
        for name, version in wanted.items():
            if name == "python" and self._is_stood_in_for(version):
                told.append(_stand_in(version, self.pythons.running[0]))
            elif name == "python":
                python = self._python(version)
            elif name == "nodejs":
                self._check_node(version)
            else:
                raise InvalidBuildspec(_refusal(name))
        return Chosen(python, tuple(told))

    def _is_stood_in_for(self, version: str) -> bool:
        exact = _PYTHON.fullmatch(version)
        return exact is not None and int(exact[1]) in _ON_AWS and self._of_here(int(exact[1])) is None

    def _of_here(self, minor: int) -> str | None:
        return self.pythons.found(minor) if minor in _MINORS else None

    def _python(self, version: str) -> str | None:
        here = [minor for minor in _MINORS if self._of_here(minor)]
        exact = _PYTHON.fullmatch(version)
        minor = int(exact[1]) if exact else max(here, default=None) if version in _NEWEST else None
        if minor not in here:
            hint = " (write it in quotes: YAML takes 3.10 for 3.1)" if version == "3.1" else ""
            raise InvalidBuildspec(_unknown("python", version, [f"3.{each}" for each in here]) + hint)
        assert minor is not None
        return None if minor == self.pythons.running[0] else self.pythons.found(minor)

    def _check_node(self, version: str) -> None:
        here = self.node()
        major = here.partition(".")[0]
        if not here or version not in ("latest", major, f"{major}.x", here):
            raise InvalidBuildspec(_unknown("nodejs", version, [major] if here else []))


def _unknown(name: str, version: str, here: list[str]) -> str:
    """AWS's words, of the machine in place of the image."""
    return (
        f"YAML_FILE_ERROR: Unknown runtime version named '{version}' of {name}. This machine has the following "
        f"versions: {', '.join(here) or 'none'}"
    )


def _refusal(name: str) -> str:
    if name in _REFUSED:
        return (
            f"YAML_FILE_ERROR: The embedded AWS chooses no version of {name} for builds: python and nodejs are chosen. "
            f"Without it in runtime-versions, commands find the {name} of this machine."
        )
    known = ", ".join(sorted((*_REFUSED, "nodejs", "python")))
    return f"YAML_FILE_ERROR: Unknown runtime named '{name}'. There are: {known}"


def _selected(name: str, version: str) -> str:
    return f"[Container] Selecting '{name}' runtime version '{version}' based on manual selections..."


def _stand_in(version: str, own: int) -> str:
    return (
        f"[Container] Python {version} is not on this machine: this build runs on Python 3.{own}, as Rehearsal does. "
        f"Install Python {version}, and the next build takes it."
    )
