"""Images of the user's own, mapped to local Python programs by a small file.

The environment variable ``REHEARSAL_IMAGES`` of the server names a TOML file (read anew for every job)::

    [images."123456789012.dkr.ecr.us-east-1.amazonaws.com/my-model:1"]
    train = ["train.py", "--verbose"]
    serve = ["serve.py"]

A program is a file beside that TOML file and its arguments. It runs in a container's folders (``SAGEMAKER_BASE_DIR`` in
place of ``/opt/ml``), reaching this machine alone, with this server's Python or the one that the file names for the
image::

    [images."683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:0.23-1-cpu-py3"]
    python = "old-libraries/bin/python"

An image that has a Python and no program of its own runs the user's scripts: the entry points of jobs, script mode,
inference code.
"""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from rehearsal.localaws.ground.errors import AwsError

VARIABLE = "REHEARSAL_IMAGES"
Half = Literal["train", "serve", "process"]


def command(image: str, half: Half) -> tuple[str, ...] | None:
    """The program (an absolute path) and arguments that the file gives an image; None when it does not name the image.

    Raises:
        AwsError: ValidationException, when the file is missing or malformed, or lacks this half of the image.
    """
    file, entry = _entry(image)
    if file is None or entry is None:
        return None
    words = entry.get(half)
    if words is None and entry.get("python"):
        return None
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise AwsError(
            "ValidationException",
            f'{file} names the image {image} without a program for it to {half}: add  {half} = ["program.py"]',
        )
    program = file.parent / words[0]
    if not program.is_file():
        raise AwsError("ValidationException", f"{file} maps the image {image} to {program}, which is no file.")
    return (str(program), *words[1:])


def python(image: str) -> str | None:
    """The interpreter that the file gives an image, an absolute path; None where it gives none.

    Raises:
        AwsError: ValidationException, when the file is missing or malformed, or names what is no program.
    """
    file, entry = _entry(image)
    if file is None or entry is None or "python" not in entry:
        return None
    named = file.parent / Path(str(entry["python"])).expanduser()
    if not os.access(named, os.X_OK) or named.is_dir():
        raise AwsError(
            "ValidationException",
            f"{file} gives the image {image} the Python {named}, which is no program. Name an interpreter, such as "
            f"<environment>/bin/python.",
        )
    return str(named)


def _entry(image: str) -> tuple[Path | None, dict[str, Any] | None]:
    """The file of images, and what it says of one."""
    location = os.environ.get(VARIABLE)
    if not location:
        return None, None
    file = Path(location).absolute()
    try:
        images = tomllib.loads(file.read_text()).get("images", {})
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise AwsError(
            "ValidationException", f"The file of images {file} ({VARIABLE}) cannot be read: {error}"
        ) from error
    return file, images.get(image)
