"""What a processing job runs: the command of its request, a mapped program, or the checker that behaves as its
image."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import own_images
from rehearsal.localaws.sagemaker.containers import interpreters, surroundings
from rehearsal.localaws.sagemaker.containers.inside import RUN_COMMAND
from rehearsal.localaws.sagemaker.processing import check_images


@dataclass(frozen=True)
class ProcessingProgram:
    """The interpreter that every Python of the container is, and the words of the container's command."""

    python: str
    words: tuple[str, ...]
    folder: Path | None = None
    """Of a mapped program."""
    import_path: str | None = None
    """From where a checker is imported; None for a program of the user's."""

    @property
    def readable(self) -> list[Path]:
        """What it may read beside its container."""
        return [*surroundings.folders_of(self.python), *filter(None, [self.folder])]

    def arguments(self, base: Path) -> tuple[str, ...]:
        """For this server's Python, in a container whose ``/opt/ml`` is ``base``."""
        if self.import_path is not None:
            return self.words
        return (str(RUN_COMMAND), *surroundings.command(self.words, base))


def program(specification: Mapping[str, Any]) -> ProcessingProgram:
    """The program of an AppSpecification.

    Raises:
        AwsError: ValidationException, for an image or entry point that the embedded AWS cannot run.
    """
    image, entry = specification["ImageUri"], specification.get("ContainerEntrypoint") or ()
    arguments = specification.get("ContainerArguments") or ()
    own = own_images.command(image, "process")
    if own is not None:
        return ProcessingProgram(
            own_images.python(image) or sys.executable, ("python3", *own, *arguments), Path(own[0]).parent
        )
    checker = check_images.checker(image)
    if checker is not None:
        return _checker(checker, image, specification)
    python = interpreters.required(image, "processes")
    if not entry:
        raise AwsError(
            "ValidationException",
            f"The image {image} has no entry point of its own on the embedded AWS: give a ContainerEntrypoint, such as "
            f'["python3", "/opt/ml/processing/input/code/script.py"].',
        )
    return ProcessingProgram(python, (*entry, *arguments))


def _checker(module: str, image: str, specification: Mapping[str, Any]) -> ProcessingProgram:
    if specification.get("ContainerEntrypoint") or specification.get("ContainerArguments"):
        raise AwsError(
            "ValidationException",
            f"The image {image} runs its own program on the embedded AWS: leave out ContainerEntrypoint and "
            "ContainerArguments.",
        )
    return ProcessingProgram(sys.executable, ("-m", module), import_path=check_images.PACKAGE_ROOT)
