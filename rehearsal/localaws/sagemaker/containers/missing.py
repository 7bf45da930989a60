"""What a job's FailureReason says of a module that its script lacked: the module, and the command that brings it."""

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
"""SageMaker's SDK by the module that a line of it has: functions that are jobs (``@remote``, ``@step``) run in the line that sent them."""


def hint(base: Path, image: str) -> str | None:
    """The sentence; None when no module was missing in this container."""
    file = surroundings.missing_module_file(base)
    if not file.is_file() or not isolation.is_of_child(file, base):
        return None
    module = file.read_text().strip()
    return f"The script lacks the module {module}, which {_command(module, image)}"


def _command(module: str, image: str) -> str:
    framework, python = FrameworkImage.of(image), interpreter(image) or "python"
    distribution = _distribution(module)
    if framework is not None and python == sys.executable and distribution in recipes.distributions(framework):
        return f"this command brings, with the image's other libraries: rehearse images prepare {image}"
    return f"this command brings: {python} -m pip install {distribution}"


def _distribution(module: str) -> str:
    """What brings a module, as pip's command line takes it."""
    line = next((line for start, line in _LINES.items() if f"{module}.".startswith(f"{start}.")), None)
    top = module.partition(".")[0]
    return line or _DISTRIBUTIONS.get(top, top)
