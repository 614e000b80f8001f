"""Who was refused asks for access: it reaches who can mend it, by post; a grant opens nothing, and
nobody learns of an item by asking.
"""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import DAY
from sealane.registry.access_life import DAYS, mending
from sealane.registry.records import Duty
from sealane.services.access import answering, asking, told
from sealane.services.register import accounts, directory, leaving
from sealane.services.register.acts import Actor
from tests import nations
from tests.nations import Pair
from tests.web.visiting import PASSPHRASE, Console


def asked(pair: Pair, item: str, person: str = "jpn.suzuki", **more: Any) -> Any:
    return asking.ask_access(pair.jpn, item, person=person, purpose="assessment", **more)


def said(call: Any) -> str:
    with pytest.raises(SealaneError) as caught:
        call()
    return caught.value.code


def requests(pair: Pair, person: str) -> Any:
    return answering.requests(pair.jpn, person=Actor(person))


def kinds(pair: Pair, item: str) -> list[str]:
    with pair.jpn.store.reading() as tx:
        found = pair.jpn.records.entry_refs.find(tx, order="index", item=item)
    return [one.kind for one in found if one.kind.startswith("access.")]


def test_the_refusal_card_asks_and_whoever_can_mend_is_named_by_post(
    pair: Pair, tokyo: Console, item: str
) -> None:
    visitor = tokyo.visitor("jpn.suzuki")
    form = {"purpose": "assessment", "action": "open"}
    card = visitor.send(f"/items/{item}", f"/items/{item}/open", **form)
    assert "Request access" in card.text
    assert "Security officer" in card.text
    page = visitor.send(card, f"/items/{item}/request", said="for the quarterly assessment")
    assert page.url.path == "/access"
    assert "for the quarterly assessment" in page.text
    (one,) = requests(pair, "jpn.suzuki")["own"]
    assert (one["state"], [each["duty"] for each in one["reaches"]]) == (
        "asked",
        ["security-officer"],
    )
    assert one["reaches"][0]["posts"]
    assert "clauses" not in one
    assert kinds(pair, item) == ["access.asked"]
    waiting = tokyo.visitor("jpn.security").get("/")
    assert "Somebody asks for access" in waiting.text


def test_a_grant_opens_nothing_and_leads_to_the_act_that_does(
    pair: Pair, tokyo: Console, item: str
) -> None:
    one = asked(pair, item)
    officer = tokyo.visitor("jpn.security")
    page = officer.send("/access", "/access/answer", grant="yes", reason="needed")
    assert "It opens nothing by itself" in page.text
    assert "/people/jpn.suzuki?mend=clearances#clearances" in page.text
    assert said(lambda: nations.read(pair, item, "jpn.suzuki")) == "decision.refused"
    assert requests(pair, "jpn.suzuki")["own"][0]["state"] == "granted"
    assert kinds(pair, item) == ["access.asked", "access.granted"]
    assert "Access was granted: mend what is missing" in officer.get("/").text
    with pair.jpn.store.reading() as tx:
        person = pair.jpn.person(tx, "jpn.suzuki")
        cleared = pair.jpn.person(tx, "jpn.sato")["clearances"]
    directory.enter(pair.jpn, {**person, "clearances": cleared})
    assert nations.read(pair, item, "jpn.suzuki")
    assert requests(pair, "jpn.security")["to_mend"] == []
    again = lambda: answering.answer_access(  # noqa: E731
        pair.jpn, one["id"], person=Actor("jpn.security"), grant=False
    )
    assert said(again) == "life.no_such_step"


def test_a_no_is_on_record_with_its_reason_and_ends_it(pair: Pair, item: str) -> None:
    one = asked(pair, item)
    told = answering.answer_access(
        pair.jpn, one["id"], person=Actor("jpn.security"), grant=False, reason="a summary will do"
    )
    assert (told["state"], told["reason"]) == ("refused", "a summary will do")
    assert kinds(pair, item) == ["access.asked", "access.refused"]
    assert requests(pair, "jpn.security")["waiting"] == []


