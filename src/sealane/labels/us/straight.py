"""The tables of US banners and portions whose words are all listed, with a REL TO or DISPLAY ONLY
list.

Several compartments of one control system, programs, atomic energy families, FGI, JOINT and EYES
ONLY have grammars of their own and are left to the reader of `us_read`.
Spec: CAPCO Register and Manual 2016; ISM 2021-NOV (vocabularies).
"""

from __future__ import annotations

from sealane.labels.marks.straight import Head, Places, Straight, Word, numbered
from sealane.labels.model.label import RELEASABLE_TO, Category
from sealane.labels.us.vocabulary import (
    DISPLAY,
    DISSEM,
    RANKS,
    SCI,
    SECTIONS,
    Token,
    Vocabulary,
    release_order,
)
from sealane.labels.us.write import write_sci


def straight(vocabulary: Vocabulary) -> Straight:
    """The tables of one form."""
    portion = vocabulary.form == "us-portion"

    def split(text: str) -> list[str] | None:
        if not portion:
            return text.split("//")
        return text[1:-1].split("//") if text[:1] == "(" and text[-1:] == ")" else None

    return Straight(
        scheme=vocabulary.scheme,
        split=split,
        heads={text: Head(name) for name, text in vocabulary.level_text.items()},
        words=_words(vocabulary),
        openings=_lists(vocabulary),
        inner="/",
    )


def _words(vocabulary: Vocabulary) -> dict[str, Word]:
    """One compartment of each control system, as several are written in one; everything else as the
    scheme ranks it.
    """
    controls = sorted(
        {token.value.partition("-")[0] for token in vocabulary.simple.values() if token.tag == SCI}
    )

    def rank(token: Token) -> int:
        return (
            token.section * RANKS + controls.index(token.value.partition("-")[0])
            if token.tag == SCI
            else token.rank
        )

    return {
        text: (
            rank(token),
            token.section,
            Category(token.tag, vocabulary.types[token.tag], (token.value,)),
        )
        for text, token in vocabulary.simple.items()
        if token.tag != SCI or text == write_sci((token.value,), vocabulary)
    }


def _lists(vocabulary: Vocabulary) -> tuple[Places, ...]:
    tokens = (*vocabulary.countries, *vocabulary.scheme.groups.groups)
    order = numbered(release_order(vocabulary, tuple(dict.fromkeys(tokens))))
    section = SECTIONS.index(DISSEM)
    last = section * RANKS + RANKS - 1
    ranks = {RELEASABLE_TO: section * RANKS + vocabulary.order[DISSEM, "REL"], DISPLAY: last}
    return tuple(
        Places(start, ", ", tag, vocabulary.types[tag], ranks[tag], section, order)
        for start, tag in (("REL TO ", RELEASABLE_TO), ("DISPLAY ONLY ", DISPLAY))
    )
