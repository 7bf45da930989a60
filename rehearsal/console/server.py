"""The console as a process: listens on loopback, serves until it is told to stop."""

import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from rehearsal.console import app
from rehearsal.console.session import Session
from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput


def listen(port: int) -> socket.socket:
    """A socket on loopback; port 0 takes a free one.

    Raises:
        BadInput: the port is taken.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        raise BadInput(
            f"port {port} is taken: {error.strerror}",
            where=f"127.0.0.1:{port}",
            next_step="a console may run there already; name another with --port, or 0 for a free one",
        ) from error
    return listening


def session_of(aws: Aws, port: int, is_read_only: bool | None) -> Session:
    """The session of an account: on a real one it only reads, unless told otherwise."""
    is_embedded = capabilities.is_rehearsal(aws)
    return Session(aws, port, is_embedded, (not is_embedded) if is_read_only is None else is_read_only)


def serve(session: Session, listening: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until a signal comes; ``on_ready`` is called when requests are taken."""
    config = uvicorn.Config(
        app.make(session),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
        ws="none",
    )
    _Server(config, on_ready, session.closing.set).run(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._on_stop = on_stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._on_stop()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()
