"""Predicted against actual, with the line on which both are the same."""

import math
from collections.abc import Sequence

from rehearsal.console.pictures import chart
from rehearsal.console.pictures.chart import Picture

MOST_POINTS = 2_000
Pairs = Sequence[tuple[float, float]]
"""Actual and predicted."""


def scatter(pairs: Pairs) -> Picture | None:
    """A point for each row; of very many an even choice. None without rows."""
    if not pairs:
        return None
    chosen = pairs[:: math.ceil(len(pairs) / MOST_POINTS)]
    both = [value for pair in chosen for value in pair]
    x, y = chart.horizontal(both), chart.vertical(both)
    low, high = max(x.low, y.low), min(x.high, y.high)
    body = [chart.path([(low, low), (high, high)], x, y, "reference")]
    body += [
        f'<circle class="point" cx="{x.at(actual)}" cy="{y.at(predicted)}" r="3"/>' for actual, predicted in chosen
    ]
    body.append(chart.label(x.at(high) + 4, y.at(high) + 4, "exact", "tick"))
    return chart.framed(body, x, y, ("actual", "predicted"), words_of(pairs))


def residuals(pairs: Pairs) -> Picture | None:
    """How far each prediction is off, over what was predicted."""
    if not pairs:
        return None
    chosen = pairs[:: math.ceil(len(pairs) / MOST_POINTS)]
    off = [(predicted, predicted - actual) for actual, predicted in chosen]
    x = chart.horizontal([predicted for predicted, _ in off])
    y = chart.vertical([0.0, *(error for _, error in off)])
    body = [chart.path([(x.low, 0.0), (x.high, 0.0)], x, y, "reference")]
    body += [f'<circle class="point" cx="{x.at(predicted)}" cy="{y.at(error)}" r="3"/>' for predicted, error in off]
    mean = sum(error for _, error in off) / len(off)
    side = "too high" if mean > 0 else "too low"
    words = f"On average predictions are {chart.figure(abs(mean))} {side}"
    return chart.framed(body, x, y, ("predicted", "predicted - actual"), words)


def words_of(pairs: Pairs) -> str:
    """The finding: how many rows, and how far they are off."""
    errors = sorted(abs(predicted - actual) for actual, predicted in pairs)
    half, worst = chart.figure(errors[len(errors) // 2]), chart.figure(errors[-1])
    return f"{len(pairs):,} rows; half of the predictions are within {half} of the label, the worst is {worst} off"
