"""``rehearse lab``: the labs, each run in one command, on this machine or on the configured account."""

import importlib.util
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

from rich.markdown import Markdown
from typer import Exit, Option

from rehearsal.cli import embedded, lab_lessons, lab_words
from rehearsal.cli.app import command
from rehearsal.cli.confirmation import Consent, default_bucket_suffix
from rehearsal.cli.display import Display
from rehearsal.cli.embedded import Launch
from rehearsal.cli.lab_group import BucketSuffix, Data, Name, Parameters, StackParameters, Suffix, lab
from rehearsal.cli.launch import reviewed
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output, print_error, print_json
from rehearsal.images import environments, lab_environment
from rehearsal.images.framework_image import SCIKIT_LEARN, FrameworkImage
from rehearsal.images.preparing import CannotPrepare
from rehearsal.localaws.ground import user_settings
from rehearsal.toolkit import project
from rehearsal.toolkit.aws import account, capabilities
from rehearsal.toolkit.aws.account import Access, Aws
from rehearsal.toolkit.aws.errors import BadInput, RehearsalError
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.aws.translation import FAILURES, explain
from rehearsal.toolkit.checks import pricing
from rehearsal.toolkit.cleanup import leftovers as of_workshop
from rehearsal.toolkit.cleanup import teardown
from rehearsal.toolkit.executions.events import StepFinished
from rehearsal.toolkit.labs import catalogue, leftovers
from rehearsal.toolkit.labs.lab import Lab, Order, Outcome
from rehearsal.toolkit.labs.names import LabNames
from rehearsal.toolkit.stacks import discovery, stacks, template_parameters
from rehearsal.toolkit.stacks.stacks import StackRequest, StackResult


@command("rehearse lab list", below=lab, name="list")
def list_(output: Output) -> None:
    """List the labs."""
    document = [{"name": each.name, "title": each.title, "summary": each.summary} for each in catalogue.LABS.values()]
    rows = [f"{each.name:<10} {each.title}\n{'':<10} {each.summary}" for each in catalogue.LABS.values()]
    output.result({"labs": document}, "\n".join([*rows, "", "next: rehearse lab run NAME"]))


@command("rehearse lab guide census", below=lab)
def guide(output: Output, name: Name) -> None:
    """Show a lab's guide: what is built, step by step, with the commands to type."""
    found = catalogue.named(name)
    file = catalogue.folder(project.find(), found) / "README.md"
    text = file.read_text()
    output.result({"name": found.name, "file": str(file), "text": text}, Markdown(text))


@command("rehearse lab setup census", below=lab)
def setup(
    output: Output,
    name: Name,
    sdk: Annotated[
        bool,
        Option("--sdk", help="Also make an environment with SageMaker's SDK v3, about 1 GB, to build the pipeline."),
    ] = False,
) -> None:
    """Install what a lab needs on this machine: the libraries of its jobs and, with --sdk, what its pipeline.py is
    written with."""
    found = catalogue.named(name)
    missing = _missing_libraries(found)
    try:
        if missing:
            output.say(f"installing {', '.join(missing)}, which the lab's jobs import")
            lab_environment.install(missing)
        made = lab_environment.make_sdk(output.say) if sdk else lab_environment.sdk_python()
    except CannotPrepare as error:
        raise BadInput(str(error), where=f"lab {found.name}", next_step=error.next_step) from error
    document = {"lab": found.name, "installed": list(missing), "sdkPython": made}
    lines = [f"the libraries of the lab's jobs are here: {', '.join(found.libraries) or 'they need none'}"]
    if made:
        lines.append(f"SDK v3: {made} labs/{found.name}/pipeline.py prints the pipeline's definition")
    output.result(document, "\n".join([*lines, f"next: rehearse lab run {found.name}"]))


def _missing_libraries(found: Lab) -> list[str]:
    """The modules that this Python does not have; none where the image that imports them was prepared."""
    if found.scikit_learn_tag and environments.python(FrameworkImage(SCIKIT_LEARN, found.scikit_learn_tag)):
        return []
    return [module for module in found.libraries if importlib.util.find_spec(module) is None]


