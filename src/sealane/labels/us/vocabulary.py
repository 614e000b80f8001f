"""The US marks as tables: what each token of a banner or portion means, and how each value is
written and ordered.

Everything here is read from the scheme; the code knows the sections of a mark, never a token.
Spec: CAPCO Register and Manual 2016 (order of sections); ISM 2021-NOV (vocabularies).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sealane.labels.model.label import MAX_TEXT, RELEASABLE_TO, CategoryType, Label
from sealane.labels.model.scheme import Scheme

Form = Literal["us-banner", "us-portion", "us-ism"]

SCI, SAP, AEA, FGI = "SCI Controls", "Special Access", "Atomic Energy", "FGI"
DISSEM, DISPLAY, NON_IC = "Dissemination Controls", "Display Only To", "Non-IC"
FOREIGN, JOINT, OWNER, HIGH_WATER = "Non-US Controls", "Joint", "Owner", "NATO High Water"
SECTIONS = (FOREIGN, SCI, SAP, AEA, FGI, DISSEM, NON_IC)
CONCEALED = "FGI"
NOFORN, RELIDO, EYES, FOUO = "NOFORN", "RELIDO", "EYES ONLY", "FOUO"
ORCON, ORCON_USGOV = "ORCON", "ORCON-USGOV"
FAMILIES = ("RD", "FRD")
CRITICAL = {False: ("CNWDI", "CRITICAL NUCLEAR WEAPON DESIGN INFORMATION"), True: ("CNWDI", "N")}
SIGMA = {False: ("SIGMA",), True: ("SG", "SIGMA")}
"""By whether the form is a portion's: what is read after a family, the first being written."""
EYES_ONLY = " EYES ONLY"
LIST_MARKERS = ("REL", EYES, "DISPLAYONLY")
ISM_FACTS = "ISM"
EXCLUDED, COMPILATION = "Exclude From Roll-up", "Compilation Reason"
RELEASE_TAGS = frozenset({RELEASABLE_TO, DISPLAY})


@dataclass(frozen=True, slots=True)
class MarkToken:
    """What one written token means: its section, tag and value, and whether it is written so."""

    section: int
    tag: str
    value: str
    preferred: bool


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """One form's tokens and spellings. `order` ranks listed values inside a section."""

    form: Form
    scheme: Scheme
    levels: dict[str, str]
    level_text: dict[str, str]
    tokens: dict[str, MarkToken]
    spelling: dict[tuple[str, str], str]
    order: dict[tuple[str, str], int]
    patterns: dict[str, re.Pattern[str]]
    countries: frozenset[str]
    types: dict[str, CategoryType]

    @property
    def portions(self) -> bool:
        """Whether this is the form of portions."""
        return self.form == "us-portion"

    def country(self, token: str) -> bool:
        """Whether the token is a country of the scheme's list (GENC), not a group."""
        return token in self.countries

    def place(self, token: str) -> bool:
        """Whether the token may stand in a list of countries and groups."""
        return token in self.countries or self.scheme.groups.get(token) is not None

    def allows(self, tag: str, value: str) -> bool:
        """Whether a value is listed, or has the shape the scheme allows for unlisted ones."""
        if (tag, value) in self.order:
            return True
        shape = self.patterns.get(tag)
        return shape is not None and len(value) <= MAX_TEXT and shape.fullmatch(value) is not None


def vocabulary(scheme: Scheme, form: Form) -> Vocabulary:
    """The tables of one form, built once a scheme."""
    return scheme.derived(f"us:{form}", lambda found: _build(found, form))


def _build(scheme: Scheme, form: Form) -> Vocabulary:
    levels: dict[str, str] = {}
    level_text: dict[str, str] = {}
    for level in scheme.levels:
        spellings = level.marks.get(form, (level.name,))
        level_text[level.name] = spellings[0]
        levels.update((spelling, level.name) for spelling in spellings)
    tokens: dict[str, MarkToken] = {}
    spelling: dict[tuple[str, str], str] = {}
    order: dict[tuple[str, str], int] = {}
    for tag in scheme.tags:
        section = SECTIONS.index(tag.name) if tag.name in SECTIONS else -1
        for rank, value in enumerate(tag.values.values()):
            order[tag.name, value.name] = rank
            for index, written in enumerate(value.marks.get(form, (value.name,))):
                spelling.setdefault((tag.name, value.name), written)
                if section >= 0 and tag.domain != "countries":
                    tokens[written] = MarkToken(section, tag.name, value.name, index == 0)
    shapes = scheme.extra.get("patterns", {})
    patterns = {tag: re.compile("|".join(given), re.ASCII) for tag, given in shapes.items()}
    countries = scheme.groups.vocabularies.get("genc", scheme.groups.countries)
    types = {tag.name: tag.type for tag in scheme.tags}
    return Vocabulary(
        form,
        scheme,
        levels,
        level_text,
        tokens,
        spelling,
        order,
        patterns,
        countries,
        types,
    )


def release_order(vocabulary: Vocabulary, values: tuple[str, ...]) -> list[str]:
    """USA, then countries by code, then groups by token: the order of REL TO and DISPLAY ONLY
    lists.
    """
    return sorted(values, key=lambda place: (place != "USA", not vocabulary.country(place), place))


def leaves(values: Iterable[str]) -> frozenset[str]:
    """SCI values without the control systems and compartments that what hangs under them
    implies.
    """
    found = frozenset(values)
    above = {value.partition("-")[0] for value in found if "-" in value}
    above |= {value.partition(" ")[0] for value in found if " " in value}
    return found - above


def informative(label: Label, tag: str) -> tuple[str, ...]:
    """The values of an informative category; they never weigh in a decision."""
    return next(
        (one.values for one in label.categories if one.tag == tag and one.type == "informative"), ()
    )
