"""The process that model servers are forked from: ``python -m rehearsal.localaws.sagemaker.hosting.servers.model_host
FD``.

It has loaded XGBoost once; each server is a fork of it, so that an endpoint starts in a few milliseconds and shares the
libraries' memory with the others, yet a model that crashes takes nothing else with it. Runs in a child process and
must not import moto.

On the control socket FD comes, for each server, a JSON line (:class:`ServerOrder`) with three descriptors: the
listening socket, the pipe for its output, and the pipe whose end ends it. The answer is the server's process id.
"""

import gc
import json
import os
import signal
import socket
import sys
import traceback
import warnings
from dataclasses import asdict, dataclass
from typing import Any

from rehearsal.localaws.algorithms.xgboost import lean_import
from rehearsal.localaws.sagemaker.hosting.servers.model_server import ModelServer

_MAX_ORDER = 1 << 20


@dataclass(frozen=True)
class ServerOrder:
    """A model server to fork."""

    model_folder: str
    image_tag: str
    environment: dict[str, str]

    def encode(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def main() -> None:
    """Fork servers until the embedded AWS closes the control socket."""
    lean_import.install()
    from rehearsal.localaws.algorithms.xgboost import serving  # costs a tenth of a second: once, here

    warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps; who cares for a server's end reads its pipe
    gc.freeze()  # what is there already stays in pages that the forks share
    control = socket.socket(fileno=int(sys.argv[1]))
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, _MAX_ORDER, 3)
        if not order:
            return
        process_id = os.fork()
        if process_id == 0:
            control.close()
            _run(ServerOrder(**json.loads(order)), descriptors, serving)
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(process_id.to_bytes(8, "big"))


def _run(order: ServerOrder, descriptors: list[int], serving: Any) -> None:
    """Be the server; never returns."""
    from rehearsal.localaws.algorithms.xgboost.versions import ImageVersion

    listening, output, life = descriptors
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    code = 1
    try:
        scorer = serving.Scorer.load(order.model_folder, order.environment, ImageVersion.parse(order.image_tag))
        os.chdir(order.model_folder)  # by which its use of the machine is told from that of other forks
        print(f"Model server ready, XGBoost model of {order.model_folder.rsplit('/', 1)[-1]!r} loaded", flush=True)
        ModelServer(socket.socket(fileno=listening), life, scorer, serving.execution_parameters()).serve()
        code = 0
    except (serving.ModelError, ValueError) as error:
        print(f"{type(error).__name__}: {error}", flush=True)
    except BaseException:
        traceback.print_exc()  # nothing above this would: the process ends here
        raise
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
