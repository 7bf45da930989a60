"""``rehearse release``, ``status``, ``history`` and ``diff``: running the pipeline and seeing what it did."""

from pathlib import Path
from typing import Annotated, Any

from rich.markup import escape
from typer import Argument, Exit, Option

from rehearsal.cli import completion, lines, model_pipeline_words
from rehearsal.cli.app import command
from rehearsal.cli.confirmation import Consent
from rehearsal.cli.display import width_of
from rehearsal.cli.options import AccountOptions, PipelineOptions
from rehearsal.cli.output import Output, print_error, results
from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.checks import pricing
from rehearsal.toolkit.checks.pricing import Estimate
from rehearsal.toolkit.executions import (
    comparison,
    executions,
    failures,
    missed_gates,
    model_pipelines,
    report,
    steering,
    trained_on,
    unanswered,
    watching,
)
from rehearsal.toolkit.executions.choosing import Chosen
from rehearsal.toolkit.executions.comparison import Difference
from rehearsal.toolkit.executions.executions import Execution, Status
from rehearsal.toolkit.stacks import discovery


@command("rehearse release")
def release(
    account: AccountOptions,
    which: PipelineOptions,
    consent: Consent,
    output: Output,
    watch: Annotated[bool, Option(help="Follow the execution to its end.")] = True,
    variable: Annotated[
        list[str] | None, Option(help="A variable of the pipeline, NAME=VALUE; repeatable.", metavar="NAME=VALUE")
    ] = None,
) -> None:
    """Release change: start an execution and watch it. Exits 0 only if it Succeeded."""
    aws = account.reach()
    found = which.choose(aws)
    declared = executions.definition(aws, found.pipeline)
    if not capabilities.is_rehearsal(aws):
        output.say(estimate_text(pricing.estimate(aws, declared)))
    consent.obtain(aws, f"run the pipeline {found.pipeline}")
    execution_id = steering.start(aws, found.pipeline, discovery.assignments(variable or []))
    if not watch:
        output.result({"pipelineExecutionId": execution_id}, f"released: execution {execution_id}")
        return
    _follow(aws, found, execution_id, output)


def estimate_text(estimate: Estimate) -> str:
    """The estimate for a person."""
    kinds = ", ".join(f"{item.count} x {item.instance_type} ({item.what})" for item in estimate.items)
    if estimate.once is None or estimate.hourly is None:
        return (
            f"costs: {kinds or 'no instances'}; the price list cannot be read here, see "
            "aws.amazon.com/sagemaker/pricing"
        )
    return (
        f"costs, estimated by list price: {estimate.once:.2f} USD for training, then {estimate.hourly:.2f} USD an hour "
        f"while the endpoints stay ({kinds}); rehearse destroy ends that"
    )


@command("rehearse status --watch")
def status(
    account: AccountOptions,
    which: PipelineOptions,
    output: Output,
    run: Annotated[
        str | None,
        Argument(help="Execution id, or its beginning; the newest if not given.", autocompletion=completion.executions),
    ] = None,
    watch: Annotated[bool, Option("--watch", "-w", help="Follow it to its end.")] = False,
    check: Annotated[bool, Option("--check", help="Exit with 1 unless it has Succeeded.")] = False,
    sagemaker_pipeline: Annotated[
        str | None, Option(metavar="NAME", help="A SageMaker pipeline instead: its steps, and why one was not reused.")
    ] = None,
) -> None:
    """Show where an execution stands, stage by stage; of a SageMaker pipeline, step by step."""
    aws = account.reach()
    if sagemaker_pipeline is not None:
        of_steps = model_pipelines.read(aws, sagemaker_pipeline, run)
        shown = model_pipeline_words.text(of_steps, width_of(results()))
        output.result(model_pipeline_words.document(of_steps), shown)
        return
    found = which.choose(aws)
    execution_id = execution_of(aws, found, run)
    if watch:
        _follow(aws, found, execution_id, output)
        return
    execution = _read(aws, executions.definition(aws, found.pipeline), execution_id)
    output.result(report.of(execution).as_json(), lines.execution_lines(execution, width_of(results())))
    for silent in unanswered.Listener(aws).look(execution):
        output.say(lines.silence_lines(silent))
    if execution.failed_actions:
        print_error(failures.with_log(aws, execution))
    if check and execution.status is not Status.SUCCEEDED:
        raise Exit(1)


def _read(aws: Aws, declared: dict[str, Any], execution_id: str) -> Execution:
    return missed_gates.completed(aws, executions.read(aws, declared, execution_id))


