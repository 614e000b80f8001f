"""The rooms of the house and which of them import which, read from the sources and from the floors
that import-linter holds.
"""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path

import grimp

from tools.spec_lines import ROOT, SOURCES

Arrows = dict[str, set[str]]
"""For each room those that it imports."""


@dataclass(frozen=True)
class House:
    """Floors from the roof down, each a list of rooms; wings by room; arrows of both kinds."""

    floors: list[list[str]]
    wings: dict[str, list[str]]
    arrows: Arrows
    inner: dict[str, Arrows]


def read_house() -> House:
    """The house as it stands, function-level imports included."""
    floors = declared_floors()
    rooms = [room for floor in floors for room in floor]
    wings = {room: parts for room in rooms if len(parts := _wings(room)) > 1}
    arrows: Arrows = {room: set() for room in rooms}
    inner: dict[str, Arrows] = {room: {wing: set() for wing in wings[room]} for room in wings}
    graph = grimp.build_graph("sealane", cache_dir=None)
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            _draw(importer.split(".")[1:], imported.split(".")[1:], arrows, inner)
    return House(floors, wings, arrows, inner)


def _draw(above: list[str], below: list[str], arrows: Arrows, inner: dict[str, Arrows]) -> None:
    if not above or not below or above[0] not in arrows or below[0] not in arrows:
        return
    if above[0] != below[0]:
        arrows[above[0]].add(below[0])
        return
    wings = inner.get(above[0], {})
    if above[1:] and below[1:] and above[1] != below[1] and {above[1], below[1]} <= set(wings):
        wings[above[1]].add(below[1])


def declared_floors() -> list[list[str]]:
    """The layers of the first import-linter contract, from the roof down."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one.get("containers") == ["sealane"])
    return [[room.strip() for room in layer.replace(":", "|").split("|")] for layer in layers]


def _wings(room: str) -> list[str]:
    """The folders of a room, and its loose modules; a room without folders has no wings."""
    folder = SOURCES / room
    if not folder.is_dir():
        return []
    folders = sorted(path.parent.name for path in folder.glob("*/__init__.py"))
    loose = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    return [*folders, *loose] if folders else []


def purpose(*names: str) -> str:
    """What a room or wing says it is for: the first sentence of its docstring."""
    place = SOURCES.joinpath(*names)
    path = place / "__init__.py" if place.is_dir() else Path(f"{place}.py")
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = " ".join(text.partition("\n\n")[0].split())
    sentence = first.partition(". ")[0].partition("; ")[0].partition(" Spec:")[0]
    return sentence.rstrip(".").replace("`", "") + "."


def reach(arrows: Arrows) -> Arrows:
    """For each room all that it reaches, by however many steps."""
    whole = {room: set(below) for room, below in arrows.items()}
    for middle in whole:
        for below in whole.values():
            if middle in below:
                below |= whole[middle]
    return whole


def essential(arrows: Arrows) -> Arrows:
    """The arrows that no longer way already tells; within a circle all of them stay."""
    whole = reach(arrows)
    return {
        room: {
            below
            for below in direct
            if not any(
                below in whole[other] and other not in whole[below] and room not in whole[other]
                for other in direct - {below, room}
            )
        }
        for room, direct in arrows.items()
    }


def levels(arrows: Arrows) -> list[list[str]]:
    """Rooms by height, the highest first; rooms of one circle share a level."""
    whole = reach(arrows)
    height: dict[str, int] = {}

    def of(room: str) -> int:
        if room not in height:
            below = {other for other in whole[room] if room not in whole[other]}
            height[room] = 1 + max((of(other) for other in below), default=-1)
        return height[room]

    top = max(of(room) for room in arrows)
    return [sorted(room for room in arrows if of(room) == rank) for rank in range(top, -1, -1)]
