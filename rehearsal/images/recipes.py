"""Recipes."""

from rehearsal.images.framework_image import FrameworkImage


def distributions(image: FrameworkImage) -> frozenset[str]:
    """What."""
    return frozenset({"pandas", "scikit-learn", image.repository})
