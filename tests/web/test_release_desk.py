"""The release desk as its people use it, in both languages and without a script: preview, several
recipients, what is unusual, drafts, templates, lists, the queue, and the second signer's page.

Spec: docs/console.md §The release desk, §The second signature.
"""

from __future__ import annotations

import hashlib
import html
import re
from typing import Any

import pytest

from sealane.services.exchange import outbox, release
from sealane.services.register import accounts, directory
from sealane.web.words import say
from tests import nations
from tests.lane import several
from tests.lane.made import cleared, staff, told
from tests.nations_three import TRILATERAL
from tests.web.visiting import PASSPHRASE, TEXT, Console

CHOICE = {
    "target": "jpn-aus-2022:JPN",
    "level": "SECRET",
    "area": "maritime",
    "purpose": "assessment",
    "project": nations.PROJECT,
    "until": "2027-08-22",
}
FILE = {"file": ("survey.txt", TEXT, "text/plain")}
DETAILS = {"originator": "aus.analyst", "kind": "file", "reason": "their liaison asked"}
ANSWER = "the liaison asked for it"


def plain(page: Any) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))


def counted(lang: str) -> str:
    """One post and one person, as the desk says it."""
    return (
        f"{say(lang, 'desk.posts_1')}{'、' if lang == 'ja' else ', '}{say(lang, 'desk.people_1')}"
    )


def item_of(page: Any) -> str:
    return str(page.url.path.rsplit("/", 1)[1])


def items(pair: Any) -> list[str]:
    return several.items(pair.aus)


@pytest.fixture(params=["en", "ja"])
def lang(request: Any) -> str:
    return str(request.param)


@pytest.fixture
def officer(canberra: Console, lang: str) -> Any:
    return canberra.visitor("aus.release", lang)


def previewed(officer: Any, **more: Any) -> Any:
    return officer.send("/release", "/release/compose", **{**CHOICE, **more})


def sent(officer: Any, page: Any, **form: Any) -> Any:
    return officer.send(page, "/release", files=FILE, **{**DETAILS, "answer": ANSWER, **form})


def test_a_preview_tells_posts_and_people_with_the_instant_and_the_question(officer, pair, lang):
    page = previewed(officer)
    text = plain(page)
    assert counted(lang) in text
    assert nations.PROJECT in text
    assert say(lang, "release.foreseen_waits") in text
    assert say(lang, "release.no_assurance", party="") not in text
    assert items(pair) == []
    script = re.findall(r'<script src="([^"]+)" defer></script>', page.text)
    assert script == ["/htmx.js", "/desk.js"]
    assert "script-src 'self'; connect-src 'self'" in page.headers["content-security-policy"]
    for one in script:
        assert officer.client.get(one).headers["content-type"].startswith("text/javascript")


def kept_out(page: Any, lang: str) -> int:
    """How many are kept out by the page, in words of its language."""
    words = re.escape(say(lang, "desk.blocked", people=0)).replace("0", "([0-9]+)")
    found = re.search(words, plain(page))
    return 0 if found is None else int(found[1])


def test_who_is_kept_out_is_counted_by_clause_and_not_named(officer, pair, lang):
    before = kept_out(previewed(officer), lang)
    with pair.jpn.store.reading() as tx:
        sato = pair.jpn.person(tx, "jpn.sato")
    directory.enter(pair.jpn, {**sato, "id": "jpn.aoki", "post": "Annex", "clearances": []})
    pair.clock.pass_(25 * 3600)
    officer.sign_in("aus.release")  # a day later
    page = previewed(officer)
    assert kept_out(page, lang) == before + 1
    assert counted(lang) in plain(page)
    assert '<ul class="blocked">' in page.text
    assert "Annex" not in page.text


def test_the_release_leads_to_what_became_of_it_with_the_digest_of_the_node(officer, pair, lang):
    page = sent(officer, previewed(officer))
    assert page.url.path.startswith("/release/sent/")
    text = plain(page)
    assert hashlib.sha384(TEXT).hexdigest() in text
    assert say(lang, "act.done_waiting") in text
    assert ANSWER in text
    assert DETAILS["reason"] in text
    (item,) = items(pair)
    queue = officer.get("/release/queue")
    assert item in queue.text
    assert DETAILS["reason"] in queue.text


