"""What is wrong with a user's input, and where."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One finding in a text: ``message`` is a sentence without a final stop; ``position`` counts characters from 0."""

    message: str
    path: tuple[str, ...] = ()
    position: int | None = None
    hint: str = ""

    def line_and_column(self, text: str) -> tuple[int, int] | None:
        """Where in ``text``, both counted from 1; None when the finding is about the whole of it."""
        if self.position is None:
            return None
        before = text[: self.position]
        return before.count("\n") + 1, self.position - (before.rfind("\n") + 1) + 1


WIDTH = 160


def show(problem: Problem, text: str) -> str:
    """The finding with its line, a caret under the character, and what would be right."""
    where = problem.line_and_column(text)
    if where is None:
        return "\n   ".join(filter(None, (problem.message, problem.hint)))
    line_number, column = where
    line = text.splitlines()[line_number - 1] if text else ""
    start = max(0, column - WIDTH // 2) if len(line) > WIDTH else 0
    place = f"column {column}" if "\n" not in text.strip() else f"line {line_number}, column {column}"
    shown = line[start : start + WIDTH]
    rows = [f"   {shown}", f"   {' ' * (column - 1 - start)}^ {place}: {problem.message}"]
    if problem.hint:
        rows.append(f"   {problem.hint}")
    return "\n".join(rows)


def report(title: str, problems: Sequence[Problem], text: str) -> str:
    """All findings under one title, as the command line and CodePipeline show them."""
    return "\n".join([title, *(show(problem, text) for problem in problems)])
