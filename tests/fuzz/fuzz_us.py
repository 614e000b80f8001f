"""Mixed and mutated US marks: read without loss and re-read the same, or refused by a typed code;
roll-up never widens.
"""

from __future__ import annotations

import random

from sealane.base.errors import SealaneError
from sealane.labels.nations import SYNTAXES
from sealane.labels.us.disclosure import disclosure_of
from sealane.labels.us.product import merge_us
from tests.unit.labels.shipped import NOW, shipped
from tests.unit.labels.test_us_marks import HOSTILE, WELL_WRITTEN
from tests.unit.labels.test_us_rollup import PORTIONS

PIECES = [
    "//",
    "/",
    ", ",
    " ",
    "-",
    "(",
    ")",
    "USA",
    "AUS",
    "FVEY",
    "NATO",
    "UK",
    "NOFORN",
    "NF",
    "REL TO ",
    "DISPLAY ONLY ",
    "SI",
    "G",
    "FGI",
    "JOINT ",
    "EYES ONLY",
    "SAR-",
    "RD",
    "SIGMA 14",
    "TK",
    "ORCON",
    "\u200b",
    "\u0421",
    "Ｓ",
    "\u3000",
    "SECRET",
    "U",
    "\x00",
    "É",
]


def run(seed: int, rounds: int) -> None:
    """Raise when a mark crashes the reader, is read otherwise a second time, or a banner releases
    more than a portion.
    """
    chance = random.Random(seed)
    seeds = [(syntax, text) for syntax, texts in WELL_WRITTEN.items() for text in texts]
    for at in range(rounds):
        if at % 10 == 0:
            roll_up([chance.choice(PORTIONS) for _ in range(chance.randint(2, 6))])
            continue
        syntax, text = chance.choice(seeds)
        if at % 50 == 1:
            text = chance.choice(HOSTILE)
        attempt(syntax, mutated(chance, text), lenient=chance.random() < 0.5)


def mutated(chance: random.Random, text: str) -> str:
    """One to four insertions, cuts, swaps or repeats."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, min(len(text), 200))
        kind = chance.randrange(4)
        if kind == 0:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + chance.randint(1, 6) :]
        elif kind == 2:
            text = (
                text[:at]
                + chr(chance.choice([chance.randrange(32, 127), chance.randrange(0x110000)]))
                + text[at + 1 :]
            )
        else:
            text = text[:at] + text[max(0, at - 8) : at] + text[at:]
    return text


def attempt(syntax: str, text: str, *, lenient: bool) -> None:
    """A mark is refused, or its canonical text means the same label and is canonical itself."""
    try:
        found = SYNTAXES[syntax].parse(text, shipped(), at=NOW, lenient=lenient)
    except SealaneError:
        return
    again = SYNTAXES[syntax].parse(found.canonical, shipped(), at=NOW)
    written = SYNTAXES[syntax].render(found.label, shipped())
    if (again.label, again.canonical, written) != (found.label, found.canonical, found.canonical):
        raise AssertionError(f"{text!r} and its canonical text differ")


def roll_up(portions: list[str]) -> None:
    """The banner's releases, opened, lie within every portion's that takes part."""
    scheme = shipped()["USA"]
    labels = [
        SYNTAXES["us-portion"].parse(portion, shipped(), at=NOW).label for portion in portions
    ]
    try:
        banner = merge_us(labels, scheme, NOW)
    except SealaneError:
        return
    opened = scheme.groups.decompose(disclosure_of(banner).shown, at=NOW)
    for label in labels:
        if label.classification == "UNCLASSIFIED" and not label.categories:
            continue
        if not opened <= scheme.groups.decompose(disclosure_of(label).shown, at=NOW):
            raise AssertionError(f"{portions} release more together than alone")
