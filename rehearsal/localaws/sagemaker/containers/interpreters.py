"""The interpreter that stands for an image: it runs the user's scripts."""

import sys

from rehearsal.images import environments
from rehearsal.images.framework_image import FrameworkImage
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import own_images


def interpreter(image: str) -> str | None:
    """The Python of an image; None where the embedded AWS has none for it.

    It is the one that the file of images names; one that ``rehearse images prepare`` made; for framework images this
    server's own.

    Raises:
        AwsError: ValidationException, for a broken file of images.
    """
    named = own_images.python(image)
    if named is not None:
        return named
    framework = FrameworkImage.of(image)
    return (environments.python(framework) or sys.executable) if framework else None


def required(image: str, purpose: str) -> str:
    """The same; ``purpose`` is what was asked of the image ("trains", "processes", "serves").

    Raises:
        AwsError: ValidationException, for an image that nothing here stands for.
    """
    found = interpreter(image)
    if found is None:
        raise AwsError(
            "ValidationException",
            f"Requested image {image} not found. The embedded AWS {purpose} with the scikit-learn and XGBoost images "
            f"of AWS and with images of your own that the file named by {own_images.VARIABLE} maps to local programs "
            "or to a Python.",
        )
    return found
