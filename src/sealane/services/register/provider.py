"""Signing in by the nation's OpenID Connect provider: the authorization code flow with PKCE.

1. The browser is sent to the provider with a state, a nonce and the digest of a verifier, all made
   for this one way and sealed into a cookie of this browser.
2. It comes back with a code. State, issuer and browser must be those of the way it was sent on, and
   a way is gone once.
3. The code is exchanged over our own line to the provider, with the verifier and, where there is
   one, the client's secret; nothing that the browser brought is believed.
4. The ID token is judged (`protocol.id_token`), and one claim of it, named in the settings, says
   which person of this directory it is.

Spec: OpenID Connect Core 1.0 §3.1; RFC 7636; RFC 9207; RFC 9700; R57.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from sealane.base import base64url
from sealane.base.errors import Malformed, SealaneError, Unavailable, Untrusted, declare
from sealane.base.values import SECOND
from sealane.protocol import id_token
from sealane.protocol.id_token import AWAY, TokenQuestion
from sealane.protocol.jwt import TokenKey
from sealane.registry.means import Means
from sealane.services.node import Node
from sealane.services.register.accounts import Accounts
from sealane.services.register.ceremonies import Ceremonies
from sealane.services.register.identities import person_named
from sealane.services.register.sessions import Began, Sessions
from sealane.services.statements.journal import record

WAY = "oidc"
BACK, LOGOUT = "/sign-in/oidc", "/sign-in/oidc/logout"
"""Where the provider sends browsers back to, and where it tells of a logout."""
FRESH_SECONDS, AGAIN_SECONDS = 3600, 60
"""How long the provider's description counts, and how soon it is asked anew for an unknown key."""
MAX_PARAMETER = 4096

REFUSED = declare(
    "provider.refused",
    Untrusted,
    "The identity provider let nobody in: {why}.",
    "認証プロバイダーがサインインを拒みました：{why}。",
    "Try again; if it stays, ask who keeps the provider.",
    "再試行しても続く場合は、プロバイダーの管理者に問い合わせてください。",
)

Fetch = Callable[[str, str, Mapping[str, str] | None, Mapping[str, str]], tuple[int, bytes]]
"""A call to the provider: method, URL, form, headers; status and body. Raises: Unavailable."""


@dataclass(frozen=True, slots=True)
class ProviderWay:
    """Where the browser is sent, and what it keeps until it is back."""

    url: str
    kept: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who came back from the provider, with a session's secret, and where they wanted to go."""

    person: str
    session: str
    to: str


