"""Who calls the API: a bearer token of a person's own, or a session of the console, which only
reads.

Spec: spec/openapi.yaml "Who may ask"; RFC 6750 §2.1; RFC 7617.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sealane.base.errors import Refused, SealaneError
from sealane.http.problem import problem
from sealane.office.operation import Operation
from sealane.registry.person_proof import PersonProof
from sealane.services.register import accounts
from sealane.services.register.accounts import Accounts
from sealane.services.register.acts import Actor

Person = dict[str, Any]
NOBODY = Actor(None)
READS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Callers:
    """Who is signed in at one node, by token or by the cookie of its console."""

    accounts: Accounts
    cookie: str

    def who(self, request: Request) -> tuple[Person, PersonProof]:
        """The person, and by what means that is proven. Raises: Refused `login.required`."""
        # 1. an address of ours: a name elsewhere that resolves to us asks for another site's page
        self.require_ours(request)
        # 2. a token was given to a program on purpose: it may act
        token = bearer(request.headers.get("authorization", ""))
        if token is not None:
            return self.accounts.who(token, accounts.TOKEN)[1], PersonProof.TOKEN
        # 3. a browser sends the session's cookie with whatever any page asks: it may only look
        if request.method not in READS:
            raise accounts.NOT_SIGNED_IN()
        ticket, person = self.accounts.who(request.cookies.get(self.cookie), accounts.SESSION)
        return person, ticket.proof

    def feed_reader(self, request: Request) -> tuple[Person, PersonProof]:
        """The same at the person's feed, which a token made for it opens as well, and which feed
        readers ask for by Basic: the person's name and the token. A passphrase is none, and is not
        looked at. Raises: Refused `login.required`.
        """
        self.require_ours(request)
        header = request.headers.get("authorization", "")
        name, token = basic(header)
        token = token or bearer(header)
        if token is None:
            return self.who(request)
        try:
            ticket, person = self.accounts.who(token, accounts.FEED)
        except Refused:
            ticket, person = self.accounts.who(token, accounts.TOKEN)
        if name not in (None, "", ticket.person):
            raise accounts.NOT_SIGNED_IN()
        return person, ticket.proof

    def require_ours(self, request: Request) -> None:
        """Raises: Refused `login.required`: it was asked by a name that is not the node's."""
        names = self.accounts.node.settings.console_names
        if (request.url.hostname or "") not in names:
            raise accounts.NOT_SIGNED_IN()

    def actor(self, request: Request, operation: Operation) -> Actor:
        """Who does an operation. Raises: as `who`."""
        if operation.open_to_all:
            self.require_ours(request)
            return NOBODY
        person, proof = self.who(request)
        return Actor(str(person["id"]), proof)

    def second(self, request: Request, name: str) -> Actor:
        """Who stands beside, proven by a token of their own if one came. Raises: Refused
        `login.required`: it is not that person's.
        """
        token = bearer(request.headers.get("second-authorization", ""))
        if token is None:
            return Actor(name)
        if self.accounts.who(token, accounts.TOKEN)[0].person != name:
            raise accounts.NOT_SIGNED_IN()
        return Actor(name, PersonProof.TOKEN)


def bearer(header: str) -> str | None:
    """The token of a header; None: it is of another scheme. Spec: RFC 6750 §2.1."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def basic(header: str) -> tuple[str | None, str | None]:
    """Name and password. Spec: RFC 7617 §2."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        text = base64.b64decode(given.strip(), validate=True).decode("utf-8")
    except ValueError:
        return None, ""
    name, _, password = text.partition(":")
    return name, password


def refused(error: SealaneError) -> Response:
    """The problem; where nobody is signed in, with the way to be."""
    reply = problem(error)
    if error.code == accounts.NOT_SIGNED_IN.code:
        reply.headers["WWW-Authenticate"] = "Bearer"
    reply.headers["Cache-Control"] = "no-store"
    return reply
