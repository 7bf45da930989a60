"""The images of AWS that check data and models, and the programs that behave as them.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-built-container.html
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-container.html
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rehearsal
from rehearsal.localaws.sagemaker.refusals import invalid

_IMAGE = re.compile(
    r"\d{12}\.dkr\.ecr\.[a-z0-9\-]+\.amazonaws\.com(?:\.cn)?/"
    r"(?P<repository>sagemaker-model-monitor-analyzer|sagemaker-clarify-processing)(?::[\w.\-]+)?"
)
_CHECKERS = {
    "sagemaker-model-monitor-analyzer": "rehearsal.localaws.checkers.monitor",
    "sagemaker-clarify-processing": "rehearsal.localaws.checkers.clarify",
}
PACKAGE_ROOT = str(Path(rehearsal.__file__).parents[1])


def checker(image: str) -> str | None:
    """The module that is run for an image; None for an image that checks nothing."""
    found = _IMAGE.fullmatch(image)
    return _CHECKERS[found["repository"]] if found else None


def check(request: Mapping[str, Any]) -> None:
    """Refuse what a checker does not do here.

    Raises:
        AwsError: ValidationException, for several instances, of which each would check its own share.
    """
    image, count = (
        request["AppSpecification"]["ImageUri"],
        request["ProcessingResources"]["ClusterConfig"]["InstanceCount"],
    )
    if count > 1 and checker(image) is not None:
        raise invalid(f"InstanceCount {count}: the embedded AWS checks on one instance with the image {image}.")
