"""Passkeys at the console, by a software authenticator: made, used, taken away; and everything that
a thief, a proxy or a clone would send instead.
"""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from sealane.ledger import entries
from sealane.registry.person_proof import PersonProof
from tests.authenticator import Authenticator
from tests.nations import Pair
from tests.web.visiting import PASSPHRASE, Console

ORIGIN, RP = "http://localhost:{port}", "localhost"


def options(page: str, what: str) -> str:
    """The question that a page gives its script."""
    found = re.search(rf'data-passkey="{what}" data-options="([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


def device(console: Console, **changes: Any) -> Authenticator:
    return Authenticator(ORIGIN.format(port=console.node.settings.console_port), RP, **changes)


def made(console: Console, person: str, name: str = "Key one", **changes: Any) -> Authenticator:
    """A passkey of a person's own, made at their account."""
    visitor, key = console.visitor(person), device(console, **changes)
    page = visitor.get("/account")
    sent = visitor.send(
        page, "/account/passkeys", answer=key.make(options(page.text, "make")), name=name
    )
    assert sent.status_code == 200, sent.text
    assert name in sent.text
    return key


def entered(console: Console, key: Authenticator, **changes: Any) -> tuple[Any, Any]:
    """A new browser at the door, and what came of the passkey's answer."""
    visitor = console.visitor()
    asked = options(visitor.get("/sign-in").text, "ask")
    answer = key.answer(asked, **changes)
    sent = visitor.client.post("/sign-in/passkey", data={"answer": answer}, follow_redirects=False)
    return visitor, sent


def told(console: Console, kind: str) -> list[dict[str, Any]]:
    """The entries of a kind, oldest first."""
    with console.node.store.reading() as tx:
        refs = console.node.records.entry_refs.find(tx, order="index", kind=kind)
        return [
            dict(entries.read(console.node.internal.entry(tx, ref.index)).fields) for ref in refs
        ]


def test_a_passkey_is_made_and_lets_its_person_in_by_itself(tokyo: Console) -> None:
    key = made(tokyo, "jpn.sato")
    visitor, sent = entered(tokyo, key)
    assert (sent.status_code, sent.headers["location"]) == (303, "/")
    page = visitor.get("/account").text
    assert "佐藤" in page or "Sato" in page
    assert told(tokyo, "login.done")[-1]["means"] == "passkey"
    added = told(tokyo, "credential.added")[-1]
    assert (added["people"], added["means"], added["proof"]) == (["jpn.sato"], "passkey", "session")
    assert "Key one" not in str(added)


def test_what_is_done_in_its_session_is_told_to_be_proven_by_it(tokyo: Console) -> None:
    visitor, _ = entered(tokyo, made(tokyo, "jpn.sato"))
    visitor.send("/account", "/account/codes")
    assert told(tokyo, "credential.added")[-1]["proof"] == PersonProof.SESSION_PASSKEY


def test_a_person_has_several_and_takes_one_away_with_its_sessions(tokyo: Console) -> None:
    one, two = made(tokyo, "jpn.sato"), made(tokyo, "jpn.sato", "Key two")
    first, _ = entered(tokyo, one)
    second, _ = entered(tokyo, two)
    page = second.get("/account").text
    digest = re.search(
        r"Key one</b>.*?name=\"credential\" value=\"([0-9a-f]{64})\"", page, re.DOTALL
    )
    assert digest
    second.send("/account", "/account/passkeys/remove", credential=digest[1])
    assert first.client.get("/", follow_redirects=False).status_code == 303
    assert entered(tokyo, one)[1].status_code == 403
    assert entered(tokyo, two)[1].status_code == 303
    # nobody takes another person's away
    other = tokyo.visitor("jpn.clerk")
    made(tokyo, "jpn.clerk", "Desk key")
    mine = re.search(r'name="credential" value="([0-9a-f]{64})"', second.get("/account").text)
    assert mine
    sent = other.send("/account", "/account/passkeys/remove", credential=mine[1])
    assert sent.status_code == 403
    assert entered(tokyo, two)[1].status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "http://localhost:9"},
        {"origin": "https://evil.example"},
        {"type": "webauthn.create"},
        {"challenge": "AAAA"},
        {"crossOrigin": True, "origin": "https://evil.example", "topOrigin": "http://localhost"},
    ],
)
def test_an_answer_from_elsewhere_or_to_another_question_lets_nobody_in(
    tokyo: Console, changes: dict[str, Any]
) -> None:
    key = made(tokyo, "jpn.sato")
    _, sent = entered(tokyo, key, **changes)
    assert sent.status_code == 403
    assert tokyo.accounts_cookie not in str(sent.headers.get("set-cookie", "")).split("_asked")[0]
    assert told(tokyo, "login.denied")[-1]["means"] == "passkey"


def test_an_authenticator_that_did_not_verify_its_holder_lets_nobody_in(tokyo: Console) -> None:
    key = made(tokyo, "jpn.sato")
    key.verifies = False
    assert entered(tokyo, key)[1].status_code == 403
    visitor, blind = tokyo.visitor("jpn.sato"), device(tokyo)
    blind.verifies = False
    page = visitor.get("/account")
    sent = visitor.send(
        page, "/account/passkeys", answer=blind.make(options(page.text, "make")), name="Blind"
    )
    assert sent.status_code == 403


