"""The way by a real provider, oidc-provider, over real sockets; and in a real browser with its
virtual authenticator.

Where this machine has no Node.js, the provider is not installed (`make peers`), or there is no
Chromium, the run says so.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sealane.services.register import accounts
from tests.nations import Pair
from tests.web import browser, ministry
from tests.web.test_passkeys import told
from tests.web.visiting import PASSPHRASE


@pytest.fixture
def there(request: pytest.FixtureRequest) -> None:
    request.node.user_properties.append(("peer", "oidc-provider"))
    if not (ministry.PLACE / "node_modules").is_dir() or shutil.which("node") is None:
        pytest.skip("oidc-provider is not installed: make peers")


@pytest.fixture
def chromium(request: pytest.FixtureRequest) -> Iterator[Any]:
    request.node.user_properties.append(("peer", "Chromium"))
    program = browser.found()
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    with browser.Browser(program) as running:
        yield running


@pytest.mark.parametrize("pushed", [(), ("pushed",)], ids=["redirected", "pushed"])
def test_a_person_signs_in_by_a_real_provider_and_is_signed_out_by_it(
    pair: Pair, tmp_path: Path, there: None, pushed: tuple[str, ...]
) -> None:
    with (
        ministry.desk(pair, "JPN", tmp_path / "secret", *pushed) as (console, home),
        httpx2.Client(follow_redirects=True) as client,
    ):
        page = ministry.signed_in(client, home, "jpn.sato", "/account")
        assert (page.status_code, page.url.path) == (200, "/account")
        assert told(console, "login.done")[-1]["means"] == "oidc"
        # whom the ministry vouches for too weakly, or whom nobody here knows, does not come in
        for person in ("weak.jpn.sato", "somebody.else"):
            with httpx2.Client(follow_redirects=True) as other:
                assert ministry.signed_in(other, home, person).status_code == 403
        # the ministry ends the session, and tells this node by itself
        out = client.get(console_out(console))
        form = {"xsrf": out.text.partition('name="xsrf" value="')[2].partition('"')[0]}
        place = f"{str(out.url).partition('/session/')[0]}/session/end/confirm"
        client.post(place, data={**form, "logout": "yes"}, follow_redirects=False)
        for _ in range(2000):
            seen = client.get(home, follow_redirects=False)
            if seen.status_code == 303:
                break
        assert seen.headers["location"] == "/sign-in"
        assert told(console, "login.ended")[-1]["actor"] == "jpn.sato"


def console_out(console: Any) -> str:
    """The provider's page for signing out, as the console links it to who has signed out here."""
    accounts.set_passphrase(console.node, "jpn.tanaka", PASSPHRASE)
    page = console.visitor("jpn.tanaka").send("/account", "/sign-out").text
    link = page.partition("/session/end")
    start = link[0].rpartition('href="')[2]
    return f"{start}/session/end{link[2].partition(chr(34))[0]}".replace("&amp;", "&")


def test_a_passkey_is_made_and_used_in_a_real_browser(
    pair: Pair, tmp_path: Path, there: None, chromium: Any
) -> None:
    with ministry.desk(pair, "JPN", tmp_path / "secret", name="localhost") as (console, home):
        tab = chromium.tab(width=1440, lang="en")
        tab.call("WebAuthn.enable")
        tab.call("WebAuthn.addVirtualAuthenticator", options=ministry.AUTHENTICATOR)
        tab.visit(f"{home}/sign-in?to=/account&lang=en")
        tab.press("form[action='/sign-in'] button", person="jpn.sato", passphrase=PASSPHRASE)
        assert tab.ask("document.querySelector('h1').textContent") == "My account"
        making = "form[data-passkey=make]"
        assert tab.ask(f"document.querySelector('{making}').hidden") is False
        tab.ask(f"document.querySelector('{making} [name=name]').value = 'This laptop'")
        tab.press(f"{making} button")
        assert "This laptop" in tab.ask("document.body.textContent")
        tab.press("form[action='/sign-out'] button")
        tab.press("form[data-passkey=ask] button")
        assert tab.ask("location.pathname") == "/"
        assert told(console, "login.done")[-1]["means"] == "passkey"


def test_the_ministry_lets_in_in_a_real_browser_with_strict_cookies(
    pair: Pair, tmp_path: Path, there: None, chromium: Any
) -> None:
    with ministry.desk(pair, "JPN", tmp_path / "secret") as (console, home):
        tab = chromium.tab(width=390, lang="ja")
        tab.visit(f"{home}/agreements?lang=ja")
        tab.press("a[href^='/sign-in/oidc/begin']")
        tab.press("button", name="jpn.sato")
        for _ in range(200):
            if tab.ask("location.pathname") == "/agreements":
                break
        assert tab.ask("location.pathname") == "/agreements"
        assert tab.ask("document.querySelector('h1').textContent") == "取決め"
        assert told(console, "login.done")[-1]["means"] == "oidc"


NEW = {
    "id": "jpn.ono",
    "name": "Ono Rei",
    "post": "Desk officer",
    "nationality": "JPN",
    "organisation": "jpn.defence",
    "organisation_country": "JPN",
}


def test_whom_the_ministry_lets_in_is_confirmed_by_a_passkey_in_a_real_browser(
    pair: Pair, tmp_path: Path, there: None, chromium: Any
) -> None:
    changes = {"name": "localhost", "profile": "production", "accept_unverified": False}
    with (
        ministry.desk(pair, "JPN", tmp_path / "secret", **changes) as (console, home),
        httpx2.Client(follow_redirects=True) as first,
    ):
        # 1. the first signs in at the ministry, which knows the console by its number, and asks
        at = home.replace("localhost", "127.0.0.1")
        form = ministry.signed_in(first, at, "jpn.security", "/people/new").text
        key = form.partition('name="form_key" value="')[2].partition('"')[0]
        page = first.post(f"{at}/people/new", data={"form_key": key, "wait": "yes", **NEW})
        assert "/acts/W-" in str(page.url), page.text
        # 2. the second has a passkey in their own browser, and finds it at home
        tab = chromium.tab(width=1440, lang="en")
        tab.call("WebAuthn.enable")
        tab.call("WebAuthn.addVirtualAuthenticator", options=ministry.AUTHENTICATOR)
        tab.visit(f"{home}/sign-in?to=/account&lang=en")
        tab.press("form[action='/sign-in'] button", person="jpn.auditor", passphrase=PASSPHRASE)
        making = "form[data-passkey=make]"
        tab.ask(f"document.querySelector('{making} [name=name]').value = 'This laptop'")
        tab.press(f"{making} button")
        tab.press("form[action='/sign-out'] button")
        tab.press("form[data-passkey=ask] button")
        assert tab.ask("location.pathname") == "/"
        tab.press(f"a[href='{page.url.path}']")
        assert "jpn.ono" in tab.ask("document.body.textContent")
        # 3. and confirms: both and their means stand in the ledger
        tab.press("button[value=confirm]")
        assert "Confirmed and done, by two." in tab.ask("document.body.textContent")
        entry = told(console, "person.enrolled")[-1]
        names = ("people", "actor", "proof", "second", "second_proof")
        assert [entry[one] for one in names] == [
            ["jpn.ono"],
            "jpn.security",
            "session.oidc",
            "jpn.auditor",
            "session.passkey",
        ]
