"""The user's inference script: from the model's archive or from S3, served by a program of ours with the image's
interpreter.

``SAGEMAKER_PROGRAM`` of the model's environment names the script, ``SAGEMAKER_SUBMIT_DIRECTORY`` its folder in the
container or its archive in S3. https://docs.aws.amazon.com/sagemaker/latest/dg/adapt-inference-container.html
"""

import threading
from pathlib import Path

from rehearsal.localaws.sagemaker.containers import interpreters
from rehearsal.localaws.sagemaker.containers.inside import SCRIPT_SERVER, paths
from rehearsal.localaws.sagemaker.hosting import model_data
from rehearsal.localaws.sagemaker.hosting.model import Container, Model
from rehearsal.localaws.sagemaker.hosting.servers import own_server
from rehearsal.localaws.sagemaker.hosting.servers.instances import Instance, LogSink
from rehearsal.localaws.sagemaker.training import source_code
from rehearsal.localaws.sagemaker.training.inputs import DownloadError
from rehearsal.localaws.sagemaker.training.user_script import UserScript

PROGRAM, SUBMIT_DIRECTORY = "SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY"
_CODE_FOLDER = "_REHEARSAL_CODE_DIR"
_IN_THE_ARCHIVE = "/opt/ml/model/code"
_fetching = threading.Lock()


def is_named(container: Container) -> bool:
    """Whether the model's environment names a script."""
    return bool(container.environment.get(PROGRAM))


def start(model: Model, folder: Path, log: LogSink) -> Instance:
    """Start a server of the script, whose model is unpacked in ``folder``/model.

    Raises:
        ModelDataError: the script cannot be had.
    """
    container = model.container
    code = _folder(model, folder)
    if not (code / container.environment[PROGRAM]).is_file():
        raise model_data.ModelDataError(
            f'The script {container.environment[PROGRAM]} ({PROGRAM}) of container "{container.hostname}" is not in '
            f"{container.environment.get(SUBMIT_DIRECTORY) or _IN_THE_ARCHIVE} ({SUBMIT_DIRECTORY})."
        )
    python = interpreters.required(container.image, "serves")
    program = own_server.Program((str(SCRIPT_SERVER),), python, variables={_CODE_FOLDER: str(code)})
    return own_server.start(program, model, folder, log)


def _folder(model: Model, folder: Path) -> Path:
    named = model.container.environment.get(SUBMIT_DIRECTORY) or _IN_THE_ARCHIVE
    if not named.startswith("s3://"):
        return Path(paths.moved(named.removeprefix("file://"), str(folder)))
    script = UserScript(model.container.environment[PROGRAM], named)
    with _fetching:  # a fleet's servers share the folder
        if not (folder / "code").exists():
            try:
                source_code.fetch(script, folder, model_data.client(model.role_arn, model.arn.split(":")[3]))
            except DownloadError as error:
                raise model_data.ModelDataError(str(error)) from error
    return folder / "code"
