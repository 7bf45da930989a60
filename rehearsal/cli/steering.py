"""``rehearse stop``, ``retry``, ``approve``: acting on an execution; ``invoke``: asking what it deployed."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from rehearsal.cli import completion
from rehearsal.cli.app import command
from rehearsal.cli.confirmation import Consent
from rehearsal.cli.options import AccountOptions, PipelineOptions
from rehearsal.cli.output import Output
from rehearsal.cli.pipeline import execution_of
from rehearsal.toolkit.endpoints import columns as training_columns
from rehearsal.toolkit.endpoints import invocation, training_data
from rehearsal.toolkit.executions import steering
from rehearsal.toolkit.executions.steering import RetryMode

_SECONDS_BETWEEN_WORDS = 5.0

Run = Annotated[
    str | None,
    Argument(help="Execution id, or its beginning; the newest if not given.", autocompletion=completion.executions),
]


@command("rehearse stop --abandon")
def stop(
    account: AccountOptions,
    which: PipelineOptions,
    consent: Consent,
    output: Output,
    run: Run = None,
    abandon: Annotated[bool, Option("--abandon", help="Do not wait for running actions.")] = False,
    reason: Annotated[str, Option(help="Kept in the history.")] = "stopped with rehearse stop",
) -> None:
    """Stop an execution, by default after its running actions have ended."""
    aws = account.reach()
    found = which.choose(aws)
    consent.obtain(aws, f"stop an execution of {found.pipeline}")
    chosen = execution_of(aws, found, run) if run else None
    stopped = steering.stop(aws, found.pipeline, chosen, abandon=abandon, reason=reason)
    output.result({"pipelineExecutionId": stopped}, f"execution {stopped} is told to stop; rehearse status shows it")


@command("rehearse retry")
def retry(
    account: AccountOptions,
    which: PipelineOptions,
    consent: Consent,
    output: Output,
    run: Run = None,
    everything: Annotated[bool, Option("--all", help="All actions of the stage, not only the failed ones.")] = False,
) -> None:
    """Run the failed stage of an execution again."""
    aws = account.reach()
    found = which.choose(aws)
    consent.obtain(aws, f"retry the failed stage of {found.pipeline}")
    chosen = execution_of(aws, found, run)
    stage = steering.retry(aws, found.pipeline, chosen, RetryMode.ALL if everything else RetryMode.FAILED)
    output.result(
        {"pipelineExecutionId": chosen, "stage": stage}, f"stage {stage} runs again; rehearse status --watch follows it"
    )


@command("rehearse approve Approve/ApproveProd --summary 'metrics are fine'")
def approve(
    account: AccountOptions,
    which: PipelineOptions,
    consent: Consent,
    output: Output,
    action: Annotated[
        str | None, Argument(help="Stage/Action; the one that waits if not given.", autocompletion=completion.actions)
    ] = None,
    reject: Annotated[bool, Option("--reject", help="Reject instead.")] = False,
    summary: Annotated[str, Option(help="Your reason, kept in the history.")] = "",
) -> None:
    """Answer a manual approval."""
    aws = account.reach()
    found = which.choose(aws)
    consent.obtain(aws, f"{'reject' if reject else 'approve'} a change of {found.pipeline}")
    path = steering.approve(aws, found.pipeline, action, approved=not reject, summary=summary)
    verdict = "Rejected" if reject else "Approved"
    output.result({"action": path, "status": verdict}, f"{path}: {verdict}")


@command("rehearse invoke Test < rows.csv")
def invoke(
    account: AccountOptions,
    which: PipelineOptions,
    output: Output,
    environment: Annotated[
        str, Argument(metavar="ENV", help="Environment: Dev, Test or Prod.", autocompletion=completion.environments)
    ],
    columns: Annotated[
        Path | None,
        Option(metavar="FOLDER", help="As data split wrote it: rows may have names and categories, answers are words."),
    ] = None,
    proba: Annotated[bool, Option("--proba", help="With --columns: probabilities instead of words.")] = False,
) -> None:
    """Predict: CSV rows (features only, no header) on standard input, one prediction a line on standard output."""
    aws = account.reach()
    found = which.choose(aws)
    typed = invocation.read_rows(sys.stdin.buffer.read())
    known = training_columns.read(columns) if columns is not None else None
    rows = typed if known is None else known.encoded(typed)
    endpoint = invocation.endpoint_of(aws, found, environment)
    features = training_data.feature_count(aws, endpoint)
    if features is not None:
        invocation.check_width(rows, features)
    predictions = list(_counted(invocation.predict(aws, endpoint, rows), len(rows), output))
    document: dict[str, object] = {"endpoint": endpoint, "predictions": predictions}
    if known is None or proba:
        output.result(document, "\n".join(predictions))
        return
    words = [known.word(each) for each in predictions]
    output.result(document | {"label": known.label.source, "words": words}, "\n".join(words))


def _counted(predictions: Iterator[str], total: int, output: Output) -> Iterator[str]:
    """The predictions, with a word from time to time on how far they are."""
    told_at = time.monotonic()
    for number, prediction in enumerate(predictions, start=1):
        if time.monotonic() - told_at > _SECONDS_BETWEEN_WORDS:
            told_at = time.monotonic()
            output.say(f"{number:,} of {total:,} rows")
        yield prediction
