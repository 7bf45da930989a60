"""What a processing job runs: the script of its entry point with the host's Python, or a mapped program. Pure."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import own_images
from rehearsal.localaws.sagemaker.processing import container_paths

_HOST_PYTHON_IMAGES = re.compile(r".+/(?:sagemaker-scikit-learn|sagemaker-xgboost|xgboost):[\w.\-]+")
_PYTHON = re.compile(r"(?:.*/)?python[0-9.]*")


def program(specification: Mapping[str, Any], base: Path) -> tuple[str, ...]:
    """The arguments of Python for an AppSpecification, in a container whose ``/opt/ml/processing`` is ``base``.

    Raises:
        AwsError: ValidationException, for an image or entry point that the embedded AWS cannot run.
    """
    image, entry = specification["ImageUri"], specification.get("ContainerEntrypoint") or []
    arguments = [str(container_paths.moved(each, str(base))) for each in specification.get("ContainerArguments") or ()]
    own = own_images.command(image, "process")
    if own is not None:
        return _launched(base, *own, *arguments)
    if not _HOST_PYTHON_IMAGES.fullmatch(image):
        raise AwsError(
            "ValidationException",
            f"Requested image {image} not found. The embedded AWS processes with the scikit-learn and XGBoost images (which "
            f"mean the host's packages) and with images that the file named by {own_images.VARIABLE} maps to local programs.",
        )
    if len(entry) < 2 or not _PYTHON.fullmatch(entry[0]):
        raise AwsError(
            "ValidationException",
            f'ContainerEntrypoint must be ["python3", "<script>", ...] on the embedded AWS, not {entry}.',
        )
    return _launched(base, *(str(container_paths.moved(each, str(base))) for each in entry[1:]), *arguments)


def _launched(base: Path, *command: str) -> tuple[str, ...]:
    return (str(Path(container_paths.__file__)), str(base), *command)
