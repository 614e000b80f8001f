"""An act that takes two at the console and over the API: the first asks in their session, the
second confirms in their own, by whatever means each signed in.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from sealane.office.operation import NodeOffice
from sealane.office.table import OPERATIONS
from sealane.office.waiting_acts import answered
from sealane.registry.means import Means
from sealane.registry.person_proof import PersonProof
from sealane.services.register import accounts
from sealane.services.register.accounts import Accounts
from sealane.services.register.sessions import Began
from tests.authenticator import Authenticator
from tests.nations import Pair
from tests.two_people_world import READER, WAYS, production, question, world
from tests.web.test_api import fits
from tests.web.test_passkeys import device, entered, options, told
from tests.web.visiting import HOME, PASSPHRASE, Console

FIRST, SECOND, OTHER = "t.security-officer", "t.second-signer", "t.registry-clerk"
NEW = {
    "id": "jpn.ono",
    "name": "Ono Rei",
    "name_ja": "小野 玲",
    "post": "Desk officer",
    "nationality": "JPN",
    "organisation": "jpn.defence",
    "organisation_country": "JPN",
}


def at_production(pair: Pair, sign_in: str) -> Console:
    """The console of Japan's node in production, which takes these means alone."""
    node = production(pair.jpn)
    node = replace(node, settings=replace(node.settings, sign_in=sign_in))
    pair.sites["JPN"] = replace(pair.sites["JPN"], node=node)
    return Console(pair, "JPN")


def passkey(console: Console, person: str) -> Authenticator:
    """A passkey of somebody who has no passphrase: made in a session that a recovery code began."""
    visitor, key = console.visitor(), device(console)
    held = Accounts(console.node, console.site.secret)
    visitor.client.cookies.set(held.cookie, held.admit(person, Began(means=Means.RECOVERY)))
    page = visitor.get("/account")
    answer = key.make(options(page.text, "make"))
    made = visitor.send(page, "/account/passkeys", answer=answer, name="Key one")
    assert "Key one" in made.text, made.text
    return key


@pytest.fixture
def tokyo(pair: Pair) -> Console:
    """Nobody here has a passphrase, and none is taken."""
    world(pair)
    return at_production(pair, "passkey recovery")


def signed_in(console: Console, person: str, lang: str = "en") -> Any:
    visitor, sent = entered(console, passkey(console, person))
    assert sent.status_code == 303
    visitor.lang = lang
    return visitor


def waits(first: Any, **form: Any) -> tuple[Any, str]:
    """The page to which an act leads that waits, and its number."""
    page = first.send("/people/new", "/people/new", **NEW, **form)
    assert page.status_code == 200, page.text
    assert "waits for the second person" in page.text
    return page, str(page.url).partition("/acts/")[2].partition("?")[0]


def is_entered(console: Console, person: str = "jpn.ono") -> bool:
    with console.node.store.reading() as tx:
        return console.node.records.people.get(tx, id=person) is not None


