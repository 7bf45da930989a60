"""A model server of the user's own: a local program that stands for an image (see :mod:`own_images`), asked over HTTP.

It has a container's contract: the unpacked artifact in ``$SAGEMAKER_BASE_DIR/model``, ``GET /ping``, ``POST
/invocations``. All programs share this machine's ports, so each is told its own in ``SAGEMAKER_BIND_TO_PORT``, as
containers of one instance are. https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import http.client
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.localaws import isolation
from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.sagemaker.containers import surroundings
from rehearsal.localaws.sagemaker.hosting.model import Model
from rehearsal.localaws.sagemaker.hosting.model_data import SERVICE
from rehearsal.localaws.sagemaker.hosting.servers.instances import (
    Exchange,
    Instance,
    InstanceError,
    InstanceTimeout,
    LogSink,
)
from rehearsal.localaws.sagemaker.training.output_lines import follow

GRACE_SECONDS = 30
"""Between SIGTERM and SIGKILL, as the page above has it."""
_ASK_AGAIN_SECONDS = 0.05
_LOOK_AT_CLOCK_MILLISECONDS = 100


class OwnServer(Instance):
    """A running program."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        super().__init__()
        self._process = process
        self._port = port

    def ping(self, *, timeout_seconds: float) -> bool:
        """Ask until the program answers with 200: one that is starting says no, or nothing."""
        return self._until(time.monotonic() + timeout_seconds, lambda: super(OwnServer, self).ping(timeout_seconds=2))

    def _until(self, deadline: float, condition: Callable[[], bool]) -> bool:
        while not (satisfied := condition()) and not self.ended.is_set() and time.monotonic() < deadline:
            self.ended.wait(_ASK_AGAIN_SECONDS)
        return satisfied

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, timeout_seconds: float
    ) -> Exchange:
        if not self._until(time.monotonic() + timeout_seconds, self._listens):
            raise InstanceError(f"the model server takes no connections on port {self._port} (SAGEMAKER_BIND_TO_PORT)")
        deadline = clock.timestamp() + timeout_seconds
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout_seconds)
        try:
            connection.request(method, path, body, dict(headers))
            _await_answer(connection.sock, deadline)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Exchange(answer.status, named, answer.read())
        except TimeoutError as error:
            raise InstanceTimeout(timeout_seconds) from error
        except (OSError, http.client.HTTPException) as error:
            raise InstanceError(f"the model server gave no answer ({error!r})") from error
        finally:
            connection.close()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def stop(self) -> None:
        """SIGTERM, and after the grace period SIGKILL."""
        if not self.ended.is_set():
            self._signal(signal.SIGTERM)
            threading.Thread(target=self._insist, name="stopping a model server", daemon=True).start()

    def _insist(self) -> None:
        if not self.ended.wait(GRACE_SECONDS):
            self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return  # it has ended in this moment

    def follow(self, output: int, log: LogSink) -> None:
        """Pass on the program's lines until it ends."""

        def pass_on(lines: Sequence[str]) -> None:
            for line in lines:
                log(line)

        try:
            follow(output, pass_on)
        finally:
            os.close(output)
            log(f"The model server has ended with exit code {self._process.wait()}")
            self.ended.set()


@dataclass(frozen=True)
class Program:
    """What ``python``, the interpreter that every Python of the container is, runs: a file and its arguments."""

    arguments: tuple[str, ...]
    python: str = sys.executable
    variables: Mapping[str, str] = field(default_factory=dict)


def start(program: Program, model: Model, folder: Path, log: LogSink) -> OwnServer:
    """Start the program in ``folder``, which stands for its container's /opt/ml; it may take a while to listen: ping
    it."""
    port, region = _free_port(), model.arn.split(":")[3]
    home = folder / "tmp"
    home.mkdir(exist_ok=True)
    surroundings.prepare(folder, program.python)
    bare = isolation.child_environment(_credentials(model, region), region, home)
    if model.request.get("EnableNetworkIsolation"):
        bare = surroundings.isolated(bare)
    told = {
        **bare,
        "PYTHONPATH": str(Path(program.arguments[0]).parent),
        "SAGEMAKER_BASE_DIR": str(folder),
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "SAGEMAKER_REGION": region,
        "SM_MODEL_DIR": str(folder / "model"),
        **model.container.environment,
        **program.variables,
    }
    environment = surroundings.variables(folder, told)
    reading, writing = os.pipe()
    try:
        process = isolation.spawn(
            surroundings.launched(program.python, program.arguments),
            environment=environment,
            cwd=folder,
            own=[folder],
            readable=[*surroundings.folders_of(program.python), Path(program.arguments[0]).parent],
            stdout=writing,
            measured=True,
        )
    finally:
        os.close(writing)
    server = OwnServer(process, port)
    host.in_background(server.follow, reading, log, name=f"log of model server {process.pid}")
    return server


def _await_answer(connection: socket.socket, deadline: float) -> None:
    """Return when the program answers; TimeoutError when the embedded clock, which may be moved meanwhile, says it is
    too late."""
    answers = select.poll()
    answers.register(connection, select.POLLIN)
    while not answers.poll(_LOOK_AT_CLOCK_MILLISECONDS):
        if clock.timestamp() >= deadline:
            raise TimeoutError


def _credentials(model: Model, region: str) -> Credentials:
    if model.role_arn is None:
        return Credentials("none", "none")
    return identity.assume_role(model.role_arn, "SageMaker", service=SERVICE, region=region)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
