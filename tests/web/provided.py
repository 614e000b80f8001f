"""A provider in this process that says what it is told to, and a console that takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette

from sealane.base.values import SECOND
from sealane.protocol import jwt
from sealane.services.register.accounts import Accounts
from sealane.services.register.provider import Provider
from sealane.web import console
from tests.oauth import Key
from tests.web.visiting import Console, Visitor

ISSUER, CLIENT = "https://login.mod.example/realms/staff", "sealane"


class Ministry:
    """A provider in this process: says what it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.keys = {"one": Key("RS256")}
        self.described: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "end_session_endpoint": f"{ISSUER}/logout",
        }
        self.asked: list[tuple[str, str, Any]] = []
        self.token: Any = None
        self.status = 200

    def fetch(
        self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        self.asked.append((method, url, form))
        answers: dict[str, Any] = {
            f"{ISSUER}/.well-known/openid-configuration": self.described,
            f"{ISSUER}/keys": {
                "keys": [{**jwt.jwk(key.public), "kid": kid} for kid, key in self.keys.items()]
            },
            f"{ISSUER}/token": {"id_token": self.token, "access_token": "x"},
        }
        return (self.status if url.endswith("/token") else 200), json.dumps(answers[url]).encode()


class Desk:
    """A console that takes passphrases and the ministry's provider."""

    def __init__(self, made: Console, ministry: Ministry, **changes: Any) -> None:
        settings = replace(
            made.node.settings,
            sign_in="passphrase oidc",
            oidc_issuer=ISSUER,
            oidc_client_id=CLIENT,
            oidc_person_claim="preferred_username",
            **changes,
        )
        self.node, self.site, self.ministry = (
            replace(made.node, settings=settings),
            made.site,
            ministry,
        )
        self.accounts = Accounts(self.node, made.site.secret)
        self.provider = Provider(self.node, self.accounts, ministry.fetch)
        routes = console.routes(
            self.node, secret=made.site.secret, accounts=self.accounts, known=self.provider
        )
        self.app = Starlette(routes=routes)

    def begun(self, to: str = "/") -> tuple[Visitor, dict[str, str]]:
        """A browser on its way, and what the provider is asked."""
        visitor = Visitor(self, "en")
        seen = visitor.client.get(f"/sign-in/oidc/begin?to={to}", follow_redirects=False)
        assert seen.status_code == 303, seen.text
        query = parse_qs(urlsplit(seen.headers["location"]).query)
        return visitor, {name: values[0] for name, values in query.items()}

    def claims(self, asked: Mapping[str, str], **changes: Any) -> dict[str, Any]:
        now = self.node.host.now() // SECOND
        usual = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "f3a1",
            "preferred_username": "jpn.sato",
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
            "sid": "s-1",
        }
        made = {**usual, **changes}
        return {name: value for name, value in made.items() if value is not None}

    def signed(self, asked: Mapping[str, str], **changes: Any) -> str:
        return str(
            self.ministry.keys["one"].token(self.claims(asked, **changes), typ="JWT", kid="one")
        )

    def back(self, visitor: Visitor, asked: Mapping[str, str], **query: Any) -> Any:
        told = {"code": "abc", "state": asked["state"], **query}
        told = {name: value for name, value in told.items() if value is not None}
        return visitor.client.get("/sign-in/oidc", params=told, follow_redirects=False)

    def is_in(self, visitor: Visitor) -> bool:
        return bool(visitor.client.get("/", follow_redirects=False).status_code == 200)
