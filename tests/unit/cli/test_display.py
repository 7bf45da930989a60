"""What a person sees: lines in a log, colour and movement on a terminal only."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from rehearsal.cli.display import LiveDisplay, PlainDisplay, display_on
from rehearsal.toolkit.executions.events import ActionChanged, Note, ResourceChanged, StepFinished, StepStarted
from rehearsal.toolkit.executions.executions import ActionRun, ErrorDetails, Status

BEGAN = datetime(2026, 11, 21, tzinfo=UTC)


def action(status: Status, **members: object) -> ActionRun:
    defaults = {"started_at": BEGAN, "updated_at": BEGAN + timedelta(seconds=1.24), "summary": "20/20 rounds"}
    return ActionRun(stage="Train", name="GetStatus", status=status, **(defaults | members))  # type: ignore[arg-type]


def console(terminal: bool = False) -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    return Console(file=written, force_terminal=terminal, width=140, soft_wrap=True), written


def test_ended_actions_get_a_line_with_result_and_time() -> None:
    target, written = console()
    with PlainDisplay(target) as display:
        display.tell(ActionChanged(action(Status.IN_PROGRESS)))
        display.tell(ActionChanged(action(Status.SUCCEEDED)))
    (line,) = written.getvalue().splitlines()
    assert line.split() == ["Train", "GetStatus", "✔", "1.2", "s", "20/20", "rounds"]


def test_a_failed_action_shows_its_error_instead_of_its_summary() -> None:
    target, written = console()
    PlainDisplay(target).tell(ActionChanged(action(Status.FAILED, error=ErrorDetails("JobFailed", "no [data]"))))
    assert "✘    1.2 s  no [data]" in written.getvalue()


def test_a_long_action_gives_a_sign_of_life_now_and_then() -> None:
    now = [0.0]
    target, written = console()
    display = PlainDisplay(target, now=lambda: now[0])
    for second in range(0, 25, 2):
        now[0] = float(second)
        display.tell(ActionChanged(action(Status.IN_PROGRESS, summary=f"{second}/25")))
    assert [line.split()[3] for line in written.getvalue().splitlines()] == ["10/25", "20/25"]


def test_a_waiting_approval_names_the_command_that_answers_it() -> None:
    target, written = console()
    PlainDisplay(target).tell(ActionChanged(action(Status.IN_PROGRESS, token="t", provider="Manual")))
    assert "rehearse approve Train/GetStatus" in written.getvalue()


def test_a_log_has_no_colour_and_a_terminal_has() -> None:
    assert isinstance(display_on(console()[0]), PlainDisplay)
    assert isinstance(display_on(console(terminal=True)[0]), LiveDisplay)


@pytest.mark.parametrize("no_colour", [True, False])
def test_no_color_is_respected_on_a_terminal(monkeypatch: pytest.MonkeyPatch, no_colour: bool) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    if no_colour:
        monkeypatch.setenv("NO_COLOR", "1")
    else:
        monkeypatch.delenv("NO_COLOR", raising=False)
    target, written = console(terminal=True)
    with LiveDisplay(target) as display:
        display.tell(StepStarted("stack", "mlops-prep-sde"))
        display.tell(ResourceChanged("mlops-prep-sde", "DataBucket", "AWS::S3::Bucket", "CREATE_COMPLETE", ""))
        display.tell(StepFinished("stack", "mlops-prep-sde", "CREATE_COMPLETE", "2 resources", 0.3))
        display.tell(ActionChanged(action(Status.IN_PROGRESS, percent_complete=40)))
        display.tell(ActionChanged(action(Status.SUCCEEDED)))
        display.tell(Note("done"))
    assert "mlops-prep-sde" in written.getvalue()
    assert ("\x1b[32m" in written.getvalue()) is not no_colour
