"""Programs that builds take from this machine, where CodeBuild's images bring their own: ``aws``, ``git``, ``node``."""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_OFTEN_BY_PYENV = ("aws", "sam", "cfn-lint")
_OF_IMAGES = frozenset(
    [
        *(
            "ant",
            "aws",
            "bundle",
            "composer",
            "curl",
            "docker",
            "dotnet",
            "gem",
            "git",
            "go",
            "gradle",
            "java",
            "javac",
        ),
        *("jq", "kubectl", "make", "mvn", "node", "npm", "npx", "php", "pipenv", "ruby", "sam", "sbt", "unzip", "wget"),
        *("yarn", "zip"),
    ]
)
_NOT_FOUND = re.compile(r"(?:^|[\s:])(?P<name>[\w.+-]+): (?:command )?not found$")


@dataclass(frozen=True)
class Program:
    """A program, and the folder of its installation, which it reads."""

    file: Path
    installation: Path


def behind_shims(path: str) -> list[Program]:
    """The programs that stand behind shims of pyenv on a search path: a shim reads pyenv's folder, which builds do not
    see."""
    found = []
    for name in _OFTEN_BY_PYENV:
        shim = shutil.which(name, path=path)
        if shim is not None and Path(shim).parent.name == "shims":
            versions = Path(shim).parents[1] / "versions"
            files = sorted(versions.glob(f"*/bin/{name}"), key=_version_of, reverse=True)
            found += [Program(file, file.parents[1]) for file in files[:1]]
    return found


def _version_of(file: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in file.parents[1].name.split(".") if part.isdigit())


@dataclass
class Missing:
    """The programs of CodeBuild's images that a build's commands have not found here."""

    names: list[str] = field(default_factory=list)

    def hear(self, lines: Iterable[str]) -> None:
        """Notice in what the commands print that the shell did not find one."""
        for line in lines:
            found = _NOT_FOUND.search(line.rstrip())
            if found and found["name"] in _OF_IMAGES and found["name"] not in self.names:
                self.names.append(found["name"])

    @property
    def sentences(self) -> list[str]:
        """For the log."""
        return [_NO_DOCKER if name == "docker" else _SENTENCE.format(name=name) for name in self.names]


_SENTENCE = (
    "[Container] {name} is not on this machine, whose programs builds use; CodeBuild's images have it. Install it "
    "here, or by a command of the buildspec's install phase."
)
_NO_DOCKER = "[Container] docker is not offered in builds of the embedded AWS: there are no containers here."
