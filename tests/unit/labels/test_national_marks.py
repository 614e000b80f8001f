"""Australian, Japanese, British and TLP marks: what is read, what is written, and what is refused
and where.
"""

import pytest

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.labels.model.label import label_from_json
from sealane.labels.nations import SYNTAXES

SCHEMES = shipped.schemes()
HEAD = "X-Protective-Marking: VER=2025.1, NS=gov.au, "


def parse(syntax, text, **options):
    return SYNTAXES[syntax].parse(text, SCHEMES, **options)


CANONICAL = {
    "au-header": [
        HEAD + "SEC=UNOFFICIAL",
        HEAD + "SEC=TOP-SECRET, CAVEAT=RI:AUSTEO",
        HEAD + "SEC=SECRET, CAVEAT=C:RED DOG, CAVEAT=FG:JPN GOKUHI, CAVEAT=RI:REL AUS/JPN,"
        " CAVEAT=SH:ORCON",
        HEAD + "SEC=SECRET, CAVEAT=SH:EXCLUSIVE-FOR Jane Citizen, NOTE=a\\, b \\\\ c: d,"
        " ORIGIN=a@b.gov.au",
        HEAD + "SEC=SECRET, EXPIRES=2030-06-30T12:00:00Z, DOWNTO=OFFICIAL:Sensitive",
        HEAD + "SEC=PROTECTED, CAVEAT=SH:CABINET, EXPIRES=Budget night, DOWNTO=OFFICIAL,"
        " ACCESS=Legal-Privilege",
        "X-Protective-Marking: VER=2012.3, NS=gov.au, SEC=HIGHLY-PROTECTED",
    ],
    "au-subject": [
        "[SEC=OFFICIAL]",
        "[SEC=SECRET, CAVEAT=RI:AGAO, CAVEAT=SH:DELICATE SOURCE]",
        "[SEC=PROTECTED, ACCESS=Legal-Privilege, ACCESS=Personal-Privacy]",
        "[SEC=CONFIDENTIAL]",
    ],
    "au-document": [
        "OFFICIAL: Sensitive",
        "TOP SECRET//FGI NATO//CODEWORD A//CODEWORD B//AUSTEO//ORCON//Personal Privacy",
        "PROTECTED//EXCLUSIVE FOR A Person//REL AUS/JPN",
        "OFFICIAL: Sensitive//NATIONAL CABINET",
        "SECRET//REL AUS/JPN//PROVIDED BY JPN",
    ],
    "jp": [
        "特定秘密",
        "特別防衛秘密(極秘)",
        "重要経済安保情報",
        "機密性3情報(完全性2、可用性2)",
        "取扱注意",
        "部内限り",
        "防衛秘密",
        "極秘(開示先:AUS/JPN、提供国:AUS)",
        "秘(複製禁止、関係者限り、開示先:AUS/JPN)",
    ],
    "gb-document": [
        "OFFICIAL",
        "UK TOP SECRET - HMG USE ONLY - UK EYES ONLY [LEGAL] [POLICY]",
        "SECRET - RECIPIENTS ONLY - REL AUS/GBR",
        "RESTRICTED",
    ],
    "tlp": ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"],
}


@pytest.mark.parametrize(
    ("syntax", "text"), [(syntax, text) for syntax, texts in CANONICAL.items() for text in texts]
)
def test_canonical_text_is_read_and_written_unchanged(syntax, text):
    parsed = parse(syntax, text)
    assert parsed.canonical == text
    assert SYNTAXES[syntax].render(parsed.label, SCHEMES) == text


