"""What a line says: steps, actions and evaluations in words. Pure; the display and the commands print them.

``width`` is that of a terminal, on which long words go on below themselves; a log (None) takes them whole in one line.
What has a fixed width stands before them, so that its columns hold anywhere.
"""

import re
import textwrap
from collections.abc import Iterable

from rich.markup import escape

from rehearsal.toolkit.executions.events import FunctionFailed, StepFinished, StillRunning
from rehearsal.toolkit.executions.executions import ActionRun, Execution, Status
from rehearsal.toolkit.executions.report import Evaluation
from rehearsal.toolkit.executions.tracebacks import without_stack

_MARKS = {
    Status.SUCCEEDED: "[green]✔[/]",
    Status.FAILED: "[red]✘[/]",
    Status.ABANDONED: "[yellow]✘[/]",
    Status.IN_PROGRESS: "…",
}
_WORDS_AT = 41
"""The column in which an action's words begin, after stage, name, mark and seconds."""
_OF_A_FAILURE = 90
"""How much of a failure a log's table shows: the error below it has all."""
_LEAST_FOR_WORDS = 20
_LONG_ID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_METRICS_FIRST = ("rmse", "mae", "r2", "accuracy")
_WITHOUT_MODEL = {
    "rmse": ("rmse_of_mean", "always predicting the mean"),
    "accuracy": ("accuracy_of_majority", "always predicting the most frequent class"),
}
"""What the same metric would be without any model, and how."""
_LEFT_OUT = {*(name for name, _ in _WITHOUT_MODEL.values()), "mse"}
"""Said beside another metric, or by it."""


def step_line(event: StepFinished, width: int | None = None) -> str:
    """A finished step of the story."""
    words = ", ".join(filter(None, [event.result, event.detail]))
    return _columns(f" {event.step:<9}{event.seconds:>6.1f} s  ", f"{event.subject}  {words}", width)


def action_line(action: ActionRun, *, stage_is_new: bool, width: int | None) -> str:
    """An ended (or waiting) action, its stage named once; of one that failed the beginning of why."""
    stage = action.stage if stage_is_new else ""
    seconds = f"{action.seconds:.1f} s" if action.seconds is not None else ""
    mark = _MARKS.get(action.status, escape(str(action.status)))
    plain = 1 if action.status in _MARKS else len(str(action.status))
    has_failed = action.error is not None and action.status is not Status.SUCCEEDED
    words = without_stack(action.error.message) if has_failed and action.error else action.summary
    head = f" {stage:<11} {action.name:<15} {mark} {seconds:>8}  "
    if has_failed:
        words = fitted(words.strip().partition("\n")[0], _OF_A_FAILURE if width is None else width - _WORDS_AT)
    return _columns(head, words, width, _WORDS_AT - 1 + plain).rstrip()


def _columns(head: str, words: str, width: int | None, at: int | None = None) -> str:
    """``head``, then the words: whole where the width has no limit, else below themselves where one line is too short.

    ``at`` is the column in which the words begin, where ``head`` has markup.
    """
    line, indent = " ".join(words.split()), len(head) if at is None else at
    if width is None:
        return f"{head}{escape(line)}"
    line = _LONG_ID.sub(r"\1…", line)
    room = max(width - indent, _LEAST_FOR_WORDS)
    parts = textwrap.wrap(line, room, break_on_hyphens=False) or [""]
    return head + f"\n{' ' * indent}".join(map(escape, parts))


def fitted(text: str, room: int) -> str:
    """One line: long ids by their first eight characters, and no more than fits."""
    line = _LONG_ID.sub(r"\1…", " ".join(text.split()))
    return line if len(line) <= room else line[: max(room - 1, 0)] + "…"


def waiting_line(action: ActionRun) -> str:
    """An approval that somebody has to give."""
    return f" {action.stage:<11} {action.name:<15} …  waits for approval: rehearse approve {action.path}"


def running_line(event: StillRunning) -> str:
    """A sign of life."""
    return f" {event.action.stage:<11} {event.action.name:<15} …  still running, {event.seconds:.0f} s so far"


def silence_lines(event: FunctionFailed) -> str:
    """A function that has failed without answering, until when that holds the pipeline up, and what can be done."""
    lines = [
        f" {event.action.stage:<11} {event.action.name:<15} [yellow]![/]  {escape(event.function)} "
        f"{escape(event.reason)}, and told CodePipeline nothing",
        f"{'':32}CodePipeline waits for its answer until {event.waits_until.astimezone():%H:%M %Z}, then the action "
        "fails",
    ]
    return "\n".join([*lines, *(f"{'':32}{escape(line)}" for line in event.advice)])


def execution_lines(execution: Execution, width: int | None) -> str:
    """The execution as a table of actions."""
    lines = [f"{execution.pipeline}, execution {execution.execution_id}: {execution.status}"]
    stage = ""
    for action in execution.actions:
        waits = action.token and action.provider == "Manual"
        is_new = action.stage != stage
        lines.append(waiting_line(action) if waits else action_line(action, stage_is_new=is_new, width=width))
        stage = action.stage
    return "\n".join(lines)


def evaluation_lines(evaluations: Iterable[Evaluation], width: int | None = None) -> list[str]:
    """A line for each evaluation: rows, the error beside that without a model, then the other metrics."""
    return [
        _columns(f" {each.action:<11} {each.rows:>6,} rows   ", metrics_line(each.metrics), width).rstrip()
        for each in evaluations
    ]


def metrics_line(metrics: dict[str, float]) -> str:
    """The metrics that matter most first."""
    names = [name for name in _METRICS_FIRST if name in metrics]
    names += sorted(metrics.keys() - {*names, *_LEFT_OUT})
    return ", ".join(_metric(name, metrics) for name in names)


def _metric(name: str, metrics: dict[str, float]) -> str:
    shown = f"{name} {metrics[name]:.4g}"
    other, how = _WITHOUT_MODEL.get(name, ("", ""))
    if other in metrics:
        return f"{shown} ({how}: {metrics[other]:.3g})"
    return shown
