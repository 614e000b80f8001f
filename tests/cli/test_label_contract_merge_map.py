"""`label merge` and `label map` through the command, held from outside: tables,
laws, refusals, exits.
"""

import itertools
import json

from tests.cli.contract.driving import NATO_CONTEXT, alone, answers, label, nato, said
from tests.cli.contract.marks import H

ROLLED = [
    ("us-portion", ["(S//NF)", "(S//REL TO USA, AUS)", "(U)"], "SECRET//NOFORN"),
    ("us-portion", ["(U//SBU-NF)", "(S//REL TO USA, AUS)"], "SECRET//NOFORN"),
    ("us-portion", ["(U//LES-NF)", "(S//REL TO USA, AUS)"], "SECRET//NOFORN//LES"),
    ("us-portion", ["(S//REL TO USA, AUS)", "(S//REL TO USA, JPN)"], "SECRET//NOFORN"),
    (
        "us-portion",
        ["(S//REL TO USA, FVEY)", "(S//REL TO USA, AUS, JPN)"],
        "SECRET//REL TO USA, AUS",
    ),
    (
        "us-portion",
        ["(S//REL TO USA, ACGU)", "(S//REL TO USA, FVEY)"],
        "SECRET//REL TO USA, AUS, CAN, GBR",
    ),
    ("us-portion", ["(S//REL TO USA, AUS)", "(S//RELIDO)"], "SECRET//NOFORN"),
    ("us-portion", ["(S//RELIDO)", "(S//DISPLAY ONLY AUS)"], "SECRET//NOFORN"),
    ("us-portion", ["(S//REL TO USA, AUS)", "(S)"], "SECRET//NOFORN"),
    ("us-portion", ["(S//DISPLAY ONLY AUS)", "(S)"], "SECRET//NOFORN"),
    ("us-portion", ["(S//RELIDO)", "(S//RELIDO)"], "SECRET//RELIDO"),
    ("us-portion", ["(S//RELIDO)", "(S//REL TO USA, AUS/RELIDO)"], "SECRET//RELIDO"),
    (
        "us-portion",
        ["(S//REL TO USA, AUS)", "(S//DISPLAY ONLY AUS, JPN)"],
        "SECRET//DISPLAY ONLY AUS",
    ),
    ("us-portion", ["(U)", "(S//REL TO USA, AUS)"], "SECRET//REL TO USA, AUS"),
    ("us-portion", ["(U//FOUO)", "(S)"], "SECRET"),
    ("us-portion", ["(U//FOUO)", "(U)"], "UNCLASSIFIED//FOUO"),
    ("us-portion", ["(S//OC-USGOV/NF)", "(S//OC/NF)"], "SECRET//ORCON/NOFORN"),
    ("us-portion", ["(S//OC-USGOV/NF)", "(S//OC-USGOV/NF)"], "SECRET//ORCON-USGOV/NOFORN"),
    ("us-portion", ["(TS)", "(//DEU S)"], "TOP SECRET//FGI DEU"),
    ("us-portion", ["(S//FGI DEU)", "(S//FGI)"], "SECRET//FGI"),
    ("us-portion", ["(S//FGI GBR)", "(S//FGI DEU)"], "SECRET//FGI DEU GBR"),
    (
        "us-portion",
        ["(//JOINT S AUS USA//REL TO USA, AUS)", "(//JOINT S AUS USA//REL TO USA, AUS)"],
        "//JOINT SECRET AUS USA//REL TO USA, AUS",
    ),
    ("us-portion", ["(S//REL TO USA, EU)", "(S//REL TO USA, EU)"], "SECRET//REL TO USA, EU"),
    ("us-portion", ["(S//REL TO USA, EU)", "(S//REL TO USA, AUS)"], "SECRET//NOFORN"),
    ("us-portion", ["(TS//SI//NF)", "(S//TK//NF)"], "TOP SECRET//SI/TK//NOFORN"),
    (
        "us-banner",
        ["SECRET//REL TO USA, AUS, JPN", "SECRET//REL TO USA, FVEY"],
        "SECRET//REL TO USA, AUS",
    ),
    ("au-document", ["SECRET//REL AUS/JPN", "SECRET//REL AUS/USA"], "SECRET//REL AUS"),
    ("au-document", ["SECRET//REL AUS/JPN", "PROTECTED"], "SECRET"),
    ("au-document", ["SECRET//AUSTEO", "SECRET//REL AUS/JPN"], "SECRET//AUSTEO"),
    ("au-document", ["SECRET//AUSTEO", "PROTECTED//CABINET"], "SECRET//AUSTEO//CABINET"),
    (
        "au-document",
        ["OFFICIAL: Sensitive//NATIONAL CABINET", "SECRET"],
        "SECRET//NATIONAL CABINET",
    ),
    ("au-document", ["SECRET//AGAO", "PROTECTED//AGAO"], "SECRET//AGAO"),
    ("au-document", ["SECRET//AGAO", "PROTECTED"], "SECRET//AGAO//AUSTEO"),
    (
        "au-subject",
        ["[SEC=SECRET, CAVEAT=RI:AUSTEO]", "[SEC=TOP-SECRET]"],
        "[SEC=TOP-SECRET, CAVEAT=RI:AUSTEO]",
    ),
    (
        "au-header",
        [H + "SEC=SECRET, EXPIRES=2030-01-01Z, DOWNTO=OFFICIAL", H + "SEC=SECRET"],
        H + "SEC=SECRET",
    ),
    ("jp", ["秘", "極秘"], "極秘"),
    ("jp", ["機密性1情報", "機密性3情報"], "機密性3情報"),
    ("jp", ["極秘(開示先:AUS/JPN)", "秘"], "極秘"),
    ("jp", ["極秘", "秘(複製禁止)"], "極秘(複製禁止)"),
    ("gb-document", ["SECRET - REL AUS/GBR", "SECRET - REL GBR/USA"], "SECRET - REL GBR"),
    ("gb-document", ["UK SECRET - UK EYES ONLY", "SECRET - REL AUS/GBR"], None),
    ("tlp", ["TLP:GREEN", "TLP:RED"], "TLP:RED"),
    ("tlp", ["TLP:AMBER", "TLP:AMBER+STRICT"], "TLP:AMBER+STRICT"),
]
NOT_ROLLED = [
    ("us-portion", ["(S//RELIDO)", "(S)"], "label.undeterminable"),
    ("us-portion", ["(S//REL)", "(U)"], "label.ambiguous"),
    ("us-portion", ["(S//BOGUS)"], "label.unknown_token"),
    ("au-document", ["SECRET//REL JPN/USA", "SECRET//REL AUS/GBR"], "label.unsatisfiable"),
    ("jp", ["極秘(開示先:AUS)", "秘(開示先:USA)"], "label.unsatisfiable"),
    ("jp", ["特定秘密", "極秘"], "label.incomparable"),
    ("jp", ["機密", "機密性1情報"], "label.incomparable"),
    ("jp", ["秘", "特別防衛秘密(秘)"], "label.incomparable"),
    (None, [label("AUS", "SECRET"), label("JPN", "極秘")], "label.mixed_policies"),
    (None, [nato("SECRET", "AUS"), nato("SECRET", "JPN")], "label.unsatisfiable"),
    (None, [nato("SECRET", "AUS"), nato("RESTRICTED")], "label.unsatisfiable"),
    (None, [], None),
    (None, [1], None),
    (None, [label("AUS", "BOGUS")], "label.unknown_token"),
]


