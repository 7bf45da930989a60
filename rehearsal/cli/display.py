"""Progress as a person sees it: a line for each step and action, and on a terminal a live part for what runs now.

Without a terminal (a CI log) only finished things get a line, in full, and long ones a sign of life. Rich drops colour
for ``NO_COLOR`` and for anything that is not a terminal.
"""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from rehearsal.cli import lines
from rehearsal.toolkit.executions.events import (
    ActionChanged,
    Event,
    ExecutionFound,
    FunctionFailed,
    Note,
    ResourceChanged,
    StepFinished,
    StepStarted,
    StillRunning,
)
from rehearsal.toolkit.executions.executions import ActionRun

_SIGN_OF_LIFE_SECONDS = 10.0
_WIDE = 100
_BESIDE_LIVE_WORDS = 42
"""Characters of a live line beside its words and its bar: spinner, stage, action, time and blanks."""


class Display(Protocol):
    """Shows events while its ``with`` block runs."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def tell(self, event: Event) -> None: ...


def display_on(console: Console) -> Display:
    """A live display on a terminal, plain lines elsewhere."""
    return LiveDisplay(console) if console.is_terminal else PlainDisplay(console)


def width_of(console: Console) -> int | None:
    """How many characters fit on a line of the console; None (a log) takes all."""
    return console.width if console.is_terminal else None


class PlainDisplay:
    """Lines for logs."""

    def __init__(self, console: Console, now: Callable[[], float] = time.monotonic) -> None:
        self._print = console.print
        self._width = width_of(console)
        self._now = now
        self._stage = ""
        self._last_word: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def tell(self, event: Event) -> None:
        """Print what is worth a line."""
        match event:
            case StepFinished():
                self._print(lines.step_line(event, self._width))
            case ResourceChanged(status=status) if status.endswith("_FAILED"):
                self._print(f"   {event.logical_id} {status}: {escape(event.reason)}")
            case ExecutionFound():
                self._print(f" pipeline {event.pipeline}, execution {event.execution_id}\n")
            case ActionChanged(action):
                self._tell_action(action)
            case StillRunning(action) if self._is_due(action):
                self._print(lines.running_line(event))
            case FunctionFailed():
                self._print(lines.silence_lines(event))
            case Note(text):
                self._print(f" {escape(text)}")

    def _tell_action(self, action: ActionRun) -> None:
        if action.token and action.provider == "Manual":
            self._print(lines.waiting_line(action))
        elif action.status.has_ended:
            self._print(lines.action_line(action, stage_is_new=action.stage != self._stage, width=self._width))
            self._stage = action.stage
        elif action.summary and self._is_due(action):
            self._print(lines.action_line(action, stage_is_new=True, width=self._width))

    def _is_due(self, action: ActionRun) -> bool:
        """The first word on a running action comes after some seconds, then again after each so many."""
        last = self._last_word.setdefault(action.path, self._now())
        if self._now() - last < _SIGN_OF_LIFE_SECONDS:
            return False
        self._last_word[action.path] = self._now()
        return True


class LiveDisplay(PlainDisplay):
    """The same lines, and below them what runs now: a spinner, a bar where a percentage is known, the time so far."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        bar = 24 if console.width >= _WIDE else 8
        self._words = max(console.width - bar - _BESIDE_LIVE_WORDS, 0)
        self._live = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=bar),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._print = self._live.console.print
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def tell(self, event: Event) -> None:
        """Keep the live part true, then print the line."""
        match event:
            case StepStarted():
                self._show(f"{event.step} {event.subject}", f"{event.step:<9}{event.subject}")
            case ResourceChanged():
                words = lines.fitted(f"{event.stack}  {event.logical_id} {event.status}", self._words + 18)
                self._show(f"stack {event.stack}", f"stack     {escape(words)}")
            case StepFinished():
                self._hide(f"{event.step} {event.subject}")
            case ActionChanged(action) if action.status.has_ended:
                self._hide(action.path)
            case ActionChanged(action):
                words = lines.fitted(action.summary, self._words)
                self._show(
                    action.path, f"{action.stage:<11} {action.name:<15} {escape(words)}", action.percent_complete
                )
        super().tell(event)

    def _is_due(self, _action: ActionRun) -> bool:
        return False  # the live part shows it

    def _show(self, key: str, description: str, percent: int | None = None) -> None:
        total = None if percent is None else 100
        if key not in self._tasks:
            self._tasks[key] = self._live.add_task(description, total=total)
        self._live.update(self._tasks[key], description=description, total=total, completed=percent or 0)

    def _hide(self, key: str) -> None:
        task = self._tasks.pop(key, None)
        if task is not None:
            self._live.remove_task(task)
