"""``rehearse up``, ``env`` and ``down``: an embedded AWS that stays, for any SDK and tool."""

import os
import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Option

from rehearsal.cli import embedded
from rehearsal.cli.app import command
from rehearsal.cli.embedded import DEFAULT_PORT, Launch
from rehearsal.cli.output import Output
from rehearsal.localaws.ground import user_settings


class Quotas(StrEnum):
    """Quotas that the embedded AWS knows by name."""

    AWS_NEW_ACCOUNT = "aws-new-account"


_ALLOWED = "What it lets in"
Port = Annotated[int, Option(metavar="PORT", help="Port on 127.0.0.1.", min=0, max=65535)]


@command("rehearse up --port 4566")
def up(
    output: Output,
    port: Port = DEFAULT_PORT,
    region: Annotated[str, Option(help="Region that it announces; others work too.")] = "us-east-1",
    continuation_delay: Annotated[
        float,
        Option(metavar="SECONDS", help="Until CodePipeline calls a function again, as in AWS.", min=0.0),
    ] = 30.0,
    state: Annotated[
        Path | None, Option(help="Directory to keep everything in; the next start with it goes on from there.")
    ] = None,
    new_keys: Annotated[
        bool, Option("--new-keys", help="With --state: give the administrator another access key; the old one ends.")
    ] = False,
    reset_clock: Annotated[
        bool, Option("--reset-clock", help="With --state: begin with the machine's time, not with the state's.")
    ] = False,
    quotas: Annotated[
        Quotas | None, Option(help="SageMaker's quotas as AWS publishes them for a new account; none without it.")
    ] = None,
    allow_retired_runtimes: Annotated[
        bool,
        Option(
            "--allow-retired-runtimes", help="Run functions on runtimes that AWS has retired.", rich_help_panel=_ALLOWED
        ),
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        Option(
            help="A further name by which callers may address it; loopback's names are served always.",
            rich_help_panel=_ALLOWED,
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        Option(help="The origin (https://name:port) of a web page that may send requests.", rich_help_panel=_ALLOWED),
    ] = None,
    no_build_network: Annotated[
        bool,
        Option("--no-build-network", help="Keep the commands of builds off the network: no package index is reached."),
    ] = False,
    insecure_test_credentials: Annotated[
        bool,
        Option(
            "--insecure-test-credentials",
            help="Take the key test with the secret test for the administrator's, on this machine alone.",
            rich_help_panel=_ALLOWED,
        ),
    ] = False,
    confirm_subscriptions: Annotated[
        bool,
        Option(
            "--confirm-subscriptions",
            help="Take subscriptions by e-mail as confirmed; else rehearse mailbox confirm does.",
            rich_help_panel=_ALLOWED,
        ),
    ] = False,
    console: Annotated[bool, Option("--console", help="Serve the console's pages too, and print their link.")] = False,
) -> None:
    """Serve the embedded AWS in the foreground until Ctrl-C; prints "ready URL" when it serves."""
    hint = "" if port == DEFAULT_PORT else f" --port {port}"
    if not embedded.is_taken(port):  # otherwise the server says by whom
        output.say(f'In another terminal: eval "$(rehearse env{hint})", then any SDK uses it. Ctrl-C stops it.')
    launch = Launch(
        port,
        region,
        continuation_delay,
        state=state,
        new_keys=new_keys,
        reset_clock=reset_clock,
        quotas="" if quotas is None else quotas.value,
        build_network=not no_build_network,
        confirm_subscriptions=confirm_subscriptions,
        allow_retired_runtimes=allow_retired_runtimes,
        allowed_hosts=tuple(allow_host or ()),
        allowed_origins=tuple(allow_origin or ()),
        test_credentials=insecure_test_credentials,
    )
    if console:
        embedded.start_console(port)
    embedded.serve_in_foreground(launch, "DEBUG" if output.debug else "WARNING")


@command('eval "$(rehearse env)"')
def env(
    output: Output,
    account: Annotated[
        str | None, Option(help="Name or id of another account (rehearse account add); the first if not given.")
    ] = None,
    port: Port = DEFAULT_PORT,
) -> None:
    """Print the shell exports with which any AWS SDK reaches the embedded AWS on a port."""
    found, theirs = embedded.find(port), dict(os.environ)
    if account is not None:
        from rehearsal.cli import accounts  # brings boto3

        found = accounts.as_account(found, account)
    exports = found.variables | user_settings.past_proxies(theirs)
    output.result(exports, _shell(exports, user_settings.names(theirs)))


def _shell(exports: dict[str, str], users: list[str]) -> str:
    """The user's own variables go: a profile, a session token or an endpoint of one service would win over what is
    set."""
    unset = sorted({"AWS_PROFILE", "AWS_SESSION_TOKEN", *users} - set(exports))
    lines = [f"unset {' '.join(unset)}"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in exports.items()]
    return "\n".join(lines)


@command("rehearse down")
def down(output: Output, port: Port = DEFAULT_PORT) -> None:
    """Stop the embedded AWS on a port, with everything that it started."""
    stopped = embedded.stop(port)
    output.result({"stopped": stopped.url, "pid": stopped.pid}, f"stopped {stopped.url}; nothing is left behind")
