"""Run the embedded AWS in this process: ``python -m rehearsal.localaws.server --port 4566``.

Prints ``ready <url>`` on standard output when it serves, and stops on SIGTERM, on SIGINT and, with ``--with-parent``,
when standard input closes. Whatever it made (child processes, scratch folder, announcement) is gone afterwards.
"""

from rehearsal.localaws.ground import user_settings

if __name__ == "__main__":
    user_settings.start_anew_without()  # before anything else is imported: what is imported now would be imported twice

import argparse
import atexit
import errno
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn

from rehearsal.localaws.door.listening import Server, allow_many_files
from rehearsal.localaws.ground import announcement, clock, host, scratch
from rehearsal.localaws.ground.announcement import DEFAULT_PORT
from rehearsal.localaws.ground.host import CannotServe
from rehearsal.localaws.isolation import kernel, orphans

_FREE_MEMORY_SECONDS = 30.0
log = logging.getLogger("rehearsal.localaws")


class UnknownRegion(CannotServe):
    """The region that was asked for is none that the embedded AWS plays."""

    def __init__(self, region: str) -> None:
        super().__init__(
            f"the embedded AWS does not play region {region!r}: it plays those of the partition aws, us-east-1 or "
            f"eu-central-1 for example, not those of China and of US government. Choose another with --region."
        )