def merging(syntax, labels):
    return {"labels": labels, **({"syntax": syntax} if syntax else {})}


def test_the_banner_of_portions_is_the_table_s_in_every_order_of_them():
    rows = [
        (syntax, list(order), banner)
        for syntax, portions, banner in ROLLED
        for order in itertools.permutations(portions)
        if banner
    ]
    found = answers("merge", [merging(syntax, portions) for syntax, portions, _ in rows])
    assert [
        (row, one) for row, one in zip(rows, found, strict=True) if one.get("canonical") != row[2]
    ] == []
    assert all(set(one) == {"label", "canonical"} for one in found)


def test_a_product_merged_with_itself_or_its_portions_is_itself():
    found = answers("merge", [merging(syntax, portions) for syntax, portions, _ in ROLLED])
    again = answers("merge", [merging(None, [one["label"], one["label"]]) for one in found])
    assert [one["label"] for one in again] == [one["label"] for one in found]


def test_what_has_no_banner_is_refused_and_never_widened():
    found = answers("merge", [merging(syntax, labels) for syntax, labels, _ in NOT_ROLLED])
    wrong = [
        (row, one)
        for row, one in zip(NOT_ROLLED, found, strict=True)
        if set(one) != {"error"} or (row[2] and one["error"]["code"] != row[2])
    ]
    assert wrong == []


REL = ("Releasable To", "permissive", "AUS", "JPN")
ROWS = [
    ("AUS", "TOP SECRET", "JPN", "機密", None),
    ("AUS", "SECRET", "JPN", "極秘", None),
    ("AUS", "PROTECTED", "JPN", "秘", "秘"),
    ("AUS", "OFFICIAL: Sensitive", "JPN", "取扱注意", None),
    ("JPN", "機密", "AUS", "TOP SECRET", None),
    ("JPN", "極秘", "AUS", "SECRET", None),
    ("JPN", "特定秘密", "AUS", "SECRET", None),
    ("JPN", "取扱注意", "AUS", "OFFICIAL: Sensitive", None),
]
NO_ROWS = (
    [
        ("AUS", level, "JPN")
        for level in (
            "UNOFFICIAL",
            "OFFICIAL",
            "CONFIDENTIAL",
            "RESTRICTED",
            "HIGHLY PROTECTED",
            "UNCLASSIFIED",
        )
    ]
    + [
        ("JPN", level, "AUS")
        for level in (
            "秘",
            "注意",
            "部内限り",
            "機密性1情報",
            "機密性2情報",
            "機密性3情報",
            "重要経済安保情報",
            "防衛秘密",
            "特別防衛秘密(秘)",
            "特別防衛秘密(機密)",
        )
    ]
    + [
        ("AUS", "SECRET", "NATO"),
        ("AUS", "SECRET", "AUS"),
        ("USA", "SECRET", "JPN"),
        ("NATO", "SECRET", "AUS"),
    ]
)