def test_what_officers_said_is_for_staff_alone_even_where_a_reader_sees_the_item(
    officer, pair, canberra, lang
):
    page = sent(officer, previewed(officer))
    with pair.aus.store.reading() as tx:
        held = pair.aus.person(tx, "aus.analyst")
    named = {
        "project": nations.PROJECT,
        "by": "aus.security",
        "from": "2026-01-01T00:00:00Z",
        "until": "2028-01-01T00:00:00Z",
    }
    person = {**held, "id": "aus.reader", "duties": ["reader"], "authorisations": [named]}
    directory.enter(pair.aus, person)
    accounts.set_passphrase(pair.aus, "aus.reader", PASSPHRASE)
    reader = canberra.visitor("aus.reader", lang)
    assert reader.get(f"/items/{item_of(page)}").status_code == 200
    refused = reader.get(page.url.path)
    assert refused.status_code == 403
    assert DETAILS["reason"] not in refused.text


def test_what_is_unusual_is_asked_before_anything_is_sent_and_the_answer_recorded(
    officer, pair, lang
):
    page = previewed(officer)
    unusual = "Nothing was given to JPN before." if lang == "en" else "JPN への提供は初めてです。"
    assert unusual in plain(page)
    again = sent(officer, page, answer="  ", title="Harbour survey")
    assert again.status_code == 409
    assert say(lang, "release.unanswered") in plain(again)
    assert unusual in plain(again)
    assert 'value="Harbour survey"' in again.text
    assert items(pair) == []
    done = sent(officer, again, title="Harbour survey")
    (entry,) = told(pair.aus, "release.answered")
    assert entry["object"] == item_of(done)
    assert "release.new_recipient" in entry["lacking"]
    countersigned(pair, item_of(done))
    # the next one to the same partner is as usual: nothing is asked
    usual = previewed(officer)
    assert '<fieldset class="wide unusual">' not in usual.text
    files = {"file": ("other.txt", b"another text", "text/plain")}
    officer.send(usual, "/release", files=files, **DETAILS)
    assert len(items(pair)) == 2
    # an empty file, and the same again, are seen once they are there
    for data, code in ((b"", "release.empty"), (TEXT, "release.duplicate")):
        files = {"file": ("x.txt", data, "text/plain")}
        asked = officer.send(previewed(officer), "/release", files=files, **DETAILS)
        shown = "The file is empty." if lang == "en" else "ファイルは空です。"
        shown = shown if code == "release.empty" else item_of(done)
        assert (asked.status_code, shown in asked.text) == (409, True)
    assert len(items(pair)) == 2


def countersigned(pair: Any, item: str) -> None:
    release.countersign(pair.aus, item, "aus.second")
    outbox.deliver_due(pair.aus)


def test_a_form_that_is_sent_twice_is_one_item_and_a_mended_one_is_sent(officer, pair, lang):
    page = previewed(officer)
    first, second = sent(officer, page), sent(officer, page)
    assert item_of(first) == item_of(second)
    assert items(pair) == [item_of(first)]
    other = sent(officer, page, title="something else")
    assert (other.status_code, "release.form_used" in other.text) == (409, True)
    assert items(pair) == [item_of(first)]
    # a form that was refused is mended and sent
    page = previewed(officer)
    bad = sent(officer, page, originator="aus.release")
    assert bad.status_code in (400, 403)
    assert sent(officer, page).url.path.startswith("/release/sent/")


def test_a_file_that_is_not_the_one_that_was_hashed_is_refused(officer, pair):
    page = sent(officer, previewed(officer), sha384="0" * 96)
    assert (page.status_code, "release.altered" in page.text) == (400, True)
    digest = hashlib.sha384(TEXT).hexdigest()
    assert sent(officer, previewed(officer), sha384=digest).status_code == 200
    duplicate = previewed(officer, sha384=digest, size=len(TEXT))
    assert '<fieldset class="wide unusual">' in duplicate.text


