"""What to install so that an old image's scripts run: the image's own libraries on its own Python, or the oldest that
still install. Data.

The versions of the images are those of their public sources: https://github.com/aws/sagemaker-scikit-learn-container
and https://github.com/aws/sagemaker-xgboost-container. An XGBoost image up to 1.7-1 gets its own XGBoost, which
installs on every Python 3: models are written here as that release reads them. One from 3.0-5 on gets the version that
trains here, which alone reads its models.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rehearsal.images.framework_image import SCIKIT_LEARN, XGBOOST, FrameworkImage

_XGBOOST_HERE = "3.2.0"
_ALWAYS = ("boto3", "joblib")
"""What every image has and scripts use, in whatever version installs."""


@dataclass(frozen=True)
class Recipe:
    """Pinned distributions, and the minor versions of Python 3 on which they install."""

    pythons: tuple[int, ...]
    pins: Mapping[str, str]

    def requirements(self) -> list[str]:
        """As pip takes them."""
        return [*(f"{name}=={version}" for name, version in self.pins.items()), *_ALWAYS]


@dataclass(frozen=True)
class ImageContent:
    """What an image holds: its Python 3 and the versions of what scripts use."""

    python: int
    versions: Mapping[str, str]


def _content(python: int, numpy: str, pandas: str, sklearn: str, **more: str) -> ImageContent:
    return ImageContent(python, {"numpy": numpy, "pandas": pandas, "scikit-learn": sklearn, **more})


CONTENTS: Mapping[tuple[str, str], ImageContent] = {
    (SCIKIT_LEARN, "0.20.0"): _content(7, "1.19.5", "0.25.3", "0.20.0"),
    (SCIKIT_LEARN, "0.23-1"): _content(7, "1.19.2", "1.1.3", "0.23.2", scipy="1.5.3"),
    (SCIKIT_LEARN, "1.0-1"): _content(7, "1.19.5", "1.1.3", "1.0.2", scipy="1.5.3"),
    (SCIKIT_LEARN, "1.2-1"): _content(9, "1.24.1", "1.1.3", "1.2.1"),
    (XGBOOST, "1.0-1"): _content(7, "1.19.2", "1.2.4", "0.24.1", scipy="1.6.2", xgboost="1.0.0"),
    (XGBOOST, "1.2-1"): _content(7, "1.19.2", "1.2.4", "0.24.1", scipy="1.6.2", xgboost="1.2.0"),
    (XGBOOST, "1.2-2"): _content(7, "1.19.2", "1.2.4", "0.24.1", scipy="1.6.2", xgboost="1.2.0"),
    (XGBOOST, "1.3-1"): _content(7, "1.19.2", "1.2.4", "0.24.1", scipy="1.6.2", xgboost="1.3.3"),
    (XGBOOST, "1.5-1"): _content(7, "1.19.2", "1.2.4", "0.24.1", scipy="1.6.2", xgboost="1.5.2"),
    (XGBOOST, "1.7-1"): _content(8, "1.19.2", "1.2.4", "0.24.1", scipy="1.6.2", xgboost="1.7.4"),
    (XGBOOST, "3.0-5"): _content(10, "2.1.0", "2.2.3", "1.5.2", xgboost="3.0.5"),
}
"""By repository and release."""

_OLDEST = {"numpy": "1.26.4", "pandas": "1.5.3", "scikit-learn": "1.2.2"}
"""The oldest of each with wheels for Python 3.9 to 3.11. pandas 1.5 takes calls that 2.0 has dropped
(``error_bad_lines``, ``append``)."""
_RECENT = {"numpy": "2.1.0", "pandas": "2.2.3", "scikit-learn": "1.5.2"}


def content(image: FrameworkImage) -> ImageContent | None:
    """What the image holds; None for a release that is not known here."""
    return CONTENTS.get((image.repository, image.release)) or CONTENTS.get((image.repository, image.tag.split("-")[0]))


def recipes(image: FrameworkImage, xgboost_distribution: str = "xgboost") -> Sequence[Recipe]:
    """The ways to prepare an image, the nearest to it first; none for a release that is not known here."""
    holds = content(image)
    if holds is None:
        return ()
    if image.repository == SCIKIT_LEARN:
        return (Recipe((holds.python,), holds.versions), Recipe((9, 10, 11), _OLDEST))
    if holds.python >= 10:
        return (Recipe((10, 11, 12), {**_RECENT, xgboost_distribution: _XGBOOST_HERE}),)
    own = {"xgboost": holds.versions["xgboost"]}
    return (Recipe((holds.python,), holds.versions), Recipe((9, 10, 11), {**_OLDEST, **own}))


def distributions(image: FrameworkImage) -> frozenset[str]:
    """What a prepared environment has, by the names of distributions."""
    return frozenset(name for recipe in recipes(image) for name in recipe.pins) | {*_ALWAYS}
