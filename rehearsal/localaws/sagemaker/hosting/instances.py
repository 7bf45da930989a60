"""Running model servers, as the embedded AWS holds them: start, ask, watch, stop.

An :class:`Instance` is one server process; :class:`ForkedServer` is the built-in algorithm's, behind a socket of its own.
Requests to it block the calling thread; each thread keeps a connection of its own open.
"""

import itertools
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import rehearsal
from rehearsal.localaws import host
from rehearsal.localaws.direct import set_read_timeout
from rehearsal.localaws.host import Credentials
from rehearsal.localaws.isolation import child_environment, spawn
from rehearsal.localaws.sagemaker.hosting import http_messages
from rehearsal.localaws.sagemaker.hosting.http_messages import END_OF_HEAD, Head, parse_head
from rehearsal.localaws.sagemaker.hosting.model_host import ServerOrder

INVOCATION_SECONDS = 60
_CHUNK = 1 << 18
_LONGEST_SOCKET_FOLDER = 90

LogSink = Callable[[str], None]


class InstanceError(Exception):
    """The server did not answer: it ended, or took too long."""


class InstanceTimeout(InstanceError):
    """The server took longer than the caller may wait."""


@dataclass(frozen=True)
class Exchange:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Instance(ABC):
    """One model server."""

    def __init__(self) -> None:
        self.requests = 0
        """How many callers hold it now; kept by its variant."""
        self.ended = threading.Event()

    def invoke(
        self, headers: Mapping[str, str], body: bytes, *, timeout_seconds: float = INVOCATION_SECONDS
    ) -> Exchange:
        """``POST /invocations``.

        Raises:
            InstanceTimeout: no answer in time.
            InstanceError: the server is gone.
        """
        return self._exchange("POST", "/invocations", headers, body, timeout_seconds)

    def ping(self, *, timeout_seconds: float) -> bool:
        """Whether ``GET /ping`` is answered with 200 in time."""
        try:
            return self._exchange("GET", "/ping", {}, b"", timeout_seconds).status == 200
        except InstanceError:
            return False

    @abstractmethod
    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, timeout_seconds: float
    ) -> Exchange:
        """Send a request and read its answer; errors as of :meth:`invoke`."""

    @abstractmethod
    def stop(self) -> None:
        """End the process: at once when it is idle, by force when it is not. Twice is fine."""


class ForkedServer(Instance):
    """A server that the model host forked, on a unix socket."""

    def __init__(self, address: Path, process_id: int, life: int) -> None:
        super().__init__()
        self._address = str(address)
        self._process_id = process_id
        self._life = life
        self._connections = threading.local()

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, timeout_seconds: float
    ) -> Exchange:
        connection = self._connection()
        try:
            connection.wait_at_most(timeout_seconds)
            connection.socket.sendall(http_messages.request(method, path, headers, body))
            return _answer(connection.socket)
        except BlockingIOError as error:
            self._drop_connection()
            raise InstanceTimeout(f"no answer within {timeout_seconds:g} seconds") from error
        except OSError as error:
            self._drop_connection()
            raise InstanceError(f"the model server ended without an answer ({error})") from error

    def stop(self) -> None:
        if self._life < 0:
            return
        life, self._life = self._life, -1
        os.close(life)
        if not self.ended.wait(2):
            os.kill(self._process_id, signal.SIGKILL)

    def _connection(self) -> "_Connection":
        connection: _Connection | None = getattr(self._connections, "open", None)
        if connection is None:
            connection = self._connections.open = _Connection(self._address)
        return connection

    def _drop_connection(self) -> None:
        self._connections.open.socket.close()
        self._connections.open = None


class _Connection:
    """A thread's connection to a server."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self._timeout_seconds = 0.0
        try:
            self.socket.connect(address)
        except OSError as error:
            self.socket.close()
            raise InstanceError(f"the model server is gone ({error})") from error

    def wait_at_most(self, seconds: float) -> None:
        """Let reads wait so long. A time limit of the kernel, set when it changes: Python's own costs a system call each time."""
        if seconds != self._timeout_seconds:
            set_read_timeout(self.socket, seconds)
            self._timeout_seconds = seconds


