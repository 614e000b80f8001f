"""What forms offer: levels and grades that may be given on that day and no retired one, which stays
readable where it stands; and nothing is chosen for a person that is theirs to choose.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from sealane import shipped
from sealane.base.values import DAY, Instant, parse_instant
from sealane.services.register import directory
from sealane.web import shown
from tests.clock import START
from tests.web.crawled import SeenPage
from tests.web.test_release_desk import CHOICE, plain
from tests.web.visiting import Console

OWN = ("assign",)
"""What begins with the person who asks."""
RETIRED = {
    one.name
    for policy in ("AUS", "JPN")
    for one in shipped.schemes()[policy].levels
    if not one.in_use(Instant(START))
}
LEVELS = {one.name for policy in ("AUS", "JPN") for one in shipped.schemes()[policy].levels}


def test_there_are_retired_levels_to_look_for() -> None:
    assert {"防衛秘密", "衛星秘密", "CONFIDENTIAL", "RESTRICTED"} <= RETIRED


def test_no_list_of_any_page_offers_a_retired_level(seen_pages: list[SeenPage]) -> None:
    offered = {
        (str(page), one.name, value.rpartition("|")[2])
        for page in seen_pages
        for one in page.read.lists
        for value in one.values
    }
    levels = {(where, name, level) for where, name, level in offered if level in LEVELS}
    assert {name for _, name, _ in levels} >= {"level", "grade"}
    # copies that bear one are still counted
    counting = {one for one in levels if "inventories" in one[0] or "inventory" in one[0]}
    assert counting
    assert {one for one in levels - counting if one[2] in RETIRED} == set()


def test_the_desk_offers_no_retired_level_and_says_why_beside_it(canberra: Console) -> None:
    page = canberra.visitor("aus.release").get("/release").text
    for level in RETIRED & {one.name for one in shipped.schemes()["AUS"].levels}:
        held = re.search(rf'<input type="radio"[^>]*value="{level}"[^>]*>', page)
        assert held is not None
        assert "disabled" in held[0]
    assert "No longer in use." in page


@pytest.mark.parametrize(
    ("begins", "ends", "in_use"),
    [
        (None, None, True),
        (START, None, True),
        (START + DAY, None, False),
        (None, START, False),
        (None, START + DAY, True),
    ],
)
def test_a_level_is_offered_from_its_first_day_to_its_last(
    begins: Any, ends: Any, in_use: bool
) -> None:
    level = replace(shipped.schemes()["AUS"].levels[0], not_before=begins, not_after=ends)
    assert level.in_use(Instant(START)) is in_use
    assert not replace(level, obsolete=True).in_use(Instant(START))


def test_a_level_that_is_not_yet_in_force_is_not_offered() -> None:
    schemes = shipped.schemes()
    before = parse_instant("2014-12-09T00:00:00Z")
    offered = {name for name, _ in shown.levels_given(schemes, "JPN", before)}
    assert "特定秘密" not in offered
    assert "特定秘密" in {name for name, _ in shown.levels_given(schemes, "JPN", Instant(START))}


def test_a_clearance_of_a_retired_grade_is_still_read(tokyo: Console, pair: Any) -> None:
    with pair.jpn.store.reading() as tx:
        sato = pair.jpn.person(tx, "jpn.sato")
    old = {**sato["clearances"][0], "level": "防衛秘密", "granted": "2013-04-01T00:00:00Z"}
    directory.enter(pair.jpn, {**sato, "clearances": [*sato["clearances"], old]})
    page = tokyo.visitor("jpn.security", "ja").get("/people/jpn.sato").text
    held = page[page.index('id="clearances"') :]
    assert "防衛秘密" in held.partition("<select")[0]
    assert '|防衛秘密"' not in held


def test_nothing_is_chosen_that_is_the_persons_to_choose(seen_pages: list[SeenPage]) -> None:
    needed = [
        (str(page), one)
        for page in seen_pages
        for one in page.read.lists
        if one.needed and one.name not in OWN and len([value for value in one.values if value]) > 1
    ]
    assert {one.name for _, one in needed} >= {"level", "grade", "agreement"}
    assert {(where, one.name, one.chosen) for where, one in needed if one.chosen} == set()


def test_no_level_is_chosen_anywhere_before_a_person_chose(seen_pages: list[SeenPage]) -> None:
    fresh = [page for page in seen_pages if not re.search("composed|desk-preview", page.name)]
    assert len(fresh) < len(seen_pages)
    marks = {
        (str(page), one.name, one.chosen)
        for page in fresh
        for one in page.read.lists
        if one.chosen.rpartition("|")[2] in LEVELS
    }
    checked = {(str(page), *one) for page in fresh for one in page.read.checked if one[1] in LEVELS}
    assert marks | checked == set()


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_desk_opens_with_no_level_and_sends_nothing_without_one(
    canberra: Console, lang: str
) -> None:
    officer = canberra.visitor("aus.release", lang)
    page = officer.get("/release")
    assert not re.search(r'name="level"[^>]*checked', page.text)
    assert 'id="send"' not in page.text
    none = officer.send("/release", "/release/compose", **{**CHOICE, "level": ""})
    assert 'id="send"' not in none.text
    whole = officer.send("/release", "/release/compose", **CHOICE)
    told = officer.send(
        whole, "/release", files={"file": ("a.txt", b"x", "text/plain")}, level="", originator=""
    )
    assert told.status_code == 400
    assert ("Level" if lang == "en" else "区分") in plain(told)
