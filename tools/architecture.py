"""`docs/pictures/architecture.svg`: the floors and wings of the house, drawn from its imports."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape

from tools.import_graph import Arrows, essential, levels, purpose, read_house

PICTURE = "docs/pictures/architecture.svg"
WIDTH, MARGIN, GAP, LINE, LETTER = 1180, 20, 26, 15, 6.3
"""Pixels: the picture, its border, the space between boxes, a line of text, a letter's width."""
NARROWEST = 130
"""Pixels that a wing's text needs."""
PURE = {
    "base",
    "crypto",
    "labels",
    "agreements",
    "registry",
    "decisions",
    "sealing",
    "ledger",
    "protocol",
}
"""Rooms without clock, file or socket: import-linter's second contract."""
HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
     aria-labelledby="title desc" font-family="Helvetica, Arial, sans-serif" font-size="12">
<title id="title">The floors and wings of Sealane</title>
<desc id="desc">Rooms from the roof down. An arrow means: imports. Arrows that follow from others
are left out. Green rooms do no input or output and read no clock.</desc>
<style>
  .ground {{ fill: #ffffff }}
  .room {{ fill: #eef2f7; stroke: #50607a }}
  .pure {{ fill: #e9f5ec; stroke: #3d7a50 }}
  .wing {{ fill: #ffffff; stroke: #8a97aa }}
  .name {{ font-weight: bold; font-size: 13px; fill: #1d2733 }}
  .told {{ fill: #3a4656 }}
  .arrow {{ fill: none; stroke: #6b7788; stroke-width: 1.2; marker-end: url(#tip) }}
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
  orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#6b7788"/></marker></defs>
<rect class="ground" width="{width}" height="{height}"/>
"""


@dataclass(frozen=True)
class Box:
    """One room or wing on the sheet: where it stands and what is drawn inside."""

    left: float
    top: float
    width: float
    height: float
    drawn: str

    @property
    def middle(self) -> float:
        return self.left + self.width / 2

    @property
    def foot(self) -> float:
        return self.top + self.height


def picture() -> str:
    """The SVG as text, the same for the same imports."""
    house = read_house()
    top: float = MARGIN
    boxes: dict[str, Box] = {}
    for floor in house.floors:
        left: float = MARGIN
        free = WIDTH - 2 * MARGIN - GAP * (len(floor) - 1)
        shares = {room: 2 if room in house.inner else 1 for room in floor}
        for room in floor:
            width = free * shares[room] / sum(shares.values())
            boxes[room] = _room(room, (left, top, width), house.inner.get(room, {}))
            left += width + GAP
        top = max(boxes[room].foot for room in floor) + GAP
    lines = _lines(essential(house.arrows), boxes)
    sheet = HEAD.format(width=WIDTH, height=round(top - GAP + MARGIN))
    return sheet + lines + "".join(box.drawn for box in boxes.values()) + "</svg>\n"


def _room(room: str, place: tuple[float, float, float], inner: Arrows) -> Box:
    """A room with its name, its purpose and, inside, its wings in the order of their imports."""
    left, top, width = place
    words, foot = _words((room,), place)
    wings: dict[str, Box] = {}
    if inner:
        foot += 6
        for level in levels(inner):
            for row in _rows(level, width - 24):
                each = (width - 24 - 16 * (len(row) - 1)) / len(row)
                for position, wing in enumerate(row):
                    corner = (left + 12 + position * (each + 16), foot, each)
                    wings[wing] = _wing(room, wing, corner)
                foot = max(wings[wing].foot for wing in row) + 22
        foot -= 12
    kind = "pure" if room in PURE else "room"
    drawn = _rectangle(kind, (left, top, width, foot - top)) + words
    drawn += _lines(essential(inner), wings) + "".join(box.drawn for box in wings.values())
    return Box(left, top, width, foot - top, drawn)


def _rows(level: list[str], width: float) -> list[list[str]]:
    """The wings of one level in rows, none narrower than can be read."""
    many = max(1, int(width // NARROWEST))
    rows = -(-len(level) // many)
    each = -(-len(level) // rows)
    return [level[start : start + each] for start in range(0, len(level), each)]


def _wing(room: str, wing: str, place: tuple[float, float, float]) -> Box:
    left, top, width = place
    words, foot = _words((room, wing), place)
    height = foot - top
    return Box(left, top, width, height, _rectangle("wing", (left, top, width, height)) + words)


def _words(names: tuple[str, ...], place: tuple[float, float, float]) -> tuple[str, float]:
    """Name and purpose, wrapped to the box; and where the text ends."""
    left, top, width = place
    told = textwrap.wrap(purpose(*names), max(8, int((width - 16) / LETTER)))
    drawn = f'<text class="name" x="{left + 8:.0f}" y="{top + 17:.0f}">{names[-1]}</text>\n'
    for number, line in enumerate(told, start=1):
        height = top + 17 + number * LINE
        drawn += f'<text class="told" x="{left + 8:.0f}" y="{height:.0f}">{escape(line)}</text>\n'
    return drawn, top + 17 + len(told) * LINE + 9


def _rectangle(kind: str, place: tuple[float, float, float, float]) -> str:
    left, top, width, height = place
    return (
        f'<rect class="{kind}" x="{left:.0f}" y="{top:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" rx="5"/>\n'
    )


def _lines(arrows: Arrows, boxes: dict[str, Box]) -> str:
    """An arrow for each import, from the foot of a box to the head of the one below."""
    drawn = ""
    for above in sorted(arrows):
        for below in sorted(arrows[above]):
            drawn += _line(boxes[above], boxes[below])
    return drawn


def _line(above: Box, below: Box) -> str:
    if above.top == below.top:  # neighbours on one floor
        left, right = sorted((above, below), key=lambda box: box.left)
        height = above.top + 12
        start, end = left.left + left.width, right.left
        if above is right:
            start, end = end, start
        return f'<path class="arrow" d="M{start:.0f} {height:.0f} L{end:.0f} {height:.0f}"/>\n'
    bend = (above.foot + below.top) / 2
    return (
        f'<path class="arrow" d="M{above.middle:.0f} {above.foot:.0f}'
        f" C{above.middle:.0f} {bend:.0f} {below.middle:.0f} {bend:.0f}"
        f' {below.middle:.0f} {below.top:.0f}"/>\n'
    )
