"""``rehearse deploy`` and ``rehearse ls``: a template of one's own made a stack, and what is in the account."""

import tempfile
import time
from pathlib import Path
from typing import Annotated

from rich.markup import escape
from typer import Argument, Option

from rehearsal.cli.app import command
from rehearsal.cli.confirmation import Consent
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output
from rehearsal.cli.reviewing import agree
from rehearsal.toolkit import whats_there
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.executions.events import Event, Note, ResourceChanged, StepFinished, Tell
from rehearsal.toolkit.stacks import deploying, discovery
from rehearsal.toolkit.stacks.deploying import Prepared, Wanted
from rehearsal.toolkit.stacks.stacks import StackResult


@command("rehearse deploy template.yaml --parameter Stage=test")
def deploy(
    account: AccountOptions,
    consent: Consent,
    output: Output,
    template: Annotated[Path, Argument(help="A CloudFormation template; paths in it are relative to it.")],
    stack: Annotated[str | None, Option(help="The stack's name; that of the file or its folder if not given.")] = None,
    parameter: Annotated[
        list[str] | None, Option(metavar="NAME=VALUE", help="A parameter of the template; repeatable.")
    ] = None,
    bucket: Annotated[
        str | None, Option(help="Bucket for local code; rehearsal-deploy-ACCOUNT-REGION, made if need be.")
    ] = None,
    source: Annotated[
        Path | None, Option(help="A folder, zipped to where the stack's pipeline reads its source in S3.")
    ] = None,
    review: Annotated[bool, Option("--review", help="Show what would change, then ask.")] = False,
) -> None:
    """Deploy a template of your own: local code to S3, change set, events as they come, outputs.

    Properties that name local files (Code, CodeUri, TemplateURL, ...) are uploaded as aws cloudformation package does.
    """
    if not template.is_file():
        raise BadInput(f"there is no file {template}", where="TEMPLATE", next_step="name a CloudFormation template")
    aws = account.reach()
    wanted = Wanted(template, stack or deploying.stack_name(template), discovery.assignments(parameter or []), bucket)
    output.say(f"template {template.resolve()}, stack {wanted.stack}")
    consent.obtain(aws, f"create or update the stack {wanted.stack}")
    with output.display() as display, tempfile.TemporaryDirectory(prefix="rehearse-deploy-") as scratch:
        prepared = deploying.prepare(aws, wanted, Path(scratch), display.tell)
        _tell_prepared(prepared, display.tell)
    if review:
        agree(aws, prepared.review, consent)
    with output.display() as display:
        result = _carry_out(aws, prepared, display.tell)
    if source is not None:
        place = deploying.source_of(aws, wanted.stack)
        version = deploying.upload_source(aws, place, source)
        output.say(f"{source} is now s3://{place.bucket}/{place.key}, version {version or 'none'}")
    pipelines = deploying.pipelines_of(aws, wanted.stack)
    document = {"name": result.name, "status": result.status, "resources": result.resources, "outputs": result.outputs}
    output.result(document | {"pipelines": pipelines}, _text(result, pipelines))


def _tell_prepared(prepared: Prepared, tell: Tell) -> None:
    if prepared.files:
        tell(Note(f"{prepared.files} local files are in s3://{prepared.bucket}, {prepared.uploaded} of them new"))
    if prepared.request.capabilities:
        tell(Note(f"acknowledged: {', '.join(prepared.request.capabilities)}"))


def _carry_out(aws: Aws, prepared: Prepared, tell: Tell) -> StackResult:
    began = time.monotonic()

    def with_every_resource(event: Event) -> None:
        if isinstance(event, ResourceChanged) and event.status.endswith("_COMPLETE"):
            tell(Note(f"{event.status:<24} {event.logical_id:<32} {event.resource_type}".rstrip()))
        else:
            tell(event)

    result = deploying.carry_out(aws, prepared, with_every_resource)
    detail = f"{result.resources} resources"
    tell(StepFinished("stack", result.name, result.status, detail, time.monotonic() - began))
    return result


def _text(result: StackResult, pipelines: list[str]) -> str:
    lines = [f"{result.name} {result.status}"]
    lines += [f"  {name}: {escape(value)}" for name, value in result.outputs.items()]
    lines += [f"next: rehearse status --watch --pipeline {name}" for name in pipelines]
    return "\n".join(lines)


@command("rehearse ls")
def ls(account: AccountOptions, output: Output) -> None:
    """List what is in the account and region: stacks, pipelines, functions, builds, buckets, endpoints, ..."""
    found = whats_there.listed(account.reach())
    document = {
        each.kind: {"problem": each.problem} if each.problem else [vars(thing) for thing in each.things]
        for each in found
    }
    lines = []
    for each in found:
        if each.problem:
            lines.append(f"{each.kind}: cannot be listed: {escape(each.problem)}")
        elif each.things:
            lines.append(f"[bold]{each.kind}[/]")
            lines += [f"  {thing.name}  [dim]{thing.state}[/]".rstrip() for thing in each.things]
    output.result(document, "\n".join(lines) or "nothing is there")
