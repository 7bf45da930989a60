"""``rehearse console``: pages in a browser for what the command line does."""

import os
import threading
import time
import webbrowser
from typing import TYPE_CHECKING, Annotated

from typer import Option

from rehearsal.cli import embedded
from rehearsal.cli.app import command
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output
from rehearsal.console.ports import DEFAULT_PORT
from rehearsal.toolkit.aws import account as accounts
from rehearsal.toolkit.aws.account import Access, Aws
from rehearsal.toolkit.aws.errors import BadInput

if TYPE_CHECKING:
    from rehearsal.console.session import Session

_START_SECONDS = 60


@command("rehearse console --open")
def console(
    account: AccountOptions,
    output: Output,
    embedded_port: Annotated[
        int | None, Option("--embedded", help="The embedded AWS on this port, instead of the environment's account.")
    ] = None,
    port: Annotated[
        int, Option(help="Port of the console on 127.0.0.1; 0 takes a free one.", min=0, max=65535)
    ] = DEFAULT_PORT,
    open_browser: Annotated[bool, Option("--open", help="Open it in the browser.")] = False,
    read_only: Annotated[
        bool | None,
        Option(
            "--read-only/--allow-changes",
            help="Whether anything may be changed; if not given, on the embedded AWS yes, on a real account no.",
        ),
    ] = None,
    with_process: Annotated[
        int | None, Option(help="The process that starts it: it ends when that one has ended.")
    ] = None,
) -> None:
    """Serve pages for stacks, pipelines and UserParameters to this machine's browser, until Ctrl-C; prints their link.

    The link has a token: whoever has it can do what your credentials can. It is new at every start.
    """
    from rehearsal.console import server  # a web server, which no other command waits for

    if with_process is not None:
        _end_with(with_process)
    aws = account.reach() if embedded_port is None else _embedded(embedded_port, with_process is not None)
    listening = server.listen(port)
    session = server.session_of(aws, listening.getsockname()[1], read_only)
    _ = session.account_id  # credentials that do not work are told here, not on a page
    server.serve(session, listening, lambda: _tell(session, open_browser, output))


def _tell(session: "Session", open_browser: bool, output: Output) -> None:
    reads = ", only reading: give --allow-changes to change things" if session.is_read_only else ""
    where = f"{session.kind} {session.account_id}, {session.aws.region}{reads}"
    output.result({"link": session.link, "readOnly": session.is_read_only}, f"console {session.link}\n  {where}")
    if open_browser:
        threading.Thread(target=webbrowser.open, args=(session.link,), daemon=True).start()


def _embedded(port: int, is_waited_for: bool) -> Aws:
    """The embedded AWS on a port, as its administrator; one that has just been started is waited for."""
    give_up_at = time.monotonic() + (_START_SECONDS if is_waited_for else 0)
    while (found := embedded.announced(port)) is None and time.monotonic() < give_up_at:
        time.sleep(0.1)
    announced = found or embedded.find(port)
    return accounts.reach(
        Access(None, announced.region, announced.url, announced.access_key_id, announced.secret_access_key)
    )


def _end_with(process_id: int) -> None:
    """End this process when the one that started it has ended."""
    if os.getppid() != process_id:
        raise BadInput(
            "the process that started the console has ended", where="--with-process", next_step="start it again"
        )

    def watch() -> None:
        while os.getppid() == process_id:
            time.sleep(0.5)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
