"""Australian marks in header fields as mail carries them.

Spec: RFC 5322 2.2, RFC 5322 2.2.3; Email Protective Marking Standard (versions).
"""

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.nations import SYNTAXES
from tests.unit.labels.shipped import shipped

SCHEMES = shipped()


def parse(syntax, text):
    return SYNTAXES[syntax].parse(text, SCHEMES)


PLAIN = "X-Protective-Marking: VER=2025.1, NS=gov.au, SEC=OFFICIAL:Sensitive, ORIGIN=a@b.gov.au"


@pytest.mark.parametrize(
    ("syntax", "carried", "plain"),
    [
        ("au-header", PLAIN.replace("au, SEC", "au,\r\n SEC"), PLAIN),
        ("au-header", PLAIN.replace("au, SEC", "au,\n\tSEC"), PLAIN),
        ("au-header", PLAIN.replace("au, SEC", "au, \r\n \t SEC"), PLAIN),
        ("au-header", PLAIN.replace(": VER", ":\r\n VER").replace("e, OR", "e,\r\n OR"), PLAIN),
        ("au-header", PLAIN.replace(": VER", ":VER"), PLAIN),
        ("au-header", PLAIN.replace(": VER", ":   VER"), PLAIN),
        ("au-header", PLAIN.replace("X-Protective-Marking: ", "x-protective-marking:"), PLAIN),
        ("au-header", PLAIN + "  ", PLAIN),
        ("au-subject", "Minutes [SEC=OFFICIAL] ", "Minutes [SEC=OFFICIAL]"),
        (
            "au-subject",
            "Minutes of the meeting\r\n [SEC=OFFICIAL:Sensitive,\r\n ACCESS=Legal-Privilege]",
            "Minutes of the meeting [SEC=OFFICIAL:Sensitive, ACCESS=Legal-Privilege]",
        ),
    ],
)
def test_a_field_means_what_it_says_on_one_line_however_mail_carries_it(syntax, carried, plain):
    assert parse(syntax, carried).label == parse(syntax, plain).label
    assert parse(syntax, carried).canonical == parse(syntax, plain).canonical


@pytest.mark.parametrize(
    ("syntax", "text"),
    [
        ("au-header", PLAIN.replace("au, SEC", "au,\r\nSEC")),
        ("au-header", PLAIN.replace("au, SEC", "au,\r SEC")),
        ("au-header", PLAIN + "\r\n"),
        ("au-header", PLAIN + "\r\n " + "\r\n Bcc: x"),
        ("au-header", PLAIN + "\r\nSubject: x"),
        ("au-header", PLAIN + "\r\n " + PLAIN),
        ("au-header", PLAIN.replace("au, SEC", "au,\r\n \r\n SEC")),
        ("au-header", PLAIN + "\t"),
        ("au-subject", "Minutes [SEC=OFFICIAL]\r\n"),
        ("au-subject", "Minutes [SEC=OFFICIAL]\r\nTo: x"),
        ("au-subject", "Minutes [SEC=OFFICIAL] x"),
    ],
)
def test_what_is_no_continuation_of_a_field_refuses_the_whole(syntax, text):
    for lenient in (False, True):
        with pytest.raises(SealaneError):
            SYNTAXES[syntax].parse(text, SCHEMES, lenient=lenient)


def test_a_mistake_behind_a_fold_is_told_by_its_place_in_the_text_as_given():
    text = PLAIN.replace("au, SEC=OFFICIAL:", "au,  \r\n   SEC=OFICIAL:")
    with pytest.raises(SealaneError) as caught:
        parse("au-header", text)
    assert caught.value.position == text.index("OFICIAL")


@pytest.mark.parametrize(
    ("version", "level", "noted"),
    [
        ("2025.1", "PROTECTED", False),
        ("2024.1", "PROTECTED", True),
        ("2018.6", "PROTECTED", True),
        ("2012.3", "PROTECTED", True),
        ("2012.3", "HIGHLY-PROTECTED", False),
        ("2005.6", "HIGHLY-PROTECTED", True),
    ],
)
def test_a_header_is_never_rewritten_into_another_version_without_a_note(version, level, noted):
    found = parse("au-header", f"VER={version}, NS=gov.au, SEC={level}, ORIGIN=a@b.gov.au")
    assert ("label.version" in [note.code for note in found.notes]) is noted
    assert (f"VER={version}," not in found.canonical) is noted
