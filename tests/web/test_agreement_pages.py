"""The agreements at the console: what they say, how they stand, what a notice does to each page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from markupsafe import escape

from sealane.agreements import layout
from sealane.cli.demo.cast import AGREEMENT
from sealane.services.register import agreement_life
from tests.nations import Pair
from tests.web.visiting import Console

PAGE = f"/agreements/{AGREEMENT}"
NOTICES = f"{PAGE}/notices"


def plain(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_rule_stands_beside_its_article_in_both_languages(
    pair: Pair, tokyo: Console, lang: str
) -> None:
    with pair.jpn.store.reading() as tx:
        held = dict(pair.jpn.agreements(tx))
    visitor = tokyo.visitor("jpn.sato", lang)
    for name, one in held.items():
        text = visitor.get(f"/agreements/{name}").text
        for laid in layout.articles(one):
            place = text.index(f'id="a{laid.article.number}"')
            article = text[place : text.index("</article>", place)]
            for said in (laid.article.text, *(rule.clause.text for rule in laid.rules)):
                assert plainly(said.en) in article
                assert plainly(said.ja) in article


def plainly(text: str) -> str:
    """As a page holds it."""
    return str(escape(text))


def test_every_row_is_shown_with_its_status_and_every_clock_and_authority(
    pair: Pair, tokyo: Console
) -> None:
    with pair.jpn.store.reading() as tx:
        one = pair.jpn.agreements(tx)[AGREEMENT]
    text = tokyo.visitor("jpn.sato").get(PAGE).text
    assert text.count('<tr class="unverified">') == sum(
        row.status == "unverified" for row in one.rows
    )
    for clock in one.clocks:
        assert f"<code>{clock.id}</code>" in text
    for party in one.parties:
        for authority in party.authorities:
            assert plainly(authority.name.en) in text
    assert one.digest in text
    assert text.count("signed ") >= len(one.parties)


def test_a_suspension_stands_on_every_page_that_it_touches_with_who_why_and_since_when(
    pair: Pair, tokyo: Console, canberra: Console, item: str
) -> None:
    officer = tokyo.visitor("jpn.security")
    page = officer.send(PAGE, NOTICES, kind="suspend", reason="<b>a review</b> \u202eof it")
    assert "Suspended. Every other party is told" in page.text
    pair.settle()
    for console, person in ((tokyo, "jpn.clerk"), (canberra, "aus.release")):
        for lang, words in (("en", "Suspended:"), ("ja", "停止中：")):
            visitor = console.visitor(person, lang)
            paths = ["/", f"/items/{item}", "/agreements", PAGE]
            for path in [*paths, "/release"] if person == "aus.release" else paths:
                seen = visitor.get(path)
                alarm = re.search(r'<div class="alarm".*?</div>', seen.text, re.DOTALL)
                assert alarm, (person, path)
                assert words in alarm[0]
                assert "JPN" in alarm[0]
                assert "&lt;b&gt;a review&lt;/b&gt; &lt;U+202E&gt;of it" in alarm[0]
                assert "2026" in alarm[0]
            for path in ("/ledger", "/people", "/agreements/jpn-aus-2012-isa"):
                assert words not in visitor.get(path).text
    page = officer.send(PAGE, NOTICES, kind="resume")
    assert "suspension is lifted" in page.text
    assert 'class="alarm"' not in officer.get("/").text


def test_notice_of_ending_names_its_day_and_the_page_says_so(pair: Pair, tokyo: Console) -> None:
    officer = tokyo.visitor("jpn.security")
    page = officer.send(PAGE, NOTICES, kind="give-notice")
    assert page.status_code == 400
    assert "<code>" in page.text
    page = officer.send(PAGE, NOTICES, kind="give-notice", until="2028-04-01")
    assert "It ends 1 Apr 2028" in plain(page)
    with pair.jpn.store.reading() as tx:
        row = pair.jpn.agreement_row(tx, AGREEMENT)
        told = agreement_life.notices(pair.jpn.records, tx, str(row.digest))
    assert [one.kind for one in told] == ["give-notice"]


def test_who_decided_on_notices_that_are_no_longer_all_is_told_and_nothing_is_signed(
    pair: Pair, tokyo: Console
) -> None:
    officer = tokyo.visitor("jpn.security")
    before = officer.get(PAGE)
    agreement_life.give(pair.jpn, AGREEMENT, "suspend", detail={"reason": "first"})
    page = officer.send(before, NOTICES, kind="suspend", reason="second")
    assert (page.status_code, "edit.stale" in page.text) == (409, True)
    assert 'value="second"' in page.text
    assert "first" in page.text
    with pair.jpn.store.reading() as tx:
        row = pair.jpn.agreement_row(tx, AGREEMENT)
        told = agreement_life.notices(pair.jpn.records, tx, str(row.digest))
    assert [one.detail["reason"] for one in told] == ["first"]


def test_the_form_is_for_who_may_and_a_form_that_was_made_up_does_nothing(
    pair: Pair, tokyo: Console
) -> None:
    clerk = tokyo.visitor("jpn.clerk")
    page = clerk.get(PAGE)
    assert f'action="{NOTICES}"' not in page.text
    key = re.search(r'name="form_key" value="([^"]+)"', page.text)
    assert key is not None
    made_up = {"form_key": key[1], "kind": "suspend", "reason": "x"}
    refused = clerk.client.post(NOTICES, data=made_up)
    assert (refused.status_code, "person.duty" in refused.text) == (403, True)
    with pair.jpn.store.reading() as tx:
        row = pair.jpn.agreement_row(tx, AGREEMENT)
        assert agreement_life.notices(pair.jpn.records, tx, str(row.digest)) == ()


def test_one_version_says_that_there_is_nothing_to_compare(tokyo: Console) -> None:
    page = tokyo.visitor("jpn.clerk").get(f"{PAGE}/versions")
    assert "there is nothing to compare yet" in page.text
    assert tokyo.visitor("jpn.clerk").get("/agreements/none/versions").status_code == 404


def test_partners_are_shown_with_the_fingerprints_that_each_reads_of_the_other(
    pair: Pair, tokyo: Console, canberra: Console
) -> None:
    cards = {"AUS": pair.aus.own_card().fingerprint(), "JPN": pair.jpn.own_card().fingerprint()}
    for console, person in ((tokyo, "jpn.sato"), (canberra, "aus.analyst")):
        text = plain(console.visitor(person).get("/partners")).replace(" ", "")
        for fingerprint in cards.values():
            bare = fingerprint.removeprefix("sha384:").replace(":", "").replace(" ", "")
            assert bare in text


def test_upkeep_is_for_those_who_see_to_it_and_names_every_key_that_ends(
    pair: Pair, tokyo: Console
) -> None:
    page = tokyo.visitor("jpn.security").get("/upkeep")
    assert page.status_code == 200
    assert "Keys of this node" in page.text
    assert "Store." in page.text
    refused = tokyo.visitor("jpn.clerk").get("/upkeep")
    assert (refused.status_code, "person.duty" in refused.text) == (403, True)
    assert 'href="/upkeep"' not in tokyo.visitor("jpn.clerk").get("/partners").text
