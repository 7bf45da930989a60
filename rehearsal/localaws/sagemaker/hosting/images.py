"""What an image means on this machine: the built-in algorithm's is served by the process that forks model servers, one
of the user's own by the program that a file maps it to.
"""

import re
import sys
from pathlib import Path

from rehearsal.images.framework_image import SCIKIT_LEARN, FrameworkImage
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import own_images
from rehearsal.localaws.sagemaker.hosting import inference_code
from rehearsal.localaws.sagemaker.hosting.model import Model
from rehearsal.localaws.sagemaker.hosting.servers import own_server
from rehearsal.localaws.sagemaker.hosting.servers.host_process import model_host
from rehearsal.localaws.sagemaker.hosting.servers.instances import Instance, LogSink
from rehearsal.localaws.sagemaker.hosting.servers.model_host import ServerOrder

_XGBOOST = re.compile(r".*/(?:sagemaker-)?xgboost:(?P<tag>[\w.\-]+)")


class UnknownImage(Exception):
    """The embedded AWS has nothing that behaves as this image."""


def start(model: Model, folder: Path, log: LogSink) -> Instance:
    """Start a server of the model, whose artifact is unpacked in ``folder``/model.

    Raises:
        UnknownImage: nothing here serves that image.
    """
    container = model.container
    program = _own_program(container.image)
    if program is not None:
        return own_server.start(program, model, folder, log)
    framework = FrameworkImage.of(container.image)
    if framework is not None and inference_code.is_named(container):
        return inference_code.start(model, folder, log)
    if framework is not None and framework.repository == SCIKIT_LEARN:
        raise UnknownImage(
            f'The image "{container.image}" of model {model.name} serves a script and has none of its own: name one in '
            "the "
            f"model's environment ({inference_code.PROGRAM}, {inference_code.SUBMIT_DIRECTORY}), as the SDK's "
            "SKLearnModel does."
        )
    found = _XGBOOST.fullmatch(container.image)
    if found is None:
        raise UnknownImage(
            f'The embedded AWS has no program for the image "{container.image}" of model {model.name}: it serves the '
            "built-in "
            "XGBoost images (<registry>/sagemaker-xgboost:<version> and <registry>/xgboost:1) and images of your own "
            f"that the file named by {own_images.VARIABLE} maps to local programs."
        )
    return model_host().start(ServerOrder(str(folder / "model"), found["tag"], container.environment), log)


def _own_program(image: str) -> own_server.Program | None:
    try:
        words = own_images.command(image, "serve")
        python = own_images.python(image) or sys.executable
        return own_server.Program(words, python) if words else None
    except AwsError as error:
        raise UnknownImage(str(error.message)) from error
