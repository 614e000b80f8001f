"""Bad input, for every syntax: a typed refusal with position and code points; never a crash, never
part of a label.
"""

import json

import pytest

from sealane.base.errors import Malformed, Refused, SealaneError
from sealane.labels.nations import SYNTAXES
from tests.unit.labels.shipped import NOW, shipped

LABEL_NS = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
XML = (
    f'<originatorConfidentialityLabel xmlns="{LABEL_NS}"'
    ' ReviewDateTime="2031-01-01T00:00:00Z"><ConfidentialityInformation>'
    "<PolicyIdentifier>NATO</PolicyIdentifier><Classification>SECRET</Classification>"
    '<Category Type="PERMISSIVE" TagName="Context"><GenericValue>NATO</GenericValue></Category>'
    "</ConfidentialityInformation><CreationDateTime>2026-11-22T00:00:00Z</CreationDateTime></originatorConfidentialityLabel>"
)
ISM = (
    '<x:Security xmlns:x="urn:us:gov:ic:arh" xmlns:ism="urn:us:gov:ic:ism" ism:classification="S"'
    ' ism:ownerProducer="USA" ism:disseminationControls="NF"></x:Security>'
)
STATEMENT = json.dumps(
    {
        "Xmlns": LABEL_NS,
        "CreationTime": "2026-11-22T00:00:00Z",
        "ConfidentialityInformation": {
            "PolicyIdentifier": "NATO",
            "Classification": "SECRET",
            "Category": [{"Type": "PERMISSIVE", "TagName": "Context", "GenericValues": ["NATO"]}],
        },
    }
)
RED = json.dumps(
    {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        "created": "2022-10-01T00:00:00.000Z",
        "name": "TLP:RED",
        "extensions": {
            "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {
                "extension_type": "property-extension",
                "tlp_2_0": "red",
            }
        },
    }
)

GOOD = {  # a good mark, and the word inside it that is tampered with
    "au-header": (
        (
            "X-Protective-Marking: VER=2025.1, NS=gov.au, SEC=SECRET, CAVEAT=RI:AUSTEO,"
            " ORIGIN=a@b.gov.au"
        ),
        "SECRET",
    ),
    "au-subject": ("Plan [SEC=SECRET, CAVEAT=RI:AUSTEO]", "AUSTEO"),
    "au-document": ("SECRET//AUSTEO", "AUSTEO"),
    "us-banner": ("SECRET//REL TO USA, AUS", "SECRET"),
    "us-portion": ("(S//NF)", "NF"),
    "us-cui": ("CUI//SP-CTI//NOFORN", "SP-CTI"),
    "us-cui-portion": ("(CUI//SP-CTI//NF)", "NF"),
    "us-ism": (ISM, '"NF"'),
    "nato-4774": (XML, "SECRET"),
    "nato-4774-json": (STATEMENT, "SECRET"),
    "jp": ("極秘", "極秘"),
    "gb-document": ("UK SECRET - UK EYES ONLY", "SECRET"),
    "tlp": ("TLP:AMBER+STRICT", "AMBER"),
    "stix-marking": (RED, '"red"'),
}
HIDDEN = {
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "variation selector": "\ufe0f",
    "ideographic variation": "\U000e0100",
    "tag letter": "\U000e0041",
    "right-to-left override": "\u202e",
    "combining dot": "\u0307",
    "private use": "\ue000",
    "line separator": "\u2028",
}
ODD_MARKS = [
    "\u2044",
    "\u2215",
    "\u2010",
    "\u2011",
    "\u2012",
    "\u2013",
    "\u2014",
    "\u2015",
    "\u2212",
    "\u29f8",
]
LOOK_ALIKES = {
    "S": "Ѕ",
    "E": "Е",
    "C": "С",
    "A": "А",
    "N": "Ν",
    "F": "Ϝ",
    "M": "М",
    "r": "г",
    "極": "极",
    "秘": "祕",
}


