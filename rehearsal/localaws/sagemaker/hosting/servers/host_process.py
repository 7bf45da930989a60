"""The process that model servers are forked from, as the embedded AWS holds it: started once, asked for forks, ended
with the server."""

import itertools
import os
import shutil
import socket
import sys
import tempfile
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import rehearsal
from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.host import Credentials
from rehearsal.localaws.isolation import child_environment, spawn
from rehearsal.localaws.sagemaker.hosting.servers.builtin_server import ForkedServer
from rehearsal.localaws.sagemaker.hosting.servers.instances import Instance, InstanceError, LogSink
from rehearsal.localaws.sagemaker.hosting.servers.model_host import ServerOrder

_LONGEST_SOCKET_FOLDER = 90


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
            ["-m", "rehearsal.localaws.sagemaker.hosting.servers.model_host", str(theirs.fileno())],
            environment=environment,
            cwd=folder,
            own=[folder],
            stdout=sys.stderr.fileno(),
            pass_fds=[theirs.fileno()],
            measured=True,
            spares=True,
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
        host.in_background(_follow, instance, address, output, log, name=f"log of model server {process_id}")
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
    """The scratch folder, or a short one where its path (a long TMPDIR) leaves no room for a socket's name: see
    unix(7)."""
    folder = host.current().scratch("hosting")
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    short = Path(tempfile.mkdtemp(prefix="rehearsal-", dir="/tmp"))
    host.on_exit(lambda: shutil.rmtree(short, ignore_errors=True))
    return short


def _follow(instance: Instance, address: Path, output: int, log: LogSink) -> None:
    """Pass on the server's lines until it ends; its socket goes with it."""
    with open(output, errors="replace") as lines:
        for line in lines:
            log(line.rstrip("\n"))
    instance.ended.set()
    address.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _sockets() -> Path:
    """The folder of the sockets, by a name that is short wherever it lies: the address of a socket has 108
    characters."""
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
