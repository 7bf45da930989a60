"""The texts that a property may become: through Ref, Fn::Sub, Fn::If and Fn::Join, and where each stands in the file.
Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

Path = tuple[str | int, ...]
Location = tuple[int, int, int, int]

_SUBSTITUTED = re.compile(r"\$\{(?!!)[^{}]*\}")


@dataclass(frozen=True)
class Text:
    """A text that a value may have. What CloudFormation fills in stands as ``#{...}`` of the same length, so positions
    agree."""

    content: str
    node: Any
    path: Path

    def location(self, position: int, cfn: Any) -> Location | None:
        """Line and column (from 0, twice) of a character of the text; None when the file does not show it."""
        if not File(str(cfn.filename)).is_file():
            return None
        lines = File(cfn.filename).read_text("utf-8").splitlines()
        first = self._first_line(cfn)
        last = getattr(getattr(self.node, "end_mark", None), "line", first + _LONGEST)
        shown = str(self.node) if isinstance(self.node, str) else self.content
        return _search(lines[first : last + 1], shown, position, first)

    def _first_line(self, cfn: Any) -> int:
        """Of the scalar; of the key above it where the decoder has dropped the scalar's own mark, as it does after
        ``!Sub``."""
        mark = getattr(self.node, "start_mark", None)
        if mark is not None:
            return int(mark.line)
        located = cfn.get_location_yaml(cfn.template, list(self.path))
        return int(located[0]) if located else 0


_LONGEST = 60
"""Lines that a text without an end mark is looked for in."""


def _search(lines: list[str], text: str, position: int, first_line: int) -> Location | None:
    """By what stands around the character: folding and quoting change white space and escapes, not words."""
    position = min(position, len(text) - 1)
    for width in (12, 8, 4, 1):
        piece = text[position : position + width]
        if not piece.strip() or "\n" in piece:
            continue
        earlier = text[:position].count(piece)
        found = [
            (number, match.start())
            for number, line in enumerate(lines)
            for match in re.finditer(re.escape(piece), line)
        ]
        if len(found) > earlier:
            number, column = found[earlier]
            return first_line + number, column, first_line + number, column + 1
    return None


def of(value: Any, path: Path, template: Mapping[str, Any]) -> Iterator[Text]:
    """Every text that ``value`` may become, as far as the template tells."""
    if isinstance(value, str):
        yield Text(str(value), value, path)
    elif isinstance(value, Mapping) and len(value) == 1:
        name, argument = next(iter(value.items()))
        yield from _of_function(name, argument, (*path, name), template)


def _of_function(name: str, argument: Any, path: Path, template: Mapping[str, Any]) -> Iterator[Text]:
    if name == "Fn::If" and isinstance(argument, list):
        for index in (1, 2):
            yield from of(argument[index], (*path, index), template)
    elif name == "Fn::Sub":
        text, at = (argument[0], (*path, 0)) if isinstance(argument, list) else (argument, path)
        if isinstance(text, str):
            yield Text(_filled(text), text, at)
    elif name == "Fn::Join" and isinstance(argument, list):
        yield from _joined(argument, path)
    elif name == "Ref":
        default = template.get("Parameters", {}).get(argument, {}).get("Default")
        if isinstance(default, str) and default:
            yield Text(str(default), default, ("Parameters", argument, "Default"))


def _joined(argument: list[Any], path: Path) -> Iterator[Text]:
    separator, parts = argument[0], argument[1]
    if isinstance(separator, str) and isinstance(parts, list):
        pieces = [part if isinstance(part, str) else "#{joined}" for part in parts]
        yield Text(separator.join(pieces), parts, path)


def _filled(text: str) -> str:
    """``${X}`` becomes ``#{X}`` inside a JSON string, and a number of the same length outside."""

    def fill(match: re.Match[str]) -> str:
        quotes = len(re.findall(r'(?<!\\)"', text[: match.start()]))
        held = match.group()
        return f"#{held[1:]}" if quotes % 2 else "1".ljust(len(held))

    return _SUBSTITUTED.sub(fill, text).replace("${!", "${ ")