def refusal(syntax, text):
    """The refusal of a text; a label, or anything but a typed refusal, fails the test."""
    with pytest.raises((Malformed, Refused)) as caught:
        SYNTAXES[syntax].parse(text, shipped(), at=NOW)
    error = caught.value
    assert type(error).__mro__[1] is SealaneError
    assert error.message
    assert error.message_ja
    return error


def outcome(syntax, text):
    """What was read, or the refusal."""
    try:
        return SYNTAXES[syntax].parse(text, shipped(), at=NOW)
    except SealaneError as error:
        return error


def into(syntax, character):
    """The good mark with a character in the middle of its word."""
    text, word = GOOD[syntax]
    middle = word[: (len(word) + 1) // 2]
    return text.replace(word, middle + character + word[len(middle) :], 1)


@pytest.mark.parametrize("syntax", GOOD)
def test_the_untouched_mark_is_good(syntax):
    assert set(GOOD) == set(SYNTAXES)
    assert SYNTAXES[syntax].parse(GOOD[syntax][0], shipped(), at=NOW).label.classification


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("syntax", GOOD)
def test_what_cannot_be_seen_is_refused_with_its_code_point(syntax, name):
    error = refusal(syntax, into(syntax, HIDDEN[name]))
    if syntax != "stix-marking":
        assert error.position is not None
        assert f"U+{ord(HIDDEN[name]):04X}" in error.details["code_points"]
        assert HIDDEN[name] not in error.message


@pytest.mark.parametrize("character", ODD_MARKS, ids=lambda one: f"U+{ord(one):04X}")
@pytest.mark.parametrize("syntax", GOOD)
def test_odd_slashes_and_hyphens_are_refused(syntax, character):
    error = refusal(syntax, into(syntax, character))
    if syntax != "stix-marking":
        assert any(point.startswith("U+2") for point in error.details["code_points"])


@pytest.mark.parametrize("syntax", [name for name in GOOD if name != "jp"])
def test_a_look_alike_letter_is_refused(syntax):
    text, word = GOOD[syntax]
    letter = next(one for one in word if one in LOOK_ALIKES)
    error = refusal(syntax, text.replace(word, word.replace(letter, LOOK_ALIKES[letter], 1), 1))
    if syntax != "stix-marking":
        assert f"U+{ord(LOOK_ALIKES[letter]):04X}" in error.details["code_points"]
        assert error.position is not None


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        ("㊙", "label.ambiguous"),
        ("㊙文書", "label.ambiguous"),
        ("祕", "label.unknown_token"),
        ("极秘", "label.unknown_token"),
        ("極祕", "label.unknown_token"),
        ("機密性", "label.truncated"),
        ("機密性4情報", "label.unknown_token"),
        ("秘書", "label.unknown_token"),
        ("社外秘", "label.unknown_token"),
        ("部外秘", "label.unknown_token"),
        ("極秘秘", "label.unknown_token"),
        ("極秘極秘", "label.unknown_token"),
        ("極", "label.truncated"),
        ("秘密", "label.ambiguous"),
        ("極秘　", "label.spacing"),
        ("特別防衛秘密", "label.truncated"),
        ("極秘/秘", "label.trailing"),
        ("GOKUHI", "label.unknown_token"),
    ],
)
def test_a_japanese_mark_is_the_whole_word_or_nothing(mark, code):
    error = refusal("jp", mark)
    assert error.code == code
    assert error.position is not None


def test_the_lowest_rating_is_never_read_as_the_top_grade():
    read = {
        mark: SYNTAXES["jp"].parse(mark, shipped()).label.classification
        for mark in ("機密性1情報", "機密性１情報", "機密")
    }
    assert read == {"機密性1情報": "機密性1情報", "機密性１情報": "機密性1情報", "機密": "機密"}


