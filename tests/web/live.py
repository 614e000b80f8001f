"""Three live nations and their people at a real browser: pages are read by what they say, and
worked by mouse and keys, in either language.

Playwright drives the Chromium of this machine; each node is a process of its own, and statements
go between them over mutual TLS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from playwright.sync_api import Browser, Locator, expect, sync_playwright
from tools import ports

from sealane.adapters import nodefolder
from sealane.cli.demo.stage import Stage
from sealane.web.words import say
from tests import nations, nations_three
from tests.clock import Clock, now
from tests.web import browser, ministry, troubled
from tests.web.visiting import PASSPHRASE

PATIENCE = 60_000  # milliseconds in which a partner's answer must have come: far more than it takes


@dataclass
class World:
    """The nodes' processes, where their consoles are, and a browser."""

    stage: Stage
    ports: dict[str, int]
    browser: Browser
    desks: list[Desk] = field(default_factory=list)

    def desk(self, party: str, lang: str, host: str = "127.0.0.1") -> Desk:
        """A browser of its own, with nobody signed in, whose owner reads this language."""
        made = Desk(self, party, lang, f"http://{host}:{self.ports[party]}")
        self.desks.append(made)
        return made


class Desk:
    """One person at one console."""

    def __init__(self, world: World, party: str, lang: str, home: str) -> None:
        self.world, self.party, self.lang, self.home = world, party, lang, home
        self.context = world.browser.new_context(locale=lang, accept_downloads=True)
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.visit(f"/sign-in?lang={lang}")

    def _heard(self, kind: str, text: str) -> None:
        """What the browser complains of: a script or a style that our own policy forbids."""
        if kind == "error" and "Content Security Policy" in text:
            self.faults.append(text)

    def say(self, key: str, /, **facts: object) -> str:
        return say(self.lang, key, **facts)

    def visit(self, path: str) -> None:
        self.page.goto(self.home + path)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.home).partition("?")[0]

    def button(self, key: str, /, **facts: object) -> Locator:
        """The button that says these words."""
        return self.page.get_by_role("button", name=self.say(key, **facts), exact=True)

    def field(self, key: str, /, **facts: object) -> Locator:
        """The field that these words stand beside."""
        return self.page.get_by_label(self.say(key, **facts), exact=True)

    def menu(self, key: str) -> None:
        """Go where the menu on every page leads by these words."""
        menu = self.page.get_by_role("navigation", name=self.say("shell.navigation"))
        menu.get_by_role("link", name=self.say(key), exact=True).click()

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    def sign_in(self, person: str) -> Desk:
        """By passphrase, through the form."""
        door = self.page.locator("form[action='/sign-in']")
        door.get_by_label(self.say("signin.person")).fill(person)
        door.get_by_label(self.say("signin.passphrase")).fill(PASSPHRASE)
        door.get_by_role("button", name=self.say("signin.button")).click()
        expect(self.button("shell.sign_out")).to_be_visible()
        return self

    def by_ministry(self, person: str) -> Desk:
        """At the nation's OpenID Connect provider."""
        self.page.get_by_role("link", name=self.say("signin.oidc")).click()
        self.page.get_by_label("Name").fill(person)
        self.page.get_by_role("button", name="Log in").click()
        expect(self.button("shell.sign_out")).to_be_visible()
        return self

    def with_authenticator(self) -> Desk:
        """A device that holds passkeys."""
        device = self.context.new_cdp_session(self.page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": ministry.AUTHENTICATOR})
        return self

    def until(self, path: str, seen: Callable[[], bool]) -> None:
        """The page, looked at anew until it is so: what comes from a partner comes by itself."""

        def looked() -> bool:
            self.visit(path)
            return seen()

        assert self.world.stage.until(looked, PATIENCE / 1000), self.page.inner_text("main")

    def until_there(self, path: str) -> None:
        """The page, as soon as it is one that this person may see."""
        self.until(path, lambda: self.page.locator(".status").count() > 0)


@contextmanager
def world(root: Path, program: str) -> Iterator[World]:
    """AUS, JPN and USA, staffed and serving; Japan's people may sign in at their ministry."""
    with ExitStack() as stack:
        folder, doors = _founded(root), {}
        issuer = ""
        for party in ("AUS", "JPN", "USA"):
            doors[party] = ports.free()
            if party == "JPN":
                home = f"http://127.0.0.1:{doors[party]}"
                issuer = stack.enter_context(ministry.provider(home))
            _placed(folder / party.lower(), doors[party], issuer if party == "JPN" else "")
        stage = Stage(folder, "en")
        stack.callback(stage.stop)
        for party in doors:
            stage.start(party)
        driver = stack.enter_context(sync_playwright())
        running = driver.chromium.launch(executable_path=program, args=browser.FLAGS)
        stack.callback(running.close)
        yield World(stage, doors, running)


def _founded(root: Path) -> Path:
    """Three nations' folders, everybody with a passphrase."""
    nations.build_live(root / "pair")
    made = nations_three.build(root / "pair", root / "three", Clock(now()), written=nations.renewed)
    nations_three.staff(made)
    for node in made.line.nodes.values():
        troubled.with_passphrase(node)
    made.close()
    (root / "three" / "passphrase").write_bytes(nations.PASSPHRASE)
    return root / "three"


def _placed(folder: Path, port: int, issuer: str) -> None:
    """Where a node's console is, and which means of signing in it takes."""
    settings = replace(nodefolder.load(folder), console_port=port)
    if issuer:
        secret = folder / "oidc-secret"
        secret.write_text(f"{ministry.SECRET}\n")
        settings = replace(
            settings,
            sign_in="passphrase passkey recovery oidc",
            oidc_issuer=issuer,
            oidc_client_id="sealane",
            oidc_client_secret_file=str(secret),
            oidc_person_claim="preferred_username",
            oidc_acr="urn:ministry:loa:3",
        )
    nodefolder.save(folder, settings)
