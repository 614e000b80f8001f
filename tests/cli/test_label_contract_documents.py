"""NATO labels and STIX markings through the command, held from outside."""

import json

from tests.cli.contract.documents import (
    JSON_READ,
    JSON_REFUSED,
    NATO_READ,
    NATO_REFUSED,
    STIX_READ,
    STIX_REFUSED,
    category,
    nato,
    tlp1,
    tlp2,
)
from tests.cli.contract.driving import answers, said


def parsed(syntax, texts):
    return answers("parse", [{"syntax": syntax, "text": text} for text in texts])


def test_every_well_formed_nato_label_is_read_and_its_canonical_text_says_the_same():
    found = parsed("nato-4774", [text for text, _ in NATO_READ.values()])
    wrong = {
        name: one
        for (name, (_, meant)), one in zip(NATO_READ.items(), found, strict=True)
        if "error" in one or said(one["label"]) != meant
    }
    assert wrong == {}
    again = parsed("nato-4774", [one["canonical"] for one in found])
    assert [one["label"] for one in again] == [one["label"] for one in found]
    assert [one["canonical"] for one in again] == [one["canonical"] for one in found]
    assert all(one["label"]["created"] == "2024-01-01T00:00:00Z" for one in found)
    assert (
        found[list(NATO_READ).index("succession")]["label"]["succession"]["label"]["classification"]
        == "RESTRICTED"
    )


def test_every_malformed_nato_label_is_refused_and_its_cause_named():
    found = parsed("nato-4774", [text for text, _ in NATO_REFUSED.values()])
    wrong = {
        name: one
        for (name, (_, code)), one in zip(NATO_REFUSED.items(), found, strict=True)
        if set(one) != {"error"}
        or (code and one["error"]["code"] != code)
        or not one["error"]["message_ja"]
    }
    assert wrong == {}


def test_well_formed_schema_valid_and_policy_valid_are_three_results():
    form, schema, policy = parsed(
        "nato-4774", [nato()[:-1], nato(created=""), nato(level_uri=' URI="urn:oid:1.2"')]
    )
    assert [one["error"]["code"] for one in (form, schema, policy)] == [
        "xml.malformed",
        "label.schema_invalid",
        "label.policy_invalid",
    ]


def test_the_author_of_an_unsatisfiable_label_is_warned():
    apart, together = parsed(
        "nato-4774",
        [
            nato(
                categories=category("Context", "NATO", "Releasable")
                + category("Only", country)
                + category("Releasable To", "AUS")
            )
            for country in ("GBR", "AUS")
        ],
    )
    assert "nato.only" in [note["code"] for note in apart["notes"]]
    assert "nato.only" not in [note["code"] for note in together["notes"]]


def test_the_json_form_is_read_in_every_shape_it_was_published_in_and_marked_experimental():
    found = parsed("nato-4774-json", [json.dumps(value) for value, _ in JSON_READ.values()])
    assert [said(one["label"]) for one in found] == [meant for _, meant in JSON_READ.values()]
    assert all("nato.experimental" in [note["code"] for note in one["notes"]] for one in found)
    assert [
        set(one)
        for one in parsed("nato-4774-json", [json.dumps(value) for value in JSON_REFUSED.values()])
    ] == [{"error"}] * len(JSON_REFUSED)


def test_stix_markings_are_read_by_their_fixed_identifiers_and_forgeries_refused():
    found = parsed("stix-marking", [json.dumps(value) for value, _ in STIX_READ])
    assert [(one["label"]["policy"], one["label"]["classification"]) for one in found] == [
        ("TLP", colour) for _, colour in STIX_READ
    ]
    again = parsed("stix-marking", [one["canonical"] for one in found])
    assert [one["label"] for one in again] == [one["label"] for one in found]
    assert [json.loads(one["canonical"])["id"] for one in found[:5]] == [
        value["id"] for value, _ in STIX_READ[:5]
    ]
    assert [
        set(one) for one in parsed("stix-marking", [json.dumps(value) for value in STIX_REFUSED])
    ] == [{"error"}] * len(STIX_REFUSED)


def test_white_of_tlp_1_equals_clear():
    old, new = parsed("stix-marking", [json.dumps(tlp1("white")), json.dumps(tlp2("clear"))])
    assert old["label"] == new["label"]
    assert [note["code"] for note in old["notes"]] == ["stix.tlp1"]
