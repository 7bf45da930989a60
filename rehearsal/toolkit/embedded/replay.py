"""One action's function once more, on this machine: the event that it got, its artifacts, its role, its code or yours.

It acts on the account as it did then. Two things differ: its answer to CodePipeline is shown and not sent, for the
job is
over, and output artifacts go to keys of their own, so that what the execution wrote stays as it is.
"""

import copy
import importlib.util
import io
import json
import os
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.embedded import role_session

DEBUG_PORT = 5678
"""debugpy's own default, which VS Code proposes."""
_RUNNER = Path(__file__).with_name("replay_runner.py")
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Of this process's environment a function sees nothing else."""


@dataclass(frozen=True)
class Call:
    """One call of an action's function; a continued action has several. ``event`` has credentials: it is not shown."""

    number: int
    status: str
    event: Mapping[str, Any]

    @property
    def job(self) -> Mapping[str, Any]:
        job: Mapping[str, Any] = self.event["CodePipeline.job"]
        return job

    @property
    def function(self) -> str:
        """The function's name."""
        return str(self.job["data"]["actionConfiguration"]["configuration"]["FunctionName"])


@dataclass(frozen=True)
class Function:
    """What a function is run with; ``timeout`` in seconds."""

    name: str
    handler: str
    timeout: int
    memory: int
    role: str
    log_group: str
    environment: Mapping[str, str]
    code: str


def calls(aws: Aws, pipeline: str, execution: str, stage: str, action: str) -> list[Call]:
    """Those of an action in an execution, oldest first.

    Raises:
        NotThere: the account is a real one, or the action called no function in this execution.
    """
    found = capabilities.call(
        aws, "GET", "pipeline-jobs", pipeline=pipeline, execution=execution, stage=stage, action=action
    )
    told = [Call(number, each["status"], each["event"]) for number, each in enumerate(found, start=1)]
    if not told:
        raise NotThere(
            f"{stage}/{action} called no function in execution {execution[:8]}",
            where=pipeline,
            next_step="rehearse status shows which actions have run; only those of the provider Lambda call one",
        )
    return told


def chosen(found: list[Call], number: int | None) -> Call:
    """The call with a number; the first if not given.

    Raises:
        BadInput: there is none such.
    """
    wanted = 1 if number is None else number
    for call in found:
        if call.number == wanted:
            return call
    raise BadInput(f"there is no call {wanted}", where="--call", next_step=f"give a number from 1 to {len(found)}")


def function_of(aws: Aws, name: str) -> Function:
    """As it is configured now."""
    answer = aws.client("lambda").get_function(FunctionName=name)
    told = answer["Configuration"]
    return Function(
        told["FunctionName"],
        told["Handler"],
        told["Timeout"],
        told["MemorySize"],
        told["Role"],
        told.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{told['FunctionName']}"),
        told.get("Environment", {}).get("Variables", {}),
        answer["Code"]["Location"],
    )


def unpack(function: Function, into: Path) -> Path:
    """The function's own zip, unpacked."""
    with urllib.request.urlopen(function.code) as response:
        archive = zipfile.ZipFile(io.BytesIO(response.read()))
    archive.extractall(into)
    return into


def check_code(folder: Path, handler: str) -> None:
    """Be sure that the handler's module is in the folder.

    Raises:
        BadInput: it is not.
    """
    module = handler.rpartition(".")[0].replace(".", "/")
    if not (folder / f"{module}.py").is_file() and not (folder / module / "__init__.py").is_file():
        raise BadInput(
            f"{folder} has no {module}.py, which the handler {handler} names",
            where="--code",
            next_step="name the folder whose files are in the function's zip, for example PipelineLambdaFunctions",
        )


def check_debugger() -> None:
    """Be sure that debugpy is installed.

    Raises:
        NotThere: it is not.
    """
    if importlib.util.find_spec("debugpy") is None:
        raise NotThere(
            "debugpy is not installed beside rehearsal",
            where="--debug",
            next_step=f"{sys.executable} -m pip install 'rehearsal[debug]', or debugpy alone",
        )


def with_own_outputs(event: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """The event with output artifacts under keys of their own. Pure."""
    own: dict[str, Any] = copy.deepcopy(dict(event))
    for artifact in own["CodePipeline.job"]["data"]["outputArtifacts"]:
        place = artifact["location"]["s3Location"]
        place["objectKey"] = f"{place['objectKey']}.replay-{mark}"
    return own


def environment(aws: Aws, function: Function) -> dict[str, str]:
    """What the function's process sees: the function's variables, its role's credentials, and what Lambda sets."""
    role = role_session.variables(aws, function.role.rpartition("/")[2])
    own = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **own,
        **function.environment,
        **role,
        "AWS_ENDPOINT_URL": aws.endpoint_url or "",
        "AWS_REGION": aws.region,
        "AWS_DEFAULT_REGION": aws.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": "replay",
    }


def run(
    function: Function, code: Path, event: Mapping[str, Any], variables: Mapping[str, str], debug: int | None
) -> int:
    """Call the handler in a process of its own, which writes what it prints as it comes; gives its exit code.

    The event goes over standard input: it has credentials, which neither a file nor a command line may hold.
    """
    options = ["--debug", str(debug)] if debug is not None else []
    program = [sys.executable, "-X", "frozen_modules=off", str(_RUNNER)]  # debugpy cannot stop in frozen modules
    done = subprocess.run(
        [*program, str(code), function.handler, str(function.timeout), *options],
        input=json.dumps(event),
        env=dict(variables),
        text=True,
        check=False,
    )
    return done.returncode