def mapping(policy, level, to, *categories, **more):
    return {
        "label": label(policy, level, *categories),
        "to": to,
        "agreement": "jpn-aus-2022",
        **more,
    }


def test_every_row_of_the_agreement_maps_as_written_and_says_that_it_is_unverified():
    found = answers("map", [mapping(policy, level, to, REL) for policy, level, to, _, _ in ROWS])
    for (policy, _, to, level, handled), one in zip(ROWS, found, strict=True):
        assert (one["label"]["policy"], said(one["label"]), one["handle_as"]) == (
            to,
            f"{level} | Releasable To=AUS,JPN",
            handled,
        )
        assert one["verified"] is False
        assert one["clause"]
        assert one["label"]["originator"] == policy


def test_there_and_back_never_lowers():
    there = answers("map", [mapping(policy, level, to, REL) for policy, level, to, _, _ in ROWS])
    back = answers(
        "map",
        [
            {"label": one["label"], "to": row[0], "agreement": "jpn-aus-2022"}
            for row, one in zip(ROWS, there, strict=True)
        ],
    )
    for (_, level, _, _, handled), one in zip(ROWS, back, strict=True):
        if handled:
            assert one["error"]["code"] == "label.no_equivalent"
        else:
            assert one["label"]["classification"] == ("極秘" if level == "特定秘密" else level)


def test_a_level_without_a_row_has_no_equivalent_and_a_caveat_is_never_lost():
    context = {"NATO": [NATO_CONTEXT]}
    rows = [mapping(policy, level, to, *context.get(policy, [])) for policy, level, to in NO_ROWS]
    assert {one["error"]["code"] for one in answers("map", rows)} == {"label.no_equivalent"}
    caveats = [
        mapping("AUS", "SECRET", "JPN", (tag, "restrictive", value))
        for tag, value in (
            ("Caveat", "AUSTEO"),
            ("Caveat", "AGAO"),
            ("Caveat", "ORCON"),
            ("Caveat", "CABINET"),
            ("Codeword", "WOMBAT"),
            ("Foreign Government", "USA"),
        )
    ]
    assert {
        one["error"]["code"]
        for one in answers(
            "map",
            [*caveats, mapping("JPN", "極秘", "AUS", ("Handling", "restrictive", "複製禁止"))],
        )
    } == {"label.caveat_lost"}


def test_a_map_adds_nobody_and_needs_the_agreement_in_force():
    bare, early, old, unknown, nowhere, wrong = answers(
        "map",
        [
            mapping("AUS", "SECRET", "JPN"),
            mapping("AUS", "SECRET", "JPN", REL, at="2020-01-01T00:00:00Z"),
            {**mapping("AUS", "SECRET", "JPN"), "agreement": "jpn-aus-2007"},
            {**mapping("AUS", "SECRET", "JPN"), "agreement": "nope"},
            mapping("AUS", "SECRET", "XXX"),
            mapping("AUS", "BOGUS", "JPN"),
        ],
    )
    assert said(bare["label"]) == "極秘 | Releasable To=AUS"
    assert [one["error"]["code"] for one in (early, old, unknown, nowhere, wrong)] == [
        "agreement.not_in_force",
        "agreement.not_in_force",
        "agreement.unknown",
        "label.unknown_policy",
        "label.unknown_token",
    ]


def test_merge_and_map_exit_1_when_refused_and_2_when_malformed():
    assert (
        alone("label", "merge", "-", "--syntax", "us-portion", stdin='["(S//RELIDO)", "(S)"]')[0]
        == 1
    )
    assert alone("label", "merge", "-", "--syntax", "us-portion", stdin='["(S//BOGUS)"]')[0] == 2
    assert (
        alone("label", "merge", "-", "--syntax", "us-portion", stdin='["(S//NF)", "(U)"]')[1][
            "canonical"
        ]
        == "SECRET//NOFORN"
    )
    assert (
        alone(
            "label",
            "map",
            "-",
            "--agreement",
            "jpn-aus-2022",
            "--to",
            "JPN",
            stdin=json.dumps(label("AUS", "OFFICIAL")),
        )[0]
        == 1
    )
    assert (
        alone(
            "label",
            "map",
            "-",
            "--agreement",
            "jpn-aus-2022",
            "--to",
            "JPN",
            stdin='{"policy": "AUS"}',
        )[0]
        == 2
    )
