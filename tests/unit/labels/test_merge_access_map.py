"""Examples of merging, access by label alone and mapping under an agreement, by name."""

import json

import pytest

from sealane import shipped
from sealane.agreements.mapping import map_label
from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.labels.model.clearance import clearance_from_json
from sealane.labels.model.label import label_from_json
from sealane.labels.nations import SYNTAXES, banner
from sealane.labels.rules.access import access
from sealane.labels.rules.rollup import merge

SCHEMES = shipped.schemes()
AT = parse_instant("2026-11-23T00:00:00Z")


def marks(syntax, *texts):
    return [SYNTAXES[syntax].parse(text, SCHEMES).label for text in texts]


@pytest.mark.parametrize(
    ("syntax", "texts", "product"),
    [
        ("au-document", ["SECRET//REL AUS/JPN", "PROTECTED//REL AUS/NZL"], "SECRET//REL AUS"),
        ("au-document", ["SECRET//REL AUS/JPN", "OFFICIAL"], "SECRET"),
        ("au-document", ["SECRET//REL AUS/JPN", "SECRET//AUSTEO"], "SECRET//AUSTEO"),
        (
            "au-document",
            ["PROTECTED//CABINET", "SECRET//CODEWORD A", "TOP SECRET//CODEWORD B"],
            "TOP SECRET//CODEWORD A//CODEWORD B//CABINET",
        ),
        (
            "au-subject",
            ["[SEC=OFFICIAL]", "[SEC=OFFICIAL:Sensitive, ACCESS=Legal-Privilege]"],
            "[SEC=OFFICIAL:Sensitive, ACCESS=Legal-Privilege]",
        ),
        ("jp", ["秘", "極秘(複製禁止)"], "極秘(複製禁止)"),
        (
            "gb-document",
            ["OFFICIAL-SENSITIVE [LEGAL]", "SECRET - UK EYES ONLY"],
            "SECRET - UK EYES ONLY [LEGAL]",
        ),
        ("tlp", ["TLP:GREEN", "TLP:AMBER+STRICT", "TLP:CLEAR"], "TLP:AMBER+STRICT"),
    ],
)
def test_a_product_carries_the_sum_of_its_portions(syntax, texts, product):
    assert banner(merge(marks(syntax, *texts), SCHEMES, at=AT), SCHEMES, syntax) == product


@pytest.mark.parametrize(
    ("syntax", "texts", "code"),
    [
        ("au-document", ["SECRET//REL JPN/NZL", "SECRET//REL AUS/USA"], "label.unsatisfiable"),
        ("au-document", ["SECRET//REL JPN/NZL", "SECRET"], "label.unsatisfiable"),
        ("jp", ["特定秘密", "極秘"], "label.incomparable"),
        ("jp", ["機密性3情報", "秘"], "label.incomparable"),
    ],
)
def test_a_product_nobody_may_read_or_no_table_compares_is_refused(syntax, texts, code):
    with pytest.raises(SealaneError) as caught:
        merge(marks(syntax, *texts), SCHEMES, at=AT)
    assert caught.value.code == code


def test_groups_are_opened_to_find_the_common_countries():
    labels = [
        label_from_json(
            {
                "policy": "AUS",
                "classification": "SECRET",
                "categories": [{"tag": "Releasable To", "type": "permissive", "values": values}],
            }
        )
        for values in (["FVEY"], ["AUS", "JPN", "USA"])
    ]
    assert merge(labels, SCHEMES, at=AT).values("Releasable To") == ("AUS", "USA")
    assert merge([labels[0], labels[0]], SCHEMES, at=AT).values("Releasable To") == ("FVEY",)


def test_policies_are_never_mixed():
    with pytest.raises(SealaneError) as caught:
        merge([*marks("tlp", "TLP:RED"), *marks("au-document", "SECRET")], SCHEMES, at=AT)
    assert caught.value.code == "label.mixed_policies"


def person(**changes):
    base = {
        "policy": "AUS",
        "classifications": ["PROTECTED", "SECRET"],
        "categories": [],
        "citizenships": ["AUS"],
        "organisation": "Defence",
        "organisation_country": "AUS",
    }
    return clearance_from_json({**base, **changes})


CONSENT = {
    "by": "AUS",
    "answer": "yes",
    "at": "2026-01-01T00:00:00Z",
    "until": "2027-01-01T00:00:00Z",
}
JAPANESE = {"citizenships": ["JPN"], "organisation": "MOD", "organisation_country": "JPN"}


