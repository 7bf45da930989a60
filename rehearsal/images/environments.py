"""Environments that ``rehearse images prepare`` made for images: found by repository and tag.

They lie in ``$REHEARSAL_PREPARED_IMAGES``, else in ``$XDG_DATA_HOME/rehearsal/images``
(``~/.local/share/rehearsal/images``).
"""

import os
from collections.abc import Mapping
from pathlib import Path

from rehearsal.images.framework_image import FrameworkImage

VARIABLE = "REHEARSAL_PREPARED_IMAGES"


def folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the environments lie."""
    if environment.get(VARIABLE):
        return Path(environment[VARIABLE]).expanduser()
    data = environment.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "rehearsal" / "images"


def environment_folder(image: FrameworkImage) -> Path:
    """The virtual environment of one image, whether it is there or not."""
    return folder() / image.repository / image.tag


def python(image: FrameworkImage) -> str | None:
    """Its interpreter; None where the image was not prepared."""
    found = environment_folder(image) / "bin" / "python"
    return str(found) if os.access(found, os.X_OK) else None