def test_an_answer_counts_once_and_in_the_browser_that_was_asked(tokyo: Console) -> None:
    key = made(tokyo, "jpn.sato", counts=False)
    visitor = tokyo.visitor()
    answer = key.answer(options(visitor.get("/sign-in").text, "ask"))
    other = tokyo.visitor()
    other.get("/sign-in")
    for client in (other.client, tokyo.visitor().client):
        sent = client.post("/sign-in/passkey", data={"answer": answer}, follow_redirects=False)
        assert sent.status_code == 403
    cookies = dict(visitor.client.cookies)
    sent = visitor.client.post("/sign-in/passkey", data={"answer": answer}, follow_redirects=False)
    assert sent.status_code == 303
    thief = tokyo.visitor()
    thief.client.cookies.update(cookies)
    sent = thief.client.post("/sign-in/passkey", data={"answer": answer}, follow_redirects=False)
    assert (sent.status_code, "answered already" in sent.text) == (403, True)


def test_a_question_is_too_old_after_ten_minutes(tokyo: Console, pair: Pair) -> None:
    key = made(tokyo, "jpn.sato")
    visitor = tokyo.visitor()
    answer = key.answer(options(visitor.get("/sign-in").text, "ask"))
    pair.clock.pass_(601)
    sent = visitor.client.post("/sign-in/passkey", data={"answer": answer}, follow_redirects=False)
    assert sent.status_code == 403


def test_a_clone_is_told_by_its_counter_and_lets_nobody_in(tokyo: Console) -> None:
    key = made(tokyo, "jpn.sato")
    assert entered(tokyo, key)[1].status_code == 303
    key.counter -= 1
    _, sent = entered(tokyo, key)
    assert (sent.status_code, "two of it" in sent.text) == (403, True)
    alarm = told(tokyo, "login.clone")[-1]
    assert alarm["people"] == ["jpn.sato"]
    # an authenticator that does not count is no clone
    still = made(tokyo, "jpn.clerk", counts=False)
    assert [entered(tokyo, still)[1].status_code for _ in range(2)] == [303, 303]


def test_another_persons_key_under_this_ones_name_lets_nobody_in(tokyo: Console) -> None:
    one, two = made(tokyo, "jpn.sato"), made(tokyo, "jpn.clerk", "Desk key")
    one.id = two.id
    assert entered(tokyo, one)[1].status_code == 403
    one.id, two.handle = b"unknown", one.handle
    assert entered(tokyo, one)[1].status_code == 403
    assert entered(tokyo, two)[1].status_code == 403


@pytest.mark.parametrize(
    "answer",
    ["", "[]", "{}", '{"rawId": 1, "response": {}}', "x" * 40_000, "\x00", '{"rawId":"é"}'],
)
def test_what_is_no_answer_lets_nobody_in_and_breaks_nothing(tokyo: Console, answer: str) -> None:
    visitor = tokyo.visitor()
    visitor.get("/sign-in")
    sent = visitor.client.post("/sign-in/passkey", data={"answer": answer}, follow_redirects=False)
    assert sent.status_code == 403


def test_a_passkey_is_made_only_just_after_signing_in_and_by_this_page(
    tokyo: Console, pair: Pair
) -> None:
    visitor, key = tokyo.visitor("jpn.sato"), device(tokyo)
    page = visitor.get("/account")
    answer = key.make(options(page.text, "make"))
    pair.clock.pass_(901)
    assert 'data-passkey="make"' not in visitor.get("/account").text
    sent = visitor.send(page, "/account/passkeys", answer=answer, name="late")
    assert sent.status_code == 403
    visitor.client.get("/sign-in", params={"again": "1", "to": "/account"})
    again = visitor.client.post(
        "/sign-in",
        data={"person": "jpn.sato", "passphrase": PASSPHRASE, "to": "/account"},
        follow_redirects=False,
    )
    assert again.headers["location"] == "/account"
    # a question of one person is no question of another
    clerk = tokyo.visitor("jpn.clerk")
    page = clerk.get("/account")
    clerk.client.cookies.update(dict(visitor.client.cookies))
    fresh = visitor.get("/account")
    stolen = device(tokyo).make(options(fresh.text, "make"))
    other = tokyo.visitor("jpn.clerk")
    theirs = other.get("/account")
    sent = other.send(theirs, "/account/passkeys", answer=stolen, name="stolen")
    assert sent.status_code == 403


def test_the_pages_with_the_script_allow_it_alone_and_the_others_none(tokyo: Console) -> None:
    visitor = tokyo.visitor("jpn.sato")
    for page in (tokyo.visitor().get("/sign-in"), visitor.get("/account")):
        policy = page.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?! src=\"/passkey\.js\" defer>)|\son[a-z]+=", page.text)
    assert "script-src" not in visitor.get("/").headers["content-security-policy"]
    script = visitor.client.get("/passkey.js")
    assert script.headers["content-type"].startswith("text/javascript")
