"""One execution environment: a child process with the function's code, the Runtime API it talks to, and its log pipe.

A sandbox serves one invocation at a time, in the thread that brings it: that thread sleeps in ``select`` until the
runtime calls, output comes, or the time is up. Between invocations nothing runs on this side.
"""

import os
import resource
import selectors
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rehearsal.localaws import isolation
from rehearsal.localaws.functions import bootstrap, interpreter
from rehearsal.localaws.functions.configuration import Configuration
from rehearsal.localaws.functions.paths import Paths
from rehearsal.localaws.functions.runtime_api import ACCEPTED, RuntimeApi, RuntimeRequest
from rehearsal.localaws.functions.telemetry import LogCutter
from rehearsal.localaws.functions.wording import Ending
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.services.logs import LogLine, LogStream

_WATCH_SECONDS = 0.05
"""How often the memory of a working process is read, and its death noticed when something else holds its log pipe."""
_ADDRESS_SLACK_BYTES = 1 << 30
"""The kernel's limit counts reserved address space too (thread stacks, allocator arenas), which is not memory used."""


@dataclass(frozen=True)
class Answer:
    """What the runtime returned for an invocation, or reported of its initialisation."""

    payload: bytes
    is_error: bool


class Sandbox:
    """A child process that waits for work, works, or has ended."""

    def __init__(
        self, configuration: Configuration, credentials: Credentials, task_root: Path, layers: list[Path]
    ) -> None:
        self.configuration = configuration
        name = f"{datetime.now(UTC):%Y/%m/%d/}[{configuration.version}]{uuid.uuid4().hex}"
        self.log = LogStream(configuration.log_group, name, configuration.region, configuration.role_arn)
        self._credentials = credentials
        self._task_root = task_root
        self._layers = layers
        self._paths = Paths(task_root, layers)
        self._lines: list[LogLine] = []
        self._home = Path(tempfile.mkdtemp(dir=host.current().scratch("functions", "home")))
        self._start()

    def _start(self) -> None:
        self._cutter = LogCutter()
        self._waiting: RuntimeRequest | None = None
        self._usable = False
        self._api = RuntimeApi()
        self._pipe, writing = os.pipe()
        os.set_blocking(self._pipe, False)
        self._process = interpreter.start(
            environment=self._environment(),
            task_root=self._task_root,
            layers=self._layers,
            home=self._home,
            log=writing,
        )
        os.close(writing)
        self._limit_memory()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._api.socket, selectors.EVENT_READ)
        self._selector.register(self._pipe, selectors.EVENT_READ)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether another invocation can be brought: the process lives, and the last one had its answer."""
        return self._usable and self.is_alive

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    @property
    def peak_memory_mb(self) -> int:
        """The most memory that the process has used so far."""
        return self._memory_kb("VmHWM:") // 1024

    def await_work(self, seconds: float) -> Answer | Ending | None:
        """Wait until the runtime asks for work: None. Otherwise the error of its initialisation, or how it ended."""
        if self._waiting is not None:
            return None
        request = self._next_request(time.monotonic() + seconds)
        if isinstance(request, Ending):
            return request
        if request.is_init_error:
            request.answer("202 Accepted", ACCEPTED)
            return Answer(self._paths.of_bytes(request.body), is_error=True)
        self._waiting = request
        return None

    def run(
        self, payload: bytes, headers: Mapping[str, str], request_id: str, seconds: float, *, crash: bool = False
    ) -> Answer | Ending:
        """Hand the runtime its invocation when it asks, and wait for the answer. ``crash`` kills it at work."""
        deadline = time.monotonic() + seconds
        self._usable = False
        failed = self.await_work(seconds)
        if failed is not None or self._waiting is None:
            return failed or Ending.EXIT
        self._waiting.answer("200 OK", payload, headers)
        self._waiting = None
        if crash:
            self.kill()
        while not isinstance(request := self._next_request(deadline), Ending):
            if request.is_response(request_id) or request.is_error(request_id):
                request.answer("202 Accepted", ACCEPTED)
                self._usable = True
                is_error = request.is_error(request_id)
                return Answer(self._paths.of_bytes(request.body) if is_error else request.body, is_error)
            request.answer("404 Not Found")
        return request

    def take_lines(self) -> list[LogLine]:
        """What the function has written since the last call."""
        self._read_pipe()
        lines, self._lines = self._lines, []
        lines += self._cutter.flush(_now_ms())
        return [LogLine(line.timestamp_ms, self._paths.of_text(line.message)) for line in lines]

    def restart(self) -> None:
        """Begin the initialisation anew, in a new process, as Lambda does when the first failed."""
        self._stop()
        self._start()

    def kill(self) -> None:
        """Kill the process only, from another thread than the one at work, which notices and cleans up."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill the process and whatever it started, and give back sockets and files."""
        self._stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def _stop(self) -> None:
        self.kill()
        self._process.wait()
        self._selector.close()
        self._api.close()
        os.close(self._pipe)
        if self._waiting is not None:
            self._waiting.connection.close()

    def _next_request(self, deadline: float) -> RuntimeRequest | Ending:
        while (left := deadline - time.monotonic()) > 0:
            for key, _ in self._selector.select(min(left, _WATCH_SECONDS)):
                if key.fileobj == self._pipe:
                    self._read_pipe()
                elif (request := self._api.take()) is not None:
                    return request
            if not self.is_alive:
                return Ending.EXIT
            if self._memory_kb("VmRSS:") > self.configuration.memory_mb * 1024:
                return Ending.MEMORY
        return Ending.TIMEOUT

    def _read_pipe(self) -> None:
        while True:
            try:
                received = os.read(self._pipe, 65536)
            except BlockingIOError:
                return
            if not received:
                if self._pipe in self._selector.get_map():
                    self._selector.unregister(self._pipe)
                return
            self._lines += self._cutter.feed(received, _now_ms())

    def _memory_kb(self, field: str) -> int:
        try:
            with open(f"/proc/{self._process.pid}/status") as status:
                return next((int(line.split()[1]) for line in status if line.startswith(field)), 0)
        except (FileNotFoundError, ProcessLookupError):
            return 0

    def _limit_memory(self) -> None:
        """A net below the watch: one huge allocation between two readings fails in the child, not on this machine."""
        limit = self.configuration.memory_mb * 1024 * 1024 + _ADDRESS_SLACK_BYTES
        with suppress(ProcessLookupError):  # it has ended already; initialise() tells how
            resource.prlimit(self._process.pid, resource.RLIMIT_DATA, (limit, limit))

    def _environment(self) -> dict[str, str]:
        """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime"""
        made = self.configuration
        return {
            **isolation.child_environment(self._credentials, made.region, self._home),
            **dict(made.environment),
            "PYTHONPATH": os.pathsep.join(map(str, [self._task_root, *_python_folders(self._layers)])),
            "_HANDLER": made.handler,
            "LAMBDA_TASK_ROOT": str(self._task_root),
            "LAMBDA_RUNTIME_DIR": str(Path(bootstrap.__file__).parent),
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{made.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": made.name,
            "AWS_LAMBDA_FUNCTION_VERSION": made.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(made.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": made.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log.stream,
            "AWS_LAMBDA_LOG_FORMAT": made.log_format,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        }


def _python_folders(layers: list[Path]) -> list[Path]:
    """Where Lambda's Python looks in its layers; a later layer lies over an earlier one."""
    return [
        folder
        for layer in reversed(layers)
        for folder in (layer / "python", *sorted(layer.glob("python/lib/python3.*/site-packages")))
        if folder.is_dir()
    ]


def _now_ms() -> int:
    return int(time.time() * 1000)
