"""The graph of a pipeline's steps: columns by the longest way to a step, arrows from what it waits for, each with its
state in a word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rehearsal.console import words
from rehearsal.console.pictures import chart, frame
from rehearsal.console.pictures.chart import Picture

MOST_STEPS = 120
"""More make no picture that anybody could read: the table of steps has them all."""
_WIDTH, _HEIGHT, _ACROSS, _DOWN, _MARGIN = 166, 56, 188, 72, 6

_HEAD = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>'
)


@dataclass(frozen=True)
class Node:
    """A step in the picture: its column, what it waits for directly, its branch (``yes``, ``no`` or nothing) and
    state.
    """

    name: str
    type: str
    status: str
    column: int
    waits: tuple[str, ...]
    branch: str = ""
    note: str = ""


@dataclass(frozen=True)
class _Place:
    left: float
    top: float

    @property
    def middle(self) -> float:
        return self.top + _HEIGHT / 2


def graph(nodes: Sequence[Node]) -> Picture | None:
    """The picture; None without steps or with more than fit."""
    if not nodes or len(nodes) > MOST_STEPS:
        return None
    places = _placed(nodes)
    body = [
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    ]
    body.append('<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>')
    body += [_arrow(places[before], places[node.name]) for node in nodes for before in node.waits if before in places]
    body += [_box(node, places[node.name]) for node in nodes]
    width = max(place.left for place in places.values()) + _WIDTH + _MARGIN
    height = max(place.top for place in places.values()) + _HEIGHT + _MARGIN
    return frame.drawn(body, width, height, words_of(nodes), "graph", is_sized=True)


def _placed(nodes: Sequence[Node]) -> Mapping[str, _Place]:
    rows: dict[int, int] = {}
    places = {}
    for node in nodes:
        row = rows.get(node.column, 0)
        rows[node.column] = row + 1
        places[node.name] = _Place(_MARGIN + node.column * _ACROSS, _MARGIN + row * _DOWN)
    return places


def _arrow(start: _Place, end: _Place) -> str:
    bend = end.left - (_ACROSS - _WIDTH) / 2
    line = f"M{start.left + _WIDTH:g} {start.middle:g}H{bend:g}V{end.middle:g}H{end.left:g}"
    return f'<path class="arrow" d="{line}" marker-end="url(#head)"/>'


def _box(node: Node, place: _Place) -> str:
    kind = words.mark(node.status)
    rect = f'<rect x="{place.left:g}" y="{place.top:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>'
    edge = f'<rect class="edge" x="{place.left:g}" y="{place.top:g}" width="5" height="{_HEIGHT}" rx="2"/>'
    below = f"{node.type} · {words.word(node.status)}" if kind != "none" else _to_come(node)
    return (
        f'<g class="step {kind}">{rect}{edge}'
        f"{chart.label(place.left + 14, place.top + 24, frame.shortened(node.name, 19), 'name')}"
        f"{chart.label(place.left + 14, place.top + 43, frame.shortened(below, 23), 'tick')}</g>"
    )


def _to_come(node: Node) -> str:
    """A step that has not begun says on what it depends whether it will."""
    return f"{node.type}, if {node.branch}" if node.branch else node.type


def words_of(nodes: Sequence[Node]) -> str:
    """The finding: how many steps, and how they stand."""
    counts: dict[str, int] = {}
    for node in nodes:
        counts[node.status] = counts.get(node.status, 0) + 1
    stand = ", ".join(f"{count} {words.word(status)}" for status, count in counts.items())
    return f"{len(nodes)} steps: {stand}"
