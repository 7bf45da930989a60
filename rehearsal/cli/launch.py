"""``rehearse package``, ``launch`` and ``upload``: from the project's files to stacks and objects in an account."""

import tempfile
from pathlib import Path
from typing import Annotated

from rich.markup import escape
from typer import Exit, Option

from rehearsal.cli.app import command
from rehearsal.cli.confirmation import Consent, default_bucket_suffix
from rehearsal.cli.options import AccountOptions, ContentOptions, WorkshopOptions
from rehearsal.cli.output import Output
from rehearsal.cli.pipeline import estimate_text
from rehearsal.cli.reviewing import agree
from rehearsal.toolkit import project, workshop
from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.checks import forecast
from rehearsal.toolkit.checks import probe as probing
from rehearsal.toolkit.checks.forecast import Forecast
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.executions.executions import ActionRun
from rehearsal.toolkit.stacks import changesets, packaging, stacks, uploads
from rehearsal.toolkit.stacks.stacks import StackRequest, StackResult
from rehearsal.toolkit.workshop import Order, Plan


@command("rehearse package -o dist")
def package(
    output: Output,
    folder: Annotated[Path, Option("-o", "--output", help="Folder to write the zips to.")] = Path("dist"),
) -> None:
    """Build the four function zips; the same sources give the same bytes."""
    zips = packaging.build(folder, project.find().functions)
    document = {"zips": [{"file": str(path), "bytes": path.stat().st_size} for path in zips]}
    output.result(document, "\n".join(f"{path}  {path.stat().st_size:,} bytes" for path in zips))


@command("rehearse launch --suffix sde --review")
def launch(
    account: AccountOptions,
    content: ContentOptions,
    consent: Consent,
    output: Output,
    suffix: Annotated[str, Option(envvar="REHEARSE_SUFFIX", help="SuffixID: your initials, lower case.")] = "rehearsal",
    bucket_suffix: Annotated[
        str | None, Option(help="Tail of bucket names; on a real account the account id if not given.")
    ] = None,
    review: Annotated[bool, Option("--review", help="Show what would change, then ask.")] = False,
    probe: Annotated[
        bool, Option("--probe", help="Run Source alone: are roles and bucket right? Nothing is trained.")
    ] = False,
) -> None:
    """Create or update both stacks and upload what they need; what is there already, unchanged, is left.

    Creating the pipeline starts it. Updating does not, unless the training configuration has changed. It is said
    before.
    """
    aws = account.reach()
    plan = content.plan(Workshop(suffix, default_bucket_suffix(aws, bucket_suffix)))
    if probe:
        _probe(aws, plan, consent, output)
        return
    expected = forecast.of_launch(aws, plan)
    _say_what_starts(aws, expected, output)
    starts = "start an execution of the pipeline" if expected.starts else "start nothing"
    names = f"{plan.workshop.prep_stack} and {plan.workshop.pipeline_stack}"
    consent.obtain(aws, f"create or update the stacks {names}, and {starts},")
    with output.display() as display, tempfile.TemporaryDirectory(prefix="rehearse-zips-") as scratch:
        zips = workshop.package(plan.project, Path(scratch), display.tell)
        results = (
            _launch_reviewed(aws, plan, zips, consent, display.tell)
            if review
            else workshop.launch(aws, plan, zips, display.tell)
        )
    document = {"stacks": [_stack_document(result) for result in results], "startsExecution": expected.starts}
    output.result(document, "\n".join(_lines_of(results)))


def _probe(aws: Aws, plan: Plan, consent: Consent, output: Output) -> None:
    names = f"{plan.workshop.prep_stack} and {plan.workshop.pipeline_stack}"
    consent.obtain(aws, f"create or update the stacks {names}, and run the pipeline's first stage alone,")
    with output.display() as display, tempfile.TemporaryDirectory(prefix="rehearse-zips-") as scratch:
        zips = workshop.package(plan.project, Path(scratch), display.tell)
        done = probing.probe(aws, plan, zips, display.tell)
    actions = [{"action": each.path, "status": str(each.status), "error": _error_of(each)} for each in done.source]
    document = {"stacks": [_stack_document(each) for each in done.stacks], "source": actions}
    text = [f"{each['action']}: {each['status']} {escape(each['error'])}".rstrip() for each in actions]
    output.result(document | {"pipelineExecutionId": done.execution_id}, "\n".join(text))
    if not done.is_good:
        raise Exit(1)


def _error_of(action: ActionRun) -> str:
    return "" if action.error is None else f"{action.error.code}: {action.error.message}"


def _say_what_starts(aws: Aws, expected: Forecast, output: Output) -> None:
    if not expected.starts:
        output.say("no execution starts: the training configuration is the same; rehearse release starts one")
        return
    output.say(f"an execution starts: {expected.reason}")
    if not capabilities.is_rehearsal(aws):
        output.say(estimate_text(expected.estimate(aws)))


def _launch_reviewed(aws: Aws, plan: Plan, zips: list[Path], consent: Consent, tell: Tell) -> list[StackResult]:
    """As :func:`workshop.launch`, each stack shown first; the buckets must be there before the pipeline can be
    reviewed."""
    prep = reviewed(aws, workshop.prep_request(plan), consent, tell)
    order = Order.of(aws, plan)
    uploaded = workshop.upload(aws, plan, zips, tell)
    order.before_pipeline_stack(aws, plan)
    pipeline = reviewed(aws, workshop.pipeline_request(plan, uploaded), consent, tell)
    order.after_pipeline_stack(aws, plan, tell)
    return [prep, pipeline]


def reviewed(aws: Aws, request: StackRequest, consent: Consent, tell: Tell) -> StackResult:
    """Create or update a stack after the user has seen what would change and said yes.

    Raises:
        Declined: the user said no; nothing is left behind.
    """
    found = changesets.review(aws, request)
    agree(aws, found, consent)
    changesets.execute(aws, found, tell)
    stack = stacks.describe(aws, request.name) or {"StackStatus": "UNKNOWN"}
    return StackResult(
        request.name, stack["StackStatus"], stacks.outputs_of(stack), len(list(stacks.resources_of(aws, request.name)))
    )


def _stack_document(result: StackResult) -> dict[str, object]:
    return {"name": result.name, "status": result.status, "resources": result.resources, "outputs": result.outputs}


def _lines_of(results: list[StackResult]) -> list[str]:
    lines = [f"{result.name} {result.status}" for result in results]
    lines += [f"  {name}: {value}" for result in results for name, value in result.outputs.items()]
    return [*lines, "next: rehearse status --watch"]


@command("rehearse upload --data my-data")
def upload(
    account: AccountOptions, which: WorkshopOptions, content: ContentOptions, consent: Consent, output: Output
) -> None:
    """Upload zips, data and training-config.zip; the last one, changed or not, starts the pipeline if it is there.

    The functions take new code at the next rehearse launch.
    """
    aws = account.reach()
    found = which.find(aws)
    plan = content.plan(found)
    consent.obtain(aws, f"upload to {found.data_bucket} and {found.code_bucket}, and start the pipeline,")
    with output.display() as display, tempfile.TemporaryDirectory(prefix="rehearse-zips-") as scratch:
        done = workshop.upload(aws, plan, workshop.package(plan.project, Path(scratch), display.tell), display.tell)
        config_version = uploads.upload_training_config(aws, found, plan.training_config)
    versions = done.code_versions | done.data_versions | {uploads.TRAINING_CONFIG_KEY: config_version}
    output.result({"versions": versions}, "\n".join(f"{key}  version {version}" for key, version in versions.items()))
