"""Options of ``rehearse logs`` that name what wrote: a function, a build, a job, an endpoint."""

from dataclasses import dataclass
from typing import Annotated

from typer import Option

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.executions import log_sources
from rehearsal.toolkit.executions.log_sources import Named

_PANEL = "Instead of an action"


@dataclass(frozen=True)
class LogPlace:
    """At most one of these is given."""

    function: Annotated[str | None, Option(metavar="NAME", help="A Lambda function.", rich_help_panel=_PANEL)] = None
    build: Annotated[
        str | None,
        Option(metavar="NAME", help="A CodeBuild project (its newest build) or a build's id.", rich_help_panel=_PANEL),
    ] = None
    job: Annotated[
        str | None,
        Option(metavar="NAME", help="A training, processing or transform job.", rich_help_panel=_PANEL),
    ] = None
    endpoint: Annotated[str | None, Option(metavar="NAME", help="A SageMaker endpoint.", rich_help_panel=_PANEL)] = None

    def sources(self, aws: Aws) -> Named | None:
        """Where the words of what is named are; None when nothing is.

        Raises:
            BadInput: two are named.
            NotThere: there is none of this name.
        """
        given = {name: value for name, value in vars(self).items() if value is not None}
        if len(given) > 1:
            raise BadInput(
                "one log at a time", where=", ".join(f"--{name}" for name in given), next_step="give one of them"
            )
        for name, value in given.items():
            return log_sources.FINDERS[name](aws, value)
        return None
