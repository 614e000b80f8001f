"""The contract for `label parse` and `label render`, held from outside: only commands, JSON and the
marking guides are used.
"""

import pytest

from tests.cli.contract.driving import alone, answers, said
from tests.cli.contract.marks import LENIENT, READ, H
from tests.cli.contract.marks_refused import REFUSED

TYPICAL = {
    "au-header": H + "SEC=SECRET, CAVEAT=RI:AUSTEO",
    "au-subject": "[SEC=SECRET, CAVEAT=RI:AUSTEO]",
    "au-document": "SECRET//AUSTEO",
    "us-banner": "SECRET//NOFORN",
    "us-portion": "(S//NF)",
    "jp": "極秘(開示先:AUS/JPN)",
    "gb-document": "SECRET - UK EYES ONLY",
    "tlp": "TLP:AMBER+STRICT",
}
MEMBERS = {
    "policy",
    "classification",
    "categories",
    "originator",
    "privacy_mark",
    "created",
    "review",
    "succession",
}
DATES = {
    "2030-01-01": "2030-01-01T00:00:00Z",
    "2030-01-01Z": "2030-01-01T00:00:00Z",
    "2030-01-01+10:00": "2029-12-31T14:00:00Z",
    "2030-01-01T10:00": "2030-01-01T10:00:00Z",
    "2030-01-01T10:00Z": "2030-01-01T10:00:00Z",
    "2030-01-01T10:00-03:30": "2030-01-01T13:30:00Z",
    "2030-01-01T10:00:00": "2030-01-01T10:00:00Z",
    "2030-01-01T10:00:00Z": "2030-01-01T10:00:00Z",
    "2030-01-01T10:00:00+10:00": "2030-01-01T00:00:00Z",
    "2030-01-01T10:00:00.5": "2030-01-01T10:00:00.5Z",
    "2030-01-01T10:00:00.5Z": "2030-01-01T10:00:00.5Z",
    "2030-01-01T10:00:00.5+10:00": "2030-01-01T00:00:00.5Z",
}
UNSEEN = {
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "variation selector": "\ufe0f",
    "soft hyphen": "\u00ad",
    "Cyrillic Es": "\u0421",
    "fraction slash": "\u2044",
    "division slash": "\u2215",
    "minus": "\u2212",
    "hyphen": "\u2010",
    "non-breaking hyphen": "\u2011",
    "figure dash": "\u2012",
    "en dash": "\u2013",
    "em dash": "\u2014",
    "bar": "\u2015",
    "bidi override": "\u202e",
    "combining acute": "\u0301",
    "dotless i": "\u0131",
    "line": "\u2028",
    "tab": "\t",
    "nul": "\0",
    "ligature": "\ufb01",
    "letter-like": "\u2102",
    "circled": "\u24c8",
    "private": "\ue000",
    "beyond": "\U000e0041",
}


VISIBLE = "\u0421\u2044\u2215\u2212\u2010\u2011\u2012\u2013\u2014\u2015\u0131\ufb01\u2102\u24c8"
"""Characters that a subject's own words may hold."""


def parsed(rows, **more):
    return answers("parse", [{"syntax": syntax, "text": text, **more} for syntax, text, *_ in rows])


def test_every_mark_of_the_guides_is_read_as_it_is_meant():
    wrong = [
        (row[:2], found)
        for row, found in zip(READ, parsed(READ), strict=True)
        if "error" in found
        or said(found["label"]) != row[2]
        or found["canonical"] != (row[3] if len(row) > 3 else row[1])
    ]
    assert wrong == []


def test_a_label_has_every_member_and_no_other_and_its_categories_are_sorted():
    for found in parsed(READ):
        assert set(found) == {"label", "canonical", "notes"}
        assert set(found["label"]) == MEMBERS
        tags = [one["tag"] for one in found["label"]["categories"]]
        assert tags == sorted(tags)
        for one in found["label"]["categories"]:
            assert set(one) == {"tag", "type", "values"}
            assert one["type"] in ("permissive", "restrictive", "informative")
            assert one["values"] == sorted(one["values"])
            assert one["values"]


