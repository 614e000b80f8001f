"""One request as pages see it, and what a page gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.responses import Response

from sealane.base.errors import SealaneError
from sealane.registry.person_proof import PersonProof
from sealane.services.register.acts import Actor
from sealane.services.register.sessions import Ticket
from sealane.web.words import LANGUAGES, say

DONE = "done"
"""By which an address names the line of what was just done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request as pages see it: plain values, bounded, and who asks."""

    lang: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Every value of a name that was given more than once, of the form or else of the query."""
    file: UploadFile | None = None
    """The first file that was sent."""
    files: Mapping[str, UploadFile] = field(default_factory=dict)
    """Every file that was sent, by its field; of two under one name the last."""
    ticket: Ticket | None = None
    person: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    """Where the request comes from."""
    device: str = ""
    """What this browser keeps from an earlier sign-in."""
    agent: str = ""
    """What the browser says that it is, as a person may know it again."""
    zone: str = "UTC"
    """The time zone that the person chose."""
    certificate: bytes = b""
    """The client certificate (DER) whose key the caller has proven to hold; empty: none."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """What this browser keeps of questions that it was given, by their names."""
    trouble: SealaneError | None = None
    """Why it cannot be told who asks."""

    @property
    def actor(self) -> Actor:
        """Who acts by this request, proven by the session."""
        proof = PersonProof.UNPROVEN if self.ticket is None else self.ticket.proof
        return Actor(str(self.person["id"]), proof)

    def t(self, key: str, /, **facts: object) -> str:
        """The console's words in the visitor's language; templates call it `t`."""
        return say(self.lang, key, **facts)

    def toggled(self) -> str:
        """This very place in the other language."""
        other = LANGUAGES[1 - LANGUAGES.index(self.lang)]
        kept: list[tuple[str, str]] = []
        for name in self.query:
            if name not in ("lang", DONE):
                values = self.several.get(name, (self.query[name],))
                kept += [(name, value) for value in values]
        return f"{self.path}?{urlencode([*kept, ('lang', other)])}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the browser keeps until it answers a question: a cookie for one path, gone soon."""

    name: str
    value: str
    path: str
    lax: bool = False
    """Whether it also comes with a visitor whom another site sends here, as a provider does."""


@dataclass(frozen=True, slots=True)
class Page:
    """A template and what it shows."""

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[Kept, ...] = ()
    about: str | None = None
    """The one agreement that it rests on; None: any."""


Reply = Page | Response
Handler = Callable[[Visit], Reply]


def saved(data: bytes | str, name: str, kind: str) -> Response:
    """A file that the browser saves under this name, which is made of what the node knows."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=kind, headers=headers)
