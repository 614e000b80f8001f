"""The gate before every parser of marks: raw code points first, then NFKC, then the scheme's own
alphabet.

A mark is at most 16,384 characters. What the gate changes it says, so that the reader can be shown
it.
Spec: spec/labels.md §Characters; Unicode UAX #15 (NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
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
        if index < len(self.places):
            return self.places[index]
        return self.places[-1] + 1 if self.places else 0


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
        `label.forbidden_character` (with the code points and the index in the given text),
        `label.ambiguous` (a circled mark).
    """
    if len(text) > MAX_MARK:
        raise TOO_LONG(position=MAX_MARK, size=len(text), limit=MAX_MARK)
    if _ASCII(text):
        if text.isspace():
            raise TRUNCATED(position=0, expected="mark")
        return Clean(text)
    if not text or text.isspace():
        raise TRUNCATED(position=0, expected="mark")
    if _ASCII("".join(set(text) - also | {" "})):
        return Clean(text)
    return _normalise(text, also, lenient)


def _normalise(text: str, also: frozenset[str], lenient: bool) -> Clean:
    """Character by character: kept, read as another with a remark, or the whole refused."""
    kept: list[str] = []
    places: list[int] = []
    changed = circled = False
    for index, character in enumerate(text):
        # 1. Printable ASCII, and what the scheme's own words hold.
        if " " <= character <= "~" or character in also:
            plain = character
        # 2. A circled mark stands on stamps; a person must have asked for it to be read.
        elif character in CIRCLED:
            if not lenient:
                raise AMBIGUOUS(
                    position=index,
                    details={"code_points": points(character)},
                    why="a circled mark needs a person's confirmation",
                    why_ja="丸囲みの標示は人の確認が要ります",
                )
            plain = CIRCLED[character]
            circled = True
        # 3. A width variant of either. Nothing else comes through.
        else:
            plain = _ordinary(character, index, text, also)
            changed = True
        kept.append(plain)
        places.append(index)
    joined = "".join(kept)
    if joined.isspace():
        raise TRUNCATED(position=0, expected="mark")
    remarks = []
    if changed:
        remarks.append(NORMALISED)
    if circled:
        remarks.append(CONFIRM)
    return Clean(joined, tuple(remarks), tuple(places))


def _ordinary(character: str, index: int, text: str, also: frozenset[str]) -> str:
    """What a width variant stands for, if a mark may hold that; every other character is refused.

    A letter of a script that the scheme writes is an unknown word, not a forbidden character.
    """
    plain = _plain(character)
    if plain is not None and (" " <= plain <= "~" or plain in also):
        return plain
    if plain is None and also and unicodedata.category(character) == "Lo":
        raise unknown(text if len(text) <= 80 else character, index)
    code_points = points(character) or [f"U+{ord(character):04X}"]
    raise FORBIDDEN_CHARACTER(position=index, details={"code_points": code_points})


def _plain(character: str) -> str | None:
    """What a width variant or the ideographic or no-break space stands for; None for every other
    character.

    NFKC alone would also open ligatures, letter-like symbols and circled letters, which are
    look-alikes here.
    """
    if unicodedata.category(character) in HIDDEN:
        return None
    code = ord(character)
    if code not in (0x3000, 0xA0) and not 0xFF01 <= code <= 0xFFEF:
        return None
    plain = unicodedata.normalize("NFKC", character)
    if plain == character or len(plain) != 1:
        return None
    return plain


def alphabet(words: Iterable[str]) -> frozenset[str]:
    """The non-ASCII characters of a vocabulary."""
    return frozenset(character for word in words for character in word if ord(character) > 126)