@pytest.mark.parametrize(
    "syntax",
    [
        name
        for name in GOOD
        if name not in ("us-ism", "nato-4774", "nato-4774-json", "stix-marking")
    ],
)
def test_full_width_forms_are_read_and_said_or_refused(syntax):
    text, word = GOOD[syntax]
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in word)
    if wide == word:
        return
    found = SYNTAXES[syntax].parse(text.replace(word, wide, 1), shipped(), at=NOW)
    assert "label.normalised" in [note.code for note in found.notes]
    assert found.canonical == text.removeprefix("Plan ")


@pytest.mark.parametrize("syntax", ["us-ism", "nato-4774", "nato-4774-json", "stix-marking"])
def test_structured_forms_hold_exact_characters(syntax):
    text, word = GOOD[syntax]
    first = next(one for one in word if one.isalpha())
    refusal(syntax, text.replace(word, word.replace(first, chr(ord(first) + 0xFEE0), 1), 1))


@pytest.mark.parametrize("syntax", GOOD)
@pytest.mark.parametrize(
    "text", ["", " ", "\n", "\0", "\t\t", "\ud800", "//", "{}", "[]", "()", "<a/>", "null", "0"]
)
def test_next_to_nothing_is_refused(syntax, text):
    refusal(syntax, text)


@pytest.mark.parametrize("syntax", GOOD)
def test_the_same_mark_twice_is_refused(syntax):
    text = GOOD[syntax][0]
    for between in ("", " ", "\n", ", ", "//"):
        refusal(syntax, text + between + text)


