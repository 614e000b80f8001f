"""Text as it is compared: what looks or reads the same is the same, whatever code points, spaces
and invisible characters it is written with.

Compatibility forms are opened, combining marks, controls and everything invisible are dropped, case
is folded, tag characters and the Greek and Cyrillic look-alikes of Latin letters are read as those;
what is no letter and no digit only parts words.
Spec: Unicode UAX #15 (NFKD); spec/residue.md §3.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

_DROPPED = frozenset(("Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"))
_SPACES = "\t\n\v\f\r\x85\u2028\u2029"
_ALIKE = dict(
    zip(
        "аеорсухѕіјԁһԛԝвкмнтгзαορνικτυχγηωβ",
        "aeopcyxsijdhqwbkmhtr3aopviktuxynwb",
        strict=True,
    )
)
"""Small letters of other scripts, and the Latin letters that they are taken for."""
_HAN = "[\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
"""Scripts that are written without spaces: kana and Chinese characters."""
_TOKENS = re.compile(f"({_HAN}+)|(?:(?!{_HAN})[^\\W_])+")
_HAN_RUN = re.compile(f"{_HAN}+")


class _Folds(dict[int, str]):
    """What each code point is folded to, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        made = self[point] = _fold(chr(point))
        return made


def _fold(character: str) -> str:
    if character in _SPACES:
        return " "
    if 0xE0020 <= ord(character) <= 0xE007E:
        character = chr(ord(character) - 0xE0000)
    opened = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = (one for one in opened if unicodedata.category(one) not in _DROPPED)
    return "".join(_ALIKE.get(one, one) for one in kept)


_FOLDS = _Folds()


def folded(text: str) -> str:
    """The text as it is compared."""
    return text.translate(_FOLDS)


def is_han(text: str) -> bool:
    """Whether a kana or a Chinese character stands in a folded text."""
    return _HAN_RUN.search(text) is not None


@dataclass(frozen=True)
class FoldedText:
    """A text to be compared, in three ways; and what was written where something was found."""

    given: str

    @cached_property
    def text(self) -> str:
        return folded(self.given)

    @cached_property
    def words(self) -> list[str]:
        """Runs of letters and digits in order; kana and Chinese characters, which stand without
        spaces, only part them, as an empty word.
        """
        return ["" if found[1] else found[0] for found in _TOKENS.finditer(self.text)]

    @cached_property
    def letters(self) -> str:
        """Letters and digits of every script, nothing between them."""
        return "".join(found[0] for found in _TOKENS.finditer(self.text))

    @cached_property
    def han(self) -> str:
        """Kana and Chinese characters alone."""
        return "".join(_HAN_RUN.findall(self.text))

    def word_span(self, begin: int, end: int) -> tuple[int, int]:
        """Where in `text` words `begin` to `end` stand."""
        spans = [found.span() for found in _TOKENS.finditer(self.text)]
        return spans[begin][0], spans[end - 1][1]

    def letter_span(self, begin: int, end: int) -> tuple[int, int]:
        """Where in `text` letters `begin` to `end` stand."""
        return _span([found.span() for found in _TOKENS.finditer(self.text)], begin, end)

    def han_span(self, begin: int, end: int) -> tuple[int, int]:
        """Where in `text` kana and Chinese characters `begin` to `end` stand."""
        return _span([found.span() for found in _HAN_RUN.finditer(self.text)], begin, end)

    def written(self, span: tuple[int, int]) -> str:
        """What was given there."""
        at, first = 0, None
        for place, character in enumerate(self.given):
            at += len(_FOLDS[ord(character)])
            if first is None and at > span[0]:
                first = place
            if at >= span[1]:
                return self.given[first or 0 : place + 1]
        return self.given[first or 0 :]


def _span(spans: list[tuple[int, int]], begin: int, end: int) -> tuple[int, int]:
    """Where characters `begin` to `end` of these stretches, joined, stand in the whole."""
    left, first, last = 0, 0, 0
    for start, stop in spans:
        size = stop - start
        if left <= begin < left + size:
            first = start + begin - left
        if left < end <= left + size:
            last = start + end - left
            break
        left += size
    return first, last


def excerpt(text: str, most: int = 120) -> str:
    """A text in one line, cut in the middle where it is long."""
    line = " ".join(text.split())
    half = (most - 3) // 2
    return line if len(line) <= most else f"{line[:half]}...{line[-half:]}"
