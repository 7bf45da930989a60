"""Learning curves: a metric of each data set over the rounds, with the best round of the validation set marked."""

from collections.abc import Mapping, Sequence

from rehearsal.console.pictures import chart
from rehearsal.console.pictures.chart import Picture

Curve = Sequence[tuple[int, float]]

_MOST_SERIES = 4
_LARGER_IS_BETTER = ("auc", "aucpr", "map", "ndcg", "accuracy", "f1")


def curves(metric: str, by_set: Mapping[str, Curve]) -> Picture | None:
    """One metric (``rmse``) of each data set by round; None where nothing was told."""
    shown = {name: curve for name, curve in list(by_set.items())[:_MOST_SERIES] if curve}
    if not shown:
        return None
    x = chart.horizontal([number for curve in shown.values() for number, _ in curve], chart.LABELS)
    y = chart.vertical([value for curve in shown.values() for _, value in curve])
    body = []
    for place, (name, curve) in enumerate(shown.items()):
        body.append(chart.path(curve, x, y, f"series series-{place}"))
        last_round, last = curve[-1]
        body.append(
            chart.label(x.at(last_round) + 8, y.at(last) + 4, f"{name} {chart.figure(last)}", f"name name-{place}")
        )
    best = best_of(metric, shown.get("validation", next(iter(shown.values()))))
    body.append(f'<circle class="best" cx="{x.at(best[0])}" cy="{y.at(best[1])}" r="4"/>')
    return chart.framed(body, x, y, ("round", metric), words_of(metric, shown))


def best_of(metric: str, curve: Curve) -> tuple[int, float]:
    """The round with the best value."""
    choose = max if is_larger_better(metric) else min
    return choose(curve, key=lambda point: point[1])


def is_larger_better(metric: str) -> bool:
    """Whether more is better, as XGBoost's metrics are defined."""
    return metric.split("@")[0] in _LARGER_IS_BETTER


def words_of(metric: str, by_set: Mapping[str, Curve]) -> str:
    """The finding: where the validation set is best, and where it ends."""
    name = "validation" if "validation" in by_set else next(iter(by_set))
    curve = by_set[name]
    number, value = best_of(metric, curve)
    last_round, last = curve[-1]
    end = "and ends there" if last_round == number else f"and ends at {chart.figure(last)} in round {last_round}"
    return f"{name} {metric} is best at {chart.figure(value)} in round {number}, {end}"