@pytest.mark.parametrize(
    ("mark", "changes", "permit"),
    [
        ("SECRET", {}, True),
        ("SECRET", {"classifications": ["TOP SECRET"]}, False),
        ("SECRET", {"policy": "JPN"}, False),
        ("SECRET", JAPANESE, False),
        ("SECRET", {"citizenships": ["AUS", "JPN"]}, True),
        ("SECRET//REL AUS/JPN", JAPANESE, True),
        ("SECRET//REL AUS/JPN", {**JAPANESE, "organisation_country": "FRA"}, False),
        ("SECRET//REL AUS/JPN", {**JAPANESE, "organisation_country": None}, False),
        ("SECRET//REL AUS/JPN", {**JAPANESE, "citizenships": []}, False),
        ("SECRET//REL AUS/NZL", JAPANESE, False),
        ("SECRET//AUSTEO", {}, True),
        ("SECRET//AUSTEO", {"citizenships": ["AUS", "FRA"]}, True),
        (
            "SECRET//AUSTEO",
            {"citizenships": ["NZL"], "categories": [{"tag": "Caveat", "values": ["AUSTEO"]}]},
            False,
        ),
        ("SECRET//AGAO", {}, True),
        ("SECRET//AGAO", {"citizenships": ["JPN"]}, False),
        ("SECRET//CABINET", {}, False),
        ("SECRET//CABINET", {"categories": [{"tag": "Caveat", "values": ["CABINET"]}]}, True),
        (
            "SECRET//CODEWORD A//CODEWORD B",
            {"categories": [{"tag": "Codeword", "values": ["A"]}]},
            False,
        ),
        (
            "SECRET//CODEWORD A//CODEWORD B",
            {"categories": [{"tag": "Codeword", "values": ["A", "B", "C"]}]},
            True,
        ),
        ("SECRET//ORCON", {"categories": [{"tag": "Caveat", "values": ["ORCON"]}]}, False),
        ("SECRET//ORCON", {"consents": [CONSENT]}, True),
        ("SECRET//ORCON", {"consents": [{**CONSENT, "by": "JPN"}]}, False),
        ("SECRET//ORCON", {"consents": [CONSENT, {**CONSENT, "answer": "no"}]}, False),
        ("SECRET//ORCON", {"consents": [{**CONSENT, "until": "2026-11-23T00:00:00Z"}]}, False),
    ],
)
def test_access_by_label_alone(mark, changes, permit):
    verdict = access(marks("au-document", mark)[0], person(**changes), SCHEMES, at=AT, trusted=True)
    assert verdict.permit is permit
    assert verdict.permit or any(not reason.met for reason in verdict.reasons)


def test_agao_admits_five_eyes_guests_inside_the_community_only():
    label = label_from_json(
        {
            "policy": "AUS",
            "classification": "SECRET",
            "categories": [{"tag": "Caveat", "type": "restrictive", "values": ["AGAO"]}],
        }
    )
    guest = person(citizenships=["NZL"])
    reasons = {
        reason.code: reason.met
        for reason in access(label, guest, SCHEMES, at=AT, trusted=True).reasons
    }
    assert reasons["access.nationality"]
    elsewhere = person(citizenships=["NZL"], organisation="Treasury")
    reasons = {
        reason.code: reason.met
        for reason in access(label, elsewhere, SCHEMES, at=AT, trusted=True).reasons
    }
    assert not reasons["access.nationality"]


def test_a_downgrade_counts_only_at_a_trusted_instant_and_from_it_on():
    label = marks("au-subject", "[SEC=SECRET, EXPIRES=2026-11-23, DOWNTO=PROTECTED]")[0]
    low = person(classifications=["PROTECTED"])
    assert access(label, low, SCHEMES, at=AT, trusted=True).permit
    assert not access(label, low, SCHEMES, at=AT, trusted=False).permit
    assert not access(
        label, low, SCHEMES, at=parse_instant("2026-11-22T23:59:59Z"), trusted=True
    ).permit


def test_no_reason_names_a_caveat():
    verdict = access(
        marks("au-document", "SECRET//CODEWORD WOMBAT//CABINET")[0],
        person(),
        SCHEMES,
        at=AT,
        trusted=True,
    )
    assert not verdict.permit
    assert "WOMBAT" not in json.dumps(verdict.as_json())
    assert "CABINET" not in json.dumps(verdict.as_json())


def test_red_is_for_named_recipients_so_the_colour_alone_grants_nobody():
    held = person(policy="TLP", classifications=["RED", "AMBER"])
    assert not access(marks("tlp", "TLP:RED")[0], held, SCHEMES, at=AT, trusted=True).permit
    assert access(marks("tlp", "TLP:AMBER")[0], held, SCHEMES, at=AT, trusted=True).permit


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"citizenships": ["Japan"]},
        {"classifications": "SECRET"},
        {"consents": [{"by": "AUS"}]},
        {"categories": [{"tag": "A"}]},
    ],
)
def test_a_wrong_clearance_is_malformed(change):
    with pytest.raises(SealaneError) as caught:
        person(**change)
    assert caught.value.exit_status == 2


