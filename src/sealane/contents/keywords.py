"""Words that may not leave unseen, looked for in everything that a file holds.

A word of an alphabet is found as a whole word, whatever its case and form; one with kana or Chinese
characters wherever it stands, whatever is put between. A mark is found as it is written alone.
Spec: spec/export.md §3.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.contents.folding import FoldedText, excerpt, is_han
from sealane.contents.found import ContentPart, FileContents

AROUND = 40
FINDINGS_MOST = 200


@dataclass(frozen=True, slots=True)
class WordFound:
    """A word that was found: where, which, and what stands around it."""

    where: str
    what: str
    word: str
    excerpt: str

    def as_json(self) -> dict[str, Any]:
        return {
            "where": self.where,
            "what": self.what,
            "word": self.word,
            "excerpt": self.excerpt,
        }


def keywords_in(
    contents: FileContents, keywords: Sequence[str], marks: Iterable[str] = ()
) -> list[WordFound]:
    """The first place of each keyword and of each mark in each part, the first 200 of them."""
    exact = {one: _mark_pattern(one) for one in dict.fromkeys(marks)}
    found: list[WordFound] = []
    for part in contents.parts:
        text = FoldedText(part.text)
        found += (one for word in keywords if (one := _keyword(part, text, word)) is not None)
        found += _marks(part, exact)
        if len(found) >= FINDINGS_MOST:
            break
    return found[:FINDINGS_MOST]


def _keyword(part: ContentPart, text: FoldedText, word: str) -> WordFound | None:
    sought = FoldedText(word)
    if is_han(sought.text):
        at = text.letters.find(sought.letters)
        span = text.letter_span(at, at + len(sought.letters)) if at >= 0 else None
    else:
        pattern = r"(?<![^\W_])" + r"[\W_]+".join(map(re.escape, sought.words)) + r"(?![^\W_])"
        match = re.search(pattern, text.text) if sought.words else None
        span = None if match is None else match.span()
    if span is None:
        return None
    around = (max(0, span[0] - AROUND), span[1] + AROUND)
    return WordFound(part.place, "keyword", word, excerpt(text.written(around)))


def _marks(part: ContentPart, exact: dict[str, re.Pattern[str]]) -> Iterator[WordFound]:
    text = unicodedata.normalize("NFKC", part.text)
    for word, pattern in exact.items():
        match = pattern.search(text)
        if match is not None:
            around = text[max(0, match.start() - AROUND) : match.end() + AROUND]
            yield WordFound(part.place, "mark", word, excerpt(around))


def _mark_pattern(word: str) -> re.Pattern[str]:
    parts = map(re.escape, unicodedata.normalize("NFKC", word).split())
    return re.compile(r"(?<![^\W_])" + r"\s+".join(parts) + r"(?![^\W_])")
