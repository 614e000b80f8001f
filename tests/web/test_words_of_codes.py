"""People read words: no code of ours, of an agreement or of a failure stands on a page where words
belong; a code stands as a code, beside its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from sealane import shipped
from sealane.adapters.viewing import limits
from sealane.agreements import vocabulary
from sealane.base.errors import CATALOGUE
from sealane.ledger.kinds import KINDS
from sealane.office.clients import KINDS as CLIENTS
from sealane.web.words import catalogue, code_words
from tests.web.crawled import SeenPage

DOTTED = re.compile(r"(?<![\w.@/`-])[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+(?![\w.@/-])")
HYPHENED = re.compile(r"(?<![\w.@/`-])[a-z0-9]+(?:-[a-z0-9]+)+(?![\w.@/-])")
OF_CODES = (
    *("duty", "state", "waits", "home_kind", "gap", "basis", "kind", "action", "act_word"),
    *("notice", "recall_reason", "clock", "client_kind", "authority", "form_kind", "lapse"),
    *("remark_word", "derived_kind", "means", "proven", "counted", "check", "key_role", "timed"),
)
"""The groups of words whose keys are codes."""


def codes() -> set[str]:
    """Every code that a page could show."""
    named = {key.partition(".")[2] for key in catalogue() if key.partition(".")[0] in OF_CODES}
    agreements = shipped.agreements()
    held = [agreements[name] for name in agreements]
    areas = {area.id for one in held for area in one.areas}
    purposes = {purpose.id for one in held for purpose in one.purposes}
    return named | {*KINDS, *CATALOGUE, *agreements, *areas, *purposes, *vocabulary.ACTIONS}


CODES = codes()
DISTINCT = {one for one in CODES if re.search(r"[._-]", one)}
ENGLISH = {text for text, _ in catalogue().values()}
"""What is an English word as well, such as `tear-line`."""


def test_codes_are_known() -> None:
    assert {"person.duty", "statement.offer", "release-officer", "jpn-aus-2022"} <= DISTINCT


def raw(page: SeenPage) -> Iterator[str]:
    """The codes that stand among a page's texts."""
    said = [*page.read.texts, *(text for one in page.read.lists for text in one.texts)]
    for text in said:
        found = {*DOTTED.findall(text), *HYPHENED.findall(text)}
        yield from (one for one in found & DISTINCT if one not in ENGLISH)
        if page.lang == "ja" and text in CODES:
            yield text


def test_no_page_shows_a_raw_code_among_its_words(seen_pages: list[SeenPage]) -> None:
    assert {(str(page), one) for page in seen_pages for one in raw(page)} == set()


def test_no_code_stands_alone_where_words_belong(seen_pages: list[SeenPage]) -> None:
    assert {
        (str(page), one) for page in seen_pages for one in page.read.alone if one in CODES
    } == set()


@pytest.mark.parametrize(
    ("group", "held"),
    [
        ("action", vocabulary.ACTIONS),
        ("kind", vocabulary.KINDS),
        ("clock", vocabulary.CLOCKS),
        ("client_kind", CLIENTS),
        ("media", [limits.PDF, *limits.PICTURES, *limits.OFFICE]),
    ],
)
def test_every_code_of_a_vocabulary_has_words(group: str, held: Any) -> None:
    assert [one for one in held if f"{group}.{one}" not in catalogue()] == []


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_failure_has_words_for_people(lang: str) -> None:
    japanese = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
    for code in CATALOGUE:
        said = code_words(lang, code)
        assert said
        assert not re.search(r"[{}]", said)
        assert lang == "en" or japanese.search(said), code
    assert code_words(lang, "no.such_code") == ""
