"""What can go wrong for a user, sorted by who can mend it.

    RehearsalError            exit code 1
    +-- BadInput              exit code 2: an option, a file or a parameter of the user
    +-- AccountProblem        credentials, region, permission or network between the user and the account
    +-- NotThere              a stack, pipeline, execution or object that the command needs does not exist
    +-- StackFailed           CloudFormation could not do it
    +-- ExecutionFailed       the pipeline ran and did not succeed
    +-- Declined              the user answered no

Each says what happened, where, and what to do next. Errors of boto3 become these in
:mod:`rehearsal.toolkit.aws.translation`.
"""

from collections.abc import Sequence
from typing import ClassVar


class RehearsalError(Exception):
    """The base: ``what`` happened, ``where`` (a resource, a file and line, an action), the ``next_step`` to take."""

    exit_code: ClassVar[int] = 1
    is_reported: bool = False
    """A command has told it already in its own form (the document of ``rehearse run --json``)."""
    log_lines: tuple[str, ...] = ()
    """What a log said last before it happened, where there is one."""

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step

    @property
    def kind(self) -> str:
        """The name by which scripts tell errors apart."""
        return type(self).__name__

    def as_json(self) -> dict[str, str]:
        """The error as ``--json`` prints it."""
        return {"type": self.kind, "what": self.what, "where": self.where, "next": self.next_step}


class BadInput(RehearsalError):
    """The user's option, file or parameter cannot be used."""

    exit_code = 2


class AccountProblem(RehearsalError):
    """The account cannot be reached, or does not let this caller do it."""


class NotThere(RehearsalError):
    """What the command works on does not exist."""


class StackFailed(RehearsalError):
    """A stack ended in a failed state."""


class ExecutionFailed(RehearsalError):
    """A pipeline execution ended otherwise than Succeeded; ``log_lines`` are the last of what failed."""

    def __init__(self, what: str, *, where: str = "", next_step: str = "", log_lines: Sequence[str] = ()) -> None:
        super().__init__(what, where=where, next_step=next_step)
        self.log_lines = tuple(log_lines)


class Declined(RehearsalError):
    """The user did not confirm."""
