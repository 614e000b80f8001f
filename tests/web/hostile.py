"""A text that is made to harm whoever looks at it, and what a page or a terminal may show of it."""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser
from typing import Any

from sealane.base.visible import HIDDEN

SUM = "1337"
TEXT = "\u202e\u200b<script>x()</script>\"'><img src=x onerror=x()>\u2066{{7*191}}"
"""Markup, an override, what nobody sees, and what a careless template would reckon out."""
TYPED = "\x1b]0;x\x07\x1b[2J\u202e\u200b<b>\u2066"
"""The same for a terminal: it would rename the window and wipe what stood there."""
OWN_SCRIPTS = {"/passkey.js", "/htmx.js", "/desk.js"}


class _Shown(HTMLParser):
    """Everything in a page that acts, and everything that a person could take for another text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        for name, value in said.items():
            self._looked(value, f"{tag} {name}")
            if name.startswith("on") or name in ("style", "srcdoc", "formaction"):
                self.faults.append(f"<{tag} {name}={value!r}>")
            if name in ("href", "src", "action") and value.lower().startswith("javascript"):
                self.faults.append(f"<{tag} {name}={value!r}>")
        if tag == "script" and said.get("src") not in OWN_SCRIPTS:
            self.faults.append(f"<script {said}>")
        if tag == "img" and not said.get("src", "").startswith("data:image/png;base64,"):
            self.faults.append(f"<img {said}>")
        drawn = tag == "svg" and said.get("class") == "flow"  # the picture of the trust board
        if tag in ("iframe", "object", "embed", "base", "svg", "math") and not drawn:
            self.faults.append(f"<{tag}>")
        self._kept(tag, said)

    def handle_data(self, data: str) -> None:
        self._looked(data, "text")
        if SUM in data:
            self.faults.append(f"reckoned: {data!r}")

    def _looked(self, text: str, where: str) -> None:
        if found := hidden(text):
            self.faults.append(f"{where}: {found} in {text[:80]!r}")

    def _kept(self, tag: str, said: dict[str, str]) -> None:
        """The forms and links, to be followed."""
        if tag == "a" and said.get("href", "").startswith("/"):
            self.links.append(said["href"].partition("#")[0])
        if tag == "form":
            self.forms.append({"said": said, "fields": []})
        if self.forms and tag in ("input", "textarea", "select", "option", "button"):
            self.forms[-1]["fields"].append((tag, said))


def hidden(text: str) -> list[str]:
    """Characters that act on the eye or the terminal without being seen."""
    return [f"U+{ord(one):04X}" for one in text if _acts(one)]


def _acts(one: str) -> bool:
    return one not in "\n\t\r" and unicodedata.category(one) in HIDDEN


def looked(page: str) -> _Shown:
    """A page, read as a browser reads it."""
    made = _Shown()
    made.feed(page)
    made.close()
    return made