def test_who_has_a_passkey_alone_is_the_second_in_a_session_of_their_own(tokyo: Console) -> None:
    first, second = signed_in(tokyo, FIRST), signed_in(tokyo, SECOND, "ja")
    form = first.get("/people/new").text
    assert 'name="second_passphrase"' not in form
    page, name = waits(first, duties="reader")
    assert not is_entered(tokyo)
    # 1. the first is told that it waits, and for whom
    assert "Take it back" in page.text
    assert "Second signer (t.second-signer)" in page.text
    assert 'value="confirm"' not in page.text
    home = first.get("/").text
    assert "Waits for another person" in home
    assert f'href="/acts/{name}"' in home
    # 2. the second finds it at home, and sees what is asked as it was filled in
    assert f'href="/acts/{name}"' in second.get("/").text
    assert "第二の人として承認又は不承認" in second.get("/").text
    seen = second.get(f"/acts/{name}")
    for said in ("jpn.ono", "小野 玲", "Desk officer", FIRST, "閲覧者"):
        assert said in seen.text, said
    # 3. and confirms: done, in the name of both
    done = second.client.post("/acts/answer", data={**hidden(seen.text), "answer": "confirm"})
    assert "承認し、二人の名で行いました" in done.text
    assert is_entered(tokyo)
    (entry,) = told(tokyo, "person.enrolled")[-1:]
    names = ("people", "actor", "proof", "second", "second_proof")
    by_passkey = str(PersonProof.SESSION_PASSKEY)
    assert [entry[one] for one in names] == [["jpn.ono"], FIRST, by_passkey, SECOND, by_passkey]
    (confirmed,) = told(tokyo, "act.confirmed")
    assert [confirmed[one] for one in names[1:]] == [FIRST, by_passkey, SECOND, by_passkey]
    (asked,) = told(tokyo, "act.waits")
    assert asked["object_digest"] == confirmed["object_digest"]
    assert "What you asked was confirmed and done" in first.get("/").text
    # 4. sent again it is over, and says so
    again = second.client.post("/acts/answer", data={**hidden(seen.text), "answer": "confirm"})
    assert (again.status_code, "life.no_such_step" in again.text) == (409, True)


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of the form that answers an act."""
    found = re.search(r'<form method="post" action="/acts/answer".*?</form>', text, re.DOTALL)
    assert found, text
    return dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', found[0]))


def test_to_everybody_else_it_is_not_there(tokyo: Console) -> None:
    first, other = signed_in(tokyo, FIRST), signed_in(tokyo, OTHER)
    _, name = waits(first)
    assert other.get(f"/acts/{name}").status_code == 404
    assert name not in other.get("/acts").text + other.get("/").text
    key = re.search(r'name="form_key" value="([^"]+)"', other.get("/acts").text)
    assert key
    for form in ({"answer": "confirm", "digest": "0" * 96}, {"answer": "decline", "reason": "r"}):
        sent = {"form_key": key[1], "act": name, **form}
        assert other.client.post("/acts/answer", data=sent).status_code == 404
    sent = {"form_key": key[1], "act": name}
    assert other.client.post("/acts/take-back", data=sent).status_code == 404
    assert not is_entered(tokyo)


def test_it_is_declined_in_words_or_taken_back(tokyo: Console) -> None:
    first, second = signed_in(tokyo, FIRST), signed_in(tokyo, SECOND)
    _, name = waits(first)
    seen = second.get(f"/acts/{name}")
    blank = second.client.post("/acts/answer", data={**hidden(seen.text), "answer": "decline"})
    assert (blank.status_code, "act.reason" in blank.text) == (400, True)
    no = {**hidden(seen.text), "answer": "decline", "reason": "which <b>desk</b>?"}
    assert "Declined: nothing was done." in second.client.post("/acts/answer", data=no).text
    page = first.get(f"/acts/{name}").text
    assert "which &lt;b&gt;desk&lt;/b&gt;?" in page
    assert "What you asked was declined" in first.get("/").text
    _, other = waits(first)
    assert other != name
    assert "Taken back" in first.send(f"/acts/{other}", "/acts/take-back").text
    assert second.get("/acts").text.count(other) == 0
    assert not is_entered(tokyo)


def test_a_change_is_shown_beside_what_is_there_and_one_that_is_stale_says_so(
    tokyo: Console,
) -> None:
    first, second = signed_in(tokyo, FIRST), signed_in(tokyo, "t.auditor")
    page = first.get(f"/people/{READER}")
    briefed = {"agreement": "jpn-aus-2022", "on": "2026-11-01", "until": "2027-11-01"}
    answer = first.send(page, f"/people/{READER}/briefings", **briefed)
    name = str(answer.url).partition("/acts/")[2].partition("?")[0]
    seen = second.get(f"/acts/{name}").text
    assert re.search(r'class="adds">.*?jpn-aus-2022', seen, re.DOTALL)
    assert "has changed since" not in seen
    other = first.send(page, f"/people/{READER}/briefings", **{**briefed, "on": "2026-11-02"})
    later = str(other.url).partition("/acts/")[2].partition("?")[0]
    confirmed = {**hidden(seen), "answer": "confirm"}
    assert second.client.post("/acts/answer", data=confirmed).status_code == 200
    stale = second.get(f"/acts/{later}").text
    assert "has changed since" in stale
    refused = second.client.post("/acts/answer", data={**hidden(stale), "answer": "confirm"})
    assert (refused.status_code, "edit.stale" in refused.text) == (409, True)


def test_an_exception_waits_and_who_lacks_nothing_is_placed_at_once(tokyo: Console) -> None:
    first, second = signed_in(tokyo, FIRST), signed_in(tokyo, SECOND)
    first.send("/posts", "/posts/define", post="desk", level="極秘", kind="post")
    placed = first.send("/posts", "/posts/place", person="jpn.sato")
    assert "<b>jpn.sato</b>" in placed.text
    asked = first.send("/posts", "/posts/place", person=READER, exception="for a week")
    assert "waits for the second person" in asked.text
    assert f"<b>{READER}</b>" not in first.get("/posts").text
    name = str(asked.url).partition("/acts/")[2].partition("?")[0]
    seen = second.get(f"/acts/{name}").text
    assert "for a week" in seen
    second.client.post("/acts/answer", data={**hidden(seen), "answer": "confirm"})
    assert f"<b>{READER}</b>" in first.get("/posts").text
    assert told(tokyo, "post.excepted")[-1]["second"] == SECOND


def test_a_partners_card_that_is_sent_as_a_file_does_not_wait(tokyo: Console) -> None:
    first = signed_in(tokyo, FIRST)
    page = first.get("/partners")
    assert "does not take" in page.text
    sent = first.send(page, "/partners", files={"file": ("card.json", b"{}")}, fingerprint="ab")
    assert (sent.status_code, "act.cannot_wait" in sent.text) == (403, True)


def test_who_is_beside_types_a_passphrase_and_nothing_waits(pair: Pair) -> None:
    world(pair)
    for person in (FIRST, SECOND):
        accounts.set_passphrase(pair.jpn, person, PASSPHRASE)
    tokyo = at_production(pair, "passphrase")
    first = tokyo.visitor(FIRST)
    beside = {"second": SECOND, "second_passphrase": PASSPHRASE}
    done = first.send("/people/new", "/people/new", **NEW, **beside)
    assert (done.status_code, is_entered(tokyo)) == (200, True)
    assert told(tokyo, "act.waits") == []
    assert told(tokyo, "person.enrolled")[-1]["second_proof"] == "passphrase"


def test_what_is_said_in_a_case_is_shown_by_the_words_of_its_form(pair: Pair) -> None:
    (way,) = (one for one in WAYS if one.operation == "cases.say")
    asked = question(way, way.says(world(pair), pair.aus), waits=True)
    office = NodeOffice(node=pair.aus, deliver=lambda _: ())
    act = answered(office, OPERATIONS["cases.say"], way.first, asked)["waits"]["id"]
    accounts.set_passphrase(pair.aus, SECOND, PASSPHRASE)
    seen = Console(pair, "AUS").visitor(SECOND, "ja").get(f"/acts/{act}").text
    grant = pair.aus.case_kinds["consent"].event_of("grant")
    assert grant is not None
    (until,) = (one.title.ja for one in grant.field if one.name == "until")
    assert f"<dt>{until}</dt>" in seen
    assert asked["case"] in seen


def caller(console: Console, person: str) -> TestClient:
    made = Accounts(console.node, console.site.secret).token(person, 1)
    return TestClient(console.app, base_url=HOME, headers={"authorization": f"Bearer {made}"})


def test_over_the_api_it_waits_is_listed_shown_confirmed_declined_and_taken_back(
    pair: Pair,
) -> None:
    world(pair)
    for person in (FIRST, SECOND):
        accounts.set_passphrase(pair.jpn, person, PASSPHRASE)
    tokyo = at_production(pair, "passphrase")
    first, second = caller(tokyo, FIRST), caller(tokyo, SECOND)
    path, said = f"/api/v1/people/{READER}/name", {"name": "reader@idp.example"}
    assert first.post(path, json=said).json()["code"] == "person.second_needed"
    key = {"idempotency-key": "k-1"}
    answer = first.post(path, json={**said, "wait": True}, headers=key)
    assert answer.status_code == 202
    fits("ActWaits", answer.json())
    act = answer.json()["waits"]
    assert answer.headers["location"] == f"/api/v1/acts/{act['id']}"
    assert first.post(path, json={**said, "wait": True}, headers=key).json()["waits"] == act
    assert first.post(path, json=said, headers=key).json()["code"] == "api.key_reused"
    assert second.get("/api/v1/acts").json()["waiting"][0]["id"] == act["id"]
    here = answer.headers["location"]
    assert second.get(here).json()["says"] == {"person": READER, **said}
    wrong = second.post(f"{here}/confirm", json={"digest": "0"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "act.other_content")
    own = first.post(f"{here}/confirm", json={"digest": act["digest"]})
    assert (own.status_code, own.json()["code"]) == (403, "act.own")
    key = {"idempotency-key": "k-2"}
    done = second.post(f"{here}/confirm", json={"digest": act["digest"]}, headers=key)
    assert (done.status_code, done.json()["act"]["state"]) == (200, "done")
    again = second.post(f"{here}/confirm", json={"digest": act["digest"]}, headers=key)
    assert again.json() == done.json()
    assert done.json()["answer"] == {"person": READER, **said}
    fits("ActConfirmed", done.json())
    change, match = f"/api/v1/people/{READER}", {"if-match": "*"}
    for number, (verb, who, body) in enumerate(
        (("decline", second, {"reason": "no"}), ("take-back", first, None))
    ):
        asked = {"post": f"Desk {number}", "wait": True}
        told_ = first.patch(change, json=asked, headers=match)
        assert told_.status_code == 202
        ended = who.post(f"{told_.headers['location']}/{verb}", json=body)
        assert ended.status_code == 200, ended.text
    assert first.patch(change, json={"post": "x", "wait": "yes"}, headers=match).status_code == 400
    assert first.post("/api/v1/items/X/accept", json={"wait": True}).status_code == 400
