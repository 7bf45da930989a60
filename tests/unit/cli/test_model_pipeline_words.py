"""An execution of a SageMaker pipeline in words: a terminal wraps long notes below themselves, a log gets every step in
one line."""

import pytest
from rich.text import Text

from rehearsal.cli import model_pipeline_words
from rehearsal.toolkit.executions.model_pipelines import ModelExecution, StepState

ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/Census/execution/abcdefghij12"
REASON = (
    "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: The account-level service limit is 0."
)


def execution(*steps: StepState) -> ModelExecution:
    return ModelExecution("Census", ARN, "Failed", "Step failure: One or multiple steps failed.", steps)


def lines(told: ModelExecution, width: int | None) -> list[str]:
    """As they stand on the terminal, without colours."""
    return Text.from_markup(model_pipeline_words.text(told, width)).plain.splitlines()


def test_a_log_has_a_line_for_each_step() -> None:
    told = execution(StepState("Prepare", "Succeeded", 2.25, ""), StepState("Train", "Failed", 0.5, REASON))
    head, prepare, train, reason = lines(told, None)
    assert head == "Census  abcdefghij12  Failed"
    assert prepare.split() == ["Prepare", "✔", "Succeeded", "2.2", "s"]
    assert train.endswith(REASON)
    assert reason == told.reason


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("name", ["Train", "Register-RepackModel-with-a-name-of-more-than-forty-characters"])
def test_no_step_outgrows_the_terminal_and_no_word_is_lost(width: int, name: str) -> None:
    told = execution(StepState(name, "Failed", 12.5, REASON), StepState("Prepare", "Executing", None, ""))
    shown = lines(told, width)
    assert max(map(len, shown)) <= width
    assert " ".join(" ".join(shown).split()).count(REASON) == 1


def test_a_note_goes_on_below_itself() -> None:
    _, first, second, *_ = lines(execution(StepState("Train", "Failed", 0.5, REASON)), 100)
    column = first.index("ClientError")
    assert second[:column].strip() == ""
    assert second[column] != " "
