"""Two classes by their scores: the ROC curve, the precision-recall curve, and whether a score is a probability
(calibration).

A pair is the label (0 or 1) and the score of class 1. Definitions are scikit-learn's (``roc_curve``,
``precision_recall_curve``,
``calibration_curve``), with equal scores taken together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rehearsal.console.pictures import chart
from rehearsal.console.pictures.chart import Picture, Scale

Pairs = Sequence[tuple[float, float]]
_BINS = 10
_MOST_POINTS = 400


@dataclass(frozen=True)
class Cut:
    """What counts as class 1 when the score is at least a cutoff: how many rightly, how many wrongly."""

    true_positives: int
    false_positives: int


@dataclass(frozen=True)
class Bin:
    """Rows with about the same score: their mean score, the share of class 1 among them, how many they are."""

    score: float
    share: float
    rows: int


def is_two_classes(pairs: Pairs) -> bool:
    """Whether both labels, and no others, are there: without one of them no curve says anything."""
    return {label for label, _ in pairs} == {0.0, 1.0}


def cuts(pairs: Pairs) -> list[Cut]:
    """One for each different score, from the highest down; the first has nothing."""
    found, right, wrong = [Cut(0, 0)], 0, 0
    for _, same in groupby(sorted(pairs, key=lambda pair: -pair[1]), key=lambda pair: pair[1]):
        labels = [label for label, _ in same]
        right += labels.count(1.0)
        wrong += labels.count(0.0)
        found.append(Cut(right, wrong))
    return found


def area(points: Sequence[tuple[float, float]]) -> float:
    """Under a line, by trapezoids."""
    return sum((after[0] - before[0]) * (after[1] + before[1]) / 2 for before, after in pairwise(points))


def roc(pairs: Pairs) -> Picture | None:
    """True against false positive rate, with the line of chance; None unless both classes are there."""
    if not is_two_classes(pairs):
        return None
    found = cuts(pairs)
    positives, negatives = found[-1].true_positives, found[-1].false_positives
    points = [(each.false_positives / negatives, each.true_positives / positives) for each in found]
    words = (
        f"The area under the ROC curve is {chart.figure(area(points))} over {len(pairs):,} rows; chance has 0.5, "
        "a perfect order 1"
    )
    reference = [(0.0, 0.0), (1.0, 1.0)]
    return _unit_chart(points, reference, "chance", ("false positive rate", "true positive rate"), words)


def precision_recall(pairs: Pairs) -> Picture | None:
    """Precision over recall, with the share of class 1, which a model without knowledge has as precision."""
    if not is_two_classes(pairs):
        return None
    found = cuts(pairs)[1:]
    positives = found[-1].true_positives
    points = [
        (each.true_positives / positives, each.true_positives / (each.true_positives + each.false_positives))
        for each in found
    ]
    base = positives / len(pairs)
    average = average_precision(points)
    words = f"The average precision is {chart.figure(average)}; without a model it would be {chart.figure(base)}"
    shown = [(0.0, points[0][1]), *points]
    return _unit_chart(shown, [(0.0, base), (1.0, base)], "chance", ("recall", "precision"), words)


def average_precision(points: Sequence[tuple[float, float]]) -> float:
    """The mean of precisions weighted with what each adds to recall, as scikit-learn has it."""
    before, total = 0.0, 0.0
    for recall, precision in points:
        total += (recall - before) * precision
        before = recall
    return total


def bins(pairs: Pairs) -> list[Bin]:
    """Ten of the same width; those without rows are left out."""
    rows: dict[int, list[tuple[float, float]]] = {}
    for label, score in pairs:
        rows.setdefault(min(int(score * _BINS), _BINS - 1), []).append((label, score))
    return [
        Bin(sum(score for _, score in each) / len(each), sum(label for label, _ in each) / len(each), len(each))
        for _, each in sorted(rows.items())
    ]


def calibration(pairs: Pairs) -> Picture | None:
    """How often class 1 comes where the model says so with a probability; None where scores are none."""
    if not is_two_classes(pairs) or not all(0 <= score <= 1 for _, score in pairs):
        return None
    found = bins(pairs)
    x, y = _unit()
    largest = max(each.rows for each in found)
    body = [chart.path([(0, 0), (1, 1)], x, y, "reference")]
    body.append(chart.path([(each.score, each.share) for each in found], x, y, "series series-1"))
    for each in found:
        radius = 3 + 4 * (each.rows / largest) ** 0.5
        body.append(f'<circle class="dot" cx="{x.at(each.score)}" cy="{y.at(each.share)}" r="{radius:.1f}"/>')
    return chart.framed(body, x, y, ("score", "share of class 1"), _calibration_words(found))


def _calibration_words(found: Sequence[Bin]) -> str:
    rows = sum(each.rows for each in found)
    off = sum(abs(each.share - each.score) * each.rows for each in found) / rows
    worst = max(found, key=lambda each: abs(each.share - each.score))
    return (
        f"Scores are {chart.figure(off)} off the true share on average; most where they say "
        f"{chart.figure(worst.score)} and {chart.figure(worst.share)} of {worst.rows:,} rows are class 1"
    )


def _unit() -> tuple[Scale, Scale]:
    return chart.horizontal([0.0, 1.0]), chart.vertical([0.0, 1.0])


def _unit_chart(
    points: Sequence[tuple[float, float]],
    reference: Sequence[tuple[float, float]],
    name: str,
    titles: tuple[str, str],
    words: str,
) -> Picture:
    x, y = _unit()
    body = [chart.path(reference, x, y, "reference"), chart.path(list(_thinned(points)), x, y, "series series-1")]
    end = reference[-1]
    below = 16 if end[1] > 0.5 else -6  # within the picture, and off the line
    body.append(chart.label(x.at(end[0]) - 4, y.at(end[1]) + below, name, "tick", "end"))
    return chart.framed(body, x, y, titles, words)


def _thinned(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """An even choice of very many, the last among them."""
    step = max(1, len(points) // _MOST_POINTS)
    yield from points[::step]
    if (len(points) - 1) % step:
        yield points[-1]