AGREEMENT = shipped.agreements()["jpn-aus-2022"]


def mapped(label, to, at=AT):
    return map_label(label_from_json(label), AGREEMENT, to, SCHEMES, at=at)


def label(policy, classification, *categories):
    return {
        "policy": policy,
        "classification": classification,
        "originator": policy,
        "categories": [
            {"tag": tag, "type": kind, "values": values} for tag, kind, values in categories
        ],
    }


REL = ("Releasable To", "permissive", ["AUS", "JPN"])


@pytest.mark.parametrize(
    ("source", "to", "name", "handle_as"),
    [
        (label("AUS", "TOP SECRET", REL), "JPN", "機密", None),
        (label("AUS", "SECRET", REL), "JPN", "極秘", None),
        (label("AUS", "PROTECTED", REL), "JPN", "秘", "秘"),
        (label("AUS", "OFFICIAL: Sensitive", REL), "JPN", "取扱注意", None),
        (label("JPN", "機密", REL), "AUS", "TOP SECRET", None),
        (label("JPN", "特定秘密", REL), "AUS", "SECRET", None),
        (label("JPN", "取扱注意", REL), "AUS", "OFFICIAL: Sensitive", None),
    ],
)
def test_a_row_maps_in_its_own_direction(source, to, name, handle_as):
    found = mapped(source, to)
    assert (found.label.policy, found.label.classification, found.handle_as) == (
        to,
        name,
        handle_as,
    )
    assert found.verified is False
    assert found.label.originator == source["policy"]
    assert found.label.values("Releasable To") == ("AUS", "JPN")


@pytest.mark.parametrize(
    ("source", "to", "code"),
    [
        (label("JPN", "秘", REL), "AUS", "label.no_equivalent"),
        (label("AUS", "OFFICIAL", REL), "JPN", "label.no_equivalent"),
        (label("AUS", "CONFIDENTIAL", REL), "JPN", "label.no_equivalent"),
        (label("JPN", "機密性2情報", REL), "AUS", "label.no_equivalent"),
        (label("AUS", "SECRET", REL), "USA", "label.no_equivalent"),
        (label("AUS", "SECRET", REL), "ZZZ", "label.unknown_policy"),
        (label("AUS", "SECRET", ("Caveat", "restrictive", ["AUSTEO"])), "JPN", "label.caveat_lost"),
        (
            label("AUS", "SECRET", REL, ("Caveat", "restrictive", ["ORCON"])),
            "JPN",
            "label.caveat_lost",
        ),
    ],
)
def test_what_has_no_row_or_would_lose_a_caveat_is_refused(source, to, code):
    with pytest.raises(SealaneError) as caught:
        mapped(source, to)
    assert caught.value.code == code


def test_before_its_period_an_agreement_maps_nothing():
    with pytest.raises(SealaneError) as caught:
        mapped(label("AUS", "SECRET", REL), "JPN", at=parse_instant("2022-10-21T23:59:59Z"))
    assert caught.value.code == "agreement.not_in_force"


def test_there_and_back_never_lowers():
    for scheme, to in (("AUS", "JPN"), ("JPN", "AUS")):
        for level in SCHEMES[scheme].levels:
            try:
                there = mapped(label(scheme, level.name, REL), to).label
                back = map_label(there, AGREEMENT, scheme, SCHEMES, at=AT).label
            except SealaneError:
                continue
            again = SCHEMES[scheme].level(back.classification)
            assert again.branch != level.branch or again.order >= level.order


def test_a_label_without_a_list_gains_no_readers_abroad():
    found = mapped(label("AUS", "SECRET"), "JPN")
    assert found.label.values("Releasable To") == ("AUS",)


@pytest.mark.parametrize(
    ("source", "to", "syntax", "mark"),
    [
        (label("AUS", "SECRET", REL), "JPN", "jp", "極秘(開示先:AUS/JPN、提供国:AUS)"),
        (
            label("JPN", "特定秘密", REL),
            "AUS",
            "au-document",
            "SECRET//REL AUS/JPN//PROVIDED BY JPN",
        ),
    ],
)
def test_what_was_received_is_marked_with_the_provider_s_name(source, to, syntax, mark):
    assert SYNTAXES[syntax].render(mapped(source, to).label, SCHEMES) == mark
