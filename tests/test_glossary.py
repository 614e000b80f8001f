"""One thing has one Japanese word, by the table of docs/glossary.md: no text that says the thing in
English calls it otherwise beside, and what is used nowhere is in no text at all.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import bilingual
from tests.bilingual import ROOT

TITLE = "## One Japanese word each"
LINE = re.compile(
    r"^\| (?P<english>[^|]+) \| (?P<japanese>[^|]+) \| (?P<others>[^|]+) \|$", re.MULTILINE
)
OWN_WORDS = {"agreement": "policy/agreements/"}
"""An instrument calls itself by the name that its parties gave it."""
PAGES = ("README.ja.md", "docs/**/*.md", "spec/**/*.yaml", "src/**/*", "policy/**/*", "examples/*")
"""What holds Japanese; of the documents all but the glossary itself."""
TEXTS = {".md", ".toml", ".json", ".yaml", ".yml", ".py", ".html", ".js"}


class Term(NamedTuple):
    """A line of the table."""

    english: re.Pattern[str]
    name: str
    right: tuple[str, ...]
    others: tuple[str, ...]
    nowhere: tuple[str, ...]


def _split(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split("、") if one.strip() not in ("", "–"))


def _terms() -> list[Term]:
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").partition(TITLE)[2]
    rows = list(LINE.finditer(page))[1:]  # the first is the head of the table
    found = []
    for row in rows:
        forms = "|".join(re.escape(one.strip()) for one in row["english"].split(","))
        others = _split(row["others"])
        found.append(
            Term(
                english=re.compile(rf"(?<![\w`.-])(?:{forms})s?(?![\w`-])", re.IGNORECASE),
                name=row["english"].split(",")[0].strip(),
                right=_split(row["japanese"]),
                others=tuple(one.strip("*") for one in others),
                nowhere=tuple(one.strip("*") for one in others if one.startswith("**")),
            )
        )
    return found


TERMS = _terms()
RIGHT = {one for term in TERMS for one in term.right}


def stands(other: str, japanese: str) -> bool:
    """Whether a word stands in a text by itself, and not within a longer word that is right."""
    longer = [one for one in RIGHT if other in one and other != one]
    within = [found.span() for one in longer for found in re.finditer(re.escape(one), japanese)]
    return any(
        not any(start <= found.start() and found.end() <= end for start, end in within)
        for found in re.finditer(re.escape(other), japanese)
    )


def faults_of(term: Term, english: str, japanese: str) -> list[str]:
    """The words in a text that stand for the term and are not its own."""
    if not term.english.search(english):
        return []
    return [one for one in term.others if stands(one, japanese)]


def test_the_table_is_read() -> None:
    assert len(TERMS) >= 40
    assert {one.name for one in TERMS} >= {"project", "activity", "incident", "release officer"}


@pytest.mark.parametrize("term", TERMS, ids=[one.name for one in TERMS])
def test_what_english_says_beside_it_is_called_by_its_own_word(term: Term) -> None:
    own = OWN_WORDS.get(term.name, "none")
    assert [
        (one.file, one.english, one.japanese, wrong)
        for one in bilingual.every()
        if not one.file.startswith(own) and (wrong := faults_of(term, one.english, one.japanese))
    ] == []


def written() -> list[Path]:
    return [
        path
        for pattern in PAGES
        for path in sorted(ROOT.glob(pattern))
        if path.suffix in TEXTS and path.name != "glossary.md" and path.is_file()
    ]


def test_what_is_used_nowhere_is_in_no_text() -> None:
    never = [one for term in TERMS for one in term.nowhere]
    assert never
    found = []
    for path in written():
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT).as_posix()
        found += [(name, one) for one in never if one in text and stands(one, text)]
    assert found == []


@pytest.mark.parametrize(
    ("english", "japanese", "wrong"),
    [
        ("Project (optional)", "計画（任意）", ["計画"]),
        ("Project (optional)", "事業（任意）", []),
        ("Planning", "計画", []),
        ("Ask your release officer.", "提供責任者に確かめてください。", ["提供責任者"]),
        ("Mark it anew.", "表示を改める。", ["表示"]),
    ],
)
def test_a_wrong_word_is_found(english: str, japanese: str, wrong: list[str]) -> None:
    assert [one for term in TERMS for one in faults_of(term, english, japanese)] == wrong