def test_what_nobody_answers_lapses_and_can_be_asked_anew(pair: Pair, item: str) -> None:
    one = asked(pair, item)
    assert asked(pair, item)["id"] == one["id"]
    pair.clock.pass_(DAYS * DAY // 1_000_000_000)
    assert requests(pair, "jpn.suzuki")["own"][0]["state"] == "lapsed"
    assert requests(pair, "jpn.security")["waiting"] == []
    late = lambda: answering.answer_access(  # noqa: E731
        pair.jpn, one["id"], person=Actor("jpn.security"), grant=True
    )
    assert said(late) == "life.no_such_step"
    assert asked(pair, item)["id"] != one["id"]


def test_who_asked_and_left_stops_nobodys_list_and_waits_for_nobody(
    pair: Pair, tokyo: Console, item: str
) -> None:
    granted = asked(pair, item)
    answering.answer_access(pair.jpn, granted["id"], person=Actor("jpn.security"), grant=True)
    asked(pair, item, action="view")
    leaving.leave(pair.jpn, "jpn.suzuki")
    found = requests(pair, "jpn.security")
    assert (found["waiting"], found["to_mend"]) == ([], [])
    officer = tokyo.visitor("jpn.security")
    assert (officer.get("/").status_code, officer.get("/access").status_code) == (200, 200)


@pytest.mark.parametrize("state", ["asked", "granted"])
def test_what_has_lapsed_hides_nothing_that_can_be_answered(
    pair: Pair, item: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "MOST", 2)

    def one(action: str) -> None:
        name = asked(pair, item, action=action)["id"]
        if state == "granted":
            officer = Actor("jpn.security")
            answering.answer_access(pair.jpn, name, person=officer, grant=True)

    one("open")
    one("view")
    pair.clock.pass_(DAYS * DAY // 1_000_000_000)
    one("open")
    found = requests(pair, "jpn.security")["waiting" if state == "asked" else "to_mend"]
    assert [each["action"] for each in found] == ["open"]


def test_who_does_not_see_an_item_is_told_of_none_by_asking(
    pair: Pair, tokyo: Console, item: str
) -> None:
    assert said(lambda: asked(pair, item, "jpn.tanaka")) == "item.unknown"
    visitor = tokyo.visitor("jpn.tanaka")
    key = re.search(r'name="form_key" value="([^"]+)"', visitor.get("/").text)
    assert key

    def tried(name: str) -> tuple[int, str]:
        form = {"form_key": html.unescape(key[1]), "purpose": "assessment"}
        page = visitor.client.post(f"/items/{name}/request", data=form)
        return page.status_code, page.text.replace(name, "")

    assert tried(item) == tried("AUS-2026-999999")
    assert kinds(pair, item) == []


def test_who_may_read_it_has_nothing_to_ask_for(pair: Pair, item: str) -> None:
    assert said(lambda: asked(pair, item, "jpn.sato")) == "access.not_needed"
    assert kinds(pair, item) == []


def test_nobody_answers_their_own_and_only_whom_it_reaches_answers(
    pair: Pair, tokyo: Console, item: str
) -> None:
    with pair.jpn.store.reading() as tx:
        person = pair.jpn.person(tx, "jpn.suzuki")
    duties = sorted({*person["duties"], str(Duty.SECURITY_OFFICER)})
    directory.enter(pair.jpn, {**person, "duties": duties})
    one = asked(pair, item)

    def answer(who: str) -> str:
        return said(
            lambda: answering.answer_access(pair.jpn, one["id"], person=Actor(who), grant=True)
        )

    assert answer("jpn.suzuki") == "access.own"
    assert answer("jpn.release") == "access.unknown"
    assert answer("jpn.sato") == "person.duty"
    assert requests(pair, "jpn.suzuki")["waiting"] == []


def test_what_several_duties_must_agree_to_is_granted_once_all_have(pair: Pair, item: str) -> None:
    one = asked(pair, item, "jpn.clerk")
    assert sorted(each["duty"] for each in one["reaches"]) == [
        "release-officer",
        "security-officer",
    ]
    first = answering.answer_access(pair.jpn, one["id"], person=Actor("jpn.release"), grant=True)
    assert (first["state"], first["agreed"]) == ("asked", ["release-officer"])
    second = answering.answer_access(pair.jpn, one["id"], person=Actor("jpn.security"), grant=True)
    assert second["state"] == "granted"


def test_a_code_that_no_row_names_is_the_agreements_own_authority() -> None:
    assert mending("access.not_cleared").by == Duty.SECURITY_OFFICER
    assert mending("access.not_authorised").duty == Duty.RELEASE_OFFICER
    assert mending("agreement.not_in_force").authority == "agreement"


def test_another_persons_requests_are_on_nobodys_page(
    pair: Pair, tokyo: Console, item: str
) -> None:
    accounts.set_passphrase(pair.jpn, "jpn.sato", PASSPHRASE)
    one = asked(pair, item)
    assert one["id"] not in tokyo.visitor("jpn.sato").get("/access").text
