"""Which pipeline the user means: the one named, the workshop's, or the only one there is."""

from dataclasses import dataclass

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.stacks import discovery


@dataclass(frozen=True)
class Chosen:
    """A pipeline by its name, and the workshop that it is of; None for any other."""

    pipeline: str
    workshop: Workshop | None = None


def choose(aws: Aws, named: str | None, suffix: str | None) -> Chosen:
    """The pipeline ``named``; else that of the workshop with ``suffix`` or of the only one; else the only pipeline.

    Raises:
        NotThere: there is none, or not that one.
        BadInput: there are several and none was named.
    """
    if named is not None:
        return Chosen(_known(named, names(aws), aws))
    if suffix is not None or any(discovery.launched(aws)):
        found = discovery.workshop(aws, suffix)
        return Chosen(found.pipeline, found)
    return Chosen(_only(names(aws), aws))


def names(aws: Aws) -> list[str]:
    """The pipelines of the account and region, sorted."""
    pages = aws.client("codepipeline").get_paginator("list_pipelines").paginate()
    return sorted(each["name"] for page in pages for each in page["pipelines"])


def _known(named: str, there: list[str], aws: Aws) -> str:
    if named not in there:
        raise NotThere(
            f"there is no pipeline {named} in region {aws.region}", where="--pipeline", next_step=_listed(there)
        )
    return named


def _only(there: list[str], aws: Aws) -> str:
    if not there:
        raise NotThere(
            f"no workshop is launched in region {aws.region}, and there is no other pipeline",
            where="CodePipeline",
            next_step="rehearse launch creates the workshop's, rehearse deploy TEMPLATE one of your own; "
            "check --region if it should be there",
        )
    if len(there) > 1:
        raise BadInput(
            f"{len(there)} pipelines are in region {aws.region}",
            where="--pipeline",
            next_step=f"name one: {_listed(there)}",
        )
    return there[0]


def _listed(there: list[str]) -> str:
    return f"there are: {', '.join(there)}" if there else "there is none; rehearse ls shows what is there"
