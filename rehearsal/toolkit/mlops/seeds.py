"""The first commits of a project's two repositories, from the files of ``mlops/``."""

from pathlib import Path

from rehearsal.toolkit.aws.errors import NotThere
from rehearsal.toolkit.project import Project
from rehearsal.toolkit.stacks import uploads

REPOSITORIES = ("modelbuild", "modeldeploy")
_SAMPLE = Path("labs", "abalone", "data", "abalone.csv")
_LEFT_OUT = {"__pycache__", "build"}


def folder(here: Project) -> Path:
    """Where the template and the code of projects lie.

    Raises:
        NotThere: the project has no such folder.
    """
    found = here.root / "mlops"
    if not (found / "project.yaml").is_file():
        raise NotThere(
            f"the template of projects is not here: no {found / 'project.yaml'}",
            where=str(here.root),
            next_step="change into a checkout that has mlops/, or name it in REHEARSAL_PROJECT",
        )
    return found


def files(here: Project, repository: str) -> dict[str, bytes]:
    """The files of a repository's first commit by their paths; ModelBuild's sample of abalones is that of the labs."""
    base = folder(here) / repository
    found = {
        path.relative_to(base).as_posix(): path.read_bytes()
        for path in sorted(base.rglob("*"))
        if path.is_file() and not _is_left_out(path.relative_to(base))
    }
    if repository == "modelbuild":
        found["data/abalone.csv"] = (here.root / _SAMPLE).read_bytes()
    return found


def _is_left_out(path: Path) -> bool:
    return any(part in _LEFT_OUT or part.endswith(".egg-info") for part in path.parts)


def zipped(here: Project, repository: str) -> bytes:
    """The first commit as a zip whose bytes depend on the files alone."""
    return uploads.packed(files(here, repository))
