"""Names with a bar or a dot each: which features a model used most, and how its parts of the data differ."""

from collections.abc import Sequence

from rehearsal.console.pictures import chart, frame
from rehearsal.console.pictures.chart import Picture, Scale

MOST_BARS = 20
_WIDTH, _NAMES, _VALUES = 480, 150, 64


def bars(named: Sequence[tuple[str, float]], what: str) -> Picture | None:
    """Features by their share of ``what`` (gain), the largest first; None without any."""
    total = sum(value for _, value in named)
    if total <= 0:
        return None
    ordered = sorted(named, key=lambda each: -each[1])
    shown = ordered[:MOST_BARS]
    widest = _WIDTH - _NAMES - _VALUES
    body = []
    for at, (name, value) in enumerate(shown):
        y, length = at * frame.ROW, widest * value / shown[0][1]
        body.append(chart.label(_NAMES - 10, y + 18, frame.shortened(name, 20), "tick", "end"))
        body.append(f'<rect class="bar-of" x="{_NAMES}" y="{y + 5}" width="{max(length, 1):.1f}" height="18" rx="2"/>')
        body.append(chart.label(_NAMES + length + 8, y + 18, f"{value / total:.1%}", "tick"))
    leading = f"{ordered[0][0]} has {ordered[0][1] / total:.1%} of the {what}"
    rest = f"; {len(ordered) - MOST_BARS} more have {sum(v for _, v in ordered[MOST_BARS:]) / total:.1%} together"
    words = leading + (rest if len(ordered) > MOST_BARS else f"; {len(ordered)} features were used")
    return frame.drawn(body, _WIDTH, frame.ROW * len(shown), words, "bars")


def dots(parts: Sequence[tuple[str, int, float]], metric: str, overall: float) -> Picture | None:
    """A metric of each part of the data (name, rows, value) around the one of all rows; None without parts."""
    if not parts:
        return None
    low, high = chart.bounds([overall, *(value for _, _, value in parts)])
    x = Scale(low, high, _NAMES + 8, _WIDTH - 24)
    bottom = frame.ROW * len(parts) + 12
    body = [
        f'<line class="reference" x1="{x.at(overall)}" y1="0" x2="{x.at(overall)}" y2="{bottom}"/>',
        chart.label(x.at(overall), bottom + 36, f"all rows {chart.figure(overall)}", "title", "middle"),
    ]
    body += [chart.label(x.at(value), bottom + 16, chart.figure(value), "tick", "middle") for value in chart.ticks(x)]
    for at, (name, rows, value) in enumerate(parts):
        y = at * frame.ROW + 16
        body.append(chart.label(_NAMES - 10, y + 4, frame.shortened(f"{name} ({rows:,})", 20), "tick", "end"))
        body.append(f'<line class="grid" x1="{x.begin}" y1="{y}" x2="{x.end}" y2="{y}"/>')
        body.append(f'<circle class="dot" cx="{x.at(value)}" cy="{y}" r="5"/>')
    farthest = max(parts, key=lambda each: abs(each[2] - overall))
    words = (
        f"{metric} is {chart.figure(overall)} over all rows; "
        f"{farthest[0]} with {farthest[1]:,} rows is farthest from it: {chart.figure(farthest[2])}"
    )
    return frame.drawn(body, _WIDTH, bottom + 44, words, "dots")
