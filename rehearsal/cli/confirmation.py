"""On an account that is no rehearsal's, the user sees which it is and says yes before anything is created, changed or
deleted."""

import sys
from dataclasses import dataclass
from typing import Annotated

from rich.prompt import Confirm
from typer import Option

from rehearsal.cli.output import talk
from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, Declined


@dataclass(frozen=True)
class Consent:
    """The option with which a script consents in advance."""

    yes: Annotated[bool, Option("--yes", "-y", help="Do not ask before changing a real account.")] = False

    def obtain(self, aws: Aws, what: str) -> None:
        """Return when ``what`` may be done.

        Raises:
            Declined: the user said no.
            BadInput: nobody can be asked, and ``--yes`` was not given.
        """
        if self.yes or capabilities.is_rehearsal(aws):
            return
        place = f"account {aws.identity.account_id}, region {aws.region} (as {aws.identity.arn})"
        if not sys.stdin.isatty():
            raise BadInput(
                f"this would {what} in {place}", where="no terminal to ask on", next_step="give --yes if that is meant"
            )
        if not Confirm.ask(f"This will {what} in {place}. Go on?", console=talk(), default=False):
            raise Declined(f"nothing was done: {what}", where=place, next_step="choose another account with --profile")


def default_bucket_suffix(aws: Aws, given: str | None) -> str:
    """The tail of bucket names: as given; the account id where names are shared with the world; else nothing."""
    if given is not None:
        return given
    return "" if capabilities.is_rehearsal(aws) else aws.identity.account_id
