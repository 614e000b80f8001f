"""What of a source's paragraphs above the line is left in what was cut from it.

Found are runs of words and of characters, short paragraphs that stand there whole, metadata of the
source, and every layer that no page shows, whatever lies in it. A fact told in other words, and a
single name, no machine finds here.
Spec: spec/residue.md §3.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sealane.contents.folding import FoldedText, excerpt, folded, is_han
from sealane.contents.found import UNSEEN, ContentPart, FileContents, Layer
from sealane.contents.portions import Portion
from sealane.contents.runs import RunIndex

VERSION = "residue-1"
"""What the check is called in the ledger; another number where it finds more or less."""
WORDS_LEAST, LETTERS_LEAST, HAN_LEAST = 5, 24, 12
"""Words, characters of any script, and kana with Chinese characters, that make a run."""
SHORT_WORDS, SHORT_HAN, NAME_LEAST = 3, 5, 2
"""What a paragraph shorter than a run has at least to be looked for whole; and a metadatum."""
FINDINGS_MOST = 200
_NOBODY = frozenset(("untitled", "unspecified", "anonymous", "unknown", "user", "author"))
"""What programs write where nobody wrote anything."""
_BREAK = "\0"
"""Parts two paragraphs between which one is left out; no text that is compared holds it."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A source as it is compared."""

    item: str
    portions: Sequence[Portion]
    metadata: Sequence[ContentPart] = ()


@dataclass(frozen=True, slots=True)
class Residue:
    """One thing that is left: where in the cut, what kind, the words there, and the words of the
    source; None where it is there whatever the source says.
    """

    where: str
    what: str
    excerpt: str
    item: str | None = None
    paragraph: int | None = None
    source: str | None = None

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"where": self.where, "what": self.what, "excerpt": self.excerpt}
        if self.item is not None:
            about = {"item": self.item, "paragraph": self.paragraph, "excerpt": self.source}
            found["source"] = about
        return found


def residue(cut: FileContents, sources: Sequence[SourceText]) -> list[Residue]:
    """Everything that is left, the first 200 of it, in the order of the cut."""
    indexes = [_Above(one) for one in sources]
    found: list[Residue] = []
    for part in cut.parts:
        if part.layer in UNSEEN:
            found.append(Residue(part.place, str(part.layer), excerpt(part.text)))
        for index in indexes:
            found += index.left_in(part)
            if part.layer is Layer.METADATA:
                found += index.named_in(part)
        if len(found) >= FINDINGS_MOST:
            break
    return list(dict.fromkeys(found))[:FINDINGS_MOST]


@dataclass
class _Sequence:
    """Symbols of several paragraphs one behind the other, and whose each is."""

    symbols: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    owners: list[Portion] = field(default_factory=list)

    def add(self, owner: Portion, symbols: Sequence[str]) -> None:
        self.starts.append(len(self.symbols))
        self.owners.append(owner)
        self.symbols.extend(symbols)

    def part(self) -> None:
        """What comes next does not follow what came before."""
        if self.symbols and self.symbols[-1] != _BREAK:
            self.symbols.append(_BREAK)

    def owner(self, at: int) -> Portion:
        return self.owners[bisect_right(self.starts, at) - 1]


class _RunWay:
    """One way to compare: what is above the line, and what may stand in the cut, by runs."""

    def __init__(self, source: SourceText, name: str, least: int) -> None:
        self.name = name
        above, below = _Sequence(), _Sequence()
        for one in source.portions:
            into, other = (below, above) if one.released else (above, below)
            into.add(one, _symbols(FoldedText(one.text), name))
            other.part()
        self._above = above
        join = list if name == "words" else "".join
        self._index = RunIndex(join(above.symbols), least)
        self._free = RunIndex(join(below.symbols), least)

    def left_in(self, text: FoldedText) -> Iterator[tuple[tuple[int, int], Portion]]:
        """Where in the text a run from above the line stands, and the paragraph it begins in."""
        searched = text.words if self.name == "words" else getattr(text, self.name)
        free = [(one.begin, one.end) for one in self._free.runs(searched)]
        for run in self._index.runs(searched):
            if any(begin <= run.begin and run.end <= end for begin, end in free):
                continue
            span = getattr(text, _SPANS[self.name])(run.begin, run.end)
            yield span, self._above.owner(run.at)


