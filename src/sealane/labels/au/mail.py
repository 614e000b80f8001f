"""A header field as mail carries it: folded over lines, and with white space around its value.

A fold is a line end and the white space behind it; it means the space that it stands for. A line
end without white space ends the field, so what follows is no part of it, and the whole is refused.
Spec: RFC 5322 2.2, RFC 5322 2.2.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from sealane.base.errors import SealaneError
from sealane.labels.au.fields import SPACED
from sealane.labels.marks.gate import MAX_MARK
from sealane.labels.marks.syntax import Parsed

FOLD = re.compile(r"\r?\n[ \t]++(?=[^\r\n])")
WHITE = " \t"
Fold = tuple[int, int]
"""Where a fold stands in the one line, and how many characters longer it was written."""


def carried(text: str, read: Callable[[str], Parsed]) -> Parsed:
    """What `read` makes of the one line that the text means; places are those of the given text.

    Raises: as `read`.
    """
    line, folds = _unfolded(text) if "\n" in text[:MAX_MARK] else (text, [])
    # Spaces at the end mean nothing, unless a comma before them promises another field.
    value = line.rstrip(" ")
    if value.endswith(","):
        value = line
    try:
        found = read(value)
        return found if value == line else replace(found, notes=(*found.notes, SPACED))
    except SealaneError as error:
        if folds and isinstance(error.position, int):
            error.position += sum(longer for place, longer in folds if place < error.position)
        raise


def _unfolded(text: str) -> tuple[str, list[Fold]]:
    """The text as one line, one space for each fold; a text too long for a mark stays as it is."""
    if len(text) > MAX_MARK:
        return text, []
    parts: list[str] = []
    folds: list[Fold] = []
    length = end = 0
    for fold in FOLD.finditer(text):
        part = text[end : fold.start()].rstrip(WHITE)
        length += len(part)
        folds.append((length, fold.end() - end - len(part) - 1))
        length += 1
        parts.append(part)
        end = fold.end()
    return " ".join([*parts, text[end:]]), folds
