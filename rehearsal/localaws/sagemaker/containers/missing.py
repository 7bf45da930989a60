"""What a job's FailureReason says of a module that its script lacked: the module, and the command that brings it."""

import re
import shlex
import sys
from pathlib import Path

from rehearsal.images import recipes
from rehearsal.images.framework_image import FrameworkImage
from rehearsal.localaws import isolation
from rehearsal.localaws.sagemaker.containers import surroundings
from rehearsal.localaws.sagemaker.containers.interpreters import interpreter

_DISTRIBUTIONS = {
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "skimage": "scikit-image",
}
"""Modules whose distribution has another name."""
_LINES = {"sagemaker.remote_function": "'sagemaker<3'", "sagemaker": "'sagemaker>=3,<4'"}
"""SageMaker's SDK by the module that a line of it has: functions that are jobs (``@remote``, ``@step``) run in the line
that sent them."""
_NOT_THERE = re.compile(r"No module named '([\w.]+)'")
_NOT_FOUND = re.compile(r"No matching distribution found for ([^\n(\\]+)")
"""The words of Python and of pip, in the failure that a program like the SDK's has caught and reported itself."""


def hint(base: Path, image: str, said: str = "") -> str | None:
    """The sentence; None when no module was missing in this container, neither to Python nor by what the program
    ``said`` at its end."""
    module = _left_by_hook(base) or _first(_NOT_THERE, said)
    if module:
        return f"The script lacks the module {module}, which {_command(module, image)}"
    wanted = _first(_NOT_FOUND, said)
    if wanted:
        brought = f"{_python(image)} -m pip install {shlex.quote(wanted)}"
        return (
            f"pip found no distribution {wanted}. Where the package index is reached, this command brings it for "
            f"all jobs: {brought}"
        )
    return None


def _left_by_hook(base: Path) -> str | None:
    file = surroundings.missing_module_file(base)
    return file.read_text().strip() if file.is_file() and isolation.is_of_child(file, base) else None


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1].strip() if found else None


def _command(module: str, image: str) -> str:
    framework, python = FrameworkImage.of(image), _python(image)
    distribution = _distribution(module)
    if framework is not None and python == sys.executable and distribution in recipes.distributions(framework):
        return f"this command brings, with the image's other libraries: rehearse images prepare {image}"
    return f"this command brings: {python} -m pip install {distribution}"


def _python(image: str) -> str:
    return interpreter(image) or "python"


def _distribution(module: str) -> str:
    """What brings a module, as pip's command line takes it."""
    line = next((line for start, line in _LINES.items() if f"{module}.".startswith(f"{start}.")), None)
    top = module.partition(".")[0]
    return line or _DISTRIBUTIONS.get(top, top)
