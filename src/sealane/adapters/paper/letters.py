"""The font that forms are printed in, and text broken into lines as either language breaks them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from importlib.resources import as_file, files

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT = "SealaneForms"
_FILE = "NotoSansJP-Regular.ttf"
NO_LETTER = "〓"
"""What stands for a character that the font has not: it is seen that something is there."""
_WORDS = re.compile(r"[ \t\u3000]+|[!-~\u00a0-\u024f\u2010-\u2027]+|.")
"""Spaces, a Latin word, or one letter of Japanese: between any two of them a line may end."""
_NEVER_FIRST = frozenset(
    "、。，．・：；？！）」』】〕〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.;:!?)]}"
)
_NEVER_LAST = frozenset("（「『【〔〈《([{")


@functools.cache
def letters() -> frozenset[int]:
    """The characters that the font has; the font is read once a process."""
    with as_file(files("sealane.adapters.paper").joinpath(_FILE)) as path:
        font = TTFont(FONT, str(path))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def printable(text: str) -> str:
    """A text with a mark in place of whatever the font has no letter for."""
    known = letters()
    return "".join(one if one == "\n" or ord(one) in known else NO_LETTER for one in text)


def width(text: str, size: float) -> float:
    """How wide a line is, in points."""
    letters()
    return float(pdfmetrics.stringWidth(text, FONT, size))


def lines(text: str, size: float, most: float) -> list[str]:
    """A text in lines of at most so many points; what is wider than a line is broken within."""
    found: list[str] = []
    for paragraph in printable(text).split("\n"):
        line = ""
        for part in _parts(paragraph, size, most):
            if line and width(line + part.rstrip(), size) > most and part[0] not in _NEVER_FIRST:
                last = line[-1:] if line[-1] in _NEVER_LAST and len(line) > 1 else ""
                found.append(line.removesuffix(last).rstrip())
                line = last + part.lstrip()
            else:
                line += part
        found.append(line.rstrip())
    return found


def _parts(paragraph: str, size: float, most: float) -> Iterator[str]:
    """What a line is put together of, none of it wider than a line."""
    for part in _WORDS.findall(paragraph):
        if width(part, size) <= most:
            yield part
        else:
            yield from part