@command("rehearse lab run census", below=lab)
def run(
    account_options: AccountOptions,
    output: Output,
    name: Name,
    suffix: Suffix = "rehearsal",
    data: Data = None,
    parameter: Parameters = None,
    stack_parameter: StackParameters = None,
    keep: Annotated[bool, Option("--keep", help="Leave the embedded AWS running afterwards.")] = False,
    port: Annotated[
        int | None,
        Option(help=f"Port of the embedded AWS; a free one if not given, {embedded.DEFAULT_PORT} with --keep.", min=0),
    ] = None,
) -> None:
    """Run a lab from nothing to an endpoint that answers, on an embedded AWS of its own or the one that
    AWS_ENDPOINT_URL names.

    Needs no AWS account. Exits 0 only if the pipeline Succeeded.
    """
    began = time.monotonic()
    found = catalogue.named(name)
    order = _order(found, LabNames(found.name, suffix), data, parameter, stack_parameter)
    order = replace(order, stack_parameters={**found.rehearsed_with, **order.stack_parameters})
    _hold_libraries(found)
    default_port = embedded.DEFAULT_PORT if keep else 0
    launch = Launch(default_port if port is None else port, account_options.region or "us-east-1", keep=keep)
    if found.images:
        os.environ.setdefault("REHEARSAL_IMAGES", str(order.file(found.images)))
    with output.display() as display, _embedded_aws(account_options, launch, display) as aws:
        outcome = _carried_out(found, aws, order, output, display)
    _print(found, outcome, time.monotonic() - began, output)


def _order(
    found: Lab, names: LabNames, data: Path | None, parameter: list[str] | None, stack_parameter: list[str] | None
) -> Order:
    """What was asked for, checked as far as files can tell.

    Raises:
        BadInput: the data or a parameter of the stack cannot be used.
    """
    folder = catalogue.folder(project.find(), found)
    table = data or folder / found.sample
    if not table.is_file():
        raise BadInput(f"there is no file {table}", where="--data", next_step="name a table in the sample's schema")
    chosen = discovery.assignments(stack_parameter or [])
    declared = template_parameters.declared_in(folder / found.template)
    template_parameters.check(
        {name: each for name, each in declared.items() if name not in names.parameters},
        chosen,
        where="--stack-parameter",
    )
    return Order(names, folder, table, discovery.assignments(parameter or []), chosen)


def _hold_libraries(found: Lab) -> None:
    missing = _missing_libraries(found)
    if missing:
        raise BadInput(
            f"the lab's jobs import {' and '.join(missing)}, which this Python does not have",
            where=f"lab {found.name}",
            next_step=f"rehearse lab setup {found.name} installs them",
        )


@contextmanager
def _embedded_aws(options: AccountOptions, launch: Launch, display: Display) -> Iterator[Aws]:
    """The running embedded AWS that the environment names, else one for this run."""
    if options.endpoint_url:
        aws = options.reach()
        if not capabilities.is_rehearsal(aws):
            raise BadInput(
                f"{options.endpoint_url} is no embedded AWS",
                where="AWS_ENDPOINT_URL",
                next_step="rehearse lab launch takes a lab to an account; without the variable a run starts its own",
            )
        yield aws
        return
    user_settings.forget()
    began = time.monotonic()
    with embedded.running(launch) as started:
        announced = started.announced
        display.tell(StepFinished("server", "embedded AWS", "ready", f"on {announced.url}", time.monotonic() - began))
        yield account.reach(
            Access(
                region=announced.region,
                endpoint_url=announced.url,
                access_key_id=announced.access_key_id,
                secret_access_key=announced.secret_access_key,
            )
        )


def _carried_out(found: Lab, aws: Aws, order: Order, output: Output, display: Display) -> Outcome:
    def deploy(request: StackRequest) -> StackResult:
        return stacks.launch(aws, request, display.tell)

    try:
        return found.run(aws, order, deploy, display.tell)
    except FAILURES as error:
        raise _with_json(explain(error), output) from error


def _with_json(error: RehearsalError, output: Output) -> RehearsalError:
    if output.json:
        print_json({"status": "Failed", "error": error.as_json()})
        error.is_reported = True
    return error