def _follow(aws: Aws, found: Chosen, execution_id: str, output: Output) -> None:
    with output.display() as display:
        ended = watching.watch(aws, found.pipeline, execution_id, display.tell)
    execution = missed_gates.completed(aws, ended)
    result = report.of(execution)
    output.result(result.as_json(), summary_text(execution))
    if execution.status is not Status.SUCCEEDED:
        print_error(failures.with_log(aws, execution))
        raise Exit(1)


def execution_of(aws: Aws, found: Chosen, run: str | None) -> str:
    """The execution that ``run`` (an id or its beginning) names, the newest if None.

    Raises:
        BadInput: none or several begin so.
    """
    if run is None:
        return executions.newest(aws, found.pipeline)
    known = [each.execution_id for each in executions.history(aws, found.pipeline)]
    fits = [each for each in known if each.startswith(run)]
    if len(fits) != 1:
        problem = "no execution begins" if not fits else f"{len(fits)} executions begin"
        raise BadInput(f"{problem} with {run!r}", where=found.pipeline, next_step="rehearse history lists their ids")
    return fits[0]


def summary_text(execution: Execution) -> str:
    """The end of a run: status and metrics."""
    return "\n".join(
        [f" {execution.status}.", *lines.evaluation_lines(report.evaluations_of(execution), width_of(results()))]
    )


@command("rehearse history")
def history(
    account: AccountOptions,
    which: PipelineOptions,
    output: Output,
    limit: Annotated[int, Option(help="How many, newest first.", min=1, max=1000)] = 20,
) -> None:
    """List the pipeline's executions."""
    aws = account.reach()
    found = which.choose(aws)
    runs = executions.history(aws, found.pipeline, limit)
    document = [
        {
            "pipelineExecutionId": run.execution_id,
            "status": str(run.status),
            "startTime": run.started_at.isoformat(),
            "seconds": (run.updated_at - run.started_at).total_seconds(),
            "trigger": run.trigger,
            "revisions": list(run.revisions),
        }
        for run in runs
    ]
    table = [
        f"{run.execution_id}  {run.status:<11} {run.started_at:%Y-%m-%d %H:%M:%S}  "
        f"{(run.updated_at - run.started_at).total_seconds():>7.1f} s  {run.trigger}  {', '.join(run.revisions)}"
        for run in runs
    ]
    output.result({"executions": document}, "\n".join(table) or f"{found.pipeline} has not run yet")


@command("rehearse diff")
def diff(
    account: AccountOptions,
    which: PipelineOptions,
    output: Output,
    before: Annotated[
        str | None,
        Argument(
            help="Execution id, or its beginning; the last two if none is given.", autocompletion=completion.executions
        ),
    ] = None,
    after: Annotated[
        str | None,
        Argument(help="Execution id, or its beginning; the newest if not given.", autocompletion=completion.executions),
    ] = None,
    html: Annotated[
        Path | None, Option("--html", metavar="FILE", help="Write it as one page of HTML that needs nothing else.")
    ] = None,
) -> None:
    """Show what two executions have different: parameters, data, source, metrics."""
    aws = account.reach()
    found = which.choose(aws)
    declared = executions.definition(aws, found.pipeline)
    chosen = _two(aws, found, before, after)
    first, second = (_read(aws, declared, each) for each in chosen)
    differences = comparison.compare(first, second, trained_on.facts(aws, first), trained_on.facts(aws, second))
    if html is not None:
        from rehearsal.console import card  # templates, which no other command waits for

        html.write_text(card.compared(first, second, differences), encoding="utf-8")
    document = [{"fact": each.fact, "before": each.before, "after": each.after} for each in differences]
    table = [f"{chosen[0]} -> {chosen[1]}", *map(_difference_line, differences)]
    names = dict(zip(("before", "after"), chosen, strict=True))
    output.result(names | {"differences": document}, "\n".join(table if differences else [*table, "no difference"]))


def _two(aws: Aws, found: Chosen, before: str | None, after: str | None) -> tuple[str, str]:
    """The two executions that are compared, by their ids.

    Raises:
        BadInput: an id fits none or several, or there are not two yet.
    """
    if before is not None:
        return execution_of(aws, found, before), execution_of(aws, found, after)
    runs = executions.history(aws, found.pipeline, limit=2)
    if len(runs) < 2:
        raise BadInput(
            f"{found.pipeline} has not run twice yet",
            where="rehearse history",
            next_step="rehearse release runs it again",
        )
    return runs[1].execution_id, runs[0].execution_id


def _difference_line(each: Difference) -> str:
    judged = f"  ({each.judgement})" if each.judgement else ""
    return escape(f"{each.fact}: {each.before or '-'} -> {each.after or '-'}{judged}")
