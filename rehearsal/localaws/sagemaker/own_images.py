"""Images of the user's own, mapped to local Python programs by a small file.

The environment variable ``REHEARSAL_IMAGES`` of the server names a TOML file (read anew for every job)::

    [images."123456789012.dkr.ecr.us-east-1.amazonaws.com/my-model:1"]
    train = ["train.py", "--verbose"]
    serve = ["serve.py"]

A program is a file beside that TOML file and its arguments. It runs in a container's folders (``SAGEMAKER_BASE_DIR`` in
place of ``/opt/ml``) with this server's Python, reaching this machine alone.
"""

import os
import tomllib
from pathlib import Path
from typing import Literal

from rehearsal.localaws.ground.errors import AwsError

VARIABLE = "REHEARSAL_IMAGES"
Half = Literal["train", "serve", "process"]


def command(image: str, half: Half) -> tuple[str, ...] | None:
    """The program (an absolute path) and arguments that the file gives an image; None when it does not name the image.

    Raises:
        AwsError: ValidationException, when the file is missing or malformed, or lacks this half of the image.
    """
    location = os.environ.get(VARIABLE)
    if not location:
        return None
    file = Path(location).absolute()
    try:
        images = tomllib.loads(file.read_text()).get("images", {})
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise AwsError(
            "ValidationException", f"The file of images {file} ({VARIABLE}) cannot be read: {error}"
        ) from error
    if image not in images:
        return None
    words = images[image].get(half)
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise AwsError(
            "ValidationException",
            f'{file} names the image {image} without a program for it to {half}: add  {half} = ["program.py"]',
        )
    program = file.parent / words[0]
    if not program.is_file():
        raise AwsError("ValidationException", f"{file} maps the image {image} to {program}, which is no file.")
    return (str(program), *words[1:])