@dataclass(slots=True)
class Provider:
    """The nation's provider, as one process of the node knows it."""

    node: Node
    accounts: Accounts
    fetch: Fetch
    _described: tuple[int, dict[str, Any]] | None = None
    _keys: tuple[int, dict[str, TokenKey]] | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def back(self) -> str:
        """Where the provider sends the browser back to."""
        return f"{self.node.settings.console_origin}{BACK}"

    def begin(self, to: str) -> ProviderWay:
        """Step 1: a new way to the provider, to come back to the page `to`. Raises: Refused
        `login.not_taken`; Unavailable `provider.away`.
        """
        self.accounts.require_taken(Means.OIDC)
        settings, told = self.node.settings, self.described()
        state, nonce, verifier = (base64url.encode(self.node.host.entropy(32)) for _ in range(3))
        asked = {
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
            **({"acr_values": settings.oidc_acr} if settings.oidc_acr else {}),
        }
        url = prepare_grant_uri(
            told["authorization_endpoint"],
            settings.oidc_client_id,
            "code",
            redirect_uri=self.back,
            scope="openid profile email" if settings.oidc_person_claim != "sub" else "openid",
            state=state,
            **asked,
        )
        if told.get("require_pushed_authorization_requests"):
            url = self._pushed(told, url)
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "to": to}
        return ProviderWay(url, Ceremonies(self.node, self.accounts.secret).begin(WAY, kept))

    def finish(
        self,
        kept: str,
        query: Mapping[str, str],
        *,
        address: str = "",
        device: str = "",
        agent: str = "",
    ) -> Arrived:
        """Steps 2 to 4. Raises: Refused `login.over`, `login.denied`, `login.not_taken`; Untrusted
        `provider.*`, `token.*`; Unavailable `provider.away`, `login.wait`.
        """
        self.accounts.require_taken(Means.OIDC)
        try:
            way = Ceremonies(self.node, self.accounts.secret).take(WAY, kept)
            claims = self._exchanged(way, query)
        except (Untrusted, Malformed) as error:
            self._denied(error, address, device)
        name = claims.get(self.node.settings.oidc_person_claim)
        person = None
        if isinstance(name, str) and name:
            with self.node.store.reading() as tx:
                person = person_named(self.node, tx, name)
        if person is None:
            self.accounts.deny("", Means.OIDC, address=address, device=device)
        told = {
            member: claims[member]
            for member in ("sid", "sub", "acr")
            if isinstance(claims.get(member), str)
        }
        began = Began(means=Means.OIDC, data={"agent": agent, **told})
        session = self.accounts.admit(person, began, address=address, device=device)
        return Arrived(person, session, str(way["to"]))

    def logged_out(self, text: str) -> list[str]:
        """End the sessions that a logout token names, once; their people. Raises: Untrusted
        `provider.token`, `token.*`; Malformed `token.*`; Unavailable `provider.away`.
        """
        claims = id_token.logout_claims(text, self._keys_for(text), self._question())
        with self.node.store.writing() as tx:
            # told again it ends nothing that began since
            people = Sessions(self.node).end_of_provider(
                tx, sid=claims.get("sid"), sub=claims.get("sub"), made=claims["iat"] * SECOND
            )
            for person in people:
                record(self.node, tx, "login.ended", actor=person, count=1)
        return people

    def end_url(self) -> str | None:
        """Where a person ends their session at the provider too; None where it has no such page."""
        try:
            told = self.described()
        except SealaneError:
            return None
        page = told.get("end_session_endpoint")
        if not isinstance(page, str) or not _near(page, self.node.settings.oidc_issuer):
            return None
        asked = {
            "client_id": self.node.settings.oidc_client_id,
            "post_logout_redirect_uri": f"{self.node.settings.console_origin}/sign-in",
        }
        return f"{page}?{urlencode(asked)}"

    def described(self) -> dict[str, Any]:
        """The provider's own description, asked at most once an hour. Raises: Unavailable
        `provider.away`.
        """
        now = int(self.node.host.now()) // SECOND
        with self._turn:
            if self._described is None or not 0 <= now - self._described[0] < FRESH_SECONDS:
                self._described = now, self._describe()
            return self._described[1]

    def _describe(self) -> dict[str, Any]:
        issuer = self.node.settings.oidc_issuer
        told = self._json("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        # it speaks of itself, under the name that we know it by
        if told.get("issuer") != issuer:
            raise AWAY(why="it calls itself otherwise than oidc_issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(told.get(name), str) or not _near(told[name], issuer):
                raise AWAY(why=f"{name} is not an address of TLS")
        methods = told.get("code_challenge_methods_supported", ["S256"])
        if not isinstance(methods, list) or "S256" not in methods:
            raise AWAY(why="it does not speak PKCE with S256")
        return told

    def _exchanged(self, way: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        settings, told = self.node.settings, self.described()
        # 2. the way that this browser was sent on, by this issuer
        if query.get("state") != way["state"]:
            raise REFUSED(why="state")
        named = query.get("iss")
        if named != settings.oidc_issuer and (
            named is not None or told.get("authorization_response_iss_parameter_supported")
        ):
            raise REFUSED(why="iss")
        if "error" in query:
            raise REFUSED(why=_word(query["error"]))
        code = query.get("code", "")
        if not 0 < len(code) <= MAX_PARAMETER:
            raise REFUSED(why="code")
        # 3. over our own line
        body = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=self.back,
            code_verifier=way["verifier"],
        )
        answer = self._posted(told["token_endpoint"], told, body)
        text = answer.get("id_token")
        if not isinstance(text, str):
            raise REFUSED(why="no ID token")
        # 4. what it says
        return id_token.id_claims(text, self._keys_for(text), self._question(way["nonce"]))

    def _question(self, nonce: str = "") -> TokenQuestion:
        settings = self.node.settings
        return TokenQuestion(
            issuer=settings.oidc_issuer,
            client=settings.oidc_client_id,
            at=self.node.host.now(),
            nonce=nonce,
            levels=settings.oidc_acr.split(),
        )

    def _keys_for(self, text: str) -> dict[str, TokenKey]:
        """The provider's keys, asked anew for a key that is not among them, but not too often."""
        kid, now = id_token.kid_of(text), int(self.node.host.now()) // SECOND
        with self._turn:
            known = self._keys
        if known is not None:
            age = now - known[0]
            if 0 <= age < (AGAIN_SECONDS if kid not in known[1] else FRESH_SECONDS):
                return known[1]
        fresh = id_token.keys_of(self._json("GET", self.described()["jwks_uri"]))
        with self._turn:
            self._keys = now, fresh
        return fresh

    def _pushed(self, told: Mapping[str, Any], url: str) -> str:
        """The same question told to the provider over our own line, where it wants that. Spec: RFC
        9126.
        """
        place = told.get("pushed_authorization_request_endpoint")
        if not isinstance(place, str) or not _near(place, self.node.settings.oidc_issuer):
            raise AWAY(why="pushed_authorization_request_endpoint is not an address of TLS")
        answer = self._posted(place, told, urlsplit(url).query)
        pushed = {
            "client_id": self.node.settings.oidc_client_id,
            "request_uri": str(answer.get("request_uri", "")),
        }
        return f"{told['authorization_endpoint']}?{urlencode(pushed)}"

    def _posted(self, url: str, told: Mapping[str, Any], body: str) -> dict[str, Any]:
        """A form of this client's, with its secret. Raises: Untrusted `provider.refused`."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        _, headers, body = self._client(told).prepare("POST", url, headers, body)
        status, data = self.fetch("POST", url, dict(parse_qsl(body)), headers)
        answer = _object(data)
        if status not in (200, 201):
            raise REFUSED(why=_word(answer.get("error", str(status))))
        return answer

    def _client(self, told: Mapping[str, Any]) -> ClientAuth:
        settings = self.node.settings
        if not settings.oidc_client_secret_file:
            return ClientAuth(settings.oidc_client_id, "", "none")
        try:
            secret = Path(settings.oidc_client_secret_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise AWAY(why="oidc_client_secret_file cannot be read") from None
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = not isinstance(methods, list) or "client_secret_basic" in methods
        method = "client_secret_basic" if basic else "client_secret_post"
        return ClientAuth(settings.oidc_client_id, secret, method)

    def _json(self, method: str, url: str) -> dict[str, Any]:
        status, data = self.fetch(method, url, None, {"accept": "application/json"})
        if status != 200:
            raise AWAY(why=f"{status}")
        return _object(data)

    def _denied(self, error: SealaneError, address: str, device: str) -> NoReturn:
        """Count and record a try that proved nothing; then say why."""
        try:
            self.accounts.deny("", Means.OIDC, address=address, device=device)
        except Unavailable:
            raise
        except SealaneError:
            raise error from None


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise AWAY(why="its answer is no JSON") from None
    if not isinstance(value, dict):
        raise AWAY(why="its answer is no object")
    return value


def _near(url: str, issuer: str) -> bool:
    """Whether an address is one of TLS; of plain HTTP only beside an issuer on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return issuer.startswith("http://") and parts.hostname == urlsplit(issuer).hostname


def _word(text: object) -> str:
    """An OAuth error as it may be shown."""
    kept = "".join(
        letter for letter in str(text) if (letter.isascii() and letter.isalnum()) or letter == "_"
    )
    return kept[:40] or "-"
