"""Reminders at one's own account, over the API and at the command line; and the page to which the
word of a message leads.
"""

from __future__ import annotations

import html
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sealane.adapters.mail_line import MailLine
from sealane.cli.main import main
from sealane.services.register.accounts import FEED, TOKEN, Accounts
from sealane.services.reminders.rounds import Rounds
from tests import nations
from tests.nations import Pair
from tests.post_office import PostOffice, post_office
from tests.serving import running
from tests.web.visiting import HOME, PASSPHRASE, TEXT, Console

ADDRESS = "clerk@tokyo.jpn.example"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with post_office(tmp_path / "post") as made:
        yield made


@pytest.fixture
def tokyo(pair: Pair, office: PostOffice) -> Console:
    """Japan's console, of a node that has a mail server."""
    settings = replace(pair.jpn.settings, **office.settings())
    node = replace(pair.jpn, settings=settings)
    pair.sites["JPN"] = replace(pair.sites["JPN"], node=node)
    pair.line.nodes["JPN"] = node
    return Console(pair, "JPN")


def sent(tokyo: Console, office: PostOffice) -> str:
    """The text of the one message that leaves now."""
    rounds = Rounds(tokyo.node, tokyo.site.secret, MailLine(tokyo.node.settings, 2, 4))
    rounds.look()
    rounds.send()
    (one,) = office.arrived
    office.arrived.clear()
    return one.text


def code_in(text: str) -> str:
    found = re.search(r"^([0-9]{8})\r?$", text, re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_person_sets_proves_and_ends_reminders_at_their_account(
    pair: Pair, tokyo: Console, office: PostOffice, lang: str
) -> None:
    here = tokyo.visitor("jpn.clerk", lang)
    words = {
        "en": (
            "You are not told by e-mail",
            "A code is on its way",
            "is still to be proven",
            "Goes to",
        ),
        "ja": ("設定されていません", "確認コードを送りました", "は未確認です", "宛先："),
    }[lang]
    assert words[0] in here.get("/account").text
    form = {"address": ADDRESS, "often": "at-once", "minutes": "15", "hour": "8", "lang_of": lang}
    page = here.send("/account", "/account/reminders", **form)
    assert all(word in page.text for word in words[1:3])
    page = here.send("/account", "/account/reminders/confirm", code="00000000")
    assert (page.status_code, ADDRESS in page.text) == (403, True)
    code = code_in(sent(tokyo, office))
    page = here.send("/account", "/account/reminders/confirm", code=f"{code[:4]} {code[4:]}")
    assert f"{words[3]}{'' if lang == 'ja' else ' '}{ADDRESS}" in page.text
    # what arrives is told, and what is told says so at the account
    nations.share(pair, TEXT)
    pair.settle()
    text = sent(tokyo, office)
    assert ("待っている" if lang == "ja" else "waits") in text
    page = here.send("/account", "/account/reminders/end")
    assert words[0] in page.text
    assert ADDRESS not in page.text


def test_a_change_of_how_often_asks_for_no_new_code(tokyo: Console, office: PostOffice) -> None:
    here = tokyo.visitor("jpn.clerk")
    form = {"address": ADDRESS, "often": "at-once", "minutes": "15", "hour": "8", "lang_of": "en"}
    here.send("/account", "/account/reminders", **form)
    here.send("/account", "/account/reminders/confirm", code=code_in(sent(tokyo, office)))
    page = here.send("/account", "/account/reminders", **{**form, "often": "daily", "hour": "17"})
    assert "Kept." in page.text
    assert "daily at 17:00" in page.text
    assert 'action="/account/reminders/confirm"' not in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "nobody"},
        {"address": f"{ADDRESS}\r\nBcc: x@y.example"},
        {"address": "x" * 400 + "@y.example"},
        {"often": "weekly"},
        {"minutes": "1"},
        {"minutes": "9999"},
        {"hour": "24"},
        {"lang_of": "fr"},
    ],
)
def test_what_is_filled_in_wrongly_is_said_on_the_page_and_nothing_leaves(
    tokyo: Console, office: PostOffice, wrong: dict[str, str]
) -> None:
    here = tokyo.visitor("jpn.clerk")
    form = {"address": ADDRESS, "often": "at-once", "minutes": "15", "hour": "8", "lang_of": "en"}
    page = here.send("/account", "/account/reminders", **{**form, **wrong})
    assert page.status_code == 403
    assert 'class="trouble" role="alert"' in page.text
    rounds = Rounds(tokyo.node, tokyo.site.secret, MailLine(tokyo.node.settings, 2, 4))
    assert not rounds.send()
    assert office.arrived == []


