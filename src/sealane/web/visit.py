"""One request as pages see it, and what a page gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.responses import Response

from sealane.registry.who_may import PersonProof
from sealane.services.register.accounts import Ticket
from sealane.services.register.acts import Actor
from sealane.web.words import LANGUAGES, say


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
    ticket: Ticket | None = None
    person: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    """Where the request comes from."""
    device: str = ""
    """What this browser keeps from an earlier sign-in."""

    @property
    def actor(self) -> Actor:
        """Who acts by this request, proven by the session."""
        return Actor(str(self.person["id"]), PersonProof.SESSION)

    def t(self, key: str, /, **facts: object) -> str:
        """The console's words in the visitor's language; templates call it `t`."""
        return say(self.lang, key, **facts)

    def toggled(self) -> str:
        """This very place in the other language."""
        other = LANGUAGES[1 - LANGUAGES.index(self.lang)]
        kept: list[tuple[str, str]] = []
        for name in self.query:
            if name != "lang":
                values = self.several.get(name, (self.query[name],))
                kept += [(name, value) for value in values]
        return f"{self.path}?{urlencode([*kept, ('lang', other)])}"


@dataclass(frozen=True, slots=True)
class Page:
    """A template and what it shows."""

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Reply = Page | Response
Handler = Callable[[Visit], Reply]
