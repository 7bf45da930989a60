"""Which workshop the user means: the one named, or the only one launched in this account and region."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.stacks import stacks


@dataclass(frozen=True)
class Launched:
    """A workshop's stacks as they are found; None where one is missing."""

    workshop: Workshop
    prep_status: str | None
    pipeline_status: str | None


def workshop(aws: Aws, suffix: str | None) -> Workshop:
    """The workshop with this suffix, or the only one there is.

    Raises:
        NotThere: none is launched here (or not that one).
        BadInput: there are several and none was named.
    """
    found = {each.workshop.suffix: each.workshop for each in launched(aws)}
    if suffix is not None:
        if suffix not in found:
            raise NotThere(
                f"no workshop {suffix!r} is launched in region {aws.region}",
                where="CloudFormation",
                next_step=f"launched: {', '.join(sorted(found))}" if found else "rehearse launch creates it",
            )
        return found[suffix]
    if not found:
        raise NotThere(
            f"no workshop is launched in region {aws.region}",
            where="CloudFormation",
            next_step="rehearse launch creates one; check --region if it should be there",
        )
    if len(found) > 1:
        raise BadInput(
            f"{len(found)} workshops are launched in region {aws.region}",
            where="--suffix",
            next_step=f"name one of {', '.join(sorted(found))}",
        )
    return next(iter(found.values()))


def launched(aws: Aws) -> Iterator[Launched]:
    """Every workshop of this account and region, by its stacks."""
    found: dict[str, dict[str, str]] = {}
    tails: dict[str, str] = {}
    for page in aws.client("cloudformation").get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            for prefix in (Workshop.PREP_STACK_PREFIX, Workshop.PIPELINE_STACK_PREFIX):
                suffix = stack["StackName"].removeprefix(prefix)
                parameters = stacks.parameters_of(stack)
                if stack["StackName"].startswith(prefix) and parameters.get("SuffixID") == suffix:
                    found.setdefault(suffix, {})[prefix] = stack["StackStatus"]
                    tails[suffix] = parameters.get("BucketSuffix", "")
    for suffix, states in sorted(found.items()):
        yield Launched(
            Workshop(suffix, tails[suffix]),
            states.get(Workshop.PREP_STACK_PREFIX),
            states.get(Workshop.PIPELINE_STACK_PREFIX),
        )


def assignments(pairs: Iterable[str]) -> dict[str, str]:
    """``["NAME=VALUE"]`` as a dict.

    Raises:
        BadInput: a pair has no ``=`` or no name, or a name is there twice.
    """
    parsed: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise BadInput(
                f"{pair!r} is not NAME=VALUE", where="arguments", next_step="write NAME=VALUE, quoted if need be"
            )
        if name in parsed:
            raise BadInput(
                f"{name} is given twice: {parsed[name]!r} and {value!r}", where="arguments", next_step="give it once"
            )
        parsed[name] = value
    return parsed
