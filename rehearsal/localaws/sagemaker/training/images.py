"""What a training job runs on this machine: the command that it names, its script, or the program that behaves as its
image."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rehearsal
from rehearsal.images.framework_image import SCIKIT_LEARN, FrameworkImage
from rehearsal.localaws.algorithms.xgboost.versions import ImageVersion
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import own_images
from rehearsal.localaws.sagemaker.containers import interpreters, surroundings
from rehearsal.localaws.sagemaker.containers.inside import RUN_COMMAND, SCRIPT_MODE
from rehearsal.localaws.sagemaker.training.user_script import UserScript

_XGBOOST = re.compile(
    r"\d{12}\.dkr\.ecr\.[a-z0-9\-]+\.amazonaws\.com(?:\.cn)?/(?P<repository>(?:sagemaker-)?xgboost):(?P<tag>[\w.\-]+)"
)


@dataclass(frozen=True)
class TrainingProgram:
    """A program for a child process, started as ``python <arguments>``, and whether it is the built-in algorithm."""

    arguments: tuple[str, ...]
    built_in: bool
    import_path: str | None = None
    python: str = sys.executable
    """The interpreter of the image, which every Python of the container is."""
    command: tuple[str, ...] = ()
    """The words of ContainerEntrypoint and ContainerArguments, as the request has them; they follow ``arguments``."""
    script: UserScript | None = None
    """The script of script mode."""

    @property
    def readable(self) -> list[Path]:
        """What it may read beside its container: the interpreter, and the folder of a program of the user's own."""
        own = [Path(self.import_path)] if self.import_path and not self.built_in else []
        return [*surroundings.folders_of(self.python), *own]


def training_program(request: Mapping[str, Any]) -> TrainingProgram:
    """The program of a CreateTrainingJob request.

    Raises:
        AwsError: ValidationException, for an image that nothing here behaves as.
    """
    specification = request["AlgorithmSpecification"]
    image = specification["TrainingImage"]
    if specification.get("ContainerEntrypoint"):
        return _command(image, specification)
    own = own_images.command(image, "train")
    if own is not None:
        words = (*own, *(specification.get("ContainerArguments") or ()))
        python = own_images.python(image) or sys.executable
        return TrainingProgram(
            surroundings.launched(python, words), built_in=False, import_path=str(Path(own[0]).parent), python=python
        )
    if specification.get("ContainerArguments"):
        raise AwsError(
            "ValidationException",
            f"ContainerArguments without a ContainerEntrypoint: the image {image} has no entry point of its own on the "
            f'embedded AWS. Give both, such as ContainerEntrypoint ["python3"].',
        )
    script = UserScript.of(request)
    return _script(image, script) if script and FrameworkImage.of(image) else _algorithm(image)


def _command(image: str, specification: Mapping[str, Any]) -> TrainingProgram:
    python = interpreters.required(image, "trains")
    words = (*specification["ContainerEntrypoint"], *(specification.get("ContainerArguments") or ()))
    return TrainingProgram((str(RUN_COMMAND),), built_in=False, python=python, command=words)


def _script(image: str, script: UserScript) -> TrainingProgram:
    python = interpreters.required(image, "trains")
    return TrainingProgram(
        surroundings.launched(python, (str(SCRIPT_MODE),)), built_in=False, python=python, script=script
    )


def _algorithm(image: str) -> TrainingProgram:
    tag, framework = xgboost_tag(image), FrameworkImage.of(image)
    if framework is not None and framework.repository == SCIKIT_LEARN:
        raise AwsError(
            "ValidationException",
            f"The image {image} has no algorithm of its own: give it a script, in the hyperparameters "
            "sagemaker_program and sagemaker_submit_directory (the SDK's SKLearn estimator does) or by "
            "ContainerEntrypoint.",
        )
    if tag is None:
        raise AwsError(
            "ValidationException",
            f"Requested image {image} not found. The embedded AWS trains with the built-in XGBoost "
            "(<registry>/sagemaker-xgboost:<version> and <registry>/xgboost:1), with scripts in the XGBoost and "
            f"scikit-learn images, and with images of your own that the file named by {own_images.VARIABLE} maps to "
            "local programs.",
        )
    arguments = ("-m", "rehearsal.localaws.algorithms.xgboost", "--image-tag", tag, "train")
    return TrainingProgram(arguments, built_in=True, import_path=_PACKAGE_ROOT)


def xgboost_tag(image: str) -> str | None:
    """The tag of an image of the built-in algorithm; None for any other image."""
    found = _XGBOOST.fullmatch(image)
    if found is None or (found["repository"] == "sagemaker-xgboost" and found["tag"] in ("1", "latest")):
        return None
    try:
        ImageVersion.parse(found["tag"])
    except ValueError:
        return None
    return found["tag"]


_PACKAGE_ROOT = str(Path(rehearsal.__file__).parents[1])