REFUSED = [
    ("au-header", "", "label.truncated", 0),
    ("au-header", "   ", "label.truncated", 0),
    ("au-header", HEAD, "label.truncated", 45),
    ("au-header", HEAD + "SEC=SECRET, ", "label.truncated", 57),
    ("au-header", "X-Protective-Marking: NS=gov.au, SEC=SECRET", "label.truncated", 22),
    ("au-header", HEAD + "SEC=SECRET, SEC=SECRET", "label.duplicate", 57),
    ("au-header", HEAD + "SEC=SECRET, NOTE=a, CAVEAT=SH:ORCON", "label.order", 65),
    ("au-header", HEAD + "SEC=Secret", "label.unknown_token", 49),
    ("au-header", HEAD + "SEC=TOP SECRET", "label.unknown_token", 49),
    (
        "au-header",
        "X-Protective-Marking: VER=2031.1, NS=gov.au, SEC=SECRET",
        "label.unknown_token",
        26,
    ),
    ("au-header", HEAD + "SEC=SECRET, CAVEAT=RI:SH:ORCON", "label.unknown_token", 64),
    ("au-header", HEAD + "SEC=SECRET, CAVEAT=ORCON", "label.unknown_token", 64),
    ("au-header", HEAD + "SEC=SECRET, ACCESS=Secret-Recipe", "label.unknown_token", 64),
    ("au-header", HEAD + "SEC=SECRET, CAVEAT=C:A, CAVEAT=C:B", "label.duplicate", 76),
    ("au-header", HEAD + "SEC=SECRET, CAVEAT=SH:ORCON, CAVEAT=SH:ORCON", "label.duplicate", 81),
    ("au-header", HEAD + "SEC=SECRET, CAVEAT=RI:REL AUS/AUS", "label.duplicate", 71),
    ("au-header", HEAD + "SEC=SECRET, CAVEAT=RI:REL AUS//JPN", "label.truncated", None),
    ("au-header", HEAD + "SEC=SECRET, CAVEAT=RI:REL JPN/AUS", "label.order", 71),
    ("au-header", HEAD + "SEC=SECRET, CAVEAT=RI:REL AUS/FVEY", "label.unknown_token", 75),
    ("au-header", HEAD + "SEC=SECRET, EXPIRES=2030-02-30, DOWNTO=OFFICIAL", "label.date", 65),
    ("au-header", HEAD + "SEC=SECRET, DOWNTO=OFFICIAL", "label.requires", None),
    (
        "au-header",
        HEAD + "SEC=SECRET, EXPIRES=2030-01-01, DOWNTO=SECRET",
        "label.contradiction",
        None,
    ),
    (
        "au-header",
        HEAD + "SEC=SECRET, EXPIRES=2030-01-01, DOWNTO=TOP-SECRET",
        "label.contradiction",
        None,
    ),
    ("au-header", HEAD + "SEC=SECRET, NOTE=bad \\escape", "label.unknown_token", None),
    ("au-header", HEAD + "SEC=SECRET, NOTE=open\\", "label.truncated", None),
    ("au-header", HEAD + "SEC=SECRET, ORIGIN=not an address", "label.unknown_token", None),
    ("au-header", HEAD + "SEC=OFFICIAL, CAVEAT=RI:AUSTEO", "label.level_conflict", 66),
    (
        "au-header",
        HEAD + "SEC=OFFICIAL:Sensitive, CAVEAT=RI:REL AUS/JPN",
        "label.level_conflict",
        76,
    ),
    ("au-header", HEAD + "SEC=SECRET,CAVEAT=SH:ORCON", "label.spacing", 55),
    ("au-header", "CAVEAT=SH:ORCON", "label.truncated", None),
    ("au-subject", "[SEC=SECRET", "label.truncated", 11),
    ("au-subject", "SECRET", "label.truncated", 0),
    ("au-subject", "[SEC=SECRET] trailing", "label.trailing", 12),
    ("au-subject", "[SEC=OFFICIAL] [SEC=SECRET]", "label.duplicate", 15),
    ("au-subject", "［ＳＥＣ＝OFFICIAL］ [SEC=SECRET]", "label.duplicate", None),
    ("au-subject", "[SEC=SECRET, NOTE=hidden]", "label.unknown_token", 13),
    ("au-subject", "[SEC=SECRET, VER=2025.1]", "label.unknown_token", 13),
    ("au-document", "SECRET//", "label.truncated", 8),
    ("au-document", "//SECRET", "label.truncated", 0),
    ("au-document", "SECRET///AUSTEO", "label.spacing", None),
    ("au-document", "SECRET // AUSTEO", "label.spacing", None),
    ("au-document", "SECRET/AUSTEO", "label.unknown_token", 0),
    ("au-document", "SECRET NOFORN", "label.unknown_token", 0),
    ("au-document", "SECRET//NOFORN", "label.unknown_token", 8),
    ("au-document", "SECRET//REL AUS/JPN//AUSTEO", "label.order", None),
    ("au-document", "SECRET//AUSTEO//REL AUS/JPN", "label.contradiction", None),
    ("au-document", "AUSTEO", "label.unknown_token", 0),
    ("jp", "機密性", "label.truncated", 3),
    ("jp", "機密性4情報", "label.unknown_token", 0),
    ("jp", "極秘 秘", "label.trailing", 2),
    ("jp", "社外秘", "label.unknown_token", 0),
    ("jp", "部外秘", "label.unknown_token", 1),
    ("jp", "秘密", "label.ambiguous", 0),
    ("jp", "極秘(", "label.truncated", None),
    ("jp", "極秘()", "label.truncated", None),
    ("jp", "極秘(開示先:AUS)x", "label.trailing", None),
    ("jp", "極秘(開示先:UK)", "label.unknown_token", None),
    ("jp", "【極秘", "label.truncated", None),
    ("jp", "極秘(複製禁止、複製禁止)", "label.duplicate", None),
    ("gb-document", "SECRET UK EYES ONLY", "label.unknown_token", 0),
    ("gb-document", "SECRET -", "label.unknown_token", 0),
    ("gb-document", "SECRET - NOFORN", "label.unknown_token", 9),
    ("gb-document", "SECRET [COMMERCIAL", "label.truncated", None),
    ("gb-document", "SECRET [GOSSIP]", "label.unknown_token", 8),
    ("gb-document", "OFFICIAL [COMMERCIAL]", "label.level_conflict", None),
    ("tlp", "TLP", "label.truncated", 3),
    ("tlp", "TLP:PURPLE", "label.unknown_token", 4),
    ("tlp", "tlp:red", "label.spacing", 0),
    ("tlp", "TLP:RED, TLP:GREEN", "label.trailing", 7),
    ("tlp", "TLP：RED＋", "label.unknown_token", 4),
]


