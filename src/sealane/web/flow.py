"""The flow picture: what went one way, as bands between this nation and the areas, each as thick as
its number and in the colour of its level; numbers in, coordinates out.

Every band has a table row beside it with the same number: nothing is told by the picture alone.
Spec: docs/console.md §Trust board.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, BAR, EDGE = 480, 26, 200
"""Of one picture: its width, the width of this nation's bar, and where the areas' names end."""
LEAST, EACH, MOST, GAP = 5.0, 9.0, 220.0, 30.0
"""The thinnest band, the thickest one item makes, what all bands come to at most, and what lies
between areas.
"""
TOP = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBand:
    """One band: its outline, its colour's name, and what it stands for."""

    path: str
    colour: str
    area: str
    level: str
    originator: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowArea:
    """An area's name beside its bands."""

    area: str
    y: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPicture:
    """One direction's whole picture."""

    height: int
    bar: tuple[float, float]
    """Where this nation's bar begins, and how high it is."""
    bands: tuple[FlowBand, ...]
    areas: tuple[FlowArea, ...]
    count: int


def drawn(rows: Sequence[Mapping[str, object]], *, outward: bool) -> FlowPicture:
    """The picture of these rows, each with `area`, `level`, `originator`, `count` and `colour`.

    Args: outward: the areas stand on the right; else on the left.
    """
    total = sum(_count(row) for row in rows)
    scale = min(EACH, MOST / max(total, 1))
    grouped: dict[str, list[Mapping[str, object]]] = {}
    for row in rows:
        grouped.setdefault(str(row["area"]), []).append(row)
    thick = [max(LEAST, _count(row) * scale) for row in rows]
    height = TOP * 2 + sum(thick) + GAP * max(1, len(grouped))
    place, left = _middle(height, sum(thick)), TOP + GAP / 2
    bar, bands, areas = place, [], []
    for area, several in grouped.items():
        sizes = [max(LEAST, _count(row) * scale) for row in several]
        areas.append(
            FlowArea(
                area=area,
                y=round(left + sum(sizes) / 2, 1),
                count=sum(_count(row) for row in several),
            )
        )
        for row, size in zip(several, sizes, strict=True):
            bands.append(
                FlowBand(
                    path=_band(place, left, size, outward=outward),
                    colour=str(row["colour"]),
                    area=area,
                    level=str(row["level"]),
                    originator=str(row["originator"]),
                    count=_count(row),
                )
            )
            place, left = place + size, left + size
        left += GAP
    return FlowPicture(
        height=round(height),
        bar=(round(bar, 1), round(sum(thick), 1)),
        bands=tuple(bands),
        areas=tuple(areas),
        count=total,
    )


def _count(row: Mapping[str, object]) -> int:
    return int(str(row["count"]))


def _middle(height: float, size: float) -> float:
    return (height - size) / 2


def _band(bar: float, area: float, size: float, *, outward: bool) -> str:
    """The outline of a band from this nation's bar to an area."""
    ends = (BAR, WIDTH - EDGE) if outward else (WIDTH - BAR, EDGE)
    near, far = ends
    bend = (near + far) / 2
    return (
        f"M{near} {bar:.1f}C{bend:.0f} {bar:.1f} {bend:.0f} {area:.1f} {far} {area:.1f}"
        f"V{area + size:.1f}C{bend:.0f} {area + size:.1f} {bend:.0f} {bar + size:.1f} {near}"
        f" {bar + size:.1f}Z"
    )
