"""The framework images of AWS that run a user's scripts here.

https://docs.aws.amazon.com/sagemaker/latest/dg/docker-containers-prebuilt.html
"""

import re
from dataclasses import dataclass

_IMAGE = re.compile(
    r"\d{12}\.dkr\.ecr\.[a-z0-9\-]+\.amazonaws\.com(?:\.cn)?/(?P<repository>sagemaker-(?:scikit-learn|xgboost)):(?P<tag>[\w.\-]+)"
)
SCIKIT_LEARN, XGBOOST = "sagemaker-scikit-learn", "sagemaker-xgboost"


@dataclass(frozen=True)
class FrameworkImage:
    """An image of a framework: its repository and tag. In which region's registry it lies makes no difference."""

    repository: str
    tag: str

    @classmethod
    def of(cls, image: str) -> "FrameworkImage | None":
        """The framework image that a URI names; None for any other image."""
        found = _IMAGE.fullmatch(image)
        return cls(found["repository"], found["tag"]) if found else None

    @property
    def release(self) -> str:
        """The tag without what it says of processor and Python: ``1.2-1`` of ``1.2-1-cpu-py3``."""
        return "-".join(self.tag.split("-")[:2])
