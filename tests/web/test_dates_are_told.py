"""Every date on a page says what it is: beside words, under a heading, or in a list of facts."""

from __future__ import annotations

import re

import pytest

from sealane.web.words import say
from tests.web.crawled import Cell, SeenPage
from tests.web.visiting import Console

DATE = re.compile(
    r"\d{4}年(?:（[^）]*）)?\d+月\d+日(?: \d\d:\d\d)?"
    r"|\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}(?:, \d\d:\d\d)?"
)
OF_ITSELF = re.compile(r"[\s·–\-→,、（）()|]")
"""What may stand between dates and says nothing of them."""
HEADED = ("dd", "h3")
"""A fact has its name before it; a title that is a day gathers what was on that day."""


def untold(cell: Cell) -> bool:
    """Whether dates stand in a cell alone, and nothing over it says what they are."""
    if not DATE.search(cell.text) or cell.heading or cell.tag in HEADED:
        return False
    return not OF_ITSELF.sub("", DATE.sub("", cell.text))


def test_no_date_stands_without_a_word(seen_pages: list[SeenPage]) -> None:
    with_dates = [one for page in seen_pages for one in page.read.cells if DATE.search(one.text)]
    assert len(with_dates) > 1000
    assert {
        (str(page), one.text) for page in seen_pages for one in page.read.cells if untold(one)
    } == set()


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        (Cell("p", "", "22 Nov 2026 · 1 Apr 2027"), True),
        (Cell("p", "", "In force until 1 Apr 2027"), False),
        (Cell("td", "Due", "2027年（令和9年）4月1日"), False),
        (Cell("td", "", "2027年（令和9年）4月1日"), True),
        (Cell("dd", "", "1 Apr 2027, 00:00"), False),
    ],
)
def test_a_bare_date_is_found(cell: Cell, wrong: bool) -> None:
    assert untold(cell) is wrong


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_an_agreement_tells_its_state_its_beginning_and_its_end_apart(
    tokyo: Console, lang: str
) -> None:
    page = tokyo.visitor("jpn.auditor", lang).get("/agreements/jpn-aus-2022").text
    facts = page[page.index('<dl class="asked">') :].partition("</dl>")[0]
    named = re.findall(r"<dt>(.*?)</dt>", facts)
    assert named == [
        say(lang, f"agreement.{one}") for one in ("status", "in_state", "begins", "runs_until")
    ]
    # no line of the facts holds two dates
    assert all(len(DATE.findall(one)) <= 1 for one in facts.split("<dt>"))
    listed = tokyo.visitor("jpn.auditor", lang).get("/agreements").text
    assert say(lang, "agreement.since", when="").strip() in listed
