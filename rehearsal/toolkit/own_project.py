"""A project that the user owns: a folder of the project's files, and what a newer release has changed in them since."""

import difflib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rehearsal import __version__
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.project import Project

RECORD = ".rehearsal.json"
"""What a folder was made from: release, kind and the digest of each file as it was given."""

WORKSHOP = ("cloudformation", "PipelineLambdaFunctions", "Data", "training-config")
_LEFT_OUT = {"__pycache__", ".git", ".venv", RECORD}


class Change(StrEnum):
    """What a newer release means for one file."""

    NEW = "new"
    CHANGED = "changed"
    BOTH = "changed by both"
    GONE = "gone"


@dataclass(frozen=True)
class FileChange:
    """A file that the installed release has otherwise, and the difference as unified diff (empty for bytes)."""

    path: str
    change: Change
    diff: str


def kinds(shipped: Project) -> dict[str, Path | None]:
    """What a project can be made of, and the folder that it is copied from; None for the whole workshop."""
    examples = {f"example:{path.name}": path for path in _folders(shipped.root / "examples")}
    labs = {f"lab:{path.name}": path for path in _folders(shipped.root / "labs") if path.name != "building"}
    return {"workshop": None, "pipeline": shipped.root / "examples" / "one-function", **examples, **labs}


def _folders(parent: Path) -> list[Path]:
    return sorted(path for path in parent.iterdir() if (path / "README.md").is_file()) if parent.is_dir() else []


def make(folder: Path, kind: str, shipped: Project) -> list[str]:
    """Copy the files of a kind into a folder that is missing or empty; gives their paths within it.

    Raises:
        BadInput: there is no such kind, or the folder holds something.
    """
    known = kinds(shipped)
    if kind not in known:
        raise BadInput(f"there is no kind {kind}", where="--kind", next_step=f"there are: {', '.join(known)}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            f"{folder} holds something already", where="DIR", next_step="name a folder that is missing or empty"
        )
    files = files_of(kind, shipped)
    for path, source in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        shutil.copymode(source, target)
    digests = {path: _digest(source) for path, source in files.items()}
    record = {"release": __version__, "kind": kind, "files": digests}
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n")
    return list(files)


def files_of(kind: str, shipped: Project) -> dict[str, Path]:
    """The files of a kind in the installed release: where each lies, by its path in a project."""
    source = kinds(shipped)[kind]
    if source is not None:
        return dict(_below(source, source))
    return {path: file for name in WORKSHOP for path, file in _below(shipped.root / name, shipped.root)}


def _below(folder: Path, root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(root)
        if path.is_file() and not _LEFT_OUT.intersection(relative.parts) and path.suffix != ".pyc":
            yield relative.as_posix(), path


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Made:
    """What a project's record says."""

    release: str
    kind: str
    files: Mapping[str, str]


def read(folder: Path) -> Made:
    """The record of a project.

    Raises:
        NotThere: the folder has none.
    """
    file = folder / RECORD
    try:
        record = json.loads(file.read_text())
        return Made(record["release"], record["kind"], record["files"])
    except (OSError, ValueError, KeyError) as error:
        raise NotThere(
            f"{folder} was not made by rehearse init: no {RECORD} that can be read",
            where=str(folder),
            next_step="rehearse init DIR makes a project",
        ) from error


def differences(folder: Path, shipped: Project) -> list[FileChange]:
    """What the installed release has otherwise than the release that the project was made from.

    A file that only the user has changed is none. Raises as :func:`read`, and BadInput for a kind that is no more.
    """
    made = read(folder)
    if made.kind not in kinds(shipped):
        raise BadInput(f"this release has no {made.kind}", where=RECORD, next_step="keep the project as it is")
    now = files_of(made.kind, shipped)
    changed = [
        FileChange(path, _change(path, folder, made), _diff(folder / path, source, path))
        for path, source in now.items()
        if made.files.get(path) != _digest(source) and not _is_same(folder / path, source)
    ]
    gone = [FileChange(path, Change.GONE, "") for path in made.files if path not in now and (folder / path).exists()]
    return changed + gone


def _change(path: str, folder: Path, made: Made) -> Change:
    if path not in made.files:
        return Change.NEW
    mine = folder / path
    return Change.CHANGED if mine.is_file() and _digest(mine) == made.files[path] else Change.BOTH


def _is_same(mine: Path, source: Path) -> bool:
    return mine.is_file() and _digest(mine) == _digest(source)


def _diff(mine: Path, source: Path, path: str) -> str:
    try:
        before = mine.read_text().splitlines(keepends=True) if mine.is_file() else []
        after = source.read_text().splitlines(keepends=True)
    except UnicodeDecodeError:
        return ""
    return "".join(difflib.unified_diff(before, after, f"yours/{path}", f"release/{path}"))


def apply(folder: Path, changes: list[FileChange], shipped: Project) -> list[str]:
    """Take over what only the release has changed, and note it in the record; gives the paths."""
    made = read(folder)
    now = files_of(made.kind, shipped)
    taken = [each.path for each in changes if each.change in (Change.NEW, Change.CHANGED)]
    taken = [path for path in taken if path in made.files or not (folder / path).exists()]
    for path in taken:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(now[path], folder / path)
    files = {**made.files, **{path: _digest(now[path]) for path in taken}}
    record = {"release": __version__, "kind": made.kind, "files": files}
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n")
    return taken
