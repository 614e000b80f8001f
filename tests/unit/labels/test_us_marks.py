"""US banners and portions: what is read, what is written, what is refused and where. Spec:
spec/labels.md §Nothing unknown, §Order and spacing, §Characters.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.labels.nations import SYNTAXES
from tests.unit.labels.shipped import NOW, parsed, rendered, shipped

WELL_WRITTEN = {
    "us-banner": [
        "UNCLASSIFIED",
        "CONFIDENTIAL",
        "SECRET",
        "SECRET//NOFORN",
        "TOP SECRET//SI/TK//NOFORN",
        "TOP SECRET//HCS-P/SI-G/TK//ORCON/NOFORN",
        "TOP SECRET//SI-G ABCD EFGH-NK/TK//ORCON/NOFORN",
        "SECRET//REL TO USA, AUS, JPN",
        "SECRET//REL TO USA, FVEY",
        "SECRET//REL TO USA, JPN, FVEY, NATO",
        "SECRET//REL TO USA, AUS/RELIDO",
        "SECRET//DISPLAY ONLY AFG, IRQ",
        "SECRET//REL TO USA, AUS/DISPLAY ONLY JPN",
        "SECRET//USA/AUS/GBR EYES ONLY",
        "SECRET//FGI DEU GBR//NOFORN",
        "SECRET//FGI//NOFORN",
        "//JOINT SECRET AUS USA//REL TO USA, AUS",
        "//DEU SECRET//REL TO USA, DEU",
        "//NATO RESTRICTED",
        "//COSMIC TOP SECRET//BOHEMIA//NOFORN",
        "//FGI SECRET//NOFORN",
        "SECRET//RD-CNWDI-SIGMA 14 18//NOFORN",
        "SECRET//FRD//NOFORN",
        "UNCLASSIFIED//DOE UCNI",
        "TOP SECRET//SAR-BUTTER POPCORN//NOFORN",
        "TOP SECRET//SAR-BP-J12 J54-K15/CD//NOFORN",
        "SECRET//ORCON-USGOV/NOFORN",
        "SECRET//NOFORN//EXDIS",
        "UNCLASSIFIED//FOUO",
        "UNCLASSIFIED//LES NOFORN",
        "SECRET//RSEN/ORCON/IMCON/NOFORN/PROPIN/DEA SENSITIVE/FISA",
        "SECRET//REL TO USA, GBR, AUSTRALIA_GROUP, EU",
    ],
    "us-portion": [
        "(U)",
        "(S//NF)",
        "(S//REL TO USA, AUS)",
        "(TS//SI-G/TK//OC/NF)",
        "(//DEU S//REL TO USA, DEU)",
        "(//NS)",
        "(//NR)",
        "(//CTS//BOHEMIA//NF)",
        "(S//RD-CNWDI-SG 14 18//NF)",
        "(//JOINT S AUS USA//REL TO USA, AUS)",
        "(U//FOUO)",
        "(U//SBU-NF)",
        "(U//LES-NF)",
        "(S//FGI DEU//NF)",
        "(//FGI S//NF)",
        "(U//DCNI)",
        "(S//NF//XD)",
        "(TS//TK//RS/NF)",
        "(TS//USA/CAN/GBR EYES ONLY)",
        "(//JOINT S GBR USA//REL TO USA, FVEY)",
        "(//JOINT S FVEY USA//REL TO USA, FVEY)",
        "(//JOINT U CAN USA//REL TO USA, CAN)",
    ],
}
BADLY_WRITTEN = {
    "SECRET//REL TO USA, JPN, AUS": ("label.order", 20, "SECRET//REL TO USA, AUS, JPN"),
    "SECRET//REL TO AUS, USA": ("label.order", 15, "SECRET//REL TO USA, AUS"),
    "SECRET//REL TO USA, FVEY, AUS": ("label.order", 20, "SECRET//REL TO USA, AUS, FVEY"),
    "SECRET//NOFORN/ORCON": ("label.order", 8, "SECRET//ORCON/NOFORN"),
    "SECRET//NOFORN//SI": ("label.order", 8, "SECRET//SI//NOFORN"),
    "TOP SECRET//TK/SI//NOFORN": ("label.order", 12, "TOP SECRET//SI/TK//NOFORN"),
    "SECRET//FGI GBR DEU//NOFORN": ("label.order", 12, "SECRET//FGI DEU GBR//NOFORN"),
    "SECRET//REL TO USA,AUS": ("label.spacing", 18, "SECRET//REL TO USA, AUS"),
    "SECRET // NOFORN": ("label.spacing", 6, "SECRET//NOFORN"),
    " SECRET//NOFORN ": ("label.spacing", 0, "SECRET//NOFORN"),
    "SECRET//REL TO USA,  AUS": ("label.spacing", 19, "SECRET//REL TO USA, AUS"),
}
REFUSED = {
    "": "label.truncated",
    "   ": "label.truncated",
    "//": "label.truncated",
    "SECRET//": "label.truncated",
    "SECRET///": "label.truncated",
    "SECRET////NOFORN": "label.truncated",
    "//JOINT SECRET": "label.truncated",
    "SECRET//ORCON/": "label.truncated",
    "SECRET//REL TO USA, ": "label.spacing",
    "SECRET NOFORN": "label.unknown_token",
    "secret//noforn": "label.unknown_token",
    "SECRET//NF": "label.unknown_token",
    "SECRET//FOO": "label.unknown_token",
    "SECRET//SI-FOOBAR//NOFORN": "label.unknown_token",
    "SECRET//REL TO USA, UK": "label.unknown_token",
    "SECRET//REL TO USA, QUAD": "label.unknown_token",
    "SECRET//REL TO USA, AUKUS": "label.unknown_token",
    "SECRET//REL TO USA, PSE": "label.unknown_token",
    "SECRET//DISPLAY ONLY USA, AFG": "label.unknown_token",
    "SECRET//FGI USA//NOFORN": "label.unknown_token",
    "RESTRICTED": "label.unknown_token",
    "//USA SECRET": "label.unknown_token",
    "SECRET//USA/AUS": "label.unknown_token",
    "CUI": "label.unknown_token",
    "SECRET//Releasable To": "label.unknown_token",
    "SECRET//REL": "label.unknown_token",
    "SECRET//DISPLAY ONLY": "label.ambiguous",
    "SECRET//EYES ONLY": "label.ambiguous",
    "SECRET//REL TO": "label.ambiguous",
    "SECRET//REL TO USA": "label.requires",
    "SECRET//REL TO AUS, JPN": "label.requires",
    "//JOINT SECRET AUS GBR//REL TO USA, AUS, GBR": "label.requires",
    "//JOINT SECRET AUS USA": "label.requires",
    "//JOINT SECRET AUS USA//REL TO USA, GBR": "label.requires",
    "SECRET//EXDIS": "label.requires",
    "SECRET//PROPIN": "label.requires",
    "TOP SECRET//SI-G//NOFORN": "label.requires",
    "SECRET//HCS-P": "label.requires",
    "SECRET//USA/AUS/JPN EYES ONLY": "label.requires",
    "SECRET//RSV//NOFORN": "label.requires",
    "SECRET//NOFORN/REL TO USA, AUS": "label.contradiction",
    "SECRET//REL TO USA, AUS/NOFORN": "label.contradiction",
    "SECRET//NOFORN/RELIDO": "label.contradiction",
    "SECRET//RELIDO/DISPLAY ONLY AFG": "label.contradiction",
    "SECRET//ORCON/RELIDO": "label.contradiction",
    "SECRET//REL TO USA, AUS/DISPLAY ONLY AUS": "label.contradiction",
    "TOP SECRET//SI-G//ORCON-USGOV/NOFORN": "label.requires",
    "UNCLASSIFIED//NOFORN//LES NOFORN": "label.contradiction",
    "SECRET//NOFORN/NOFORN": "label.duplicate",
    "SECRET//NOFORN//NOFORN": "label.duplicate",
    "SECRET//REL TO USA, AUS, AUS": "label.duplicate",
    "SECRET//SI/SI//NOFORN": "label.duplicate",
    "TOP SECRET//SI/SI-G//ORCON/NOFORN": "label.duplicate",
    "SECRET//SI-NK EFGH-NK//NOFORN": "label.duplicate",
    "UNCLASSIFIED//SI": "label.level_conflict",
    "SECRET//FOUO": "label.level_conflict",
    "SECRET//SBU": "label.level_conflict",
    "CONFIDENTIAL//TK": "label.level_conflict",
    "UNCLASSIFIED//ORCON": "label.level_conflict",
    "SECRET//MVL//NOFORN": "label.level_conflict",
    "SECRET//HCS-P EFG//ORCON/NOFORN": "label.level_conflict",
    "SECRET//SI-ABC//NOFORN": "label.level_conflict",
    "SECRET//SI-ABC DEFG//NOFORN": "label.level_conflict",
    "SECRET//SI-EU//NOFORN": "label.level_conflict",
    "SECRET//TK-BLFH ABCD//NOFORN": "label.level_conflict",
    "SECRET//SAR-DOD:TS:ABCD//NOFORN": "label.level_conflict",
    "//JOINT RESTRICTED CAN USA//REL TO USA, CAN": "label.level_conflict",
    "//JOINT SECRET CAN USA//REL TO USA, TEYE": "label.requires",
    "//JOINT SECRET EU USA//REL TO USA, FVEY": "label.requires",
    "TOP SECRET//BOHEMIA//NOFORN": "label.requires",
    "SECRET//ATOMAL//FGI DEU//NOFORN": "label.requires",
    "//DEU SECRET//ATOMAL": "label.requires",
    "UNCLASSIFIED//FOUO/DEA SENSITIVE": "label.contradiction",
    "UNCLASSIFIED//FOUO/NOFORN/PROPIN": "label.contradiction",
    "UNCLASSIFIED//FOUO//SBU": "label.contradiction",
    "SECRET//RD-N//NOFORN": "label.unknown_token",
    "SECRET//RD-SG 14//NOFORN": "label.unknown_token",
    "SECRET//RD-SIGMA 13//NOFORN": "label.unknown_token",
    "SECRET//FRD-CNWDI//NOFORN": "label.unknown_token",
    "SECRET//USA/AUS EYES": "label.unknown_token",
    "SECRET//REL TO USA, ISAF": "label.group_retired",
}
HOSTILE = [
    "SECRET//NOFOR\u039d",
    "SE\u0421RET",
    "SECRET\u2044\u2044NOFORN",
    "SECRET\u2215\u2215NOFORN",
    "SECRET//NO\u200bFORN",
    "SECRET//NOFORN\ufe0f",
    "SECRET//NO\u00adFORN",
    "SECRET//REL TO USA\u2010AUS",
    "SECRET//NOFORN\x00",
    "SECRET//NOFORN\n",
    "SECRET\r\n//NOFORN",
    "SECRET//\u202eNOFORN",
    "\ud800SECRET",
    "SECRET//noforn\u0131",
    "\u3299",
    "(" * 10_000,
    "/" * 16_000,
    "SECRET" + "//NOFORN" * 3_000,
    "SECRET//REL TO USA" + ", AUS" * 3_000,
    "A" * 10_000_000,
    "SECRET//SI" + "-ABC" * 4_000,
    "SECRET//SAR-AB" + "-A A" * 4_000,
]


@pytest.mark.parametrize(
    ("syntax", "text"), [(name, text) for name, texts in WELL_WRITTEN.items() for text in texts]
)
def test_a_canonical_mark_survives_the_round_trip_byte_for_byte(syntax: str, text: str) -> None:
    found = SYNTAXES[syntax].parse(text, shipped(), at=NOW)
    assert (found.canonical, found.notes) == (text, ())
    assert rendered(syntax, found.label) == text


@pytest.mark.parametrize("text", BADLY_WRITTEN)
def test_a_slip_of_writing_is_refused_with_its_place_and_flagged_when_lenient(text: str) -> None:
    code, position, canonical = BADLY_WRITTEN[text]
    with pytest.raises(SealaneError) as refused:
        parsed("us-banner", text)
    assert (refused.value.code, refused.value.position) == (code, position)
    found = SYNTAXES["us-banner"].parse(text, shipped(), at=NOW, lenient=True)
    assert found.canonical == canonical
    assert found.notes
    assert found.label == parsed("us-banner", canonical)


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_manual_does_not_allow_is_refused_with_a_typed_code_and_a_place(text: str) -> None:
    with pytest.raises(SealaneError) as refused:
        parsed("us-banner", text)
    assert refused.value.code == REFUSED[text]
    assert isinstance(refused.value.position, int)
    assert 0 <= refused.value.position <= len(text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("syntax", ["us-banner", "us-portion"])
@pytest.mark.parametrize("lenient", [False, True])
def test_hostile_text_is_refused_strict_or_lenient(text: str, syntax: str, lenient: bool) -> None:
    with pytest.raises(SealaneError) as refused:
        parsed(syntax, text, lenient=lenient)
    assert refused.value.code.startswith("label.")
    assert len(str(refused.value)) < 400


def test_full_width_forms_are_read_and_noted() -> None:
    found = SYNTAXES["us-banner"].parse("ＳＥＣＲＥＴ／／ＮＯＦＯＲＮ", shipped(), at=NOW)
    assert found.canonical == "SECRET//NOFORN"
    assert [note.code for note in found.notes] == ["label.normalised"]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("SECRET//NOT RELEASABLE TO FOREIGN NATIONALS", "SECRET//NOFORN"),
        ("UNCLASSIFIED//FOR OFFICIAL USE ONLY", "UNCLASSIFIED//FOUO"),
        (
            "TOP SECRET//SI-GAMMA/TALENT KEYHOLE//ORIGINATOR CONTROLLED/NOFORN",
            "TOP SECRET//SI-G/TK//ORCON/NOFORN",
        ),
        ("SECRET//FORMERLY RESTRICTED DATA//NOFORN", "SECRET//FRD//NOFORN"),
        ("SECRET//RESTRICTED DATA-SIGMA 20//NOFORN", "SECRET//RD-SIGMA 20//NOFORN"),
        (
            "SECRET//FORMERLY RESTRICTED DATA-SIGMA 14 18//NOFORN",
            "SECRET//FRD-SIGMA 14 18//NOFORN",
        ),
        (
            "SECRET//RESTRICTED DATA-CRITICAL NUCLEAR WEAPON DESIGN INFORMATION//NOFORN",
            "SECRET//RD-CNWDI//NOFORN",
        ),
        ("SECRET//RESTRICTED DATA-CNWDI-SIGMA 18//NOFORN", "SECRET//RD-CNWDI-SIGMA 18//NOFORN"),
        (
            "TOP SECRET//HCS-PRODUCT JJJ/SI-GAMMA ABCD//ORIGINATOR CONTROLLED/NOFORN",
            "TOP SECRET//HCS-P JJJ/SI-G ABCD//ORCON/NOFORN",
        ),
        ("TOP SECRET//TALENT KEYHOLE-BLUEFISH AB//NOFORN", "TOP SECRET//TK-BLFH AB//NOFORN"),
        ("SECRET//FOREIGN GOVERNMENT INFORMATION DEU GBR//NOFORN", "SECRET//FGI DEU GBR//NOFORN"),
        ("SECRET//FOREIGN GOVERNMENT INFORMATION//NOFORN", "SECRET//FGI//NOFORN"),
        ("SECRET//AUTHORIZED FOR RELEASE TO USA, AUS", "SECRET//REL TO USA, AUS"),
        (
            "SECRET//NOFORN/CAUTION-PROPRIETARY INFORMATION INVOLVED",
            "SECRET//NOFORN/PROPIN",
        ),
        (
            "TOP SECRET//SPECIAL ACCESS REQUIRED-BUTTER POPCORN//NOFORN",
            "TOP SECRET//SAR-BUTTER POPCORN//NOFORN",
        ),
    ],
)
def test_a_long_form_is_read_as_its_abbreviation(text: str, canonical: str) -> None:
    found = SYNTAXES["us-banner"].parse(text, shipped(), at=NOW)
    assert found.canonical == canonical
    assert [note.code for note in found.notes] == ["label.long_form"]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("(S//RSEN/NF)", "(S//RS/NF)"),
        ("(S//RD-N//NF)", "(S//RD-CNWDI//NF)"),
        ("(S//RD-N-SIGMA 14 18//NF)", "(S//RD-CNWDI-SG 14 18//NF)"),
        ("(S//USA/AUS/GBR EYES)", "(S//USA/AUS/GBR EYES ONLY)"),
    ],
)
def test_another_spelling_in_a_portion_is_read_and_written_as_the_register_has_it(
    text: str, canonical: str
) -> None:
    found = SYNTAXES["us-portion"].parse(text, shipped(), at=NOW)
    assert found.canonical == canonical
    assert [note.code for note in found.notes] == ["label.long_form"]


def test_the_united_kingdom_is_gbr_and_only_hinted_at() -> None:
    with pytest.raises(SealaneError) as refused:
        parsed("us-banner", "SECRET//REL TO USA, UK")
    assert refused.value.position == 20
    assert refused.value.details is not None
    assert refused.value.details["hint"] == "GBR"


def test_a_portion_that_leans_on_its_banner_is_ambiguous_alone() -> None:
    with pytest.raises(SealaneError) as refused:
        parsed("us-portion", "(S//REL)")
    assert (refused.value.code, refused.value.position) == ("label.ambiguous", 4)


def test_a_retired_group_is_usable_on_what_was_made_before_it_retired() -> None:
    ism = (
        '<x xmlns:ism="urn:us:gov:ic:ism" ism:classification="S" ism:ownerProducer="USA" '
        'ism:disseminationControls="REL" ism:releasableTo="USA ISAF" ism:createDate="{date}"/>'
    )
    assert parsed("us-ism", ism.format(date="2012-05-01")).values("Releasable To") == (
        "ISAF",
        "USA",
    )
    with pytest.raises(SealaneError, match="group_retired"):
        parsed("us-ism", ism.format(date="2018-05-01"))


TOKENS = st.sampled_from(
    [
        "SECRET",
        "TOP SECRET",
        "//",
        "/",
        "NOFORN",
        "REL TO ",
        "USA",
        "AUS",
        ", ",
        " ",
        "SI",
        "-",
        "G",
        "FGI",
        "(",
        ")",
        "JOINT",
        "EYES ONLY",
        "DISPLAY ONLY ",
        "SAR-",
        "RD",
        "SIGMA 14",
        "NATO",
        "U",
        "S",
        "NF",
        "OC",
        "ŋ",
        "\u200b",
        "ORCON",
        "FVEY",
    ]
)


@given(
    st.lists(TOKENS, max_size=14).map("".join),
    st.sampled_from(["us-banner", "us-portion"]),
    st.booleans(),
)
def test_any_mixture_of_tokens_is_read_without_loss_or_refused(
    text: str, syntax: str, lenient: bool
) -> None:
    try:
        found = SYNTAXES[syntax].parse(text, shipped(), at=NOW, lenient=lenient)
    except SealaneError:
        return
    again = SYNTAXES[syntax].parse(found.canonical, shipped(), at=NOW)
    assert (again.label, again.canonical, again.notes) == (found.label, found.canonical, ())
    assert rendered(syntax, found.label) == found.canonical
    if not lenient and not found.notes:
        assert found.canonical == text
