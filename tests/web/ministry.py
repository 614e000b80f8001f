"""A real OpenID Connect provider, started for one test, and a console that people sign in at by it.

The provider is the npm package oidc-provider, unmodified, which `make peers` installs.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
from starlette.applications import Starlette

from sealane.wiring import doors
from tests.clock import now
from tests.nations import Pair
from tests.web import browser
from tests.web.visiting import Console

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""What a browser's own authenticator is: it holds passkeys, and always finds its person."""
PLACE = Path(__file__).parents[2] / ".peers" / "idp"
SECRET = "a secret between the two of them"


class Later:
    """An application that is made once its address is known."""

    def __init__(self) -> None:
        self.app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@contextmanager
def provider(home: str, *more: str) -> Iterator[str]:
    """The provider, whose one client is the console at `home`; gives its issuer."""
    words = ["node", "provider.mjs", f"{home}/sign-in/oidc", *more]
    running = subprocess.Popen(
        words, cwd=PLACE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert running.stdout is not None
        lines = iter(running.stdout.readline, "")
        yield next(line.strip() for line in lines if line.startswith("http://"))
    finally:
        running.kill()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()


@contextmanager
def desk(
    pair: Pair, party: str, secret: Path, *more: str, name: str = "127.0.0.1", **changes: Any
) -> Iterator[tuple[Console, str]]:
    """A console served at a port of its own in the machine's time, and the ministry beside it."""
    pair.clock.now_ = now()
    made, later = Console(pair, party), Later()
    with browser.served(later) as home:
        port = int(home.rpartition(":")[2])
        with provider(f"http://127.0.0.1:{port}", *more) as issuer:
            secret.write_text(f"{SECRET}\n")
            settings = replace(
                made.node.settings,
                **{
                    "console_port": port,
                    "sign_in": "passphrase passkey recovery oidc",
                    "oidc_issuer": issuer,
                    "oidc_client_id": "sealane",
                    "oidc_client_secret_file": str(secret),
                    "oidc_person_claim": "preferred_username",
                    "oidc_acr": "urn:ministry:loa:3",
                    **changes,
                },
            )
            made.site = replace(made.site, node=replace(made.node, settings=settings))
            made.node = made.site.node
            later.app = made.app = Starlette(routes=doors.behind_sign_in(made.site))
            yield made, f"http://{name}:{port}"


def signed_in(client: httpx2.Client, home: str, person: str, to: str = "/") -> Any:
    """A browser without scripts signs in at the ministry; the page that it comes back to."""
    form = client.get(f"{home}/sign-in/oidc/begin", params={"to": to})
    page = client.post(form.url, data={"name": person})
    onward = re.search(r'content="0;url=([^"]+)"', page.text)
    return page if onward is None else client.get(home + onward[1])
