"""Draws the SageMaker pipelines of the labs: ``python -m rehearsal.reference.pipeline_pictures DEFINITION...`` writes
an SVG beside each.

The picture is made of the definition itself, by the edges that the embedded AWS runs it by. A test holds the pictures
to that.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from rehearsal.localaws.sagemaker.pipelines import definition, graph
from rehearsal.localaws.sagemaker.pipelines.definition import Definition, Step

_WIDTH, _HEIGHT = 150, 44
_ACROSS, _DOWN = 200, 70
_MARGIN = 20
_STYLE = (
    "text{font-family:sans-serif;font-size:13px;fill:#1b2733}.kind{font-size:10px;fill:#5b6b7a}"
    "rect{fill:#eef4fa;stroke:#4a78a6;rx:6}.Condition rect{fill:#fdf3dc;stroke:#b98a1d}.Fail "
    "rect{fill:#fbe6e4;stroke:#b8483e}path{fill:none;stroke:#5b6b7a;stroke-width:1.5}marker "
    "path{fill:#5b6b7a;stroke:none}"
)


@dataclass(frozen=True)
class Place:
    """Where a step stands: its column, by the longest way to it, and its row within the column."""

    column: int
    row: int

    @property
    def left(self) -> int:
        return _MARGIN + self.column * _ACROSS

    @property
    def top(self) -> int:
        return _MARGIN + self.row * _DOWN

    @property
    def middle(self) -> int:
        return self.top + _HEIGHT // 2


def picture(text: str) -> str:
    """The SVG of a definition."""
    read = definition.parse(text)
    waits = direct(graph.edges(read))
    places = placed(waits)
    width = max(place.left for place in places.values()) + _WIDTH + _MARGIN
    height = max(place.top for place in places.values()) + _HEIGHT + _MARGIN
    arrows = [_arrow(read, places, before, name) for name in waits for before in sorted(waits[name])]
    boxes = [_box(read.steps[name], place) for name, place in places.items()]
    head = '<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}">',
            f"<style>{_STYLE}</style>",
            f'<defs>{head}<path d="M0 0L8 4L0 8z"/></marker></defs>',
            *arrows,
            *boxes,
            "</svg>\n",
        ]
    )


def direct(waits: graph.Edges) -> dict[str, frozenset[str]]:
    """The edges without those that others imply. Pure."""
    return {
        name: frozenset(
            each for each in before if not any(each in graph.upstream(waits, [other]) for other in before - {each})
        )
        for name, before in waits.items()
    }


def placed(waits: Mapping[str, frozenset[str]]) -> dict[str, Place]:
    """A place for each step, in the order of the definition. Pure."""
    columns: dict[str, int] = {}

    def column(name: str) -> int:
        if name not in columns:
            columns[name] = 1 + max((column(before) for before in waits[name]), default=-1)
        return columns[name]

    rows: dict[int, int] = {}
    places = {}
    for name in waits:
        row = rows.get(column(name), 0)
        rows[column(name)] = row + 1
        places[name] = Place(column(name), row)
    return places


def _arrow(read: Definition, places: Mapping[str, Place], before: str, name: str) -> str:
    start, end, bend = places[before], places[name], (_ACROSS - _WIDTH) // 2
    middle = end.left - bend
    line = f"M{start.left + _WIDTH} {start.middle}H{middle}V{end.middle}H{end.left}"
    branch = read.steps[name].branch
    label = ""
    if branch is not None and branch.condition == before:
        label = (
            f'<text class="kind" x="{end.left - bend + 3}" '
            f'y="{end.middle - 5}">{"yes" if branch.outcome else "no"}</text>'
        )
    return f'<path d="{line}" marker-end="url(#head)"/>{label}'


def _box(step: Step, place: Place) -> str:
    kind = step.kind.type
    return (
        f'<g class="{kind}"><rect x="{place.left}" y="{place.top}" width="{_WIDTH}" height="{_HEIGHT}"/>'
        f'<text x="{place.left + 10}" y="{place.top + 19}">{escape(step.name)}</text>'
        f'<text class="kind" x="{place.left + 10}" y="{place.top + 35}">{escape(kind)}</text></g>'
    )


def file_of(source: Path) -> Path:
    """Where the picture of a definition lies: ``definition-evaluated.json`` has ``flow-evaluated.svg``."""
    return source.with_name(source.stem.replace("definition", "flow") + ".svg")


if __name__ == "__main__":
    for named in map(Path, sys.argv[1:]):
        file_of(named).write_text(picture(named.read_text()))
