"""National marks, label JSON, scheme files and SPIF, mixed and mutated: read the same twice, or
refused by a typed code.
"""

from __future__ import annotations

import random
from typing import Any

from sealane import shipped
from sealane.base.errors import CATALOGUE, SealaneError
from sealane.labels.model.label import label_from_json
from sealane.labels.nations import SYNTAXES
from sealane.labels.rules.rollup import merge
from tests.unit.labels.shipped import NOW
from tests.unit.labels.test_national_marks import CANONICAL, HIDDEN
from tests.unit.labels.test_schemes import SMALL
from tests.unit.labels.test_spif import SAMPLE

SCHEMES = shipped.schemes()
PIECES = [
    *HIDDEN,
    "//",
    " // ",
    ", ",
    ",",
    "[",
    "]",
    "[SEC=",
    "=",
    "\\",
    "\\,",
    "RI:",
    "RI:REL AUS/JPN",
    "SH:",
    "REL ",
    "AUS",
    "FVEY",
    "UK",
    "AUSTEO",
    "秘",
    "機密",
    "機密性1情報",
    "㊙",
    "（",
    "）",
    "、",
    "開示先:",
    "TLP:",
    "+STRICT",
    " - ",
    "UK EYES ONLY",
    "\u3000",
    "Ａ",
    "EXPIRES=2030-01-01",
    "DOWNTO=OFFICIAL",
    "X-Protective-Marking: ",
    "a" * 500,
]


def run(seed: int, rounds: int) -> None:
    """Raise when an input crashes, is read otherwise a second time, is coded wrongly, or a merge
    widens.
    """
    chance = random.Random(seed)
    marks = [(syntax, text) for syntax, texts in CANONICAL.items() for text in texts]
    held = [SYNTAXES[syntax].parse(text, SCHEMES).label for syntax, text in marks]
    for at in range(rounds):
        if at % 20 == 0:
            merged([chance.choice(held) for _ in range(chance.randint(1, 4))])
        elif at % 20 == 1:
            values(chance, chance.choice(held).as_json())
        elif at % 200 == 2:
            files(chance)
        else:
            syntax, text = chance.choice(marks)
            attempt(
                chance.choice([syntax, *CANONICAL]),
                mutated(chance, text),
                lenient=chance.random() < 0.5,
            )


def mutated(chance: random.Random, text: str) -> str:
    """One to four insertions, cuts, swaps or repeats."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(text))
        kind = chance.randrange(4)
        if kind == 0:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + chance.randint(1, 6) :]
        elif kind == 2:
            text = text[:at] + text[at : at + 8] * 2 + text[at + 8 :]
        else:
            text = text[at:] + text[:at]
    return text


def attempt(syntax: str, text: str, *, lenient: bool) -> None:
    try:
        parsed = SYNTAXES[syntax].parse(text, SCHEMES, lenient=lenient)
    except SealaneError as error:
        typed(error)
        if isinstance(error.position, int) and not 0 <= error.position <= len(text) + 1:
            raise AssertionError(f"{syntax} {text!r}: position {error.position}") from error
        return
    again = SYNTAXES[syntax].parse(parsed.canonical, SCHEMES)
    if again.label != parsed.label or again.canonical != parsed.canonical:
        raise AssertionError(f"{syntax} {text!r} was read otherwise from {parsed.canonical!r}")
    if not lenient:
        loose = SYNTAXES[syntax].parse(text, SCHEMES, lenient=True)
        if loose.label != parsed.label:
            raise AssertionError(f"{syntax} {text!r}: the lenient reading changed membership")


def merged(labels: list[Any]) -> None:
    try:
        product = merge(labels, SCHEMES, at=NOW)
    except SealaneError as error:
        typed(error)
        return
    SCHEMES.check(product)
    for tag in product.categories:
        if tag.type == "restrictive":
            need = {value for label in labels for value in label.values(tag.tag)}
            if not need <= set(tag.values):
                raise AssertionError("a restriction was lost")


def values(chance: random.Random, value: dict[str, Any]) -> None:
    """Label JSON with members exchanged for junk."""
    junk = [
        None,
        3,
        "",
        "x",
        [],
        {},
        [1],
        {"tag": 1},
        "2026-01-01T00:00:00Z",
        True,
        [["a"]],
        "\u200b",
    ]
    name = chance.choice([*value, "extra"])
    value[name] = chance.choice(junk)
    for category in value["categories"] if isinstance(value["categories"], list) else []:
        if isinstance(category, dict) and chance.random() < 0.3:
            category[chance.choice(["tag", "type", "values"])] = chance.choice(junk)
    try:
        SCHEMES.check(label_from_json(value))
    except SealaneError as error:
        typed(error)


def files(chance: random.Random) -> None:
    """Scheme files with bytes cut, doubled or flipped."""
    data = bytearray(chance.choice([SMALL, SAMPLE]))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data))
        if chance.random() < 0.5:
            data[at] = chance.randrange(256)
        else:
            del data[at : at + chance.randint(1, 30)]
    try:
        shipped.scheme_beside(bytes(data), "fuzz")
    except SealaneError as error:
        typed(error)


def typed(error: SealaneError) -> None:
    if error.code not in CATALOGUE:
        raise AssertionError(f"{error.code} is not in the catalogue")