_SPANS = {"words": "word_span", "letters": "letter_span", "han": "han_span"}
_TOLD = {"words": "words", "letters": "characters", "han": "characters"}


def _symbols(text: FoldedText, name: str) -> Sequence[str]:
    if name == "words":
        return [word or _BREAK for word in text.words]
    return str(getattr(text, name))


class _Above:
    """A source's paragraphs above the line, to be looked for."""

    def __init__(self, source: SourceText) -> None:
        self._item = source.item
        least = {"words": WORDS_LEAST, "han": HAN_LEAST, "letters": LETTERS_LEAST}
        self._ways = [_RunWay(source, name, most) for name, most in least.items()]
        free = [FoldedText(one.text) for one in source.portions if one.released]
        self._free_words = f" {' '.join(word for one in free for word in one.words)} "
        self._free_han = _BREAK.join(one.han for one in free)
        self._short_words: dict[tuple[str, ...], Portion] = {}
        self._short_han: dict[str, Portion] = {}
        for one in source.portions:
            if not one.released:
                self._keep_short(one)
        self._names = {_name(one.text): one for one in source.metadata}

    def _keep_short(self, one: Portion) -> None:
        text = FoldedText(one.text)
        words, han = text.words, text.han
        if not is_han(text.text) and SHORT_WORDS <= len(words) < WORDS_LEAST:
            if f" {' '.join(words)} " not in self._free_words:
                self._short_words.setdefault(tuple(words), one)
        elif SHORT_HAN <= len(han) < HAN_LEAST and not any(words) and han not in self._free_han:
            self._short_han.setdefault(han, one)

    def left_in(self, part: ContentPart) -> Iterator[Residue]:
        """What of them stands in one part of the cut; the same words are told once."""
        text = FoldedText(part.text)
        told: list[tuple[int, int]] = []
        for way in self._ways:
            for span, owner in way.left_in(text):
                if not any(begin <= span[0] and span[1] <= end for begin, end in told):
                    told.append(span)
                    yield self._residue(part, _TOLD[way.name], text.written(span), owner)
        for span, owner in self._whole_in(text):
            if not any(begin <= span[0] and span[1] <= end for begin, end in told):
                told.append(span)
                yield self._residue(part, "paragraph", text.written(span), owner)

    def _whole_in(self, text: FoldedText) -> Iterator[tuple[tuple[int, int], Portion]]:
        words = text.words
        for size in range(SHORT_WORDS, WORDS_LEAST) if self._short_words else ():
            for at in range(len(words) - size + 1):
                owner = self._short_words.get(tuple(words[at : at + size]))
                if owner is not None:
                    yield text.word_span(at, at + size), owner
        for han, owner in self._short_han.items():
            at = text.han.find(han)
            if at >= 0:
                yield text.han_span(at, at + len(han)), owner

    def named_in(self, part: ContentPart) -> Iterator[Residue]:
        """A metadatum of the source that is one of the cut too."""
        name = _name(part.text)
        held = self._names.get(name) if name else None
        if held is not None:
            told = f"{held.place}: {excerpt(held.text)}"
            yield Residue(part.place, "metadata", excerpt(part.text), self._item, None, told)

    def _residue(self, part: ContentPart, what: str, written: str, owner: Portion) -> Residue:
        told = excerpt(owner.text)
        return Residue(part.place, what, excerpt(written), self._item, owner.number, told)


def _name(text: str) -> str:
    """A metadatum as it is compared; nothing of what says nothing about anybody."""
    name = " ".join(folded(text).split())
    told = any(one.isalpha() for one in name) and name not in _NOBODY
    return name if told and len(name) >= NAME_LEAST else ""
