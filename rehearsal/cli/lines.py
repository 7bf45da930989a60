"""What a line says: steps, actions and evaluations in words. Pure; the display and the commands print them.

``room`` is how many characters there are for an action's words: a terminal has so many, a log (None) takes them whole.
"""

import re
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
_WORDS_WIDTH = 68
_BESIDE_WORDS = 42
_LONG_ID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_METRICS_FIRST = ("rmse", "mae", "r2", "accuracy")
_WITHOUT_MODEL = {
    "rmse": ("rmse_of_mean", "always predicting the mean"),
    "accuracy": ("accuracy_of_majority", "always predicting the most frequent class"),
}
"""What the same metric would be without any model, and how."""
_LEFT_OUT = {*(name for name, _ in _WITHOUT_MODEL.values()), "mse"}
"""Said beside another metric, or by it."""


def step_line(event: StepFinished) -> str:
    """A finished step of the story."""
    return f" {event.step:<9}{event.subject:<28} {event.result:<17} {escape(event.detail):<44} {event.seconds:>6.1f} s"


def room_on(width: int) -> int:
    """The room for an action's words on a terminal ``width`` characters wide."""
    return max(width - _BESIDE_WORDS, 30)


def action_line(action: ActionRun, *, stage_is_new: bool, room: int | None) -> str:
    """An ended (or waiting) action, its stage named once."""
    stage = action.stage if stage_is_new else ""
    seconds = f"{action.seconds:>6.1f} s" if action.seconds is not None else ""
    mark = _MARKS.get(action.status, escape(str(action.status)))
    words = action.error.message if action.error and action.status is not Status.SUCCEEDED else action.summary
    shown = fitted(without_stack(words), room)
    width = _WORDS_WIDTH if room is None else min(room, _WORDS_WIDTH)
    return f" {stage:<11} {action.name:<15} {mark}  {escape(shown):<{width}} {seconds}".rstrip()


def fitted(text: str, room: int | None) -> str:
    """One line: whole where there is no limit; else long ids by their first eight characters, and no more than fits."""
    line = " ".join(text.split())
    if room is None:
        return line
    line = _LONG_ID.sub(r"\1…", line)
    return line if len(line) <= room else line[: room - 1] + "…"


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


def execution_lines(execution: Execution, room: int | None) -> str:
    """The execution as a table of actions."""
    lines = [f"{execution.pipeline}, execution {execution.execution_id}: {execution.status}"]
    stage = ""
    for action in execution.actions:
        waits = action.token and action.provider == "Manual"
        is_new = action.stage != stage
        lines.append(waiting_line(action) if waits else action_line(action, stage_is_new=is_new, room=room))
        stage = action.stage
    return "\n".join(lines)


def evaluation_lines(evaluations: Iterable[Evaluation]) -> list[str]:
    """A line for each evaluation: rows, the error beside that without a model, then the other metrics."""
    return [f" {each.action:<11} {each.rows:>6,} rows   {metrics_line(each.metrics)}".rstrip() for each in evaluations]


def metrics_line(metrics: dict[str, float]) -> str:
    """The metrics that matter most first."""
    names = [name for name in _METRICS_FIRST if name in metrics]
    names += sorted(metrics.keys() - {*names, *_LEFT_OUT})
    return "   ".join(_metric(name, metrics) for name in names)


def _metric(name: str, metrics: dict[str, float]) -> str:
    shown = f"{name} {metrics[name]:.4g}"
    other, how = _WITHOUT_MODEL.get(name, ("", ""))
    if other in metrics:
        return f"{shown} ({how}: {metrics[other]:.3g})"
    return shown
