"""The gate before every parser of marks: raw code points first, then NFKC, then the scheme's own
alphabet.

A mark is at most 16,384 characters. What the gate changes it says, so that the reader can be shown
it.
Spec: spec/labels.md §Characters; Unicode UAX #15 (NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sealane.labels.marks.syntax import Remark
from sealane.labels.model.errors import (
    AMBIGUOUS,
    FORBIDDEN_CHARACTER,
    HIDDEN,
    TOO_LONG,
    TRUNCATED,
    points,
    unknown,
)

MAX_MARK = 16_384
_ASCII = re.compile(r"[ -~]+").fullmatch
CIRCLED = {"\u3299": "秘"}
"""Enclosed marks that NFKC would open; they stand on stamps, but a person must confirm the reading.
"""


@dataclass(frozen=True, slots=True)
class Clean:
    """A mark after the gate, the notes the gate made, and where each character stood in the given
    text.
    """

    text: str
    notes: tuple[Remark, ...] = ()
    places: tuple[int, ...] | None = None

    def at(self, index: int) -> int:
        """The given text's index of a character of the clean text."""
        if self.places is None:
            return index
        return (
            self.places[index]
            if index < len(self.places)
            else (self.places[-1] + 1 if self.places else 0)
        )


NORMALISED = Remark(
    "label.normalised",
    "Full-width or half-width forms were read as their ordinary characters.",
    "全角・半角の異体を通常の文字として読みました。",
)
CONFIRM = Remark(
    "label.confirm",
    "A circled mark was read as 秘; a person must confirm it.",
    "丸囲みの表示を「秘」と読みました。人による確認が必要です。",
)


def clean(text: str, *, also: frozenset[str] = frozenset(), lenient: bool = False) -> Clean:
    """The text a parser may read: printable ASCII and, where the scheme has its own words, their
    exact characters.

    Args:
        text: the mark as given; at most 16,384 characters.
        also: the non-ASCII characters of the scheme's vocabulary.
        lenient: accept a circled mark, with a note.
    Raises: Malformed `label.too_long`, `label.truncated` (nothing there),
    `label.forbidden_character` (with the code
        points and the index in the given text), `label.ambiguous` (a circled mark).
    """
    if len(text) > MAX_MARK:
        raise TOO_LONG(position=MAX_MARK, size=len(text), limit=MAX_MARK)
    if _ASCII(text):
        if text.isspace():
            raise TRUNCATED(position=0, expected="mark")
        return Clean(text)
    if not text or text.isspace():
        raise TRUNCATED(position=0, expected="mark")
    return _normalise(text, also, lenient)


def _normalise(text: str, also: frozenset[str], lenient: bool) -> Clean:
    out: list[str] = []
    places: list[int] = []
    changed = circled = False
    for index, one in enumerate(text):
        if " " <= one <= "~" or one in also:
            out.append(one)
            places.append(index)
            continue
        if one in CIRCLED:
            if not lenient:
                raise AMBIGUOUS(
                    position=index,
                    details={"code_points": points(one)},
                    why="a circled mark needs a person's confirmation",
                    why_ja="丸囲みの表示は人の確認が要ります",
                )
            out.append(CIRCLED[one])
            places.append(index)
            circled = True
            continue
        plain = _plain(one)
        if plain is None and also and unicodedata.category(one) == "Lo":
            raise unknown(text[:80] if len(text) <= 80 else one, index)
        if plain is None or not all(" " <= part <= "~" or part in also for part in plain):
            raise FORBIDDEN_CHARACTER(
                position=index, details={"code_points": points(one) or [f"U+{ord(one):04X}"]}
            )
        out.append(plain)
        places.extend([index] * len(plain))
        changed = True
    joined = "".join(out)
    if joined.isspace():
        raise TRUNCATED(position=0, expected="mark")
    notes = (*((NORMALISED,) if changed else ()), *((CONFIRM,) if circled else ()))
    return Clean(joined, notes, tuple(places))


def _plain(one: str) -> str | None:
    """What a width variant or the ideographic or no-break space stands for; None for every other
    character.

    NFKC alone would also open ligatures, letter-like symbols and circled letters, which are
    look-alikes here.
    """
    if unicodedata.category(one) in HIDDEN:
        return None
    code = ord(one)
    if code in (0x3000, 0xA0) or 0xFF01 <= code <= 0xFFEF:
        plain = unicodedata.normalize("NFKC", one)
        return plain if plain != one and len(plain) == 1 else None
    return None


def alphabet(words: object) -> frozenset[str]:
    """The non-ASCII characters of a vocabulary."""
    return frozenset(one for word in _texts(words) for one in word if ord(one) > 126)


def _texts(words: object) -> list[str]:
    if isinstance(words, str):
        return [words]
    return [str(word) for word in words] if isinstance(words, (list, tuple, set, frozenset)) else []
