"""My account: where one is signed in, recovery codes, tokens, passphrase, language and zone; and
how people come back to the page that they wanted.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from sealane.base.errors import Conflict, Refused
from sealane.registry.person_proof import PersonProof
from sealane.services.opentdf import clients
from sealane.services.register import accounts, leaving
from sealane.services.register.acts import Actor
from sealane.web import guard
from tests.nations import Pair
from tests.web.test_passkeys import entered, made, told
from tests.web.visiting import PASSPHRASE, Console

NEW = "another passphrase of one's own"


def is_in(visitor: Any) -> bool:
    return bool(visitor.client.get("/", follow_redirects=False).status_code == 200)


def codes_of(console: Console, person: str) -> list[str]:
    page = console.visitor(person).send("/account", "/account/codes")
    return re.findall(r"<li><code>([a-z0-9-]{24})</code>", page.text)


def recovered(console: Console, person: str, code: str) -> Any:
    form = {"person": person, "code": code}
    return console.visitor().client.post("/sign-in/recovery", data=form, follow_redirects=False)


def test_one_sees_where_one_is_signed_in_and_ends_it_there(tokyo: Console) -> None:
    here, there = tokyo.visitor("jpn.sato"), tokyo.visitor()
    there.client.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
    there.sign_in("jpn.sato")
    page = here.get("/account").text
    assert "Firefox · Linux" in page
    rows = re.findall(r"<tr>.*?name=\"digest\" value=\"([0-9a-f]{64})\".*?</tr>", page, re.DOTALL)
    assert len(rows) == 2
    other = re.search(r"Firefox.*?name=\"digest\" value=\"([0-9a-f]{64})\"", page, re.DOTALL)
    assert other
    here.send("/account", "/account/sessions", digest=other[1])
    assert not is_in(there)
    assert is_in(here)
    assert told(tokyo, "login.ended")[-1]["actor"] == "jpn.sato"


def test_all_others_end_at_once_and_nobody_ends_another_persons(tokyo: Console) -> None:
    here, there, clerk = (tokyo.visitor(one) for one in ("jpn.sato", "jpn.sato", "jpn.clerk"))
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', clerk.get("/account").text)
    assert digest
    sent = here.send("/account", "/account/sessions", digest=digest[1])
    assert (sent.status_code, "login.no_session" in sent.text) == (404, True)
    held = accounts.Accounts(tokyo.node, tokyo.site.secret)
    token = held.token("jpn.sato", 1, name="script")
    page = here.get("/account")
    form = {"others": "1", "form_key": re.search(r'form_key" value="(\w+)"', page.text)[1]}  # type: ignore[index]
    here.client.post("/account/sessions", data=form)
    assert (is_in(here), is_in(there), is_in(clerk)) == (True, False, True)
    with pytest.raises(Refused, match=r"login\.required"):
        held.who(token, accounts.TOKEN)


def test_a_token_is_shown_once_named_and_ended_at_the_account(tokyo: Console) -> None:
    here = tokyo.visitor("jpn.sato")
    page = here.send("/account", "/account/tokens", name="nightly <b>", days="7").text
    found = re.search(r'<code class="token">([^<]+)</code>', page)
    assert found
    asked = {"authorization": f"Bearer {found[1]}"}
    assert here.client.get("/api/v1/items", headers=asked).status_code == 200
    page = here.get("/account").text
    assert found[1] not in page
    assert "nightly &lt;b&gt;" in page
    digest = re.search(r"nightly.*?name=\"digest\" value=\"([0-9a-f]{64})\"", page, re.DOTALL)
    assert digest
    here.send("/account", "/account/sessions", digest=digest[1])
    assert here.client.get("/api/v1/items", headers=asked).status_code == 401
    for days in ("0", "91", "x", "-1", "９"):
        assert here.send("/account", "/account/tokens", name="n", days=days).status_code == 403


def test_another_passphrase_needs_the_present_one_and_ends_everything_else(tokyo: Console) -> None:
    here, there = tokyo.visitor("jpn.sato"), tokyo.visitor("jpn.sato")
    token = accounts.Accounts(tokyo.node, tokyo.site.secret).token("jpn.sato", 1)
    wrong = here.send("/account", "/account/passphrase", present="not the passphrase", new=NEW)
    assert wrong.status_code == 403
    assert is_in(there)
    short = here.send("/account", "/account/passphrase", present=PASSPHRASE, new="short")
    assert short.status_code == 403
    done = here.send("/account", "/account/passphrase", present=PASSPHRASE, new=NEW)
    assert "changed" in done.text
    assert (is_in(here), is_in(there)) == (True, False)
    asked = {"authorization": f"Bearer {token}"}
    assert here.client.get("/api/v1/items", headers=asked).status_code == 401
    assert tokyo.visitor().sign_in("jpn.sato").status_code == 403
    assert tokyo.visitor().sign_in("jpn.sato", NEW).status_code == 303


def test_a_recovery_code_lets_in_once_and_leads_to_the_account(tokyo: Console) -> None:
    codes = codes_of(tokyo, "jpn.sato")
    assert len(set(codes)) == 10
    sent = recovered(tokyo, "jpn.sato", f" {codes[0].upper()} ")
    assert (sent.status_code, sent.headers["location"]) == (303, "/account")
    assert recovered(tokyo, "jpn.sato", codes[0]).status_code == 403
    for person, code in (
        ("jpn.clerk", codes[1]),
        ("nobody", codes[1]),
        ("jpn.sato", codes[1][:-1]),
        ("jpn.sato", ""),
    ):
        assert recovered(tokyo, person, code).status_code == 403
    assert "9 left" in tokyo.visitor("jpn.sato").get("/account").text
    fresh = codes_of(tokyo, "jpn.sato")
    assert recovered(tokyo, "jpn.sato", codes[2]).status_code == 403
    assert recovered(tokyo, "jpn.sato", fresh[2]).status_code == 303
    for path in tokyo.site.folder.rglob("*"):
        assert not path.is_file() or fresh[3].encode() not in path.read_bytes(), path


def test_codes_are_not_guessed_and_a_stale_session_makes_none(tokyo: Console, pair: Pair) -> None:
    for _ in range(5):
        assert recovered(tokyo, "jpn.sato", "aaaa-bbbb-cccc-dddd-eeee").status_code == 403
    assert recovered(tokyo, "jpn.sato", "aaaa-bbbb-cccc-dddd-eeee").status_code == 429
    here = tokyo.visitor("jpn.clerk")
    page = here.get("/account")
    pair.clock.pass_(901)
    assert here.send(page, "/account/codes").status_code == 403
    assert here.send(page, "/account/tokens", name="n", days="7").status_code == 403
    assert "Sign in again" in here.get("/account").text


def test_language_and_zone_are_kept_for_the_person_on_every_browser(tokyo: Console) -> None:
    here = tokyo.visitor("jpn.sato")
    here.send("/account", "/account/preferences", lang_of="ja", zone="Asia/Tokyo")
    there = tokyo.visitor("jpn.sato")
    page = there.client.get("/account").text
    assert 'lang="ja"' in page
    assert "JST (" in page
    assert "Asia/Tokyo のもの" in page
    for lang, zone in (("fr", "UTC"), ("en", "Mars/Olympus"), ("en", "../../etc/passwd")):
        sent = here.send("/account", "/account/preferences", lang_of=lang, zone=zone)
        assert sent.status_code == 400


def test_a_deep_link_survives_signing_in(tokyo: Console) -> None:
    visitor = tokyo.visitor()
    seen = visitor.client.get("/agreements?a=1&lang=en", follow_redirects=False)
    assert seen.headers["location"] == "/sign-in?to=%2Fagreements%3Fa%3D1"
    page = visitor.client.get(seen.headers["location"])
    sent = visitor.send(page, "/sign-in", person="jpn.sato", passphrase=PASSPHRASE)
    assert sent.request.url.path == "/agreements"
    # a link in a mail comes without the strict cookie: the page asks again by itself
    crossing = {"sec-fetch-site": "cross-site"}
    again = tokyo.visitor().client.get("/agreements?a=1", headers=crossing, follow_redirects=False)
    assert again.status_code == 200
    assert '<meta http-equiv="refresh" content="0;url=/agreements?a=1">' in again.text
    assert "jpn-aus-2022" not in again.text


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/sign-out",
        "/sign-in?to=/",
        "/a\nSet-Cookie: x=y",
        "/" + "a" * 2000,
        "",
        "/%0d%0aSet-Cookie:x\r\n",
        "@evil.example",
    ],
)
def test_signing_in_leads_nowhere_else(tokyo: Console, to: str) -> None:
    assert guard.onward(to) == "/"
    form = {"person": "jpn.sato", "passphrase": PASSPHRASE, "to": to}
    sent = tokyo.visitor().client.post("/sign-in", data=form, follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "/")


def test_who_leaves_loses_access_at_once_and_everywhere(tokyo: Console) -> None:
    key = made(tokyo, "jpn.sato")
    codes = codes_of(tokyo, "jpn.sato")
    visitor, _ = entered(tokyo, key)
    held = accounts.Accounts(tokyo.node, tokyo.site.secret)
    token = held.token("jpn.sato", 1)
    office = clients.Office.of(tokyo.node)
    with tokyo.node.store.writing() as tx:
        clients.enrol(office, tx, client="reader-1", person="jpn.sato", rule={}, purpose=None)
    officer = tokyo.visitor("jpn.security")
    officer.send("/people", "/people/end", person="jpn.sato")
    assert not is_in(visitor)
    with pytest.raises(Refused, match=r"login\.required"):
        held.who(token, accounts.TOKEN)
    assert tokyo.visitor().sign_in("jpn.sato").status_code == 403
    assert entered(tokyo, key)[1].status_code == 403
    assert recovered(tokyo, "jpn.sato", codes[0]).status_code == 403
    with tokyo.node.store.reading() as tx:
        assert clients.client(tokyo.node, tx, "reader-1") is None
        with pytest.raises(Refused, match=r"person\.left"):
            tokyo.node.person(tx, "jpn.sato")
    left = told(tokyo, "person.left")[-1]
    assert (left["actor"], left["proof"], left["people"]) == (
        "jpn.security",
        PersonProof.SESSION,
        ["jpn.sato"],
    )
    page = officer.get("/people").text
    assert "left " in page
    # nobody without the duty does it, and nobody sees the button
    clerk = tokyo.visitor("jpn.clerk")
    assert "/people/end" not in clerk.get("/people").text
    key_of = re.search(r'name="form_key" value="([0-9a-f]+)"', clerk.get("/").text)
    assert key_of
    form = {"form_key": key_of[1], "person": "jpn.security"}
    assert clerk.client.post("/people/end", data=form).status_code == 403
    # who returns has nothing of what was ended
    leaving.come_back(tokyo.node, "jpn.sato")
    assert tokyo.visitor().sign_in("jpn.sato").status_code == 403
    assert entered(tokyo, key)[1].status_code == 403
    with pytest.raises(Refused, match=r"login\.required"):
        held.who(token, accounts.TOKEN)
    accounts.set_passphrase(tokyo.node, "jpn.sato", NEW)
    assert tokyo.visitor().sign_in("jpn.sato", NEW).status_code == 303
    with pytest.raises(Conflict, match=r"person\.not_left"):
        leaving.come_back(tokyo.node, "jpn.sato")


def test_who_has_left_acts_by_no_name_either(tokyo: Console) -> None:
    leaving.leave(tokyo.node, "jpn.security")
    with pytest.raises(Refused, match=r"person\.left"):
        leaving.leave(tokyo.node, "jpn.sato", by=Actor("jpn.security", PersonProof.TOKEN))
