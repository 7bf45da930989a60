"""The releases of the algorithm's image, named by their tag, and what changed between them.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-previous-versions.html lists the releases.
"""

import re
from typing import NamedTuple


class ImageVersion(NamedTuple):
    """A release: XGBoost's major and minor version, and the image's own build number."""

    major: int
    minor: int
    build: int

    @classmethod
    def parse(cls, tag: str) -> "ImageVersion":
        """The release that an image tag names: ``3.2-0``, ``1.7-1-cpu-py3``; ``1`` and ``latest`` are the first, 0.72.

        Raises:
            ValueError: for a tag that names no release.
        """
        if tag in ("1", "latest"):
            return LEGACY
        found = re.fullmatch(r"(\d+)\.(\d+)-(\d+)(?:-cpu-py3)?", tag)
        version = cls(*map(int, found.groups())) if found else None
        if version not in RELEASES:
            known = ", ".join(str(release) for release in RELEASES if release != LEGACY)
            raise ValueError(f"no release of the XGBoost image has the tag {tag!r}; the releases are {known}")
        return version

    def __str__(self) -> str:
        return "1" if self == LEGACY else f"{self.major}.{self.minor}-{self.build}"


LEGACY = ImageVersion(0, 72, 1)
V0_90 = ImageVersion(0, 90, 1)
V1_0 = ImageVersion(1, 0, 1)
V1_2 = ImageVersion(1, 2, 1)
V1_2_2 = ImageVersion(1, 2, 2)
V1_3 = ImageVersion(1, 3, 1)
V1_5 = ImageVersion(1, 5, 1)
V1_7 = ImageVersion(1, 7, 1)
V3_0 = ImageVersion(3, 0, 5)
V3_2 = ImageVersion(3, 2, 0)

RELEASES: tuple[ImageVersion, ...] = (
    LEGACY,
    V0_90,
    ImageVersion(0, 90, 2),
    V1_0,
    V1_2,
    V1_2_2,
    V1_3,
    V1_5,
    V1_7,
    V3_0,
    V3_2,
)
NEWEST = V3_2