def _print(found: Lab, outcome: Outcome, elapsed: float, output: Output) -> None:
    if output.json:
        print_json({"lab": found.name, **outcome.as_json(), "elapsedSeconds": round(elapsed, 3)})
    else:
        output.result(None, "\n".join(lab_words.outcome_lines(found, outcome, elapsed)))
    if not outcome.succeeded:
        print_error(lab_words.failure(outcome))
        raise Exit(1)


@command("rehearse lab launch census --review", below=lab)
def launch(
    account_options: AccountOptions,
    consent: Consent,
    output: Output,
    name: Name,
    suffix: Suffix = "rehearsal",
    bucket_suffix: BucketSuffix = None,
    data: Data = None,
    parameter: Parameters = None,
    stack_parameter: StackParameters = None,
    review: Annotated[bool, Option("--review", help="Show what would change in each stack, then ask.")] = False,
    approve: Annotated[
        bool, Option("--approve", help="Approve the version that the run registers, deploy it and ask it.")
    ] = False,
) -> None:
    """Take a lab to the configured account: its stack, its pipeline and a run of it. What it creates and costs is said
    before."""
    began = time.monotonic()
    found, aws = catalogue.named(name), account_options.reach()
    names = LabNames(found.name, suffix, default_bucket_suffix(aws, bucket_suffix))
    order = replace(_order(found, names, data, parameter, stack_parameter), approve=approve)
    serves = approve or found.serves_always
    if not capabilities.is_rehearsal(aws):
        endpoint = [("endpoint", found.endpoint_instance, 1)] if serves and found.endpoint_instance else []
        output.say(lab_words.estimate(found, pricing.of_lab(aws, [*found.jobs, *endpoint])))
    served = (
        f" and serve what it makes by the stack {names.endpoint_stack}" if serves and found.endpoint_instance else ""
    )
    consent.obtain(aws, f"create or update the stack {names.stack}, run its SageMaker pipeline{served}")
    with output.display() as display:
        way = (
            partial(reviewed, aws, consent=consent, tell=display.tell)
            if review
            else partial(stacks.launch, aws, tell=display.tell)
        )
        outcome = found.run(aws, order, way, display.tell)
    _print(found, outcome, time.monotonic() - began, output)


def _workshop_of(aws: Aws, of_lab: Lab, names: LabNames) -> Workshop | None:
    """The workshop that a run of the lab has launched beside its stack; its own stack tells the tail of its buckets."""
    if of_lab.workshop is None:
        return None
    stack = stacks.describe(aws, of_lab.workshop(names).prep_stack)
    tail = stacks.parameters_of(stack).get("BucketSuffix", "") if stack is not None else ""
    return of_lab.workshop(replace(names, bucket_suffix=tail))


@command("rehearse lab destroy census", below=lab)
def destroy(
    account_options: AccountOptions,
    consent: Consent,
    output: Output,
    name: Name,
    suffix: Suffix = "rehearsal",
) -> None:
    """Remove a lab entirely: endpoint, models, versions, pipeline, bucket with every version, stacks, log groups."""
    aws = account_options.reach()
    of_lab = catalogue.named(name)
    names = LabNames(of_lab.name, suffix)
    beside = _workshop_of(aws, of_lab, names)
    found = [*leftovers.survey(aws, names), *(of_workshop.survey(aws, beside) if beside else ())]
    if not found:
        output.result({"removed": [], "remaining": {}}, f"nothing of {names.stack} is in region {aws.region}")
        return
    consent.obtain(aws, f"DELETE {names.stack} with its data and models ({len(found)} things)")
    with output.display() as display:
        done = leftovers.destroy(aws, names, display.tell)
        if beside:
            done = done.with_more(teardown.destroy(aws, beside, display.tell))
    removed = [{"kind": each.kind.label, "name": each.name} for each in done.removed]
    text = f"{names.stack}: {len(done.removed)} things removed, {len(done.remaining)} left"
    output.result({"removed": removed, "remaining": done.reasons}, text)
    if done.remaining:
        raise lab_words.not_removed(done)


FURTHER_COMMANDS = (lab_lessons,)
"""Imported for the commands that they register."""
