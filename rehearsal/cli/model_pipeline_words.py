"""``rehearse status --sagemaker-pipeline``: an execution of a SageMaker pipeline in words and as a document. Pure."""

import textwrap
from collections.abc import Sequence
from typing import Any

from rich.markup import escape

from rehearsal.toolkit.executions.model_pipelines import ModelExecution, StepState

_MARKS = {"Succeeded": "[green]✔[/]", "Failed": "[red]✘[/]", "Stopped": "[yellow]✘[/]"}
_LEAST_FOR_NAMES, _MOST_FOR_NAMES = 12, 40
_BESIDE_NAME = 26
"""Characters of a line besides the name and the note: mark, status, seconds, blanks."""
_LEAST_FOR_NOTE = 26
_BELOW = 4
"""How far a note is set in that stands below its step, where there is no room beside it."""


def text(execution: ModelExecution, width: int | None = None) -> str:
    """The execution, and a line for each step that has begun.

    A terminal is ``width`` characters wide, and long notes go on below themselves; a log (None) takes every step in one
    line.
    """
    head = f"{execution.pipeline}  {execution.arn.rpartition('/')[2]}  {execution.status}"
    column = _column(execution.steps, width)
    lines = [f"[bold]{escape(head)}[/]", *(line for step in execution.steps for line in _step(step, column, width))]
    if execution.reason:
        lines.append(escape(execution.reason))
    return "\n".join(lines)


def _column(steps: Sequence[StepState], width: int | None) -> int:
    """How wide the names' column is: as the longest name, but no more than a third of a terminal."""
    most = _MOST_FOR_NAMES if width is None else min(width // 3, _MOST_FOR_NAMES)
    return max(min(max((len(step.name) for step in steps), default=0), most), _LEAST_FOR_NAMES)


def _step(step: StepState, column: int, width: int | None) -> list[str]:
    note = " ".join(step.note.split())
    if width is None:
        return [f"{_state(step, step.name, column)}  {escape(note)}".rstrip()]
    if len(step.name) > column:  # alone on its line, what it says below
        return [f" {escape(step.name)}", *_noted(_state(step, "", column), note, column, width)]
    return _noted(_state(step, step.name, column), note, column, width)


def _state(step: StepState, name: str, column: int) -> str:
    seconds = "" if step.seconds is None else f"{step.seconds:.1f} s"
    return f" {escape(name):<{column}} {_MARKS.get(step.status, '…')} {step.status:<10} {seconds:>9}"


def _noted(line: str, note: str, column: int, width: int) -> list[str]:
    """The line with its note beside it, or below it on a narrow terminal."""
    beside = column + _BESIDE_NAME
    if not note:
        return [line.rstrip()]
    if width - beside < _LEAST_FOR_NOTE:
        return [line.rstrip(), *(f"{'':{_BELOW}}{escape(part)}" for part in _wrapped(note, width - _BELOW))]
    first, *others = _wrapped(note, width - beside)
    return [f"{line}  {escape(first)}", *(f"{'':{beside}}{escape(part)}" for part in others)]


def _wrapped(note: str, width: int) -> list[str]:
    return textwrap.wrap(note, width, break_on_hyphens=False)  # names have hyphens


def document(execution: ModelExecution) -> dict[str, Any]:
    """What ``--json`` prints."""
    return {
        "pipeline": execution.pipeline,
        "pipelineExecutionArn": execution.arn,
        "status": execution.status,
        "reason": execution.reason,
        "steps": [
            {"name": step.name, "status": step.status, "seconds": step.seconds, "note": step.note}
            for step in execution.steps
        ],
    }