def test_a_draft_is_kept_opened_changed_and_sent(officer, pair, canberra, lang):
    page = previewed(officer)
    data = {**hidden(page), **DETAILS, "title": "港湾調査", "kept_as": "draft"}
    kept = officer.client.post("/release/forms", data=data)
    assert kept.url.path == "/release/queue"
    assert say(lang, "desk.done_kept") in plain(kept)
    assert "港湾調査" in kept.text
    form = re.search(r"/release\?form=(F-[0-9a-f-]+)", kept.text)[1]
    opened = officer.send(officer.get("/release", form=form), "/release/compose", **CHOICE)
    for value in ("港湾調査", DETAILS["reason"], nations.PROJECT):
        assert value in opened.text, value
    assert 'value="SECRET" checked' in opened.text
    data = {**hidden(opened), **DETAILS, "title": "港湾調査 二", "kept_as": "draft"}
    changed = officer.client.post("/release/forms", data=data)
    assert say(lang, "desk.done_changed") in plain(changed)
    stale = officer.client.post("/release/forms", data={**data, "title": "three"})
    assert (stale.status_code, "edit.stale" in stale.text) == (409, True)
    assert items(pair) == []
    opened = officer.send(officer.get("/release", form=form), "/release/compose", **CHOICE)
    done = sent(officer, opened, title="港湾調査 二")
    assert items(pair) == [item_of(done)]
    drafts = officer.get("/release/queue", shelf="drafts")
    assert say(lang, "desk.none_drafts") in plain(drafts)


def hidden(page: Any) -> dict[str, str]:
    """The hidden fields of the form with which the desk sends."""
    form = re.search(r'<form method="post" action="/release" .*?</form>', page.text, re.DOTALL)
    assert form is not None
    found = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', form[0])
    return {name: html.unescape(value) for name, value in found}


def test_templates_and_lists_are_what_another_officer_begins_with(officer, pair, canberra, lang):
    staff(pair.aus, "aus.release2", "release-officer")
    accounts.set_passphrase(pair.aus, "aus.release2", PASSPHRASE)
    page = previewed(officer)
    for kind, name in (("template", "Weekly"), ("list", "Maritime partners")):
        data = {**hidden(page), **DETAILS, "name": name, "kept_as": kind}
        shown = officer.client.post("/release/forms", data=data)
        assert shown.url.path == "/release/forms"
        assert name in shown.text
    other = canberra.visitor("aus.release2", lang)
    desk = other.get("/release")
    ids = dict(re.findall(r'<option value="(F-[0-9a-f-]+)">[^<]* · ([^<]+)</option>', desk.text))
    assert set(ids.values()) == {"Weekly", "Maritime partners"}
    by_name = {name: form for form, name in ids.items()}
    begun = other.get("/release", form=by_name["Weekly"])
    assert DETAILS["reason"] in begun.text
    assert f'value="{nations.PROJECT}"' in begun.text
    listed = other.get("/release", form=by_name["Maritime partners"])
    assert DETAILS["reason"] not in listed.text
    assert f'value="{nations.PROJECT}"' in listed.text
    forms = other.get("/release/forms")
    path = f"/release/forms/{by_name['Weekly']}"
    over = other.send(forms, path, act="abandon")
    assert say(lang, "desk.done_abandoned") in plain(over)
    assert "Weekly" not in over.text
    mine = hidden(previewed(officer))["form_key"]
    stale = officer.send(forms, path, name="x", form_key=mine)
    assert (stale.status_code, "edit.stale" in stale.text) == (409, True)


def test_the_second_signer_sees_file_readers_reason_and_assurance_and_sends_back_then_signs(
    officer, pair, canberra, lang
):
    cleared(pair.aus, "aus.second")
    accounts.set_passphrase(pair.aus, "aus.second", PASSPHRASE)
    item = item_of(sent(officer, previewed(officer)))
    second = canberra.visitor("aus.second", lang)
    queue = second.get("/release/queue")
    assert f'href="/items/{item}/sign"' in queue.text
    page = second.get(f"/items/{item}/sign")
    text = plain(page)
    for said in (
        DETAILS["reason"],
        counted(lang),
        say(lang, "sign.unread"),
        hashlib.sha384(TEXT).hexdigest(),
    ):
        assert said in text
    read = second.send(page, f"/items/{item}/read-to-sign", action="view")
    assert "Vessel movements." in read.text
    assert "船舶動向" in read.text
    saved = second.send(page, f"/items/{item}/read-to-sign", action="save")
    assert saved.content == TEXT
    assert len(told(pair.aus, "release.read")) == 2
    back = second.send(page, f"/items/{item}/send-back", reason="どの調査か")
    assert say(lang, "sign.done_sent_back") in plain(back)
    assert f'action="/items/{item}/countersign"' not in back.text
    held = officer.get("/release/queue", shelf="held")
    assert "どの調査か" in held.text
    answered = officer.send(
        officer.get(f"/items/{item}/sign"), f"/items/{item}/resubmit", reason="the one of May"
    )
    assert say(lang, "sign.done_resubmitted") in plain(answered)
    page = second.get(f"/items/{item}/sign")
    assert "the one of May" in page.text
    second.send(page, f"/items/{item}/countersign")
    outbox.deliver_due(pair.aus)
    assert nations.read(pair, item) == TEXT


