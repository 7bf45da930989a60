"""``rehearse run``: the whole workshop on an embedded AWS of its own, from nothing to the result, with nothing left
behind."""

import os
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from rich.console import Group, RenderableType
from typer import Exit, Option

from rehearsal.cli import embedded, lines
from rehearsal.cli.app import command
from rehearsal.cli.display import width_of
from rehearsal.cli.embedded import Announcement, Launch
from rehearsal.cli.options import ContentOptions
from rehearsal.cli.output import Output, print_error, print_json, results
from rehearsal.localaws.ground import user_settings
from rehearsal.toolkit import workshop
from rehearsal.toolkit.aws import account
from rehearsal.toolkit.aws.account import Access
from rehearsal.toolkit.aws.errors import ExecutionFailed, RehearsalError
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.aws.translation import FAILURES, explain
from rehearsal.toolkit.executions import failures, log_folder
from rehearsal.toolkit.executions.events import Note, StepFinished, Tell
from rehearsal.toolkit.executions.executions import Status
from rehearsal.toolkit.executions.report import RunReport
from rehearsal.toolkit.parameters import composed
from rehearsal.toolkit.workshop import Phases, Plan


@command("rehearse run --json > result.json")
def run(
    content: ContentOptions,
    output: Output,
    set_: Annotated[
        list[str] | None,
        Option("--set", metavar="ACTION.KEY=VALUE", help="One key of an action's UserParameters; repeatable."),
    ] = None,
    keep: Annotated[bool, Option("--keep", help="Leave the embedded AWS running afterwards.")] = False,
    keep_on_failure: Annotated[
        bool, Option("--keep-on-failure", help="Leave it running if the execution fails, for rehearse logs and retry.")
    ] = False,
    logs: Annotated[
        Path | None,
        Option(
            metavar="FOLDER", help="Write result.json and the log of each action there, as a step of CI keeps them."
        ),
    ] = None,
    port: Annotated[
        int | None,
        Option(
            help=f"Port of the embedded AWS; a free one if not given, {embedded.DEFAULT_PORT} with --keep.",
            min=0,
            max=65535,
        ),
    ] = None,
    suffix: Annotated[str, Option(help="SuffixID: the tail of every name.")] = "rehearsal",
    region: Annotated[str, Option(help="Region that the embedded AWS plays.")] = "us-east-1",
    continuation_delay: Annotated[
        float,
        Option(metavar="SECONDS", help="Until CodePipeline calls a function again (AWS: about 30).", min=0.0),
    ] = 0.5,
) -> None:
    """Run the whole workshop on this machine: stacks, uploads, pipeline, training, endpoints, evaluation.

    Needs no AWS account. Exits 0 only if the execution Succeeded. Nothing is left behind, unless --keep says so.
    """
    began = time.monotonic()
    _say_what_is_ignored(output)
    user_settings.forget()
    default_port = embedded.DEFAULT_PORT if keep else 0
    launch = Launch(default_port if port is None else port, region, continuation_delay, keep)
    try:
        plan = composed.with_settings(content.plan(Workshop(suffix)), region, set_ or [])
        result = _rehearse(plan, launch, output, began, Leaving(keep_on_failure, logs))
    except FAILURES as error:
        raise _with_json(explain(error), output, began) from error
    except KeyboardInterrupt:
        _tell_interrupted(output, began)
        raise
    if result.execution.status is not Status.SUCCEEDED:
        raise Exit(1)


@dataclass(frozen=True)
class Leaving:
    """What a run leaves behind: its embedded AWS where the execution fails, a folder with results and logs."""

    server_on_failure: bool
    logs: Path | None


def _say_what_is_ignored(output: Output) -> None:
    """A reader of ``rehearse env`` expects to work on the embedded AWS that is there."""
    url = os.environ.get("AWS_ENDPOINT_URL")
    if url:
        output.say(
            f" AWS_ENDPOINT_URL is {url}; this run has an embedded AWS of its own, and does not touch that one.\n"
            " To work there instead: rehearse upload --data FOLDER, rehearse release, rehearse status --watch"
        )


