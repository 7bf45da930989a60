"""``rehearse report``: the card of a run, from the data's version to the endpoint and who approved it."""

import sys
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from rehearsal.cli import completion
from rehearsal.cli.app import command
from rehearsal.cli.options import AccountOptions, PipelineOptions
from rehearsal.cli.output import Output
from rehearsal.cli.pipeline import execution_of
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.executions import model_card, run_card
from rehearsal.toolkit.executions.choosing import Chosen
from rehearsal.toolkit.executions.model_card import ModelCard
from rehearsal.toolkit.executions.run_card import RunCard


@command("rehearse report -o card.html")
def report(
    account: AccountOptions,
    which: PipelineOptions,
    output: Output,
    run: Annotated[
        str | None,
        Argument(help="Execution id, or its beginning; the newest if not given.", autocompletion=completion.executions),
    ] = None,
    sagemaker_pipeline: Annotated[
        str | None, Option(metavar="NAME", help="An execution of this SageMaker pipeline instead.")
    ] = None,
    file: Annotated[
        Path | None,
        Option("-o", "--output", help="File to write: .html, .md or .json; Markdown on standard output if not given."),
    ] = None,
) -> None:
    """Write the card of a run: data, code, hyperparameters, curves, metrics against the gate, endpoints, approvals.

    The HTML is one file that needs nothing else. Each fact names the API call that it came from.
    """
    from rehearsal.console import card as cards  # templates, which no other command waits for

    form = "md" if file is None else file.suffix.removeprefix(".")
    if form not in cards.FORMATS:
        raise BadInput(
            f"{file} is none of the forms of a card",
            where="--output",
            next_step=f"let its name end with {', '.join('.' + each for each in cards.FORMATS)}",
        )
    aws = account.reach()
    card = _of_steps(aws, sagemaker_pipeline, run) if sagemaker_pipeline else _of_stages(aws, which.choose(aws), run)
    text = cards.written(card, form)
    if file is not None:
        file.write_text(text, encoding="utf-8")
        output.result(
            {"file": str(file), "pipelineExecutionId": card.execution_id}, f"{file}  run {card.execution_id[:8]}"
        )
    elif output.json:
        output.result(cards.document(card), "")
    else:
        sys.stdout.write(text)


def _of_stages(aws: Aws, found: Chosen, run: str | None) -> RunCard:
    return run_card.read(aws, found.pipeline, execution_of(aws, found, run))


def _of_steps(aws: Aws, pipeline: str, run: str | None) -> ModelCard:
    return model_card.read(aws, pipeline, run)
