"""What a training image means on this machine: the program that behaves as its container."""

import re
from dataclasses import dataclass
from pathlib import Path

import rehearsal
from rehearsal.localaws.algorithms.xgboost.versions import ImageVersion
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import own_images

_XGBOOST = re.compile(
    r"\d{12}\.dkr\.ecr\.[a-z0-9\-]+\.amazonaws\.com(?:\.cn)?/(?P<repository>(?:sagemaker-)?xgboost):(?P<tag>[\w.\-]+)"
)


@dataclass(frozen=True)
class TrainingProgram:
    """A program for a child process, started as ``python <arguments>``, and whether it is the built-in algorithm."""

    arguments: tuple[str, ...]
    built_in: bool
    import_path: str


def training_program(image: str) -> TrainingProgram:
    """The program of a training image.

    Raises:
        AwsError: ValidationException, for an image that nothing here behaves as.
    """
    own = own_images.command(image, "train")
    if own is not None:
        return TrainingProgram(own, built_in=False, import_path=str(Path(own[0]).parent))
    tag = _xgboost_tag(image)
    if tag is None:
        raise AwsError(
            "ValidationException",
            f"Requested image {image} not found. The embedded AWS trains with the built-in XGBoost "
            f"(<registry>/sagemaker-xgboost:<version> and <registry>/xgboost:1) and with images of your own that the file "
            f"named by {own_images.VARIABLE} maps to local programs.",
        )
    arguments = ("-m", "rehearsal.localaws.algorithms.xgboost", "--image-tag", tag, "train")
    return TrainingProgram(arguments, built_in=True, import_path=_PACKAGE_ROOT)


def _xgboost_tag(image: str) -> str | None:
    found = _XGBOOST.fullmatch(image)
    if found is None or (found["repository"] == "sagemaker-xgboost" and found["tag"] in ("1", "latest")):
        return None
    try:
        ImageVersion.parse(found["tag"])
    except ValueError:
        return None
    return found["tag"]


_PACKAGE_ROOT = str(Path(rehearsal.__file__).parents[1])
