"""``rehearse exec``: any program, with everything that it asks of AWS led to the embedded AWS."""

import os
import shutil
import sys
from typing import Annotated

from typer import Argument, Option

from rehearsal import at_start
from rehearsal.cli import accounts, embedded
from rehearsal.cli.app import command
from rehearsal.cli.embedded import DEFAULT_PORT, Announcement
from rehearsal.cli.output import Output
from rehearsal.localaws.ground import user_settings
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.embedded import role_session


@command("rehearse exec --role SageMakerRole -- python train.py", name="exec")
def exec_(
    output: Output,
    words: Annotated[list[str], Argument(metavar="COMMAND...", help="The program and its arguments, after --.")],
    role: Annotated[
        str | None, Option(help="Act as this role, as a notebook does; as the administrator if not given.")
    ] = None,
    port: Annotated[int, Option(help="Port of the embedded AWS.", min=0, max=65535)] = DEFAULT_PORT,
) -> None:
    """Run a program against the embedded AWS: SDKs, notebooks and tools need no change. Its exit code is the
    command's."""
    program = shutil.which(words[0])
    if program is None:
        raise BadInput(f"there is no program {words[0]}", where="PATH", next_step="name one that is, after --")
    environment = _environment(embedded.find(port), role)
    if output.debug:
        output.say(f"{program} with AWS_ENDPOINT_URL={environment['AWS_ENDPOINT_URL']}")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(program, words, environment)


def _environment(found: Announcement, role: str | None) -> dict[str, str]:
    """The user's variables without those about an account of AWS, with those of the embedded one."""
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    ours = {**found.variables, "AWS_EC2_METADATA_DISABLED": "true"}
    if role is not None:
        ours |= role_session.variables(accounts.administrator(found), role)
    return at_start.redirected({**theirs, **user_settings.past_proxies(theirs), **ours})
