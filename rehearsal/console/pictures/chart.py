"""What charts share: scales, round ticks, axes with titles, and the frame with its text alternative. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

WIDTH, HEIGHT = 480, 280
LABELS = 124
"""Room on the right for the names of lines."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 40, 32, 46


@dataclass(frozen=True)
class Picture:
    """An SVG element; ``words`` say what it shows."""

    svg: str
    words: str

    def __html__(self) -> str:
        """As Jinja2 takes what is HTML already: everything in it was escaped when it was drawn."""
        return self.svg


@dataclass(frozen=True)
class Scale:
    """From values to places on the page, both ends given."""

    low: float
    high: float
    begin: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.begin + share * (self.end - self.begin), 2)


def horizontal(values: Sequence[float], right: float = _RIGHT) -> Scale:
    """The scale of the x axis that holds all values, with room on the right."""
    low, high = bounds(values)
    return Scale(low, high, _LEFT, WIDTH - right)


def vertical(values: Sequence[float]) -> Scale:
    """The scale of the y axis that holds all values."""
    low, high = bounds(values)
    return Scale(low, high, HEIGHT - _BOTTOM, _TOP)


def bounds(values: Sequence[float]) -> tuple[float, float]:
    """Round ends around the values; never the same one twice."""
    low, high = min(values), max(values)
    if low == high:
        return low - 0.5, high + 0.5
    step = step_of(low, high)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def step_of(low: float, high: float, count: int = 5) -> float:
    """The distance of ticks: 1, 2 or 5 times a power of ten, about ``count`` of them."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)


def ticks(scale: Scale) -> list[float]:
    """Round values within the scale."""
    step = step_of(scale.low, scale.high)
    first = math.ceil(scale.low / step - 1e-9)
    count = math.floor((scale.high - first * step) / step + 1e-9)
    return [round((first + number) * step, 10) for number in range(count + 1)]


def figure(value: float) -> str:
    """A value at a tick or label: at most four significant digits."""
    return f"{value:.4g}"


def framed(body: Sequence[str], x: Scale, y: Scale, titles: tuple[str, str], words: str) -> Picture:
    """The chart with its axes."""
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label={quoteattr(words)}>',
        *(_tick_x(x, y, value) for value in ticks(x)),
        *(_tick_y(x, y, value) for value in ticks(y)),
        f'<line class="axis" x1="{x.begin}" y1="{y.begin}" x2="{x.end}" y2="{y.begin}"/>',
        label((x.begin + x.end) / 2, HEIGHT - 6, titles[0], "title", "middle"),
        label(0, 14, titles[1], "title"),
        *body,
        "</svg>",
    ]
    return Picture("".join(parts), words)


def _tick_x(x: Scale, y: Scale, value: float) -> str:
    return label(x.at(value), y.begin + 18, figure(value), "tick", "middle")


def _tick_y(x: Scale, y: Scale, value: float) -> str:
    at = y.at(value)
    line = f'<line class="grid" x1="{x.begin}" y1="{at}" x2="{x.end}" y2="{at}"/>'
    return line + label(x.begin - 8, at + 4, figure(value), "tick", "end")


def label(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    """A text at a place."""
    return f'<text class="{kind}" x="{round(x, 2)}" y="{round(y, 2)}" text-anchor="{anchor}">{escape(text)}</text>'


def path(points: Sequence[tuple[float, float]], x: Scale, y: Scale, kind: str) -> str:
    """A line through the points."""
    places = " ".join(f"{x.at(first)},{y.at(second)}" for first, second in points)
    return f'<polyline class="{kind}" points="{places}"/>'
