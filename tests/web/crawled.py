"""Every page that has a picture, read as its HTML in both languages: what a person sees of it, and
what its forms offer.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tests import nations
from tests.clock import Clock
from tests.web import audit_scenes, pictures
from tests.web.visiting import Console, Visitor

LANGS = ("en", "ja")
APART = ("script", "style", "code", "pre", "svg", "head", "textarea")
"""What holds exact texts, drawings, or nothing that is read; a code may stand there."""
CELLS = ("td", "th", "dd", "li", "p", "h1", "h2", "h3", "h4", "summary", "div", "section")
OF_BUTTON = re.compile(r"action='([^']+)'|button\[value=(\w+)\]")


@dataclass(frozen=True)
class SeenPage:
    """A page as one person saw it."""

    name: str
    lang: str
    html: str

    @functools.cached_property
    def read(self) -> Reading:
        made = Reading()
        made.feed(self.html)
        return made

    def __str__(self) -> str:
        return f"{self.name}-{self.lang}"


@dataclass
class Choices:
    """A list of a form to choose from: its name, whether it must be chosen of, and what it offers;
    `chosen` is what a browser shows before anybody chose.
    """

    name: str
    needed: bool
    values: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    selected: str | None = None

    @property
    def chosen(self) -> str:
        return self.selected if self.selected is not None else (self.values or [""])[0]


@dataclass(frozen=True)
class Cell:
    """What stands together on a page: a cell of a table, a line, a title."""

    tag: str
    heading: str
    """What stands over a cell of a table."""
    text: str


class Reading(HTMLParser):
    """The texts that a person sees, each by itself, and the choices of the forms."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.lists: list[Choices] = []
        self.checked: list[tuple[str, str]] = []
        self.alone: list[str] = []
        """What stands as a code with no word beside it, in its cell, line or title."""
        self.cells: list[Cell] = []
        self._cell: tuple[list[str], list[str]] = ([], [])
        self._within: list[tuple[str, str]] = [("body", "")]
        self._apart: list[str] = []
        self._option = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag in CELLS:
            self._end_of_cell()
            self._within.append((tag, held.get("data-th", "")))
        if tag in APART:
            self._apart.append(tag)
        elif tag == "select":
            self.lists.append(Choices(held.get("name", ""), "required" in held))
        elif tag == "option" and self.lists:
            self._option = True
            self.lists[-1].values.append(held.get("value", ""))
            self.lists[-1].texts.append("")
            if "selected" in held:
                self.lists[-1].selected = held.get("value", "")
        elif tag == "input" and held.get("type") in ("radio", "checkbox") and "checked" in held:
            self.checked.append((held.get("name", ""), held.get("value", "")))
        self.texts += [
            text for name in ("title", "aria-label", "placeholder") if (text := held.get(name))
        ]

    def _end_of_cell(self) -> None:
        coded, worded = self._cell
        if coded and not worded:
            self.alone += coded
        if worded:
            self.cells.append(Cell(*self._within[-1], " ".join(worded)))
        self._cell = ([], [])

    def handle_endtag(self, tag: str) -> None:
        if tag in CELLS:
            self._end_of_cell()
            while len(self._within) > 1 and self._within.pop()[0] != tag:
                pass
        if self._apart and tag == self._apart[-1]:
            self._apart.pop()
        if tag in ("option", "select"):
            self._option = False

    def handle_data(self, data: str) -> None:
        if self._option:
            self.lists[-1].texts[-1] += data.strip()
        if data.strip():
            self._cell["code" not in self._apart].append(data.strip())
        if not self._apart and data.strip():
            self.texts.append(" ".join(data.split()))


def crawled(root: Path) -> list[SeenPage]:
    """Every scene of the two nations' pictures, in both languages."""
    clock = Clock()
    nations.build(root, clock)
    pair = nations.opened(root, clock)
    try:
        pictures.people(pair)
        pictures.reminded(pair)
        names = pictures.full(pair)
        scenes = [*pictures.scenes(names), *audit_scenes.scenes(pair.jpn)]
        return list(_read(pair, scenes))
    finally:
        pair.close()


def _read(pair: nations.Pair, scenes: list[Any]) -> Iterator[SeenPage]:
    consoles = {party: Console(pair, party) for party in ("AUS", "JPN")}
    visitors: dict[tuple[str, str, str | None], Visitor] = {}
    for lang in LANGS:
        for party, person, name, path, presses in scenes:
            key = (lang, party, person)
            if key not in visitors:
                visitors[key] = consoles[party].visitor(person, lang)
            page = visitors[key].client.get(path, params=_asked(path, lang))
            for selector, fields in presses:
                page = _pressed(visitors[key], page, path, selector, fields)
            yield SeenPage(f"{person or party}-{name}", lang, page.text)


def _asked(path: str, lang: str) -> dict[str, str]:
    """What an address asks, and the language."""
    asked = [one.partition("=") for one in path.partition("?")[2].split("&") if one]
    return {name: html.unescape(value).replace("+", " ") for name, _, value in asked} | {
        "lang": lang
    }


def _pressed(visitor: Visitor, page: Any, path: str, selector: str, fields: Any) -> Any:
    found = OF_BUTTON.search(selector)
    assert found is not None, selector
    if found[1]:
        return visitor.send(page, found[1], **fields)
    return visitor.send(page, f"{path}/open", action=found[2], **fields)