@pytest.mark.parametrize("syntax", [name for name in GOOD if name != "au-header"])
def test_every_truncation_is_refused_or_means_no_less_than_it_says(syntax):
    text = GOOD[syntax][0]
    for end in range(0, len(text), max(1, len(text) // 60)):
        found = outcome(syntax, text[:end])
        assert isinstance(found, Malformed | Refused) or found.canonical == text[:end].removeprefix(
            "Plan "
        )


GARBAGE = {
    "ten megabytes": lambda good: good + "A" * 10_000_000,
    "ten megabytes of slashes": lambda good: "/" * 10_000_000,
    "ten megabytes of brackets": lambda good: "[" * 10_000_000,
    "ten megabytes of values": lambda good: good + "//X/Y" * 2_000_000,
    "ten thousand deep in brackets": lambda good: "(" * 10_000 + good + ")" * 10_000,
    "ten thousand deep in XML": lambda good: "<a>" * 10_000 + "</a>" * 10_000,
    "ten thousand deep in JSON": lambda good: '{"a":' * 10_000 + "1" + "}" * 10_000,
    "ten thousand deep in lists": lambda good: "[" * 10_000 + "]" * 10_000,
}


@pytest.mark.parametrize("name", GARBAGE)
@pytest.mark.parametrize("syntax", GOOD)
def test_garbage_is_refused_without_being_read_through(syntax, name):
    error = refusal(syntax, GARBAGE[name](GOOD[syntax][0]))
    assert len(error.message) < 400
    assert error.position is not None or not error.code.endswith(
        (".too_large", ".too_long", ".too_deep")
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("SECRET", "SEC<!-- -->RET"), "xml.forbidden"),
        (("SECRET", "<![CDATA[SECRET]]>"), "xml.forbidden"),
        (("SECRET", "SECRET<?a b?>"), "xml.forbidden"),
        (("SECRET", "&a;"), "xml.forbidden"),
        (("<orig", "<!DOCTYPE a><orig"), "xml.forbidden"),
        (("<orig", '<!DOCTYPE a [<!ENTITY a "SECRET">]><orig'), "xml.forbidden"),
        (("<orig", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><orig'), "xml.forbidden"),
        ((LABEL_NS, LABEL_NS[:-1] + "1"), "label.schema_invalid"),
        ((f' xmlns="{LABEL_NS}"', ""), "label.schema_invalid"),
        (("Type=", 'Type="RESTRICTIVE" Type='), "xml.malformed"),
        (("TagName", "tagName"), "label.schema_invalid"),
        (('"PERMISSIVE"', '"Permissive"'), "label.schema_invalid"),
        (("CreationDateTime", "CreationDataTime"), "label.schema_invalid"),
        (("<Category", "<Category/><Category"), "label.schema_invalid"),
        (("<GenericValue>NATO", "<GenericValue>"), "label.schema_invalid"),
        (("<Classification>", "<Classification><b/>"), None),
        (("NATO</Gen", "MARS</Gen"), "label.unknown_token"),
        (("</Policy", "X</Policy"), "label.unknown_policy"),
        (('TagName="Context"', 'TagName="Kontext"'), "label.unknown_token"),
    ],
)
def test_a_bad_xml_label_is_refused_by_its_cause(change, code):
    text = XML.replace(*change)
    if "<!DOCTYPE" not in text:
        assert text != XML
    error = refusal("nato-4774", text.replace("</<!DOCTYPE a>orig", "</orig"))
    assert code is None or error.code == code
    assert error.position is not None


@pytest.mark.parametrize(
    "lists",
    [
        (
            "SECRET//NOFORN/NOFORN",
            "SECRET//NOFORN//NOFORN",
            "SECRET//REL TO USA, AUS, AUS",
            "SECRET//NOFORN/REL TO USA, AUS",
            "SECRET//REL TO USA, UK",
            "SECRET//REL TO USA, QUAD",
            "SECRET//REL TO AUS, JPN",
            "SECRET//",
            "SECRET NOFORN",
            "SECRET//REL TO USA,AUS",
            "SECRET/NOFORN",
            "secret//noforn",
            "//SECRET",
            "SECRET//FGI USA",
        )
    ],
)
def test_contradictory_and_repeated_american_caveats_are_refused(lists):
    for text in lists:
        assert refusal("us-banner", text).position is not None


@pytest.mark.parametrize(
    "text",
    [
        "[SEC=SECRET, SEC=SECRET]",
        "[SEC=SECRET] [SEC=SECRET]",
        "[SEC=SECRET, CAVEAT=RI:AUSTEO, CAVEAT=RI:AUSTEO]",
        "[SEC=SECRET, CAVEAT=RI:REL AUS/JPN, CAVEAT=RI:AUSTEO]",
        "[SEC=SECRET, CAVEAT=REL AUS/JPN]",
        "[CAVEAT=RI:AUSTEO]",
        "[SEC=SECRET, CAVEAT=RI:SH:ORCON]",
        "[SEC=OFFICIAL, CAVEAT=RI:AUSTEO]",
        "[SEC=SECRET, EXPIRES=2027-01-01]",
        "[SEC=SECRET, EXPIRES=2027-01-01, DOWNTO=TOP-SECRET]",
        "[SEC=SECRET, ACCESS=Foo]",
        "[SEC=SECRET",
        "SEC=SECRET]",
    ],
)
def test_contradictory_and_repeated_australian_caveats_are_refused(text):
    assert refusal("au-subject", text).position is not None


def test_no_refusal_names_a_caveat_that_the_reader_did_not_write():
    """What a mark contradicts or needs is in the scheme's documents, never in the sentence to a
    stranger.
    """
    caveats = {
        value
        for scheme in ("AUS", "USA", "GBR", "JPN")
        for tag in shipped()[scheme].tags
        for value in tag.values
    }
    caveats = {name for name in caveats if len(name) > 2}
    for syntax, text in [
        ("au-document", "OFFICIAL//ORCON"),
        ("us-banner", "SECRET//HCS-P"),
        ("us-banner", "SECRET//SI-G ABCD"),
        ("au-document", "SECRET//WOMBAT"),
        ("us-banner", "TOP SECRET//BUR-BLG"),
        ("gb-document", "SECRET - X"),
        ("us-banner", "SECRET//NODIS/EXDIS"),
    ]:
        error = refusal(syntax, text)
        named = {name for name in caveats if name in error.message and name not in text}
        assert not named
