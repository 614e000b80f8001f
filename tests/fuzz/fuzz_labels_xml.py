"""Mutated label documents: 4774, ISM, STIX and bindings are read and re-read the same, or refused
by a typed code.
"""

from __future__ import annotations

import json
import random

from sealane.base.errors import SealaneError
from sealane.labels.binding.information import digest, verify_references
from sealane.labels.binding.reading import read_binding
from sealane.labels.nations import SYNTAXES
from tests.unit.labels.shipped import NOW, shipped
from tests.unit.labels.test_binding import DATA, LABEL, sidecar
from tests.unit.labels.test_nato import REL, xml
from tests.unit.labels.test_stix import acs, tlp
from tests.unit.labels.test_us_ism import HEAD, ROUND

PIECES = [
    "<",
    ">",
    "/>",
    "</",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE x>",
    "&amp;",
    "&x;",
    "&#0;",
    "&#x200b;",
    '"',
    "'",
    "xmlns=''",
    "<?x?>",
    "SECRET",
    "NATO",
    " ",
    "\u200b",
    "\u0421",
    "[",
    "{",
    "null",
    '"a":1,',
    "urn:oid:1.2",
    "\x00",
    "é",
    "=",
    "USA ",
    "PERMISSIVE",
]


def run(seed: int, rounds: int) -> None:
    """Raise when a document crashes a reader, is read otherwise a second time, or a changed binding
    gives another label.
    """
    chance = random.Random(seed)
    documents = [
        ("nato-4774", xml()),
        ("nato-4774", xml(categories=REL)),
        ("stix-marking", json.dumps(tlp("red"))),
        ("stix-marking", json.dumps(acs({"entity": ["GOV"]}))),
        *(("us-ism", HEAD + tail) for tail in ROUND),
    ]
    bound = sidecar()
    for at in range(rounds):
        if at % 4 == 0:
            binding(mutated(chance, bound))
        else:
            syntax, text = chance.choice(documents)
            attempt(syntax, mutated(chance, text))


def mutated(chance: random.Random, text: str) -> str:
    """One to three insertions, cuts, swaps, moves or repeats."""
    for _ in range(chance.randint(1, 3)):
        at, size = chance.randint(0, len(text)), chance.randint(1, 40)
        kind = chance.randrange(5)
        if kind == 0:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + size :]
        elif kind == 2:
            text = (
                text[:at]
                + chr(chance.choice([chance.randrange(32, 127), chance.randrange(0x110000)]))
                + text[at + 1 :]
            )
        elif kind == 3:
            other = chance.randint(0, len(text))
            text = text[:other] + text[at : at + size] + text[other:]
        else:
            text = text[:at] + text[at : at + size] * chance.randint(1, 50) + text[at:]
    return text


def attempt(syntax: str, text: str) -> None:
    """A document is refused, or its canonical text means the same label."""
    try:
        found = SYNTAXES[syntax].parse(text, shipped(), at=NOW)
    except SealaneError:
        return
    again = SYNTAXES[syntax].parse(found.canonical, shipped(), at=NOW)
    if (again.label, again.canonical) != (found.label, found.canonical):
        raise AssertionError(f"{text!r} and its canonical text differ")


def binding(text: str) -> None:
    """A changed binding is refused, or still says exactly the label that was bound."""
    try:
        found = read_binding(text, shipped())
        verify_references(found, {"plan.txt": digest(DATA)})
    except SealaneError:
        return
    if found.label != LABEL:
        raise AssertionError(f"another label: {text!r}")
