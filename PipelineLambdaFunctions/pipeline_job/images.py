"""What the name of an algorithm's image says of it. Pure."""

import re

_ALGORITHM = re.compile(r"/(?:sagemaker-)?xgboost$")
FIRST_RELEASE = (0, 72, 1)


def version(image_uri: str) -> tuple[int, ...] | None:
    """(3, 2, 0) of ``.../sagemaker-xgboost:3.2-0``; the legacy ``xgboost:1`` and ``:latest`` are XGBoost 0.72.

    None when the image is not SageMaker's XGBoost, or its tag says nothing.
    """
    repository, _, tag = image_uri.rpartition(":")
    if is_first_release(image_uri):
        return FIRST_RELEASE
    return release(tag) if _ALGORITHM.search(repository) else None


def release(tag: str) -> tuple[int, ...] | None:
    """(1, 7, 1) of the tags ``1.7-1`` and ``1.7-1-cpu-py3``, (1, 7) of ``1.7``; None of another."""
    found = re.match(r"(\d+)\.(\d+)(?:-(\d+)|$)", tag)
    return tuple(int(part) for part in found.groups() if part is not None) if found else None


def is_first_release(image_uri: str) -> bool:
    """Whether this is SageMaker's first XGBoost, which writes no checkpoints: spot training starts it anew each time.

    https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-previous-versions.html
    """
    return image_uri.rpartition(":")[0].endswith("/xgboost")
