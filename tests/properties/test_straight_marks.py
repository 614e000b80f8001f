"""The quick ways to a label say what the thorough ways say: marks read by table, and verdicts by
table.
"""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.labels.marks.syntax import SYNTAXES
from sealane.labels.model.label import Category, Label
from sealane.labels.rules import check
from sealane.labels.rules.standing import stands

SCHEMES = shipped.schemes()
TABLED = {name: syntax for name, syntax in SYNTAXES.items() if syntax.straight is not None}
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
QUICK = settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def tables(name):
    syntax = TABLED[name]
    return syntax.straight(SCHEMES[syntax.policy])


def hold(name, text):
    """What the tables read, the syntax's own reader reads alike, without a note, and writes as it
    stands.
    """
    label = tables_of[name].read(text)
    if label is not None:
        read = TABLED[name].read(text, SCHEMES, None, False)
        assert (read.label, read.canonical, read.notes) == (label, text, ())
    return label


tables_of = {name: tables(name) for name in TABLED}


@pytest.mark.parametrize(("name", "text"), TYPICAL)
def test_a_typical_mark_is_read_by_table(name, text):
    assert hold(name, text) is not None
    assert hold(name, text + " ") is None


@pytest.mark.parametrize("name", TABLED)
def test_what_the_tables_read_the_reader_reads_alike(name):
    table = tables_of[name]
    pieces = [*SEAMS, *table.words, *table.heads]
    whole = [text for syntax, text in TYPICAL if syntax == name]

    @QUICK
    @given(
        st.sampled_from(whole),
        st.lists(
            st.tuples(st.integers(0, 60), st.integers(0, 12), st.sampled_from(pieces)), max_size=3
        ),
    )
    def law(text, changes):
        for at, cut, piece in changes:
            text = text[:at] + piece + text[at + cut :]
        hold(name, text)

    law()


@pytest.mark.parametrize("name", TABLED)
def test_every_pair_of_words_in_either_order_is_read_alike_or_left_to_the_reader(name):
    table, chance = tables_of[name], random.Random(20261123)
    head = next(text for syntax, text in TYPICAL if syntax == name)
    words = [
        *table.words,
        *(
            opening.start + rest
            for opening in table.openings
            for rest in ("USA, AUS", "AUS/JPN", "JPN", "a@b.au")
        ),
    ]
    pairs = [(one, two) for one in words for two in words]
    read = 0
    for one, two in chance.sample(pairs, min(len(pairs), 1500)):
        for level in table.heads:
            for seam in {table.inner or "//", "//", ", ", " - ", "、"}:
                text = framed(name, head, level, one + seam + two)
                if text is not None and hold(name, text) is not None:
                    read += 1
    assert read > 5


@pytest.mark.parametrize(
    "text",
    [
        "TOP SECRET//SI/SI-G//ORCON/NOFORN",
        "TOP SECRET//SI-EU/SI-G//ORCON/NOFORN",
        "TOP SECRET//TK/SI-G//ORCON/NOFORN",
        "TOP SECRET//SI-G ABCD//ORCON/NOFORN",
    ],
)
def test_compartments_with_a_grammar_of_their_own_are_left_to_the_reader(text):
    assert hold("us-banner", text) is None


def framed(name, typical, level, body):
    """A mark of one level and one body, as this syntax frames it; None for what no mark of it looks
    like.
    """
    if name == "au-header":
        return f"X-Protective-Marking: VER=2025.1, NS=gov.au, {level}, {body}"
    if name == "au-subject":
        return f"[{level}, {body}]"
    if name == "us-portion":
        return f"({level}//{body})"
    if name == "jp":
        return f"{level}({body})"
    return f"{level} - {body}" if name == "gb-document" else f"{level}//{body}"


def candidate(scheme, draw):
    """A label of the scheme's words, fit or not to stand together."""
    level = draw(st.sampled_from([level.name for level in scheme.levels]))
    categories = []
    for tag in draw(
        st.lists(st.sampled_from(scheme.tags), max_size=3, unique_by=lambda tag: tag.name)
    ):
        words = [
            *list(tag.values)[:60],
            "AUS",
            "USA",
            "JPN",
            "FVEY",
            "UK",
            "WOMBAT",
            " x",
            "\u200b",
            "EXCLUSIVE-FOR A. Person",
        ]
        values = draw(st.sets(st.sampled_from(words), max_size=3))
        kind = tag.type if draw(st.integers(0, 9)) else "informative"
        categories.append(Category(tag.name, kind, tuple(sorted(values))))
    created = draw(st.sampled_from([None, None, "2010-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]))
    return Label(
        policy=scheme.id,
        classification=level,
        categories=tuple(sorted(categories)),
        created=created,
    )


@pytest.mark.parametrize("policy", SCHEMES)
def test_a_verdict_by_table_is_the_verdict_in_full(policy):
    scheme = SCHEMES[policy]
    agreed = []

    @settings(QUICK, max_examples=300)
    @given(st.data())
    def law(data):
        label = candidate(scheme, data.draw)
        created = None if label.created is None else check.parse_instant(label.created)
        try:
            check._parts(scheme, label, scheme.level(label.classification), created)
        except SealaneError:
            assert not stands(scheme, label)
        else:
            agreed.append(stands(scheme, label))

    law()
    assert any(agreed) or check.needs_tags(
        scheme
    )  # needs between categories are left to the full verdict