def test_what_was_read_is_written_again_and_what_is_canonical_stays():
    found = parsed(READ)
    texts = answers(
        "render",
        [{"syntax": row[0], "label": one["label"]} for row, one in zip(READ, found, strict=True)],
    )
    assert [one.get("text") for one in texts] == [one["canonical"] for one in found]
    again = parsed([(row[0], one["canonical"]) for row, one in zip(READ, found, strict=True)])
    assert [one["label"] for one in again] == [one["label"] for one in found]


def test_what_is_wrong_is_refused_with_its_code_and_place():
    wrong = []
    for (syntax, text, code, position), found in zip(REFUSED, parsed(REFUSED), strict=True):
        error = found.get("error", {})
        fits = (
            set(found) == {"error"}
            and error["message"]
            and error["message_ja"]
            and error["remedy"]
            and "position" in error
        )
        if (
            not fits
            or (code and error["code"] != code)
            or (position is not None and error["position"] != position)
        ):
            wrong.append((syntax, text, code, position, found))
    assert wrong == []


def test_slips_of_order_and_spacing_are_accepted_only_when_asked_and_always_flagged():
    strict, loose = parsed(LENIENT), parsed(LENIENT, lenient=True)
    assert all("error" in one for one in strict)
    assert [one.get("canonical") for one in loose] == [row[2] for row in LENIENT]
    assert all(one["notes"] and one["notes"][0]["text_ja"] for one in loose)
    canonical = parsed([(row[0], row[2]) for row in LENIENT])
    assert [one["label"] for one in loose] == [one["label"] for one in canonical]


def test_the_twelve_forms_of_a_date_mean_their_instant():
    found = answers(
        "parse",
        [
            {"syntax": "au-header", "text": f"{H}SEC=SECRET, EXPIRES={form}, DOWNTO=OFFICIAL"}
            for form in DATES
        ],
    )
    assert [one["label"]["succession"]["at"] for one in found] == list(DATES.values())
    assert all(one["label"]["succession"]["label"]["classification"] == "OFFICIAL" for one in found)


