"""``rehearse leaks`` and ``destroy``: what still costs money, and ending it."""

from typing import Annotated

from typer import Exit, Option

from rehearsal.cli.app import command
from rehearsal.cli.confirmation import Consent, default_bucket_suffix
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, RehearsalError
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.cleanup import leftovers, teardown
from rehearsal.toolkit.cleanup.leftovers import Leftover
from rehearsal.toolkit.labs import leftovers as lab_leftovers
from rehearsal.toolkit.mlops import leftovers as project_leftovers
from rehearsal.toolkit.mlops import projects
from rehearsal.toolkit.stacks import discovery

Suffix = Annotated[str | None, Option(envvar="REHEARSE_SUFFIX", help="SuffixID; the launched one if not given.")]
BucketSuffix = Annotated[str | None, Option(help="BucketSuffix, if the stacks are gone already.")]


@command("rehearse leaks")
def leaks(account: AccountOptions, output: Output, suffix: Suffix = None, bucket_suffix: BucketSuffix = None) -> None:
    """List what of workshops, labs and projects still costs money here. Exits 1 if anything does."""
    aws = account.reach()
    found = {each.suffix: leftovers.survey(aws, each) for each in _meant(aws, suffix, bucket_suffix)}
    labs = [each for each in lab_leftovers.launched(aws) if suffix in (None, each.suffix)]
    found |= {each.stack: lab_leftovers.survey(aws, each) for each in labs}
    if suffix is None:
        found |= {each.stack: project_leftovers.survey(aws, each) for each in projects.launched(aws)}
    costly = {name: [each for each in things if each.cost] for name, things in found.items()}
    count = sum(map(len, costly.values()))
    document = {name: [_document(each) for each in things] for name, things in costly.items() if things}
    output.result({"region": aws.region, "leaks": document}, _leaks_text(aws, costly))
    if count:
        raise Exit(1)


def _meant(aws: Aws, suffix: str | None, bucket_suffix: str | None) -> list[Workshop]:
    """The workshop that is named, launched or not; else all that are launched."""
    launched = {each.workshop.suffix: each.workshop for each in discovery.launched(aws)}
    if suffix is None:
        return list(launched.values())
    if suffix in launched and bucket_suffix is None:
        return [launched[suffix]]
    return [Workshop(suffix, default_bucket_suffix(aws, bucket_suffix))]


def _leaks_text(aws: Aws, costly: dict[str, list[Leftover]]) -> str:
    lines = [
        f"{name}: {each.kind.label} {each.name}  {each.detail}  costs {each.cost}"
        for name, things in costly.items()
        for each in things
    ]
    return "\n".join(lines) or f"nothing left in region {aws.region}: 0 endpoints, 0 training jobs, 0 objects"


def _document(leftover: Leftover) -> dict[str, str]:
    return {"kind": leftover.kind.label, "name": leftover.name, "detail": leftover.detail, "cost": leftover.cost}


@command("rehearse destroy --suffix sde")
def destroy(
    account: AccountOptions,
    consent: Consent,
    output: Output,
    suffix: Suffix = None,
    bucket_suffix: BucketSuffix = None,
) -> None:
    """Remove a workshop entirely: executions, endpoints, models, buckets with every version, stacks, log groups.

    Waits for what is in the middle of a change, and says what it could not delete. After an interruption give it again.
    """
    aws = account.reach()
    meant = _meant(aws, suffix, bucket_suffix)
    if len(meant) > 1:
        raise BadInput(
            f"{len(meant)} workshops are launched here",
            where="--suffix",
            next_step=f"name one of {', '.join(each.suffix for each in meant)}",
        )
    if not meant:
        output.result(
            {"removed": [], "remaining": []}, f"no workshop is launched in region {aws.region}: nothing to do"
        )
        return
    found = leftovers.survey(aws, meant[0])
    consent.obtain(aws, f"DELETE workshop {meant[0].suffix} with its data and models ({len(found)} things)")
    try:
        with output.display() as display:
            done = teardown.destroy(aws, meant[0], display.tell)
    except KeyboardInterrupt:
        output.say(f"interrupted; rehearse destroy {_as_options(meant[0])} goes on where it stopped")
        raise
    document = {"removed": [_document(each) for each in done.removed], "remaining": done.reasons}
    output.result(
        document, f"workshop {meant[0].suffix}: {len(done.removed)} things removed, {len(done.remaining)} left"
    )
    if done.remaining:
        first = done.remaining[0]
        raise RehearsalError(
            f"{len(done.remaining)} things could not be deleted: {done.reasons[first.name]}",
            where=f"{first.kind.label} {first.name}",
            next_step="remove what holds it (a permission, a protection), then run rehearse destroy again",
        )


def _as_options(workshop: Workshop) -> str:
    """How to name the workshop when its stacks, which tell the tail of bucket names, may be gone."""
    tail = f" --bucket-suffix {workshop.bucket_suffix}" if workshop.bucket_suffix else ""
    return f"--suffix {workshop.suffix}{tail}"
