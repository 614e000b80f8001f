"""The paragraphs of a source, and which of them may stand in what is cut from it.

Below the tear line, where the source has one, what bears no higher mark; elsewhere what bears a
portion mark that the cut's label covers, and what the officer named by number. All else is above
the line.
Spec: spec/residue.md §1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sealane.contents.folding import folded
from sealane.contents.found import FileContents, Layer

NUMBERS_MOST = 100_000
_LINES = ("tear line", "tearline", "tear-line", "切取線", "切取り線", "切り取り線")
_TEAR = re.compile(rf"[\W_]*(?:{'|'.join(map(folded, _LINES))})[\W_]*")
_PORTION = re.compile(r"\s*[(（\[［【]([^()（）\[\]［］【】\n]{1,200})[)）\]］】]")

Covers = Callable[[str], bool | None]
"""Whether the cut's label covers a mark; None: it is no mark."""


@dataclass(frozen=True, slots=True)
class Portion:
    """One paragraph of a source, by its number from 1."""

    number: int
    layer: Layer
    place: str
    text: str
    released: bool


def portions(source: FileContents, covers: Covers, named: Collection[int] = ()) -> list[Portion]:
    """Every paragraph of a source, and whether it may stand in the cut; a line that is a mark and
    nothing else is no paragraph.
    """
    found: list[Portion] = []
    below = False
    for layer, place, text in _paragraphs(source):
        if layer is Layer.TEXT and _TEAR.fullmatch(folded(text)):
            below = True
            continue
        if covers(text) is not None:
            continue
        number = len(found) + 1
        marked = mark_of(text)
        covered = None if marked is None else covers(marked)
        free = layer is Layer.TEXT and (covered is True or (below and covered is None))
        found.append(Portion(number, layer, place, text, free or number in named))
    return found


def _paragraphs(source: FileContents) -> Iterable[tuple[Layer, str, str]]:
    for part in source.parts:
        if part.layer in (Layer.METADATA, Layer.AROUND):
            continue
        for line in part.text.splitlines():
            if line.strip():
                yield part.layer, part.place, line.strip()


def mark_of(paragraph: str) -> str | None:
    """What stands in brackets before a paragraph; None where nothing does."""
    found = _PORTION.match(paragraph)
    return None if found is None else found[1].strip()


def numbers(text: str) -> list[int]:
    """Paragraphs as an officer names them, `3,5-7`. Raises: ValueError."""
    found: dict[int, None] = {}
    for part in filter(None, text.replace(" ", "").split(",")):
        first, dash, last = part.partition("-")
        begin, end = int(first), int(last) if dash else int(first)
        if not 1 <= begin <= end <= NUMBERS_MOST:
            raise ValueError(part)
        found |= dict.fromkeys(range(begin, end + 1))
    return list(found)
