"""What lines say: a terminal has limited room, a log takes words whole."""

from datetime import UTC, datetime, timedelta

from rehearsal.cli import lines
from rehearsal.toolkit.executions.events import FunctionFailed, StepFinished
from rehearsal.toolkit.executions.executions import ActionRun, ErrorDetails, Status
from rehearsal.toolkit.executions.report import Evaluation

BEGAN = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
JOB = "winequality-sde-97ab05f6-3be9-466e-8ea6-0e0b8a8d2ec1"


def ended(words: str) -> ActionRun:
    return ActionRun(
        stage="Train",
        name="TrainModel",
        status=Status.SUCCEEDED,
        started_at=BEGAN,
        updated_at=BEGAN + timedelta(seconds=3),
        summary=words,
    )


def test_a_log_gets_the_words_whole() -> None:
    words = f"100 rounds: {JOB} " + "and more " * 20
    line = lines.action_line(ended(words), stage_is_new=True, width=None)
    assert " ".join(words.split()) in line
    assert "…" not in line


def test_what_has_a_fixed_width_stands_before_the_words_so_that_no_id_pushes_it_out() -> None:
    short, long = (lines.action_line(ended(words), stage_is_new=True, width=None) for words in ("done", JOB))
    assert short.index(" 3.0 s ") == long.index(" 3.0 s ")
    steps = [lines.step_line(StepFinished("stack", name, "done", "", 1.0)) for name in ("a", "a" * 40)]
    assert steps[0].index(" 1.0 s") == steps[1].index(" 1.0 s")


def test_a_failure_is_told_shortly_in_the_table_for_it_is_told_whole_below() -> None:
    error = ErrorDetails("JobFailed", "the gate is missed: rmse 2 misses at most 1. " + "and so on " * 30)
    failed = ActionRun("Test", "FullTest", status=Status.FAILED, error=error)
    for width in (None, 80, 200):
        line = lines.action_line(failed, stage_is_new=True, width=width)
        assert "the gate is missed" in line
        assert len(line.replace("[red]", "").replace("[/]", "")) <= (width or 140)


def test_a_terminal_gets_long_names_by_the_first_eight_characters_of_the_execution() -> None:
    line = lines.action_line(ended(f"100 rounds: {JOB}"), stage_is_new=True, width=140)
    assert "100 rounds: winequality-sde-97ab05f6…" in line


def test_a_line_never_outgrows_the_terminal() -> None:
    for width in (80, 120, 200):
        text = lines.action_line(ended("word " * 60), stage_is_new=True, width=width)
        first, *others = text.replace("[green]", "").replace("[/]", "").splitlines()
        assert all(len(line) <= width for line in (first, *others))
        assert text.count("word") == 60, "nothing is cut"
        assert {len(line) - len(line.lstrip()) for line in others} == {first.index("word")}, "words stand below words"


def test_an_error_is_shown_without_the_stack_of_an_exception() -> None:
    trace = "AlgorithmError: failed\nTraceback (most recent call last):\n  File 'x'\nValueError: no rows"
    failed = ActionRun("Train", "GetStatus", status=Status.FAILED, error=ErrorDetails("JobFailed", trace))
    line = lines.action_line(failed, stage_is_new=True, width=None)
    assert "AlgorithmError: failed ValueError: no rows" in line
    assert "Traceback" not in line


def test_the_error_stands_first_beside_that_of_the_mean() -> None:
    metrics = {"mae": 0.5278, "max_error": 1.597, "mse": 0.4128, "r2": 0.3335, "rmse": 0.6425, "rmse_of_mean": 0.787}
    (line,) = lines.evaluation_lines([Evaluation("FullTest", 1600, metrics)])
    said = " ".join(line.split())
    assert said == (
        "FullTest 1,600 rows rmse 0.6425 (always predicting the mean: 0.787), mae 0.5278, r2 0.3335, max_error 1.597"
    )


def test_the_accuracy_stands_beside_that_of_the_most_frequent_class() -> None:
    said = lines.metrics_line({"auc": 0.91, "accuracy": 0.8712, "accuracy_of_majority": 0.7592})
    assert said == "accuracy 0.8712 (always predicting the most frequent class: 0.759), auc 0.91"


def test_other_metrics_are_in_alphabetical_order() -> None:
    assert lines.metrics_line({"logloss": 0.1, "accuracy": 0.9}) == "accuracy 0.9, logloss 0.1"


def test_a_silent_function_says_what_when_and_what_to_do() -> None:
    action = ActionRun("DeployDev", "SmokeTest", status=Status.IN_PROGRESS, started_at=BEGAN)
    event = FunctionFailed(action, "Evaluate", "timed out after 1.00 s", BEGAN + timedelta(minutes=20), ("do this",))
    text = lines.silence_lines(event)
    assert "Evaluate timed out after 1.00 s, and told CodePipeline nothing" in text
    assert f"until {(BEGAN + timedelta(minutes=20)).astimezone():%H:%M}" in text
    assert text.endswith("do this")