@pytest.mark.parametrize(("syntax", "text", "code", "position"), REFUSED)
def test_a_wrong_mark_is_refused_with_its_place(syntax, text, code, position):
    with pytest.raises(SealaneError) as caught:
        parse(syntax, text)
    assert caught.value.code == code
    assert position is None or caught.value.position == position
    assert caught.value.message_ja


HIDDEN = [
    "\u200b",
    "\ufe0f",
    "\u00ad",
    "\u0421",
    "\u2044",
    "\u2215",
    "\u2010",
    "\u2013",
    "\u2212",
    "\u202e",
    "\u0000",
    "\n",
    "\ud800",
    "\U000e0041",
    "İ",
    "ı",
    "ſ",
    "𝐒",
    "\u0301",
    "祕",
    "Ⓢ",
]


@pytest.mark.parametrize("character", HIDDEN)
@pytest.mark.parametrize("syntax", CANONICAL)
def test_invisible_and_look_alike_characters_are_refused_by_code_point(syntax, character):
    for text in (CANONICAL[syntax][0], CANONICAL[syntax][-1]):
        for place in (0, len(text) // 2, len(text)):
            with pytest.raises(SealaneError) as caught:
                parse(syntax, text[:place] + character + text[place:])
            assert caught.value.code in {
                "label.forbidden_character",
                "label.spacing",
                "label.unknown_token",
            }
            if caught.value.code == "label.forbidden_character":
                assert caught.value.position == place
                assert caught.value.details["code_points"][0].startswith("U+")


@pytest.mark.parametrize(
    ("syntax", "wide", "plain"),
    [
        ("au-subject", "［ＳＥＣ＝ＳＥＣＲＥＴ］", "[SEC=SECRET]"),
        ("tlp", "ＴＬＰ：ＲＥＤ", "TLP:RED"),
        ("au-document", "TOP\u3000SECRET", "TOP SECRET"),
        ("jp", "機密性２情報", "機密性2情報"),
        ("gb-document", "ＵＫ SECRET", "UK SECRET"),
    ],
)
def test_full_width_forms_are_read_and_noted(syntax, wide, plain):
    parsed = parse(syntax, wide)
    assert parsed.canonical == plain
    assert "label.normalised" in [note.code for note in parsed.notes]


@pytest.mark.parametrize(
    ("syntax", "slip", "right"),
    [
        ("au-subject", "[SEC=SECRET,CAVEAT=RI:REL JPN/AUS]", "[SEC=SECRET, CAVEAT=RI:REL AUS/JPN]"),
        ("au-document", "SECRET // REL JPN/AUS // AUSTEO", None),
        ("au-document", "SECRET // REL JPN/AUS // ORCON", "SECRET//ORCON//REL AUS/JPN"),
        (
            "gb-document",
            "SECRET - REL USA/GBR - RECIPIENTS ONLY",
            "SECRET - RECIPIENTS ONLY - REL GBR/USA",
        ),
        ("tlp", "tlp: amber strict", "TLP:AMBER+STRICT"),
        ("jp", "㊙", "秘"),
        ("jp", " gokuhi ", "極秘"),
    ],
)
def test_the_lenient_reading_flags_slips_and_changes_no_membership(syntax, slip, right):
    with pytest.raises(SealaneError):
        parse(syntax, slip)
    if right is None:
        with pytest.raises(SealaneError):
            parse(syntax, slip, lenient=True)
    else:
        parsed = parse(syntax, slip, lenient=True)
        assert parsed.canonical == right
        assert parsed.notes
        assert parsed.label == parse(syntax, right).label


@pytest.mark.parametrize(
    "text", ["2030-01-01", "2030-01-01T00:00", "2030-01-01T00:00:00", "2030-01-01T00:00:00.0"]
)
@pytest.mark.parametrize("zone", ["", "Z", "+00:00"])
def test_the_twelve_date_forms_are_one_instant(text, zone):
    parsed = parse("au-subject", f"[SEC=SECRET, EXPIRES={text}{zone}, DOWNTO=OFFICIAL]")
    assert parsed.label.succession.at == "2030-01-01T00:00:00Z"
    assert parsed.label.succession.label.classification == "OFFICIAL"


@pytest.mark.parametrize("syntax", CANONICAL)
def test_ten_megabytes_of_garbage_are_refused_at_once(syntax):
    for garbage in ("A" * 10_000_000, "[" * 10_000_000, "極" * 10_000_000):
        with pytest.raises(SealaneError) as caught:
            parse(syntax, garbage)
        assert caught.value.code in {"label.too_long", "label.truncated"}


@pytest.mark.parametrize("syntax", CANONICAL)
def test_no_prefix_of_a_mark_yields_more_than_the_mark_says(syntax):
    for text in CANONICAL[syntax]:
        for size in range(len(text)):
            try:
                parsed = parse(syntax, text[:size])
            except SealaneError:
                continue
            assert parsed.canonical == text[:size] or parsed.notes


def test_a_label_of_another_scheme_is_not_rendered():
    label = parse("tlp", "TLP:RED").label
    with pytest.raises(SealaneError) as caught:
        SYNTAXES["au-header"].render(label, SCHEMES)
    assert caught.value.code == "label.wrong_syntax"


def test_what_a_syntax_cannot_show_is_refused_and_never_left_out():
    label = parse("au-header", HEAD + "SEC=SECRET, NOTE=see annex").label
    for syntax in ("au-subject", "au-document"):
        with pytest.raises(SealaneError) as caught:
            SYNTAXES[syntax].render(label, SCHEMES)
        assert caught.value.code == "label.not_expressible"


def secret(tag, kind, value):
    return label_from_json(
        {
            "policy": "AUS",
            "classification": "SECRET",
            "originator": "AUS",
            "categories": [
                {"tag": tag, "type": kind, "values": [value]},
                *(
                    [{"tag": "Downgrade To", "type": "informative", "values": ["OFFICIAL"]}]
                    if tag == "Downgrade Event"
                    else []
                ),
            ],
        }
    )


@pytest.mark.parametrize(
    ("tag", "kind", "value", "code"),
    [
        ("Note", "informative", "a\r\nX-Other: b", "label.forbidden_character"),
        ("Codeword", "restrictive", "WOM\u200bBAT", "label.forbidden_character"),
        ("Caveat", "restrictive", "EXCLUSIVE-FOR A\nB", "label.forbidden_character"),
        ("Codeword", "restrictive", " WOMBAT", "label.spacing"),
        ("Codeword", "restrictive", "ワラビー", "label.not_expressible"),
        ("Note", "informative", "x" * 129, "label.not_expressible"),
        ("Origin", "informative", "nobody", "label.not_expressible"),
        ("Downgrade Event", "informative", "2030-01-01", "label.not_expressible"),
    ],
)
def test_free_words_can_inject_nothing_into_a_header(tag, kind, value, code):
    with pytest.raises(SealaneError) as caught:
        SYNTAXES["au-header"].render(secret(tag, kind, value), SCHEMES)
    assert caught.value.code == code


def test_a_codeword_cannot_pretend_to_be_two_parts_of_a_document_mark():
    with pytest.raises(SealaneError) as caught:
        SYNTAXES["au-document"].render(secret("Codeword", "restrictive", "A//REL AUS/JPN"), SCHEMES)
    assert caught.value.code == "label.not_expressible"


@pytest.mark.parametrize(
    ("syntax", "text", "note"),
    [
        ("deu-mark", "VS-NfD", "label.alias"),
        ("can-mark", "PROTÉGÉ B", "label.alias"),
        ("jp", "Gokuhi", "label.script"),
        ("deu-mark", "GEHEIM//Schutzwort=X//REL DEU/FRA", "label.reordered"),
        ("deu-mark", "GEHEIM//REL DEU/FRA//Schutzwort=X", None),
    ],
)
def test_another_spelling_and_another_order_are_told_apart(syntax, text, note):
    assert [one.code for one in parse(syntax, text).notes] == ([note] if note else [])
