"""What a text is found by: its words, and of scripts without spaces every two characters.

The same function cuts what is registered and what is asked for, so that both meet on every
database: NFKC, case, width, kana and accents folded, nothing hidden left. Whatever stands in a
question is text; no character of it has a meaning, but a star right behind a word of spaced script
that asks for whatever begins so.
Spec: docs/search.md §Words; R11.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import groupby, pairwise

LONGEST = 64
"""Characters of a word that count; a longer one is found by its beginning."""
SHORTEST = 3
"""Letters that a beginning of a word has at least."""
BEGINNING = "*"
"""Stands at the end of what is asked for as the beginning of a word; no word holds it."""
VERSION = "2"
"""What an index was made by: this way of cutting, and of keeping what was cut. Whoever changes one
counts on, and every index is made anew.
"""

_KATAKANA, _KANA_APART = range(0x30A1, 0x30F7), 0x60
_ACCENTS = range(0x300, 0x370)
_UNSPACED = (
    range(0x3005, 0x3008),  # 々〆〇
    range(0x3041, 0x3100),  # kana and their marks
    range(0x31F0, 0x3200),
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0xF900, 0xFB00),
    range(0x1AFF0, 0x1B170),
    range(0x20000, 0x323B0),
)
_Run = tuple[bool, str]


def cut(text: str) -> list[str]:
    """The words of a text in their order; of a run without spaces every two neighbours, then every
    single character.
    """
    found: list[str] = []
    for unspaced, run in _runs(text):
        found += [*_pairs(run), *run] if unspaced and len(run) > 1 else [run]
    return found


def asked(text: str) -> list[list[str]]:
    """What all must be found of a question: each a word, the beginning of a word (`harb*`), or the
    neighbours of a run in their order. Empty where the question holds nothing that can be found.
    """
    found = []
    for unspaced, run in _runs(text, beginnings=True):
        sought = _pairs(run) if unspaced and len(run) > 1 else [run]
        if sought not in found:
            found.append(sought)
    return found


def _pairs(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(len(run) - 1)]


def _runs(text: str, *, beginnings: bool = False) -> Iterator[_Run]:
    """The words and the unspaced runs of a text, folded.

    Args: beginnings: whether a star right behind a word stays there.
    """
    shown = "".join(one for one in text if unicodedata.category(one) != "Cf")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", shown).casefold())
    runs = [(kind, "".join(run)) for kind, run in groupby(map(_kana, folded), key=_kind)]
    for (kind, run), (_, behind) in pairwise([*runs, ("", "")]):
        if kind == "unspaced":
            yield True, run
        elif kind == "word" and (word := _plain(run)):
            begins = beginnings and behind.startswith(BEGINNING) and len(word) >= SHORTEST
            yield False, word[:LONGEST] + (BEGINNING if begins else "")


def _kana(one: str) -> str:
    """Katakana as the hiragana of the same sound."""
    return chr(ord(one) - _KANA_APART) if ord(one) in _KATAKANA else one


def _kind(one: str) -> str:
    code = ord(one)
    if code >= 0x3005 and any(code in block for block in _UNSPACED):
        return "unspaced"
    return "word" if unicodedata.category(one)[0] in "LMN" else "between"


def _plain(word: str) -> str:
    """A word without accents."""
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(c for c in apart if ord(c) not in _ACCENTS))
