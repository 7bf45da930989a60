"""The latency of a variant's model over the last hour."""

from collections.abc import Sequence

from rehearsal.console.pictures import chart
from rehearsal.console.pictures.chart import Picture


def latency(variant: str, by_minute: Sequence[tuple[int, float]]) -> Picture | None:
    """Milliseconds by minute before now; None without any."""
    if not by_minute:
        return None
    x = chart.horizontal([minute for minute, _ in by_minute])
    y = chart.vertical([0.0, *(value for _, value in by_minute)])
    body = [chart.path(by_minute, x, y, "series series-1")]
    body += [f'<circle class="dot" cx="{x.at(minute)}" cy="{y.at(value)}" r="3"/>' for minute, value in by_minute]
    last, worst = by_minute[-1][1], max(value for _, value in by_minute)
    words = f"{variant}: the model took {chart.figure(last)} ms last, {chart.figure(worst)} ms at most by minute"
    return chart.framed(body, x, y, ("minutes from now", "mean model latency, ms"), words)
