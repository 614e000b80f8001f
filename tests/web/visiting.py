"""People at a console: sign in, read pages, send forms, as a browser without scripts would."""

from __future__ import annotations

import html
import re
from typing import Any, Self

import httpx2
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.services.register.accounts import Accounts
from sealane.wiring import doors
from tests.lane.drill import Drill
from tests.nations import Pair
from tests.nations_three import Three

TEXT = "Vessel movements.\n船舶動向\n".encode()
PASSPHRASE = "a passphrase of one's own"
HOME = "http://127.0.0.1"


class Console:
    """One node's inner routes, exactly as its process serves them."""

    def __init__(self, pair: Pair | Three | Drill, party: str) -> None:
        self.site, self.node = pair.sites[party], pair.line.nodes[party]
        self.app = Starlette(routes=doors.behind_sign_in(self.site))

    @property
    def accounts_cookie(self) -> str:
        """The name of the session's cookie."""
        return f"{Accounts(self.node, self.site.secret).cookie}="

    def visitor(self, person: str | None = None, lang: str = "en") -> Any:
        made = Visitor(self, lang)
        if person is not None:
            made.sign_in(person)
        return made


class Visitor:
    """One browser."""

    def __init__(self, console: Any, lang: str) -> None:
        self.client: httpx2.Client = TestClient(
            console.app, base_url=HOME, raise_server_exceptions=True
        )
        self.lang = lang

    def sign_in(self, person: str, passphrase: str = PASSPHRASE) -> Any:
        return self.client.post(
            "/sign-in", data={"person": person, "passphrase": passphrase}, follow_redirects=False
        )

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, params={"lang": self.lang, **query})

    def send(self, page: Any, path: str, files: Any = None, **form: Any) -> Any:
        """Send a form found on a page, with its hidden fields, as a browser would."""
        text = self.get(page).text if isinstance(page, str) else page.text
        found = re.search(
            rf'<form method="post" action="{re.escape(path)}".*?</form>', text, re.DOTALL
        )
        assert found, f"no form for {path}"
        hidden = {
            name: html.unescape(value)
            for name, value in re.findall(
                r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', found[0]
            )
        }
        return self.client.post(path, data={**hidden, **form}, files=files)


class Browser(Visitor):
    """A person's browser at a running console."""

    def __init__(self, origin: str, patience: httpx2.Timeout | float = 60) -> None:
        self.client = httpx2.Client(
            base_url=origin, trust_env=False, headers={"Origin": origin}, timeout=patience
        )
        self.lang = "en"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
