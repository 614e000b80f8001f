"""The lane as people walk it: two real nodes, pages and forms, in both languages."""

import html
import re
from urllib.parse import urlencode

import pytest

from sealane.base.errors import SealaneError, Unavailable
from sealane.cli.demo.cast import AGREEMENT
from sealane.services.exchange import outbox
from sealane.services.register import agreement_life, views
from tests import nations
from tests.web.visiting import TEXT


def plain(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def kinds(node, item):
    with node.store.reading() as tx:
        return [row.kind for row in node.records.entry_refs.find(tx, order="index", item=item)]


def test_nobody_sees_a_page_before_signing_in(tokyo, item):
    visitor = tokyo.visitor()
    for path in (
        "/",
        f"/items/{item}",
        "/release",
        "/ledger",
        "/people",
        "/agreements",
        "/refusals/aa",
    ):
        page = visitor.client.get(path, follow_redirects=False)
        back = "" if path == "/" else f"?{urlencode({'to': path})}"
        assert (page.status_code, page.headers["location"]) == (303, f"/sign-in{back}")


def test_every_page_keeps_strict_headers_and_no_script(tokyo, item):
    visitor = tokyo.visitor("jpn.clerk")
    for path in (
        "/",
        f"/items/{item}",
        "/ledger",
        "/people",
        "/agreements",
        "/agreements/jpn-aus-2022",
        "/nowhere",
    ):
        page = visitor.get(path)
        assert page.headers["content-security-policy"].startswith(
            "default-src 'none'; style-src 'self'"
        )
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text
        assert not re.search(r"\sstyle=|\son[a-z]+=", page.text)


@pytest.mark.parametrize("person", ["jpn.clerk", "jpn.sato", "jpn.security"])
def test_a_page_in_japanese_and_the_same_in_english_lead_to_each_other(tokyo, item, person):
    visitor = tokyo.visitor(person)
    page = visitor.get(f"/items/{item}", lang="ja", purpose="planning")
    assert '<html lang="ja">' in page.text
    toggle = re.search(r'class="toggle" href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    assert toggle.startswith(f"/items/{item}?")
    assert "purpose=planning" in toggle
    other = visitor.client.get(toggle)
    assert '<html lang="en">' in other.text
    assert visitor.client.get("/").text.count('<html lang="en">') == 1  # and the choice stays


def test_an_item_page_carries_both_marks_on_top_and_bottom(tokyo, item):
    page = tokyo.visitor("jpn.clerk").get(f"/items/{item}")
    assert page.text.count('class="banner') == 2
    for banner in re.findall(r'<section class="banner.*?</section>', page.text, re.DOTALL):
        assert "SECRET//REL AUS/JPN" in banner
        assert "極秘" in banner
        assert "unverified" in banner


def test_every_page_says_what_it_is_accredited_for_and_that_rows_are_unverified(tokyo):
    for lang, words in (
        ("en", ("Accredited for nothing", "UNVERIFIED")),
        ("ja", ("認定なし", "未検証")),
    ):
        text = tokyo.visitor(lang=lang).get("/sign-in").text
        assert all(word in text for word in words)


def test_a_cleared_reader_opens_and_gets_the_exact_bytes(tokyo, pair, item):
    visitor = tokyo.visitor("jpn.sato")
    page = visitor.send(
        f"/items/{item}", f"/items/{item}/open", purpose="assessment", action="open"
    )
    assert page.status_code == 200
    assert page.content == TEXT
    assert page.headers["content-disposition"].startswith(
        'attachment; filename="Vessel_movements.txt"'
    )
    assert page.headers["content-type"] == "application/octet-stream"
    assert "statement.opened" in kinds(pair.jpn, item)
    assert "statement.opened" in kinds(pair.aus, item)


def test_a_view_shows_the_text_between_the_marks_and_is_recorded_as_a_view(tokyo, pair, item):
    page = tokyo.visitor("jpn.sato").send(
        f"/items/{item}", f"/items/{item}/open", purpose="assessment", action="view"
    )
    assert "船舶動向" in page.text
    assert page.text.count('class="banner') == 2
    with pair.jpn.store.reading() as tx:
        told = [
            one["says"]
            for one in views.history(pair.jpn, tx, item)
            if one["kind"] == "statement.opened"
        ]
    assert [one["action"] for one in told] == ["view"]


def asked_to_open(visitor, item, purpose):
    """The request itself: who is not named for an item finds no page with a form for it."""
    key = re.search(r'name="form_key" value="([^"]+)"', visitor.get("/").text)
    form = {"form_key": html.unescape(key[1]), "purpose": purpose, "action": "open"}
    return visitor.client.post(f"/items/{item}/open", data=form)


@pytest.mark.parametrize(
    ("person", "purpose", "clause", "en", "ja"),
    [
        ("jpn.suzuki", "assessment", "5.1", "no clearance is recorded", "適格性の記録がありません"),
        ("jpn.clerk", "assessment", "4.5", "no authorisation", "有効な認可がありません"),
        ("jpn.sato", "acquisition", "6.1", "no standing yes of AUS", "有効な同意がありません"),
    ],
)
def test_a_refusal_is_a_card_in_both_languages_and_is_recorded_at_both_nodes(
    tokyo, pair, item, person, purpose, clause, en, ja
):
    visitor = tokyo.visitor(person)
    page = asked_to_open(visitor, item, purpose)
    assert page.status_code == 403
    assert "/refusals/" in str(page.url)
    assert f"Clause {clause}" in plain(page)
    assert en in plain(page)
    assert "The refusal is recorded." in plain(page)
    assert "Who can mend it" in plain(page)
    assert TEXT not in page.content
    japanese = visitor.client.get(str(page.url).split("?")[0], params={"lang": "ja"})
    assert ja in plain(japanese)
    assert "この拒否は記録されました。" in plain(japanese)
    assert "statement.open.denied" in kinds(pair.jpn, item)
    pair.settle()
    assert "statement.open.denied" in kinds(pair.aus, item)


def test_a_refusal_is_shown_to_the_person_who_met_it_only(tokyo, item):
    met = asked_to_open(tokyo.visitor("jpn.suzuki"), item, "assessment")
    assert tokyo.visitor("jpn.sato").get(str(met.url.path)).status_code == 404


def test_a_readers_card_tells_nothing_beyond_the_readers_own_attributes(tokyo, item):
    page = tokyo.visitor("jpn.miller").send(
        f"/items/{item}", f"/items/{item}/open", purpose="assessment", action="open"
    )
    assert page.status_code == 403
    assert "NZL" not in page.text
    assert "Conditions that do not concern your own attributes" in page.text


def test_a_reader_without_authorisation_sees_no_title_history_or_readers(tokyo, item):
    visitor = tokyo.visitor("jpn.tanaka")
    for path in ("/", f"/items/{item}"):
        assert "Vessel movements" not in visitor.get(path).text
    page = visitor.get(f"/items/{item}")
    assert page.status_code == 404
    assert page.text == visitor.get("/items/AUS-2026-999999").text.replace("999999", item[-6:])
    assert "harbour-watch" not in page.text
    assert 'class="timeline"' not in page.text
    assert "Haruka" not in page.text


def test_the_clerk_accepts_and_both_registers_say_so(tokyo, canberra, item):
    page = tokyo.visitor("jpn.clerk").send(f"/items/{item}", f"/items/{item}/accept")
    assert "Accepted. The provider has been told" in plain(page)
    assert "Accepted" in plain(canberra.visitor("aus.auditor").get(f"/items/{item}"))


def test_a_person_without_the_duty_cannot_act_even_with_a_form(tokyo, item):
    visitor = tokyo.visitor("jpn.sato")
    key = re.search(r'name="form_key" value="([0-9a-f]+)"', visitor.get("/").text)[1]
    page = visitor.client.post(f"/items/{item}/accept", data={"form_key": key})
    assert page.status_code == 403
    assert "person.duty" in page.text


def test_recall_destroys_the_partners_copy_and_nothing_opens_afterwards(
    tokyo, canberra, pair, item
):
    page = canberra.visitor("aus.analyst").send(
        f"/items/{item}/recall", f"/items/{item}/recall", reason="superseded", confirmed="yes"
    )
    assert page.status_code == 200
    assert "Destroyed" in plain(page)
    reader = tokyo.visitor("jpn.sato")
    assert f'action="/items/{item}/open"' not in reader.get(f"/items/{item}").text
    key = re.search(r'name="form_key" value="([0-9a-f]+)"', reader.get("/").text)[1]
    tried = reader.client.post(
        f"/items/{item}/open", data={"form_key": key, "purpose": "assessment", "action": "open"}
    )
    assert tried.status_code == 403
    assert TEXT not in tried.content


def test_overdue_items_say_since_when(tokyo, pair, item):
    pair.clock.pass_(46 * 86_400)
    assert "overdue since" in tokyo.visitor("jpn.clerk").get("/").text


def test_the_outbox_shows_what_waits_and_for_how_long(canberra, pair):
    pair.line.down.add("JPN")
    with pytest.raises(Unavailable, match="partner"):
        nations.share(pair, TEXT)
    pair.line.down.clear()
    item = nations.share(pair, TEXT, reference="r-2")
    pair.line.down.add("JPN")
    path = f"/items/{item}/recall"
    canberra.visitor("aus.analyst").send(path, path, listed="sent-in-error", confirmed="yes")
    pair.clock.pass_(300)
    outbox.deliver_due(pair.aus)
    text = plain(canberra.visitor("aus.auditor").get("/"))
    assert "Recall ordered to JPN, for 5 min" in text
    assert "partner.unavailable" in text


def test_a_release_goes_through_composer_readers_file_and_second_signer(canberra, tokyo, pair):
    officer = canberra.visitor("aus.release")
    choice = {
        "target": "jpn-aus-2022:JPN",
        "level": "SECRET",
        "area": "maritime",
        "purpose": "assessment",
        "project": nations.PROJECT,
        "until": "2027-11-22",
    }
    desk = officer.get("/release", **choice)
    assert "SECRET//REL AUS/JPN" in desk.text
    assert "Japan will handle it as 極秘" in plain(desk)
    assured = officer.send(desk, "/release/ask")
    assert "Maritime desk" in plain(assured)
    assert "Cyber desk" not in plain(assured)
    done = officer.send(
        assured,
        "/release",
        files={"file": ("survey.txt", TEXT, "text/plain")},
        originator="aus.analyst",
        title="Harbour survey",
        kind="file",
        answer="asked for by their liaison",
    )
    assert "It leaves when a second signer has signed" in plain(done)
    name = done.url.path.rsplit("/", 1)[1]
    assert tokyo.visitor("jpn.clerk").get(f"/items/{name}").status_code == 404
    assert "Read and sign as the second" in plain(canberra.visitor("aus.second").get("/"))
    signed = canberra.visitor("aus.second").send(f"/items/{name}", f"/items/{name}/countersign")
    assert "Countersigned" in plain(signed)
    assert nations.read(pair, name) == TEXT


def test_a_refused_release_shows_its_card_and_registers_nothing(canberra, pair):
    officer = canberra.visitor("aus.release")
    desk = officer.get(
        "/release",
        target="jpn-aus-2022:JPN",
        level="TOP SECRET",
        area="disaster",
        purpose="planning",
        project="",
        until="2027-11-22",
    )
    assert "2.3 The level must not exceed the ceiling" in plain(desk)
    page = officer.send(
        desk,
        "/release",
        files={"file": ("x.txt", TEXT, "text/plain")},
        originator="aus.analyst",
        kind="file",
        answer="asked for by their liaison",
    )
    assert page.status_code == 403
    assert "Clause" in plain(page)
    with pair.aus.store.reading() as tx:
        assert pair.aus.records.items.find(tx, order="id") == []


def test_only_release_officers_come_to_the_release_desk(canberra):
    page = canberra.visitor("aus.auditor").get("/release")
    assert page.status_code == 403
    assert '<input type="file"' not in page.text


def test_clearances_are_for_those_who_vet_and_their_reading_is_recorded(tokyo, pair):
    assert "特定秘密" not in tokyo.visitor("jpn.sato").get("/people").text
    assert "特定秘密" in tokyo.visitor("jpn.security").get("/people").text
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.records.entry_refs.find(tx, order="index", kind="record.read")


def test_an_agreement_is_read_in_both_languages_side_by_side(tokyo):
    page = tokyo.visitor("jpn.sato").get("/agreements/jpn-aus-2022")
    assert "The agreement and those it rests on must be in force." in page.text
    assert "区分" in page.text
    assert "unverified" in page.text


def test_titles_are_text_and_never_markup(tokyo, pair):
    name = nations.share(
        pair, TEXT, title='<script>alert(1)</script>"><img src=x>.txt', media_type="text/plain"
    )
    for path in ("/", f"/items/{name}"):
        text = tokyo.visitor("jpn.clerk").get(path).text
        assert "<script" not in text
        assert "<img" not in text
    saved = tokyo.visitor("jpn.sato").send(
        f"/items/{name}", f"/items/{name}/open", purpose="assessment", action="open"
    )
    assert "<" not in saved.headers["content-disposition"]


def test_the_ledger_page_says_how_far_each_log_is_proven(tokyo, item):
    text = plain(tokyo.visitor("jpn.clerk").get("/ledger"))
    assert "tokyo.jpn.example/x/jpn-aus-2022" in text
    assert "Proven to both up to" in text


def test_readers_on_the_page_are_those_who_then_open(tokyo, pair, item):
    text = plain(tokyo.visitor("jpn.clerk").get(f"/items/{item}"))
    with pair.jpn.store.reading() as tx:
        people = [row.data for row in pair.jpn.records.people.find(tx, order="id")]
    for person in people:
        if "reader" not in person["duties"]:
            continue
        try:
            nations.read(pair, item, person["id"])
            opens = True
        except SealaneError:
            opens = False
        assert (person["name"] in text) == opens, person["id"]


def test_an_agreement_says_where_it_stands_by_its_notices(pair, tokyo):
    assert "In force" in tokyo.visitor("jpn.sato").get("/agreements").text
    agreement_life.give(pair.aus, AGREEMENT, "suspend", detail={"reason": "exercise"})
    outbox.deliver_due(pair.aus)
    for path in ("/agreements", f"/agreements/{AGREEMENT}"):
        assert "Suspended" in tokyo.visitor("jpn.sato").get(path).text
