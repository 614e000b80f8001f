"""What people print, printed by a real browser on A4: every sheet bears its marks at top and
bottom, which sheet of how many it is, who printed it and when; the trust board is one sheet.

Where this machine has no Chromium, the run says so.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from sealane.web.pages.register_sheets import people_mark
from tests import nations
from tests.clock import Clock
from tests.web import audit_scenes, browser, pictures

PEOPLE = {
    "register": ("aus.release", "/register/print"),
    "people": ("jpn.security", "/people/register"),
    "people of a day": ("jpn.security", "/people/register?at=2026-12-31&facility=jpn.registry"),
    "item": ("aus.release", "/items/{item}"),
    "certificate": ("aus.release", "/items/{recalled}"),
    "signature": ("aus.second", "/items/{waits}/sign"),
    "receipt": ("jpn.auditor", "{entry}"),
    "trust board": ("aus.auditor", "/trust"),
    "statistics": ("aus.auditor", "/audit/statistics"),
    "ledger": ("aus.auditor", "/ledger"),
    "entries": ("aus.auditor", "/ledger/entries"),
    "agreement": ("aus.auditor", "/agreements/jpn-aus-2022"),
}
"""What is printed, by whom and where."""
ONE_SHEET = ("trust board",)
A4 = (595, 842)  # points
EDGE = 75  # points from the edge of a sheet within which its marks stand
SHEET, PAPER = 794, 703  # CSS pixels: an A4 sheet, and between its side margins
PARTED = r"""(() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), parted = [];
  let words = 0;
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const on = node.parentElement;
    if (!on.checkVisibility() || on.closest('script, style, .hash')) continue;
    const every = /(?<![\w+\/=])(?:[A-Za-z]{3,24}|[0-9]{4,})(?![\w+\/=])/g;
    for (const found of node.data.matchAll(every)) {
      const range = document.createRange();
      range.setStart(node, found.index); range.setEnd(node, found.index + found[0].length);
      const tops = [...range.getClientRects()].map((one) => Math.round(one.top));
      words += 1;
      if (new Set(tops).size > 1) parted.push(found[0]);
    }
  }
  const out = [...document.querySelectorAll('main *')].filter((one) => one.checkVisibility()
    && one.getBoundingClientRect().right > PAPER).map((one) => one.outerHTML.slice(0, 80));
  return {words, parted, out};
})()""".replace("PAPER", str(PAPER + 1))
"""Which words of a page stand on more than one line, and what sticks out of the sheet."""
WHO = {"en": r"Printedby.+2026.*", "ja": r"印刷者：.+2026年.*"}


@pytest.fixture(scope="module")
def hung(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    program = browser.found()
    if program is None:
        yield None
        return
    with ExitStack() as stack:
        root, clock = tmp_path_factory.mktemp("printed") / "pair", Clock()
        nations.build(root, clock)
        pair = nations.opened(root, clock)
        stack.callback(pair.close)
        pictures.people(pair)
        names = pictures.full(pair, count=30)
        made = pictures.Gallery(stack, pair, program)
        entry = next(one[3] for one in audit_scenes.scenes(pair.jpn) if one[2] == "entry")
        made.pair = pair
        made.names = {**names, "item": names["opened"], "entry": entry}
        yield made


@pytest.fixture
def gallery(request: pytest.FixtureRequest, hung: Any) -> Any:
    request.node.user_properties.append(("peer", "Chromium"))
    if hung is None:
        pytest.skip("there is no Chromium on this machine")
    return hung


def printed(gallery: Any, what: str, lang: str, keep: Path) -> Any:
    """The PDF that the browser prints of a page, its background with it as people set it."""
    person, path = PEOPLE[what]
    party = person[:3].upper()
    tab = gallery.tab(party, person, lang, 1440)
    tab.visit(gallery.homes[party] + path.format_map(gallery.names))
    assert tab.ask("performance.getEntriesByType('navigation')[0].responseStatus") == 200
    made = tab.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
    marks = tab.ask(
        "[...document.querySelectorAll('.banner.top-mark strong')].map(one => one.innerText.trim())"
    )
    kept = keep / f"{what.replace(' ', '-')}-{lang}.pdf"
    kept.write_bytes(base64.b64decode(made["data"]))
    return pypdfium2.PdfDocument(kept), marks


@pytest.mark.timeout(300)
@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("what", PEOPLE)
def test_no_sheet_parts_a_word_in_the_middle(gallery: Any, what: str, lang: str) -> None:
    person, path = PEOPLE[what]
    party = person[:3].upper()
    tab = gallery.tab(party, person, lang, SHEET)
    tab.call("Emulation.setEmulatedMedia", media="print")
    tab.visit(gallery.homes[party] + path.format_map(gallery.names))
    tab.ask(f"document.documentElement.style.width = '{PAPER}px'")
    told = tab.ask(PARTED)
    assert told["words"] > 5
    assert told["parted"] == []
    assert told["out"] == []


def test_a_list_of_people_bears_what_its_nation_says_and_never_less_than_what_it_names(
    gallery: Any,
) -> None:
    node = gallery.pair.jpn
    with node.store.reading() as tx:
        item = node.records.items.get(tx, id=gallery.names["opened"])
        named = [{"authorisations": [{"item": item.id}, {"project": "harbour-watch"}]}]
        nobody = [{"authorisations": [{"project": "harbour-watch"}]}]
        assert people_mark(node, tx, nobody) == []
        found = people_mark(node, tx, named)
        assert [one.policy for one in found] == [item.label["policy"]]
        assert item.label["classification"] in found[0].text
        said = replace(node, settings=replace(node.settings, people_mark="秘"))
        own, theirs = sorted(people_mark(said, tx, named), key=lambda one: one.policy == "AUS")
        assert own.policy == "JPN"
        assert "秘" in own.text
        assert theirs == found[0]


def words(sheet: Any, *, top: bool) -> str:
    """What stands at the top or bottom edge of a sheet."""
    width, height = sheet.get_size()
    text = sheet.get_textpage()
    return str(
        text.get_text_bounded(0, height - EDGE, width, height)
        if top
        else text.get_text_bounded(0, 0, width, EDGE)
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("what", PEOPLE)
def test_every_sheet_bears_its_marks_its_number_who_and_when(
    gallery: Any, what: str, lang: str, tmp_path: Path
) -> None:
    made, marks = printed(gallery, what, lang, tmp_path)
    assert marks
    sheets = list(made)
    if what in ONE_SHEET:
        assert len(sheets) == 1
    for number, sheet in enumerate(sheets, 1):
        assert tuple(round(one) for one in sheet.get_size()) == A4
        head, foot = flat(words(sheet, top=True)), flat(words(sheet, top=False))
        for mark in marks:
            assert flat(mark) in head, (number, mark, head)
            assert flat(mark) in foot, (number, mark, foot)
        assert f"{number}/{len(sheets)}" in foot
        assert re.search(WHO[lang], foot), foot


def flat(text: str) -> str:
    """Without what lines and fonts put between words."""
    return re.sub(r"\s", "", text)
