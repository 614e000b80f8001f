"""How values are shown to people: dates, sizes, ages, names and marks, in the reader's language.
Spec: R12, R66.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sealane.agreements.agreement import Agreement, Area, Purpose
from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant, format_instant, parse_instant
from sealane.labels.model.label import Label, label_from_json
from sealane.labels.model.scheme import Schemes
from sealane.labels.nations import banner
from sealane.web.words import say

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
REIWA = 2018
UTC_ZONE = "UTC"
BROWSERS = (
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
"""What a browser says of itself, and the word for it; the first that is found."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)
COLOURS = {
    "#ffffff": "white",
    "#fff2a8": "yellow",
    "#d9d9d9": "grey",
    "#7fb2e5": "blue",
    "#a6d96a": "green",
    "#f4a6a0": "rose",
    "#d7191c": "red",
    "#b2182b": "crimson",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark as shown: its exact text, what it means in each language, its colour's name, and whose
    it is.
    """

    text: str
    en: str
    ja: str
    colour: str
    policy: str

    def gloss(self, lang: str) -> str:
        """The level's name in the reader's language, where it says more than the mark itself."""
        found = self.ja if lang == "ja" else self.en
        return "" if found.casefold() == self.text.casefold() else found


def mark_of(schemes: Schemes, label: Label | Mapping[str, Any]) -> Mark:
    """A label's banner; the bare classification where no syntax of its scheme can say it all."""
    held = label if isinstance(label, Label) else label_from_json(label)
    try:
        text = banner(held, schemes)
    except SealaneError:
        text = None
    return _mark(schemes, held.policy, held.classification, text)


def level_mark(schemes: Schemes, policy: str, classification: str) -> Mark:
    """A level of a scheme alone, such as our own level for a received item."""
    try:
        text = banner(Label(policy=policy, classification=classification), schemes)
    except SealaneError:
        text = None
    return _mark(schemes, policy, classification, text)


def levels_given(schemes: Schemes, policy: str, at: Instant) -> list[tuple[str, Mark]]:
    """What a form offers of a scheme's levels: those that may be given at an instant, the lowest of
    each ladder first. A retired one is shown where it stands, and offered nowhere.
    """
    scheme = schemes.get(policy)
    found = [] if scheme is None else [one for one in scheme.levels if one.in_use(at)]
    return [(one.name, level_mark(schemes, policy, one.name)) for one in found]


def held_as(schemes: Schemes, party: str, level: str | None) -> Mark | None:
    """The mark by which a party handles what it received; None for what it did not receive."""
    return None if level is None else level_mark(schemes, party, level)


def mark_there(
    schemes: Schemes,
    agreement: Agreement | None,
    label: tuple[str, str],
    party: str,
    received: str | None = None,
) -> tuple[Mark | None, bool]:
    """The one mark by which a party handles a label (its policy and level), and whether the
    agreement's row is verified: what its receipt says, and before any the row's first word, by
    which the party's node takes it. None: no row in this direction.

    Args: received: the level that the party itself says it handles it as.
    Spec: spec/agreement.md §2.1.
    """
    there = None if agreement is None else agreement.equivalent(*label, party)
    mark = held_as(schemes, party, received or (None if there is None else there.names[0]))
    return mark, there is not None and there.verified


def _mark(schemes: Schemes, policy: str, classification: str, text: str | None) -> Mark:
    scheme = schemes.get(policy)
    level = None if scheme is None else scheme.level(classification)
    words = {} if level is None else level.text
    return Mark(
        text=text or classification,
        en=words.get("en", classification),
        ja=words.get("ja", classification),
        colour=COLOURS.get("" if level is None else level.colour, "grey"),
        policy=policy,
    )


def when(lang: str, text: str | None, zone: str = UTC_ZONE) -> str:
    """An instant for people, to the minute: in UTC, or in their own zone with UTC beside."""
    if not text:
        return "–"
    utc = _moment(text)
    moment = utc if zone == UTC_ZONE else utc.astimezone(ZoneInfo(zone))
    beside = "" if zone == UTC_ZONE else f" {moment:%Z} ({utc:%H:%M} UTC)"
    if lang == "ja":
        return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}{beside}"
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}{beside}"


def day(lang: str, text: str | None) -> str:
    """A date for people; in Japanese with the year of the era."""
    if not text:
        return "–"
    moment = _moment(text)
    if lang == "ja":
        era = f"（令和{moment.year - REIWA}年）" if moment.year > REIWA else ""
        return f"{moment.year}年{era}{moment.month}月{moment.day}日"
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def readable(lang: str, text: str, zone: str = UTC_ZONE) -> str:
    """A sentence with its exact instants shown for people."""
    named = " UTC" if zone == UTC_ZONE else ""
    return INSTANT.sub(lambda found: f"{when(lang, found[0], zone)}{named}", text)


def browser(agent: str) -> str:
    """What a browser says that it is, in two words: enough for its owner to know it again."""
    name = next((word for mark, word in BROWSERS if mark in agent), "")
    system = next((word for mark, word in SYSTEMS if mark in agent), "")
    return " · ".join(word for word in (name, system) if word)


def age(lang: str, seconds: int) -> str:
    """A span in its largest fitting unit."""
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return say(lang, f"age.{unit}", n=seconds // length)
    return say(lang, "age.seconds", n=seconds)


def size(number: int) -> str:
    """Bytes in decimal units."""
    for unit, length in (("GB", 10**9), ("MB", 10**6), ("kB", 1000)):
        if number >= length:
            return f"{number / length:.1f} {unit}"
    return f"{number} B"


def plain_date(at: Instant) -> str:
    """The form that a date input takes."""
    return format_instant(at)[:10]


def agreement_words(agreement: Agreement | None, lang: str) -> Callable[[str], str]:
    """An area's or purpose's name in the reader's language."""
    named: tuple[Area | Purpose, ...] = ()
    if agreement is not None:
        named = (*agreement.areas, *agreement.purposes)
    known = {word.id: word.name.ja if lang == "ja" else word.name.en for word in named}
    return lambda code: known.get(code, code)


def area_names(held: Iterable[Agreement], lang: str) -> dict[str, str]:
    """The areas of every agreement that is held, in the reader's language, by their names."""
    found = _names((area for one in held for area in one.areas), lang)
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def purpose_names(held: Iterable[Agreement], lang: str) -> dict[str, str]:
    """The purposes of every agreement that is held, in the reader's language."""
    return _names((purpose for one in held for purpose in one.purposes), lang)


def _names(words: Iterable[Area | Purpose], lang: str) -> dict[str, str]:
    """By their codes; where agreements name one differently, the first that does."""
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(word.id, word.name.ja if lang == "ja" else word.name.en)
    return found


def party_name(agreement: Agreement | None, lang: str) -> Callable[[str], str]:
    """A party's name in the reader's language."""
    parties = () if agreement is None else agreement.parties
    known = {party.id: party.name.ja if lang == "ja" else party.name.en for party in parties}
    return lambda code: known.get(code, code)


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(parse_instant(text) // SECOND, UTC)
