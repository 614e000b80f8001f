"""The security officer's pages: people with what they hold, facilities, assurances; entered and
changed in forms, each decided on the version that was read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from sealane.services.register import accounts, directory
from sealane.services.register.acts import OPERATOR
from tests.nations import Pair
from tests.web.visiting import PASSPHRASE, Console

SECURITY = "jpn.security"
NEW = {
    "id": "jpn.ono",
    "name": "Ono Mei",
    "name_ja": "小野 芽衣",
    "post": "Maritime desk",
    "post_ja": "海洋担当",
    "facility": "jpn.registry",
    "nationality": "jpn",
    "organisation": "jpn.defence",
    "organisation_country": "JPN",
    "duties": "reader",
}
GRANTED = {
    "grade": "JPN|JPN|特定秘密",
    "basis": "assessed",
    "granted": "2026-11-01",
    "expires": "2031-01-01",
    "sponsor": "jpn.defence",
}


def held(pair: Pair, person: str) -> dict[str, Any]:
    with pair.jpn.store.reading() as tx:
        return pair.jpn.person(tx, person)


def entered(pair: Pair) -> list[str]:
    with pair.jpn.store.reading() as tx:
        return [row.id for row in pair.jpn.people(tx, limit=500)]


def test_a_person_is_entered_cleared_briefed_and_authorised_in_forms(
    pair: Pair, tokyo: Console
) -> None:
    officer = tokyo.visitor(SECURITY)
    page = officer.send("/people/new", "/people/new", **NEW)
    assert "Entered. Add the clearance" in page.text
    assert "小野 芽衣" in page.text
    path = "/people/jpn.ono"
    page = officer.send(page, f"{path}/clearances", **GRANTED)
    assert "特定秘密" in page.text
    page = officer.send(
        page, f"{path}/briefings", agreement="jpn-aus-2022", on="2026-11-01", until="2030-01-01"
    )
    page = officer.send(
        page,
        f"{path}/authorisations",
        about="project",
        name="harbour-watch",
        until="2030-01-01",
        **{"from": "2026-11-01"},
    )
    one = held(pair, "jpn.ono")
    assert [each["level"] for each in one["clearances"]] == ["特定秘密"]
    assert [each["agreement"] for each in one["briefings"]] == ["jpn-aus-2022"]
    assert one["authorisations"][0] == {
        "project": "harbour-watch",
        "by": SECURITY,
        "from": "2026-11-01T00:00:00Z",
        "until": "2030-01-01T00:00:00Z",
    }
    assert one["nationality"] == ["JPN"]


def test_a_suspended_clearance_closes_what_the_same_page_showed_as_readable(
    pair: Pair, tokyo: Console, item: str
) -> None:
    officer = tokyo.visitor(SECURITY)
    page = officer.get("/people/jpn.sato", purpose="assessment")
    assert f'href="/items/{item}"' in page.text
    page = officer.send(page, "/people/jpn.sato/state", to="suspend")
    assert held(pair, "jpn.sato")["clearances"][0]["status"] == "suspended"
    assert "Suspended" in page.text
    page = officer.get("/people/jpn.sato", purpose="assessment")
    assert f'href="/items/{item}"' not in page.text
    officer.send(page, "/people/jpn.sato/state", to="reinstate")
    assert held(pair, "jpn.sato")["clearances"][0]["status"] == "active"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_second_of_two_officers_at_one_record_is_told_and_nothing_is_lost(
    pair: Pair, tokyo: Console, lang: str
) -> None:
    officer = tokyo.visitor(SECURITY, lang)
    before = officer.get("/people/jpn.sato")
    directory.enter(pair.jpn, {**held(pair, "jpn.sato"), "post": "Another desk"}, by=OPERATOR)
    form = {**NEW, "name": "Sato H.", "post": "Third desk"}
    form.pop("id")
    page = officer.send(before, "/people/jpn.sato/change", **form)
    assert page.status_code == 409
    assert "<code>edit.stale</code>" in page.text
    assert 'value="Third desk"' in page.text
    told = {"en": "It says now: Another desk", "ja": "現在の値：Another desk"}[lang]
    assert told in page.text
    assert held(pair, "jpn.sato")["post"] == "Another desk"
    # on what it is now, the same form goes through
    officer.send(page, "/people/jpn.sato/change", **form)
    assert held(pair, "jpn.sato")["post"] == "Third desk"


def test_what_is_wrong_with_a_form_is_said_above_it_and_it_keeps_what_was_typed(
    pair: Pair, tokyo: Console
) -> None:
    officer = tokyo.visitor(SECURITY)
    page = officer.send("/people/new", "/people/new", **{**NEW, "id": "JPN.SATO"})
    assert page.status_code in (400, 409)
    assert 'value="Ono Mei"' in page.text
    assert "jpn.ono" not in entered(pair)
    page = officer.send(
        "/people/jpn.sato", "/people/jpn.sato/extend", until="1/2/2030", reference="AGSVA 1"
    )
    assert page.status_code == 400
    assert "<code>web.no_day</code>" in page.text
    assert 'value="AGSVA 1"' in page.text


def test_a_debriefed_person_is_shown_so_and_the_briefing_has_ended(
    pair: Pair, tokyo: Console
) -> None:
    officer = tokyo.visitor(SECURITY)
    page = officer.send("/people/jpn.sato", "/people/jpn.sato/debrief")
    assert "Debriefed and recorded." in page.text
    until = held(pair, "jpn.sato")["briefings"][0]["until"]
    assert until < "2030"


def test_nobody_else_sees_a_persons_page_but_that_person(tokyo: Console, pair: Pair) -> None:
    reader = tokyo.visitor("jpn.sato")
    assert "This is your own record." in reader.get("/people/jpn.sato").text
    assert reader.get("/people/jpn.suzuki").status_code == 403
    page = reader.get("/people")
    assert 'href="/people/jpn.sato"' in page.text
    assert 'href="/people/jpn.suzuki"' not in page.text
    assert 'action="/people/jpn.sato/change"' not in reader.get("/people/jpn.sato").text


def test_a_script_and_a_hidden_character_in_a_record_are_shown_as_what_they_are(
    pair: Pair, tokyo: Console
) -> None:
    bad = {"name": "<script>alert(1)</script>", "post": "Desk \u202egfd"}
    directory.enter(pair.jpn, {**held(pair, "jpn.sato"), **bad}, by=OPERATOR)
    for path in ("/people", "/people/jpn.sato"):
        page = tokyo.visitor(SECURITY).get(path)
        assert "<script" not in page.text
        assert "\u202e" not in page.text
        assert "&lt;U+202E&gt;" in page.text


def test_a_facility_is_entered_and_its_accreditation_changed_on_what_was_read(
    pair: Pair, tokyo: Console
) -> None:
    officer = tokyo.visitor(SECURITY)
    assert "/facilities" in officer.get("/people").text

    def sent(page: Any, **form: str) -> Any:
        key = re.search(r'name="form_key" value="([^"]+)"', page.text)
        assert key is not None
        return officer.client.post("/facilities", data={"form_key": key[1], **form})

    page = sent(officer.get("/facilities"), id="jpn.annex", level="極秘", until="2030-01-01")
    assert "jpn.annex" in page.text
    version = re.search(r'value="jpn.annex"><input[^>]*name="version" value="([^"]+)"', page.text)
    assert version is not None
    changed = {"facility": "jpn.annex", "version": version[1], "until": "2031-01-01"}
    assert sent(page, **changed).status_code == 200
    again = sent(page, **{**changed, "until": "2032-01-01"})
    assert (again.status_code, "edit.stale" in again.text) == (409, True)
    with pair.jpn.store.reading() as tx:
        row = pair.jpn.facility(tx, "jpn.annex")
    assert row is not None
    assert row.data["until"] == "2031-01-01T00:00:00Z"


def test_an_assurance_that_was_given_stands_at_both_sides_with_its_end(
    pair: Pair, tokyo: Console, canberra: Console, item: str
) -> None:
    officer = tokyo.visitor(SECURITY)
    page = officer.get("/assurances")
    assert "<h2>Given by us</h2>" in page.text
    key = re.search(r'name="form_key" value="([^"]+)"', page.text)
    assert key is not None
    form = {
        "form_key": key[1],
        "agreement": "jpn-aus-2022",
        "area": "maritime",
        "level": "PROTECTED",
        "until": "2027-06-30",
        "to": "AUS",
    }
    assert "Given and recorded." in officer.client.post("/assurances", data=form).text
    with pair.jpn.store.reading() as tx:
        row = pair.jpn.records.assurances.get(
            tx, agreement="jpn-aus-2022", by="JPN", to="AUS", area="maritime", level="PROTECTED"
        )
    assert row is not None
    assert row.data["until"] == "2027-06-30T00:00:00Z"
    taken = canberra.visitor("aus.release").get("/assurances").text
    assert "Given to us" in taken
    assert "Japan" in taken


def test_in_production_an_entry_wants_a_second_who_proves_it_in_the_form(pair: Pair) -> None:
    for person in (SECURITY, "jpn.auditor"):
        accounts.set_passphrase(pair.jpn, person, PASSPHRASE)
    settings = replace(pair.jpn.settings, profile="production", accept_unverified=False)
    pair.sites["JPN"] = replace(pair.sites["JPN"], node=replace(pair.jpn, settings=settings))
    officer = Console(pair, "JPN").visitor(SECURITY)
    alone = officer.send("/people/new", "/people/new", **NEW)
    assert (alone.status_code, "waits for the second person" in alone.text) == (200, True)
    page = officer.get("/people/new")
    wrong = officer.send(page, "/people/new", **NEW, second="jpn.auditor", second_passphrase="x")
    assert wrong.status_code == 403
    assert "jpn.ono" not in entered(pair)
    own = officer.send(page, "/people/new", **NEW, second=SECURITY, second_passphrase=PASSPHRASE)
    assert "person.second_needed" in own.text
    done = officer.send(
        page, "/people/new", **NEW, second="jpn.auditor", second_passphrase=PASSPHRASE
    )
    assert done.status_code == 200
    assert "jpn.ono" in entered(pair)


def test_the_horizon_names_who_lapses_and_the_items_that_close(
    pair: Pair, tokyo: Console, item: str
) -> None:
    officer = tokyo.visitor(SECURITY)
    assert "Nothing lapses before" in officer.get("/horizon").text
    one = held(pair, "jpn.sato")
    sooner = [{**each, "expires": "2027-03-01T00:00:00Z"} for each in one["clearances"]]
    directory.enter(pair.jpn, {**one, "clearances": sooner}, by=OPERATOR)
    page = officer.get("/horizon", days=365)
    row = re.search(r'href="/people/jpn\.sato".*?</tr>', page.text, re.DOTALL)
    assert row is not None
    assert f'href="/items/{item}"' in page.text
    told = officer.send(page, "/horizon")
    assert "Recorded." in told.text
    assert tokyo.visitor("jpn.clerk").get("/horizon").status_code == 403


def test_a_persons_page_says_what_was_changed_and_when(pair: Pair, tokyo: Console) -> None:
    pair.clock.pass_(60)
    directory.enter(pair.jpn, {**held(pair, "jpn.sato"), "post": "Another desk"}, by=OPERATOR)
    for lang, words in (("en", "How this record came to be"), ("ja", "記録の経緯")):
        text = tokyo.visitor(SECURITY, lang).get("/people/jpn.sato").text
        assert words in text
        changed = text[text.index(words) :]
        assert {"en": "</b> post</li>", "ja": "</b> 職</li>"}[lang] in changed
