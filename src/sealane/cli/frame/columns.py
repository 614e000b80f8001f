"""Text in lines that no terminal breaks: measured in columns, of which a Japanese character takes
two (Unicode's Annex 11, East Asian Width), and broken as Japanese is (JIS X 4051).

Spec: R66.
"""

from __future__ import annotations

import re
import unicodedata

WIDE = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6"
OPENS = "（「『【〔"
"""What ends no line."""
FOLLOWS = "、。，．・：；！？）」』】〕ーゝゞ々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
"""What begins no line."""
PIECE = re.compile(rf"\s+|[{OPENS}]*(?:[^\s{WIDE}]+|.)[{FOLLOWS}]*", re.DOTALL)
"""What stays on one line: a word of another script, or one character, with its marks."""


def columns(text: str) -> int:
    """How many columns a text takes; a character of ambiguous width takes two."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WFA" else 1
        for one in text
    )


def wrapped(text: str, width: int) -> list[str]:
    """One paragraph in lines of at most so many columns; what has no place to break is cut."""
    lines, line = [], ""
    for piece in _pieces(text, width):
        if columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line = (line + piece) if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str, width: int) -> list[str]:
    """The pieces of a text, one that is longer than a line in its characters."""
    whole = PIECE.findall(text)
    return [part for one in whole for part in ([one] if columns(one) <= width else one)]