def test_a_node_without_a_mail_server_says_so_and_offers_the_feed(canberra: Console) -> None:
    page = canberra.visitor("aus.analyst").get("/account").text
    assert "This node sends no e-mail" in page
    assert 'action="/account/reminders"' not in page
    assert 'action="/account/feed"' in page


def test_a_feed_token_is_made_shown_once_and_opens_the_feed(tokyo: Console) -> None:
    here = tokyo.visitor("jpn.clerk")
    page = here.send("/account", "/account/feed", feed_name="reader <b>", feed_days="90").text
    found = re.findall(r'<code class="token">([^<]+)</code>', page)
    assert len(found) == 2
    address, token = found
    assert address == f"{tokyo.node.settings.console_origin}/api/v1/home/feed"
    held = Accounts(tokyo.node, tokyo.site.secret)
    assert held.who(token, FEED)[0].person == "jpn.clerk"
    page = here.get("/account").text
    assert token not in page
    assert "reader &lt;b&gt;" in page


def test_a_feed_token_wants_a_sign_in_of_the_last_minutes(pair: Pair, tokyo: Console) -> None:
    here = tokyo.visitor("jpn.clerk")
    page = here.get("/account")
    pair.clock.pass_(16 * 60)
    answer = here.send(page, "/account/feed", feed_name="reader", feed_days="90")
    assert (answer.status_code, "account.again" in answer.text) == (403, False)
    assert "within the last 15 minutes" in answer.text


@pytest.mark.parametrize("days", ["0", "367", "-1", "x", ""])
def test_a_feed_token_has_an_end(tokyo: Console, days: str) -> None:
    here = tokyo.visitor("jpn.clerk")
    page = here.send("/account", "/account/feed", feed_name="reader", feed_days=days)
    assert len(re.findall(r'<code class="token">', page.text)) == 1  # the feed's address alone


def test_the_link_of_a_message_asks_first_and_needs_nobody_signed_in(
    pair: Pair, tokyo: Console, office: PostOffice
) -> None:
    here = tokyo.visitor("jpn.clerk")
    form = {"address": ADDRESS, "often": "at-once", "minutes": "15", "hour": "8", "lang_of": "en"}
    here.send("/account", "/account/reminders", **form)
    here.send("/account", "/account/reminders/confirm", code=code_in(sent(tokyo, office)))
    nations.share(pair, TEXT)
    pair.settle()
    link = re.search(r"(/reminders/end\?word=\S+)", sent(tokyo, office))
    assert link
    stranger = tokyo.visitor()
    page = stranger.client.get(link[1])
    assert (page.status_code, "jpn.clerk" in page.text, ADDRESS in page.text) == (200, False, False)
    assert "Goes to" in here.get("/account").text  # a mail system that looked ended nothing
    word = html.unescape(re.search(r'name="word" value="([^"]+)"', page.text)[1])  # type: ignore[index]
    assert stranger.client.post("/reminders/end", data={"word": word}).status_code == 200
    assert "You are not told by e-mail" in here.get("/account").text
    for again in (word, "", "x" * 5000):
        assert stranger.client.post("/reminders/end", data={"word": again}).status_code == 404
    other = stranger.client.post(
        "/reminders/end", data={"word": word}, headers={"origin": "http://evil.example"}
    )
    assert other.status_code == 403


