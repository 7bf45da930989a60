"""The trials of a tuning job as parallel coordinates: an axis for each hyperparameter and one for the result, a line
for each trial.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rehearsal.console.pictures import chart, frame
from rehearsal.console.pictures.chart import Picture

MOST_AXES = 6
_ACROSS, _HEIGHT, _TOP, _LEFT, _RIGHT, _BOTTOM = 168, 300, 44, 72, 76, 20


@dataclass(frozen=True)
class Line:
    """A trial: its values by axis as they were given, and its result."""

    name: str
    values: Mapping[str, str]
    result: float


@dataclass(frozen=True)
class _Axis:
    """``numbers`` are the ends of a scale of numbers, ``names`` the places of an axis of words."""

    title: str
    left: float
    numbers: tuple[float, float] | None
    names: tuple[str, ...] = ()

    def at(self, value: str) -> float:
        """The height of a value; the larger, the higher."""
        if self.numbers is not None:
            low, high = self.numbers
            share = 0.5 if low == high else (float(value) - low) / (high - low)
        else:
            share = 0.5 if len(self.names) == 1 else self.names.index(value) / (len(self.names) - 1)
        return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP), 2)

    def labels(self) -> list[tuple[float, str]]:
        """Heights with what stands beside them."""
        if self.numbers is None:
            return [(self.at(name), name) for name in self.names]
        low, high = self.numbers
        shown = [low] if low == high else [low, high]
        return [(self.at(repr(value)), chart.figure(value)) for value in shown]


def trials(lines: Sequence[Line], metric: str, *, is_maximized: bool) -> Picture | None:
    """The picture; None with fewer than two results. The best trial is drawn last and strong."""
    if len(lines) < 2:
        return None
    names = list(dict.fromkeys(name for line in lines for name in line.values))[: MOST_AXES - 1]
    told = [line for line in lines if all(name in line.values for name in names)]
    axes = [_axis(name, at, [line.values[name] for line in told]) for at, name in enumerate(names)]
    axes.append(_axis(metric, len(names), [repr(line.result) for line in told]))
    best = (max if is_maximized else min)(told, key=lambda line: line.result)
    body = [part for axis in axes for part in _drawn(axis)]
    body += [_path(line, axes, metric, "trial") for line in told if line is not best]
    body.append(_path(best, axes, metric, "trial best-trial"))
    end = axes[-1]
    body.append(chart.label(end.left + 8, end.at(repr(best.result)) + 4, "best", "name name-1"))
    width = _LEFT + _ACROSS * (len(axes) - 1) + _RIGHT
    chosen = ", ".join(f"{name} {_short(best.values[name])}" for name in names)
    words = f"{len(told)} trials; the best {metric} is {chart.figure(best.result)} with {chosen}"
    return frame.drawn(body, width, _HEIGHT, words, "parallel", is_sized=True)


def _axis(title: str, at: int, values: Sequence[str]) -> _Axis:
    left = _LEFT + at * _ACROSS
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        return _Axis(title, left, None, tuple(sorted(set(values))))
    return _Axis(title, left, (min(numbers), max(numbers)))


def _drawn(axis: _Axis) -> list[str]:
    line = f'<line class="axis" x1="{axis.left}" y1="{_TOP}" x2="{axis.left}" y2="{_HEIGHT - _BOTTOM}"/>'
    title = chart.label(axis.left, _TOP - 24, frame.shortened(axis.title, 18), "title", "middle")
    beside = [
        chart.label(axis.left - 6, height + 4, frame.shortened(said, 9), "tick", "end")
        for height, said in axis.labels()
    ]
    return [line, title, *beside]


def _path(line: Line, axes: Sequence[_Axis], metric: str, kind: str) -> str:
    values = {**line.values, metric: repr(line.result)}
    places = " ".join(f"{axis.left},{axis.at(values[axis.title])}" for axis in axes)
    return f'<polyline class="{kind}" points="{places}"/>'


def _short(value: str) -> str:
    try:
        return chart.figure(float(value))
    except ValueError:
        return value