def _rehearse(plan: Plan, launch: Launch, output: Output, began: float, leaving: Leaving) -> RunReport:
    phases = Phases()
    with (
        output.display() as display,
        embedded.running(launch) as started,
        tempfile.TemporaryDirectory(prefix="zips-", dir=started.scratch) as zips,
    ):
        announced = started.announced
        phases.seconds["embeddedAws"] = time.monotonic() - began
        _tell_started(announced, launch, phases, display.tell)
        aws = account.reach(_access(announced))
        found = workshop.rehearse(aws, plan, Path(zips), phases, display.tell)
        result = _with_times(found, time.monotonic() - began)
        failed = result.execution.status is not Status.SUCCEEDED
        started.stays = launch.keep or (failed and leaving.server_on_failure)
        if leaving.logs is not None:
            log_folder.write(aws, result.execution, result.as_json(), leaving.logs)
        advice = _before_logs(started.stays, leaving.logs, announced)
        failure = failures.with_log(aws, result.execution, advice) if failed else None
        if started.stays:
            display.tell(Note(_how_to_go_on(announced)))
    _print_result(result, failure, launch, announced.port, output)
    return result


def _before_logs(stays: bool, folder: Path | None, announced: Announcement) -> str:
    """Where the logs are, and what must be typed before ``rehearse logs`` has something to show."""
    written = f"{folder} has the log of each action; " if folder is not None else ""
    if stays:
        return f'{written}eval "$(rehearse env{_port(announced)})"; then '
    return f"{written}rehearse run --keep-on-failure leaves the embedded AWS up, where "


def _port(announced: Announcement) -> str:
    return _port_option(announced.port)


def _port_option(port: int) -> str:
    return "" if port == embedded.DEFAULT_PORT else f" --port {port}"


def _access(announced: Announcement) -> Access:
    return Access(
        region=announced.region,
        endpoint_url=announced.url,
        access_key_id=announced.access_key_id,
        secret_access_key=announced.secret_access_key,
    )


def _tell_started(announced: Announcement, launch: Launch, phases: Phases, tell: Tell) -> None:
    tell(StepFinished("server", "embedded AWS", "ready", f"on {announced.url}", phases.seconds["embeddedAws"]))
    delay = launch.continuation_delay_seconds
    tell(Note(f"continuation delay {delay:g} s (AWS: about 30 s); set it with --continuation-delay"))


def _with_times(found: RunReport, elapsed: float) -> RunReport:
    inside = found.phases.get("functionsAndTraining", 0.0)
    return replace(found, elapsed_seconds=elapsed, phases=found.phases | {"engine": elapsed - inside})


def _how_to_go_on(announced: Announcement) -> str:
    port = _port(announced)
    return (
        f'the embedded AWS keeps running (process {announced.pid}).\n   Reach it:  eval "$(rehearse env{port})"\n'
        f"   Stop it:   rehearse down{port}"
    )


def _print_result(
    result: RunReport, failure: ExecutionFailed | None, launch: Launch, port: int, output: Output
) -> None:
    if output.json:
        print_json(result.as_json())
    elif failure is None:
        output.result(None, _success(result, launch, port))
    if failure is not None:
        print_error(failure)


def _success(result: RunReport, launch: Launch, port: int) -> RenderableType:
    rows = ["", f" {result.execution.status} in {result.elapsed_seconds:.1f} s."]
    rows += [*lines.evaluation_lines(result.evaluations, width_of(results())), ""]
    if launch.keep:
        rows += [
            f' First:     eval "$(rehearse env{_port_option(port)})"',
            " Try it:    cut -d, -f2- Data/test/test.csv | rehearse invoke Test",
            " Change:    rehearse params set TrainModel hp-max-depth=3 && rehearse release",
            f" Look:      rehearse console --embedded {port} --open",
        ]
    else:
        rows.append(" Keep it:   rehearse run --keep       then status, invoke, params, release")
    rows.append(" For real:  rehearse launch --review  with your AWS credentials; asks first")
    return Group(*rows)


def _with_json(error: RehearsalError, output: Output, began: float) -> RehearsalError:
    """The same error, after ``--json`` got its document."""
    if output.json:
        print_json(_document_without_result("Failed", began) | {"error": error.as_json()})
        error.is_reported = True
    return error


def _tell_interrupted(output: Output, began: float) -> None:
    if output.json:
        print_json(_document_without_result("Interrupted", began))
    output.say(" interrupted; the embedded AWS is stopped and nothing is left behind")


def _document_without_result(status: str, began: float) -> dict[str, object]:
    return {
        "pipelineExecutionId": None,
        "status": status,
        "stages": [],
        "evaluations": {},
        "endpoints": {},
        "elapsedSeconds": round(time.monotonic() - began, 3),
        "phases": {},
    }
