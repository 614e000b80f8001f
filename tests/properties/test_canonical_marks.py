"""A canonical mark is the one text of its label: it is read without a note and written as it
stands, and whatever is accepted after changes reads back to the same label from its canonical text.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.labels.model.label import Label
from sealane.labels.model.scheme import Scheme
from sealane.labels.nations import SYNTAXES

SCHEMES = shipped.schemes()
TYPICAL = [
    (
        "au-header",
        (
            "X-Protective-Marking: VER=2025.1, NS=gov.au, SEC=SECRET, CAVEAT=RI:REL AUS/JPN,"
            " ORIGIN=a@defence.gov.au"
        ),
    ),
    (
        "au-header",
        (
            "X-Protective-Marking: VER=2025.1, NS=gov.au, SEC=PROTECTED, CAVEAT=SH:CABINET,"
            " ACCESS=Legal-Privilege"
        ),
    ),
    ("au-subject", "[SEC=SECRET, CAVEAT=RI:REL AUS/JPN]"),
    ("au-subject", "[SEC=OFFICIAL:Sensitive, ACCESS=Personal-Privacy]"),
    ("au-document", "SECRET//REL AUS/JPN"),
    ("au-document", "SECRET//AUSTEO"),
    ("au-document", "OFFICIAL"),
    ("us-banner", "SECRET//NOFORN"),
    ("us-banner", "SECRET//REL TO USA, AUS, JPN"),
    ("us-banner", "TOP SECRET//SI/TK//NOFORN"),
    ("us-banner", "TOP SECRET//SI-G/TK//ORCON/NOFORN"),
    ("us-banner", "TOP SECRET//HCS-P//NOFORN"),
    ("us-banner", "SECRET//DISPLAY ONLY AUS, JPN"),
    ("us-banner", "UNCLASSIFIED"),
    ("us-portion", "(S//NF)"),
    ("us-portion", "(TS//SI//REL TO USA, AUS, FVEY)"),
    ("us-portion", "(U)"),
    ("gb-document", "SECRET - UK EYES ONLY"),
    ("gb-document", "UK SECRET - REL GBR/JPN [COMMERCIAL]"),
    ("jp", "極秘"),
    ("jp", "極秘(開示先:AUS/JPN)"),
    ("jp", "機密性2情報"),
]
SEAMS = [
    "//",
    "/",
    ", ",
    " - ",
    "(",
    ")",
    "[",
    "]",
    " ",
    "、",
    "REL ",
    "REL TO ",
    "CAVEAT=RI:REL ",
    "開示先:",
    "ORIGIN=",
    "a@b.au",
    "AUS",
    "JPN",
    "USA",
    "FVEY",
    "XKS",
    "DISPLAY ONLY ",
    "FGI ",
    "\u3000",
    "0",
]
CHANGES = settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
NAMES = sorted({name for name, _ in TYPICAL})


MAIL = ("au-header", "au-subject")
"""Where spaces at the end mean nothing (RFC 5322 2.2.3)."""


def accepted(name: str, text: str) -> Label | None:
    """The label of a text that is read strictly; None when it is refused, for a stated reason."""
    try:
        parsed = SYNTAXES[name].parse(text, SCHEMES)
    except SealaneError:
        return None
    again = SYNTAXES[name].parse(parsed.canonical, SCHEMES)
    assert (again.label, again.canonical) == (parsed.label, parsed.canonical)
    return parsed.label


def words_of(name: str) -> list[str]:
    """Every word that the scheme of a syntax has, as labels name it and as the syntax writes it."""
    policy = SYNTAXES[name].policy
    assert policy is not None
    scheme: Scheme = SCHEMES[policy]
    named = [level.marks.get(name, (level.name,)) for level in scheme.levels]
    for tag in scheme.tags:
        named += [value.marks.get(name, (value.name,)) for value in tag.values.values()]
    return [word for spellings in named for word in spellings]


@pytest.mark.parametrize(("name", "text"), TYPICAL)
def test_a_typical_mark_is_read_without_a_note_and_written_as_it_stands(
    name: str, text: str
) -> None:
    parsed = SYNTAXES[name].parse(text, SCHEMES)
    assert (parsed.canonical, parsed.notes) == (text, ())
    assert SYNTAXES[name].render(parsed.label, SCHEMES) == text
    found = accepted(name, text + " ")
    assert found == (parsed.label if name in MAIL else None)


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_mark_is_refused_or_its_canonical_text_says_the_same(name: str) -> None:
    pieces = [*SEAMS, *words_of(name)]
    whole = [text for syntax, text in TYPICAL if syntax == name]
    change = st.tuples(st.integers(0, 60), st.integers(0, 12), st.sampled_from(pieces))

    @CHANGES
    @given(st.sampled_from(whole), st.lists(change, max_size=3))
    def law(text: str, changes: list[tuple[int, int, str]]) -> None:
        for at, cut, piece in changes:
            text = text[:at] + piece + text[at + cut :]
        accepted(name, text)

    law()


@pytest.mark.parametrize(
    "text",
    [
        "TOP SECRET//SI/SI-G//ORCON/NOFORN",
        "TOP SECRET//TK/SI-G//ORCON/NOFORN",
    ],
)
def test_a_control_system_stands_once_and_in_order(text: str) -> None:
    assert accepted("us-banner", text) is None
