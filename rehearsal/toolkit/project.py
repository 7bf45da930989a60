"""Where the project's own files lie: templates, data, training config, function sources.

They are looked for in ``REHEARSAL_PROJECT``, then in the current folder and those above it, then beside this package
(a checkout), then within it (an installed wheel).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rehearsal.toolkit.aws.errors import NotThere

_MARK = Path("cloudformation", "builtin-algo-prep.yaml")


@dataclass(frozen=True)
class Project:
    """A checkout (or unpacked release) of the workshop."""

    root: Path

    @property
    def prep_template(self) -> Path:
        return self.root / _MARK

    @property
    def pipeline_template(self) -> Path:
        return self.root / "cloudformation" / "builtin-algo-pipeline.yaml"

    @property
    def one_click_template(self) -> Path:
        return self.root / "cloudformation" / "builtin-algo-one-click.yaml"

    @property
    def functions(self) -> Path:
        """The sources of the four Lambda functions, from which the zips are built."""
        return self.root / "PipelineLambdaFunctions"

    @property
    def data(self) -> Path:
        return self.root / "Data"

    @property
    def training_config(self) -> Path:
        return self.root / "training-config"


def find() -> Project:
    """The project that the user works in.

    Raises:
        NotThere: no folder has ``cloudformation/builtin-algo-prep.yaml``.
    """
    for folder in _candidates():
        if (folder / _MARK).is_file():
            return Project(folder)
    raise NotThere(
        f"the workshop's files are not here: no {_MARK}",
        where=str(Path.cwd()),
        next_step="change into the project's folder, or name it in REHEARSAL_PROJECT",
    )


def _candidates() -> Iterator[Path]:
    named = os.environ.get("REHEARSAL_PROJECT")
    if named:
        yield Path(named).expanduser().resolve()
        return
    here = Path.cwd()
    yield from (here, *here.parents)
    yield from _shipped()


def shipped() -> Project:
    """The files of the installed release, wherever the user works.

    Raises:
        NotThere: the installation is not whole.
    """
    for folder in _shipped():
        if (folder / _MARK).is_file():
            return Project(folder)
    raise NotThere(
        "the installed package has no project files", where=str(Path(__file__).parents[1]), next_step="install it again"
    )


def _shipped() -> Iterator[Path]:
    package = Path(__file__).resolve().parents[1]
    yield package.parent
    yield package / "project_files"