def _answer(connection: socket.socket) -> Exchange:
    received = bytearray()
    head: Head | None = None
    while True:
        data = connection.recv(_CHUNK)
        if not data:
            raise ConnectionResetError("connection closed")
        received += data
        if head is None:
            end = received.find(END_OF_HEAD)
            if end < 0:
                continue
            head = parse_head(bytes(received[:end]))
            start = end + len(END_OF_HEAD)
        if len(received) >= start + head.body_length:
            status = int(head.first_line.split(" ", 2)[1])
            return Exchange(status, head.headers, bytes(memoryview(received)[start:]))


class ModelHost:
    """The child process that forks model servers; made with the first of them, or by :func:`warm_up` before."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        folder = host.current().scratch("hosting")
        environment = child_environment(Credentials("none", "none"), host.current().settings.region, folder)
        environment |= {
            "PYTHONPATH": str(Path(rehearsal.__file__).parents[1]),
            "OMP_NUM_THREADS": "1",  # as in the container; nor may a process fork that runs threads of OpenMP
            "OPENBLAS_NUM_THREADS": "1",
        }
        self._process = spawn(
            ["-m", "rehearsal.localaws.sagemaker.hosting.model_host", str(theirs.fileno())],
            environment=environment,
            cwd=folder,
            stdout=sys.stderr.fileno(),
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._control = ours
        self._sockets = _socket_folder()
        self._guard = threading.Lock()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def start(self, order: ServerOrder, log: LogSink) -> Instance:
        """Fork a server; ``log`` gets each line that it prints. It may still be loading its model: ping it.

        Raises:
            InstanceError: it cannot be forked.
        """
        address = _sockets() / f"{next(_socket_numbers)}.socket"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(address))
            listening.listen(128)
            output, output_in = os.pipe()
            life, life_held = os.pipe()
            process_id = self._fork(order, [listening.fileno(), output_in, life])
        os.close(output_in)
        os.close(life)
        instance = ForkedServer(address, process_id, life_held)
        host.in_background(_follow, instance, output, log, name=f"log of model server {process_id}")
        return instance

    def _fork(self, order: ServerOrder, descriptors: list[int]) -> int:
        answer = b""
        with self._guard, suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(self._control, [order.encode()], descriptors)
            answer = self._control.recv(8)
        if len(answer) < 8:
            raise InstanceError(f"the process that starts model servers has ended with code {self._process.wait()}")
        return int.from_bytes(answer, "big")

    def stop(self) -> None:
        """End it; servers end with their own pipes."""
        self._control.close()
        self._process.wait(5)


def _socket_folder() -> Path:
    """The scratch folder, or a short one where its path (a long TMPDIR) leaves no room for a socket's name: see unix(7)."""
    folder = host.current().scratch("hosting")
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    short = Path(tempfile.mkdtemp(prefix="rehearsal-", dir="/tmp"))
    host.on_exit(lambda: shutil.rmtree(short, ignore_errors=True))
    return short


def _follow(instance: Instance, output: int, log: LogSink) -> None:
    """Pass on the server's lines until it ends."""
    with open(output, errors="replace") as lines:
        for line in lines:
            log(line.rstrip("\n"))
    instance.ended.set()


@lru_cache(maxsize=1)
def _sockets() -> Path:
    """The folder of the sockets, by a name that is short wherever it lies: the address of a socket has 108 characters."""
    folder = host.current().scratch("hosting")
    by_descriptor = Path("/proc/self/fd")  # Linux
    return by_descriptor / str(os.open(folder, os.O_RDONLY | os.O_DIRECTORY)) if by_descriptor.exists() else folder


_socket_numbers = itertools.count(1)
_hosts: list[ModelHost] = []
_making = threading.Lock()


def model_host() -> ModelHost:
    """The one of this embedded AWS; another when it was killed, by a machine out of memory for example."""
    with _making:
        if not _hosts or not _hosts[-1].is_alive:
            _hosts.append(ModelHost())
            host.on_exit(_hosts[-1].stop)
        return _hosts[-1]


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Start loading XGBoost in a child process, once, so that the first endpoint need not wait for it."""
    host.in_background(model_host, name="model host")
