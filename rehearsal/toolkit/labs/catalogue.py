"""Which labs there are, and where their files lie."""

from pathlib import Path

from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.labs.abalone import ABALONE
from rehearsal.toolkit.labs.census import CENSUS
from rehearsal.toolkit.labs.compare import COMPARE
from rehearsal.toolkit.labs.drift import DRIFT
from rehearsal.toolkit.labs.lab import Lab
from rehearsal.toolkit.labs.own import OWN
from rehearsal.toolkit.labs.retrain import RETRAIN
from rehearsal.toolkit.project import Project

LABS = {lab.name: lab for lab in (CENSUS, ABALONE, RETRAIN, DRIFT, COMPARE, OWN)}


def named(name: str) -> Lab:
    """A lab by its name.

    Raises:
        BadInput: there is none of that name.
    """
    if name not in LABS:
        raise BadInput(f"there is no lab {name!r}", where="NAME", next_step=f"there are: {', '.join(LABS)}")
    return LABS[name]


def folder(project: Project, lab: Lab) -> Path:
    """Where the files of a lab lie.

    Raises:
        NotThere: the project has no such folder.
    """
    found = project.root / "labs" / lab.name
    if not found.is_dir():
        raise NotThere(
            f"the lab's files are not here: no {found}",
            where=str(project.root),
            next_step="change into a checkout of the project that has labs/, or name it in REHEARSAL_PROJECT",
        )
    return found