def test_the_word_on_that_page_is_text_whatever_it_is(tokyo: Console) -> None:
    page = tokyo.visitor().client.get("/reminders/end", params={"word": '"><script>x'})
    assert "<script>" not in page.text


def api(tokyo: Console, person: str = "jpn.clerk") -> TestClient:
    client = TestClient(tokyo.app, base_url=HOME)
    token = Accounts(tokyo.node, tokyo.site.secret).token(person, 1, kind=TOKEN)
    client.headers["authorization"] = f"Bearer {token}"
    return client


def test_the_api_does_the_same_and_asked_again_by_key_sends_one_code(
    tokyo: Console, office: PostOffice
) -> None:
    client, key = api(tokyo), {"Idempotency-Key": "one"}
    assert client.get("/api/v1/reminders").json()["address"] is None
    for _ in range(3):
        told = client.post("/api/v1/reminders", json={"address": ADDRESS}, headers=key).json()
        assert (told["wanted"], told["often"], told["minutes"]) == (ADDRESS, "at-once", 30)
    code = code_in(sent(tokyo, office))
    wrong = client.post("/api/v1/reminders/confirm", json={"code": "1"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "reminder.code")
    told = client.post("/api/v1/reminders/confirm", json={"code": code}).json()
    assert (told["address"], told["wanted"]) == (ADDRESS, None)
    # another person sees and ends their own alone
    other = api(tokyo, "jpn.sato")
    assert other.get("/api/v1/reminders").json()["address"] is None
    assert other.post("/api/v1/reminders/end").json()["code"] == "reminder.none"
    made = client.post("/api/v1/reminders/feed-tokens", json={}).json()
    feed = TestClient(tokyo.app, base_url=HOME, headers={})
    asked = {"authorization": f"Bearer {made['token']}"}
    assert feed.get("/api/v1/home/feed", headers=asked).status_code == 200
    assert client.post("/api/v1/reminders/end").json()["address"] is None


def test_a_feed_token_that_was_shown_once_is_kept_for_nobody(tokyo: Console) -> None:
    client, key = api(tokyo), {"Idempotency-Key": "feed"}
    first = client.post("/api/v1/reminders/feed-tokens", json={}, headers=key)
    assert first.status_code == 200
    again = client.post("/api/v1/reminders/feed-tokens", json={}, headers=key)
    assert (again.status_code, again.json()["code"]) == (409, "api.key_acted")


def test_the_verbs_do_the_same_from_another_machine(
    tokyo: Console,
    office: PostOffice,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEALANE_LOGIN", str(tmp_path / "kept" / "login.json"))
    (tmp_path / "own").write_text(PASSPHRASE)

    def run(*words: str) -> Any:
        with pytest.raises(SystemExit) as done:
            main([*words])
        return int(done.value.code or 0), capsys.readouterr().out

    with socket.create_server(("127.0.0.1", 0)) as door, running(tokyo.app, door):
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        run("login", url, "--as", "jpn.clerk", "--passphrase-file", str(tmp_path / "own"))
        said = run("reminders", "show", "--lang", "en")
        assert said == (0, "You are not told by e-mail.\n")
        words = ("--address", ADDRESS, "--often", "daily", "--hour", "7", "--language", "ja")
        status, said = run("reminders", "set", *words, "--lang", "ja")
        assert (status, f"{ADDRESS} は未確認です" in said) == (0, True)
        status, said = run("reminders", "set", "--minutes", "4", "--json")
        assert (status, json.loads(said)["error"]["code"]) == (2, "api.stated")
        code = code_in(sent(tokyo, office))
        assert run("reminders", "confirm", code, "--lang", "en")[1] == f"{ADDRESS}  daily at 7:00\n"
        told = json.loads(run("reminders", "feed", "--days", "1", "--json")[1])
        assert told["feed"].endswith("/api/v1/home/feed")
        assert (
            run("reminders", "end", "--lang", "ja")[1] == "メールでの通知は設定されていません。\n"
        )
        assert json.loads(run("reminders", "end", "--json")[1])["error"]["code"] == "reminder.none"