def test_the_second_signer_declines_and_a_stale_form_says_so(officer, pair, canberra, lang):
    item = item_of(sent(officer, previewed(officer)))
    second = canberra.visitor("aus.second", lang)
    page = second.get(f"/items/{item}/sign")
    done = second.send(page, f"/items/{item}/decline", reason="not for them")
    assert say(lang, "sign.done_declined") in plain(done)
    assert "not for them" in done.text
    stale = second.send(page, f"/items/{item}/send-back", reason="wait")
    assert (stale.status_code, "life.no_such_step" in stale.text) == (409, True)
    outbox.deliver_due(pair.aus)
    assert several.items(pair.jpn) == []
    over = officer.get("/release/queue", shelf="sent")
    assert item in over.text


def test_an_uncleared_signer_reads_nothing_and_others_see_no_such_page(
    officer, pair, canberra, tokyo
):
    item = item_of(sent(officer, previewed(officer)))
    with pair.aus.store.reading() as tx:
        held = pair.aus.person(tx, "aus.second")
    directory.enter(pair.aus, {**held, "clearances": []})
    second = canberra.visitor("aus.second")
    refused = second.send(f"/items/{item}/sign", f"/items/{item}/read-to-sign", action="save")
    assert (refused.status_code, "signature.not_cleared" in refused.text) == (403, True)
    assert TEXT not in refused.content
    reader = tokyo.visitor("jpn.sato")
    assert reader.get(f"/items/{item}/sign").status_code in (403, 404)
    assert reader.get("/release/queue").status_code == 403


def test_the_desk_opens_where_something_can_be_released_and_says_why_others_cannot(
    officer, pair, lang
):
    page = officer.get("/release")
    chosen = re.search(r'<option value="([^"]+)" selected>', page.text)[1]
    assert chosen == "jpn-aus-2022:JPN"
    level = re.search(r'<input type="radio"[^>]*name="level" value="([^"]+)">', page.text)
    assert level is not None
    areas = r'<select name="area">.*?<option value="([^"]+)" selected'
    area = re.search(areas, page.text, re.DOTALL)
    first = previewed(officer, level=level[1], area=area[1])
    assert '<ul class="unmet">' not in first.text or say(
        lang, "release.no_assurance", party="日本" if lang == "ja" else "Japan"
    ) in plain(first)
    shut = re.search(r'<details class="shut wide">.*?</details>', page.text, re.DOTALL)
    assert shut is None or 'class="why"' in shut[0]


def test_similar_earlier_releases_stand_beside(officer, pair, lang):
    earlier = item_of(sent(officer, previewed(officer)))
    page = previewed(officer)
    assert say(lang, "desk.similar", count=1) in plain(page)
    assert f'href="/items/{earlier}"' in page.text


def test_several_recipients_each_with_its_own_decision_from_a_list(three, lang):
    officer = Console(three, "AUS").visitor("aus.release", lang)
    page = previewed(officer, target=f"{TRILATERAL}:JPN", to="USA")
    assert page.text.count('class="recipient yes"') == 2
    data = {**hidden(page), **DETAILS, "name": "三か国", "kept_as": "list"}
    officer.client.post("/release/forms", data=data)
    form = re.search(r'value="(F-[0-9a-f-]+)"', officer.get("/release").text)[1]
    listed = officer.get("/release", form=form, level="SECRET", preview="1")
    assert listed.text.count('class="recipient yes"') == 2
    three.line.down.add("USA")
    done = officer.send(listed, "/release", files=FILE, **DETAILS, answer=ANSWER, each="1")
    assert several.states(three, item_of(done)) in (
        {"JPN": "awaiting second signer", "USA": "awaiting second signer"},
        {"JPN": "awaiting second signer"},
    )