class PortTaken(CannotServe):
    """Something listens on the port that was asked for."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} of 127.0.0.1 is in use by {_who_has(port)}.")


def _who_has(port: int) -> str:
    """Who listens there, and what to do about it."""
    choose = "choose another with --port (0 takes a free one)"
    found = announcement.read(port)
    if found is None:
        return f"another program. Stop it, or {choose}"
    option = "" if port == DEFAULT_PORT else f" --port {port}"
    return f"another embedded AWS (process {found.pid}). Stop it with rehearse down{option}, or {choose}"


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to stop; returns the process's exit code."""
    options = parse(argv)
    prepare_process(options)
    try:
        with scratch.folder(options.scratch) as folder:
            serve(options, folder)
    except CannotServe as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def prepare_process(options: argparse.Namespace) -> None:
    """Forget the user's settings, keep the memory to ourselves, write the log."""
    user_settings.forget()
    kernel.hide_memory()
    kernel.share_heaps()
    logging.basicConfig(
        level=options.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    for noisy in ("botocore", "boto3", "urllib3", "s3transfer", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rehearsal.localaws.server", description="Run the embedded AWS.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--region", default="us-east-1", help="the region it announces (others work too)")
    parser.add_argument(
        "--scratch", help="folder for unpacked code, models and job files, missing or empty; removed at the end"
    )
    parser.add_argument(
        "--continuation-delay", type=float, default=30.0, help="seconds before CodePipeline calls a function again"
    )
    parser.add_argument(
        "--allow-retired-runtimes", action="store_true", help="run functions on runtimes that AWS has retired"
    )
    parser.add_argument(
        "--no-build-network",
        action="store_true",
        help="keep the commands of builds off the network: no package index is reached",
    )
    parser.add_argument(
        "--state", type=Path, help="directory to keep everything in, and to go on from at the next start"
    )
    parser.add_argument(
        "--new-keys",
        action="store_true",
        help="with --state: give the administrator another access key; the old one ends",
    )
    parser.add_argument(
        "--reset-clock", action="store_true", help="with --state: begin with the machine's time, not with the state's"
    )
    parser.add_argument(
        "--quotas", choices=("aws-new-account",), default="", help="SageMaker's quotas; none at all without it"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name by which callers may address it, beside those of loopback; may be given several times",
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="a web page's origin, https://name:port, that may send requests; may be given several times",
    )
    parser.add_argument(
        "--insecure-test-credentials",
        action="store_true",
        help="take the key test with the secret test for the administrator's",
    )
    parser.add_argument(
        "--confirm-subscriptions",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="take subscriptions by e-mail as confirmed; otherwise they wait for the link of their mail",
    )
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input closes")
    parser.add_argument("--log-level", default="WARNING", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    return parser.parse_args(argv)


def serve(options: argparse.Namespace, folder: Path) -> None:
    """Take the port, wire the services, announce the address, and serve until something says stop."""
    check_region(options.region)
    if options.insecure_test_credentials:
        _warn_of_test_key(options)
    stopping = threading.Event()
    _stop_on_signals(stopping)
    http = bound_server(options.port)
    keeper: Any = None
    try:
        running, keeper, is_restored = start_services(options, folder, port=http.bind_addr[1])
        with announcement.announced(announcement_of(running)):
            answer(http)
            if keeper is not None:
                keeper.start(resuming=is_restored)
            print(f"ready {running.endpoint_url}", flush=True)
            host.in_background(_give_back_memory, stopping, name="free memory")
            if options.with_parent:
                host.in_background(_stop_with_parent, stopping, name="parent")
            stopping.wait()
    finally:
        is_kept = True
        with ExitStack() as ending:  # the last first, each whatever became of the others
            ending.callback(lambda: orphans.children().end_all())
            ending.callback(host.run_exits)
            ending.callback(http.stop)
            if keeper is not None:
                is_kept = keeper.finish()
    if not is_kept:
        raise CannotServe(
            "the state could not be written at the end: the log says why. The snapshot before it is there."
        )


def _warn_of_test_key(options: argparse.Namespace) -> None:
    """Say what it means to take a key that everybody knows.

    Raises:
        CannotServe: other names than loopback's are served, too.
    """
    if options.allow_host or options.allow_origin:
        raise CannotServe(
            "--insecure-test-credentials is for this machine alone: with --allow-host or --allow-origin anybody who "
            "reaches the server would be its administrator. Leave one of them out."
        )
    log.warning("the key test with the secret test is the administrator's: every program on this machine may do all")


def answer(http: Server, services: Any = None) -> None:
    """Have the services answer what comes to a server; ``services`` are those that are loaded already, if any are."""
    from rehearsal.localaws.entrance import early  # imports moto, which must come after the services' settings
    from rehearsal.localaws.entrance.front import Front

    early.begin()
    http.wsgi_app = Front(services)
    http.serve()


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without the garbage collector: it would search all of them again and again, and they stay to the
    end."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def check_region(region: str) -> None:
    with loading():
        from rehearsal.localaws.ground import regions  # asks botocore, after the user's settings are forgotten

    if region not in regions.played():
        raise UnknownRegion(region)


def bound_server(port: int) -> Server:
    """An HTTP server that holds the port already; callers wait in its backlog until it serves."""
    allow_many_files()
    http = Server(("127.0.0.1", port))
    try:
        http.prepare()
    except OSError as error:
        if error.errno == errno.EADDRINUSE or "in use" in str(error):
            raise PortTaken(port) from error
        raise
    http.wsgi_app = _not_ready
    return http


def _not_ready(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []


def start_services(options: argparse.Namespace, folder: Path, *, port: int) -> tuple[host.Host, Any, bool]:
    """The services, wired; with ``--state`` the keeper of it, and whether there was something to go on from."""
    settings = host.Settings(
        port=port,
        scratch=folder,
        region=options.region,
        continuation_delay_seconds=options.continuation_delay,
        allow_retired_runtimes=options.allow_retired_runtimes,
        confirm_subscriptions=options.confirm_subscriptions,
        quotas=options.quotas,
        allowed_hosts=tuple(options.allow_host),
        allowed_origins=tuple(options.allow_origin),
        build_network=not options.no_build_network,
    )
    os.environ["MOTO_ACCOUNT_ID"] = settings.account_id  # one account; moto would derive one from each access key
    os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"  # which pages may use a bucket, the bucket says
    with loading():
        from rehearsal.localaws.authorizer import administrator  # moto reads its settings when it is imported
        from rehearsal.localaws.moto_bridge import wiring

        wiring.install()
    keeper, is_restored = None, False
    if options.state is not None:
        from rehearsal.localaws.state import opening

        host.start(host.Host(settings, host.Credentials("", "")))  # rooms unpack files; nobody signs anything yet
        keeper = opening.begin(options.state, settings, with_new_clock=options.reset_clock)
        is_restored = keeper.restore()
    known = _known_administrator(settings, with_new_keys=options.new_keys)
    running = host.Host(settings, known or administrator.create(settings.account_id, settings.region))
    administrator.take_test_key(settings.account_id, taken=options.insecure_test_credentials)
    host.start(running)
    host.in_background(clock.watch, name="jumps of the machine's clock")
    host.records_are_complete()
    return running, keeper, is_restored


def _known_administrator(settings: host.Settings, *, with_new_keys: bool) -> host.Credentials | None:
    """The administrator of the first account, if a state has one; with new keys those of all accounts are renewed."""
    from rehearsal.localaws.authorizer import administrator
    from rehearsal.localaws.ground import accounts

    if not with_new_keys:
        return administrator.find(settings.account_id)
    for account_id in accounts.added:
        administrator.renew(account_id)
    return administrator.renew(settings.account_id)


def announcement_of(running: host.Host) -> announcement.Announcement:
    return announcement.Announcement(
        url=running.endpoint_url,
        port=running.settings.port,
        pid=os.getpid(),
        region=running.settings.region,
        account_id=running.account_id,
        access_key_id=running.admin.access_key_id,
        secret_access_key=running.admin.secret_access_key,
    )


def _stop_on_signals(stopping: threading.Event) -> None:
    """The kernel may hand a signal to any thread, and Python would run its handler in the main thread alone, which
    sleeps until ``stopping`` is set: so a thread waits for the byte that Python writes for each signal.
    """
    told, tells = socket.socketpair()
    tells.setblocking(False)
    signal.set_wakeup_fd(tells.detach(), warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)

    def stop() -> None:
        told.recv(1)
        stopping.set()

    host.in_background(stop, name="signals")


def _give_back_memory(stopping: threading.Event) -> None:
    """What services have read and dropped lies free between what they keep, in a heap for each thread: it would stay
    there."""
    while not stopping.wait(_FREE_MEMORY_SECONDS):
        kernel.give_back_memory()


def _stop_with_parent(stopping: threading.Event) -> None:
    """Standard input is a pipe whose other end the parent holds: its end is the parent's end, unless it has said
    ``stay`` before."""
    # not sys.stdin.read(): its lock would abort the interpreter's shutdown
    if not os.read(sys.stdin.fileno(), 1024).startswith(b"stay"):
        stopping.set()


def _end(code: int) -> NoReturn:
    """End the process now: all that is to be done at the end is done, but the interpreter would wait for each worker of
    a pool.

    One of them may wait an hour for the answer of a custom resource.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _end(main())
