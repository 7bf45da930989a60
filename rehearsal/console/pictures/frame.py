"""Pictures that are no chart with two axes: an SVG of any size with its text alternative. Pure."""

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from rehearsal.console.pictures.chart import Picture

ROW = 28
"""The height of a line of bars or dots with its name."""


def drawn(
    body: Sequence[str], width: float, height: float, words: str, kind: str = "", *, is_sized: bool = False
) -> Picture:
    """The picture; ``kind`` is a class of the style sheet beside ``chart``. What is sized does not shrink with the
    page.
    """
    classes = f"chart {kind}".strip()
    size = f' width="{width:g}" height="{height:g}"' if is_sized else ""
    head = f'<svg class="{classes}"{size} viewBox="0 0 {width:g} {height:g}" role="img" aria-label={quoteattr(words)}>'
    return Picture("".join([head, *body, "</svg>"]), words)


def shortened(text: str, longest: int) -> str:
    """A name where room is short; its end is kept, by which names of a family differ."""
    if len(text) <= longest:
        return text
    tail = longest // 2
    return f"{text[: longest - tail - 1]}…{text[-tail:]}"
