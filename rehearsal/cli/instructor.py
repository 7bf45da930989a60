"""``rehearse class`` and ``publish``: what an instructor needs for thirty attendees."""

import tempfile
from pathlib import Path
from typing import Annotated

from rich.markup import escape
from typer import Exit, Option

from rehearsal.cli.app import command, group
from rehearsal.cli.confirmation import Consent, default_bucket_suffix
from rehearsal.cli.options import AccountOptions, ContentOptions
from rehearsal.cli.output import Output
from rehearsal.toolkit import classroom, project, workshop
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.classroom import Attendee
from rehearsal.toolkit.stacks import packaging, publishing
from rehearsal.toolkit.stacks.publishing import Published

class_ = group("class")
Suffixes = Annotated[Path, Option(help="File with one suffix a line; # begins a comment.")]
BucketSuffix = Annotated[
    str | None, Option(help="Tail of bucket names; on a real account the account id if not given.")
]
AtOnce = Annotated[int, Option(help="How many side by side.", min=1, max=64)]


@command("rehearse class launch --suffixes attendees.txt", below=class_)
def launch(
    account: AccountOptions,
    content: ContentOptions,
    consent: Consent,
    output: Output,
    suffixes: Suffixes,
    bucket_suffix: BucketSuffix = None,
    at_once: AtOnce = 8,
) -> None:
    """Launch a workshop for every attendee and wait for their first runs. Exits 0 only if all Succeeded."""
    aws = account.reach()
    workshops = _workshops(aws, suffixes, bucket_suffix)
    plans = [content.plan(each) for each in workshops]
    consent.obtain(aws, f"launch {len(plans)} workshops")
    with output.display() as display, tempfile.TemporaryDirectory(prefix="rehearse-zips-") as scratch:
        zips = workshop.package(plans[0].project, Path(scratch), display.tell)
        attendees = classroom.launch(aws, plans, zips, display.tell, at_once=at_once)
    _answer(attendees, output)


@command("rehearse class status --suffixes attendees.txt", below=class_)
def status(
    account: AccountOptions,
    output: Output,
    suffixes: Suffixes,
    bucket_suffix: BucketSuffix = None,
    at_once: AtOnce = 8,
) -> None:
    """Show how every attendee's pipeline stands. Exits 0 only if all Succeeded."""
    aws = account.reach()
    _answer(classroom.status(aws, _workshops(aws, suffixes, bucket_suffix), at_once=at_once), output)


@command("rehearse class destroy --suffixes attendees.txt", below=class_)
def destroy(
    account: AccountOptions,
    consent: Consent,
    output: Output,
    suffixes: Suffixes,
    bucket_suffix: BucketSuffix = None,
    at_once: AtOnce = 8,
) -> None:
    """Remove every attendee's workshop entirely. Exits 0 only if nothing is left."""
    aws = account.reach()
    workshops = _workshops(aws, suffixes, bucket_suffix)
    consent.obtain(aws, f"DELETE {len(workshops)} workshops with their data and models")
    with output.display() as display:
        attendees = classroom.destroy(aws, workshops, display.tell, at_once=at_once)
    _answer(attendees, output)


def _workshops(aws: Aws, suffixes: Path, bucket_suffix: str | None) -> list[Workshop]:
    words = classroom.read_suffixes(suffixes)
    tail = default_bucket_suffix(aws, bucket_suffix)
    return [Workshop(word, tail) for word in words]


def _answer(attendees: list[Attendee], output: Output) -> None:
    fine = sum(each.is_fine for each in attendees)
    document = [
        {"suffix": each.suffix, "status": each.status, "detail": each.detail, "metrics": each.metrics}
        for each in attendees
    ]
    lines = [
        f"{each.suffix:<15} {each.status:<12} {escape(each.metrics or each.detail)}".rstrip() for each in attendees
    ]
    output.result({"attendees": document, "fine": fine}, "\n".join([*lines, f"{fine} of {len(attendees)} are fine"]))
    if fine < len(attendees):
        raise Exit(1)


@command("rehearse publish --bucket-prefix my-workshop --region eu-west-1")
def publish(
    account: AccountOptions,
    consent: Consent,
    output: Output,
    bucket_prefix: Annotated[str, Option(help="The bucket of a region is PREFIX-REGION; made if missing.")],
    also: Annotated[list[str] | None, Option(help="A further region; repeatable.")] = None,
    readable_by: Annotated[
        str, Option(help="Who may fetch it: private (this account), public, or an organisation's id (o-...).")
    ] = "private",
) -> None:
    """Upload templates, zips and sample data, and print Launch Stack links and badges with parameters filled in."""
    aws = account.reach()
    here = project.find()
    regions = list(dict.fromkeys([aws.region, *(also or [])]))
    consent.obtain(aws, f"publish to {', '.join(publishing.bucket_name(bucket_prefix, region) for region in regions)}")
    with tempfile.TemporaryDirectory(prefix="rehearse-zips-") as scratch:
        zips = packaging.build(Path(scratch), here.functions)
        published = [
            publishing.publish(aws.elsewhere(region), here, zips, bucket_prefix, readable_by=readable_by)
            for region in regions
        ]
    output.result({"published": [_document(each) for each in published]}, "\n\n".join(map(_text, published)))


def _document(published: Published) -> dict[str, object]:
    links = [{"stack": link.stack, "url": link.url, "badge": link.badge} for link in published.links]
    return {"region": published.region, "bucket": published.bucket, "keys": list(published.keys), "links": links}


def _text(published: Published) -> str:
    lines = [f"{published.region}: {len(published.keys)} objects in {published.bucket}"]
    for link in published.links:
        lines += [f"  {link.stack}: {escape(link.url)}", f"  {escape(link.badge)}"]
    return "\n".join(lines)
