"""The confusion matrix: actual classes down, predicted ones across, each with its count and its share of the actual
class.
"""

from collections.abc import Mapping

from rehearsal.console.pictures import chart, frame
from rehearsal.console.pictures.chart import Picture

Matrix = Mapping[str, Mapping[str, int]]
"""Counts by actual, then predicted class."""
MOST_CLASSES = 12
_CELL, _LEFT, _TOP = 88, 88, 56


def matrix(counts: Matrix) -> Picture | None:
    """The picture; None without classes or with more than fit."""
    names = list(counts)
    if not names or len(names) > MOST_CLASSES:
        return None
    size = max(40.0, min(_CELL, 400 / len(names)))
    width, height = _LEFT + size * len(names) + 8, _TOP + size * len(names) + 8
    body = [
        chart.label(0, 14, "actual (down), predicted (across)", "title"),
        *(chart.label(_LEFT + size * (at + 0.5), _TOP - 10, name, "tick", "middle") for at, name in enumerate(names)),
        *(chart.label(_LEFT - 10, _TOP + size * (at + 0.5) + 4, name, "tick", "end") for at, name in enumerate(names)),
    ]
    for row, actual in enumerate(names):
        total = sum(counts[actual].values())
        for column, predicted in enumerate(names):
            count = counts[actual].get(predicted, 0)
            share = count / total if total else 0.0
            place = (_LEFT + size * column, _TOP + size * row)
            body.append(_cell(place, size, count, share, is_right=row == column))
    return frame.drawn(body, width, height, words_of(counts), "matrix")


def _cell(place: tuple[float, float], size: float, count: int, share: float, *, is_right: bool) -> str:
    x, y = place
    kind = "right" if is_right else "wrong"
    room = f'x="{x + 1:g}" y="{y + 1:g}" width="{size - 2:g}" height="{size - 2:g}" rx="3"'
    middle = y + size / 2
    second = chart.label(x + size / 2, middle + 15, f"{share:.0%}", "tick", "middle") if size >= 56 else ""
    first = chart.label(x + size / 2, middle + (-2 if second else 5), f"{count:,}", "count", "middle")
    return f'<rect class="cell {kind}" {room} fill-opacity="{share * 0.35:.2f}"/>{first}{second}'


def words_of(counts: Matrix) -> str:
    """The finding: how many are right, and what is mistaken most often."""
    rows = sum(sum(each.values()) for each in counts.values())
    right = sum(counts[name].get(name, 0) for name in counts)
    wrong = [(count, one, other) for one, row in counts.items() for other, count in row.items() if one != other]
    worst = max(wrong, default=(0, "", ""))
    said = f"{right:,} of {rows:,} rows are right"
    if not worst[0]:
        return said
    return f"{said}; the most common mistake: {worst[0]:,} rows of class {worst[1]} are taken for {worst[2]}"