def test_no_unseen_or_look_alike_character_passes_anywhere_in_any_mark():
    rows = [
        (syntax, text[:at] + bad + text[at:])
        for syntax, text in TYPICAL.items()
        for bad in UNSEEN.values()
        for at in (0, 1, len(text) // 2, len(text))
    ]
    for (syntax, text), found in zip(rows, parsed(rows), strict=True):
        if syntax == "au-subject" and text[0] in VISIBLE:
            continue  # a visible character in the subject's own words, before the mark
        assert "error" in found, (syntax, text)
        assert found["error"]["code"].startswith("label."), (syntax, text)
    lenient = parsed(rows, lenient=True)
    assert [
        found
        for (syntax, _), found in zip(rows, lenient, strict=True)
        if syntax != "au-subject" and "error" not in found
    ] == []


def test_a_hidden_character_is_named_by_its_code_point_and_place():
    found = parsed(
        [
            ("us-banner", "SECRET//NOF\u0421RN"),
            ("au-document", "SECRET\u2044\u2044AUSTEO"),
            ("jp", "極\ufe0f秘"),
        ]
    )
    assert [
        (one["error"]["position"], one["error"]["details"]["code_points"]) for one in found
    ] == [(11, ["U+0421"]), (6, ["U+2044"]), (1, ["U+FE0F"])]


def test_full_width_forms_are_read_and_the_change_is_recorded():
    for found in parsed(
        [
            ("au-document", "ＳＥＣＲＥＴ"),
            ("jp", "機密性１情報"),
            ("tlp", "ＴＬＰ：ＲＥＤ"),
            ("us-banner", "SECRET／／NOFORN"),
        ]
    ):
        assert [one["code"] for one in found["notes"]] == ["label.normalised"]


@pytest.mark.parametrize(
    "syntax", [*TYPICAL, "us-ism", "nato-4774", "nato-4774-json", "stix-marking"]
)
def test_garbage_of_any_size_and_depth_is_refused_with_a_code(syntax):
    mark = TYPICAL.get(syntax, "<a>")
    rows = [
        (syntax, text)
        for text in (
            "",
            " ",
            "\n",
            mark[:-1] + "\\",
            mark * 2,
            mark + "\n" + mark,
            "/" * 5000,
            "(" * 5000,
            "A" * 100_000,
            "<a>" * 10_000,
            "[" * 10_000,
            '{"a":' * 10_000,
            '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            "null",
            "[]",
            "0",
        )
    ]
    for row, found in zip(rows, parsed(rows), strict=True):
        assert set(found) == {"error"}, row
        assert "." in found["error"]["code"]


def test_ten_megabytes_are_refused_at_the_gate():
    for syntax in ("au-header", "us-banner", "jp", "nato-4774", "stix-marking"):
        status, found = alone(
            "label", "parse", "--syntax", syntax, "-", stdin="SECRET//" * (10 << 17)
        )
        assert (status, set(found)) == (2, {"error"})


def test_a_retired_group_stands_only_on_what_was_made_while_it_lived():
    old, new = answers(
        "parse",
        [
            {"syntax": "us-banner", "text": "SECRET//REL TO USA, ISAF", "at": at}
            for at in ("2010-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
        ],
    )
    assert said(old["label"]) == "SECRET | Releasable To=ISAF,USA"
    assert new["error"]["code"] == "label.group_retired"


def test_the_exit_status_tells_the_malformed_from_the_refused():
    assert alone("label", "parse", "--syntax", "au-document", "SECRET")[0] == 0
    assert alone("label", "parse", "--syntax", "au-document", "SECRET//BOGUS")[0] == 2
    assert alone("label", "parse", "--syntax", "au-document", "SECRET//AUSTEO//REL AUS/JPN")[0] == 1
    assert alone("label", "parse", "--syntax", "nonesuch", "SECRET")[0] == 2
    assert alone("label", "parse", "SECRET")[0] == 2
    assert alone("label", "nonesuch")[0] == 2
    assert alone("label", "render", "--syntax", "au-document", "no-such-file")[0] == 2
    assert alone("label", "parse", "--syntax", "au-document", "-", stdin="SECRET\n")[0] == 0


def test_a_bad_line_never_stops_a_batch():
    good = {"syntax": "tlp", "text": "TLP:RED"}
    found = answers(
        "parse",
        [
            good,
            [],
            5,
            None,
            "x",
            {"syntax": "tlp"},
            {"syntax": "tlp", "text": 5},
            {"syntax": "x", "text": "y"},
            good,
        ],
    )
    assert ["error" in one for one in found] == [False, *[True] * 7, False]


def test_a_label_that_a_mark_cannot_say_is_refused_and_never_shortened():
    rel = [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "FVEY"]}]
    note = [{"tag": "Note", "type": "informative", "values": ["x"]}]
    found = answers(
        "render",
        [
            {
                "syntax": "au-document",
                "label": {"policy": "AUS", "classification": "SECRET", "categories": rel},
            },
            {
                "syntax": "au-subject",
                "label": {"policy": "AUS", "classification": "SECRET", "categories": note},
            },
            {"syntax": "jp", "label": {"policy": "AUS", "classification": "SECRET"}},
            {"syntax": "au-document", "label": {"policy": "XXX", "classification": "SECRET"}},
            {
                "syntax": "au-document",
                "label": {"policy": "AUS", "classification": "SECRET", "extra": 1},
            },
        ],
    )
    assert [one["error"]["code"] for one in found] == [
        "label.not_expressible",
        "label.not_expressible",
        "label.wrong_syntax",
        "label.wrong_syntax",
        "label.malformed",
    ]
