"""STIX 2.1 markings: the predefined objects to the letter, ACS where a label can keep it. Spec:
OASIS 60a3c5c5, 3a65884d.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import stix2
from hypothesis import given
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.labels.nations import SYNTAXES
from sealane.labels.stix.acs import ACS
from sealane.labels.stix.definitions import TLP2, TLP2_IDS
from tests.unit.labels.shipped import NOW, parsed, rendered, shipped


def tlp(colour: str = "amber+strict", **change: Any) -> dict[str, Any]:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": TLP2_IDS.get(colour, TLP2_IDS["red"]),
        "created": "2022-10-01T00:00:00.000Z",
        "name": f"TLP:{colour.upper()}",
        "extensions": {TLP2: {"extension_type": "property-extension", "tlp_2_0": colour}},
        **change,
    }


def acs(controls: dict[str, Any] | None = None, **change: Any) -> dict[str, Any]:
    body = {
        "extension_type": "property-extension",
        "identifier": "isa:guide.19001.ACS3-1",
        "create_date_time": "2026-05-27T14:10:26.723Z",
        "responsible_entity_custodian": "USA.DOJ.FBI",
        "policy_reference": "urn:isa:policy:acs:ns:v3.0?privdefault=permit&sharedefault=deny",
        "control_set": {"classification": "U", **(controls or {})},
        **change,
    }
    body = {name: value for name, value in body.items() if value is not None}
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--ff7043e7-b1c9-4115-8bfc-79db1bed6862",
        "created": "2026-06-18T00:00:00Z",
        "extensions": {ACS: body},
    }


def code_of(value: Any) -> str:
    with pytest.raises(SealaneError) as refused:
        parsed("stix-marking", value if isinstance(value, str) else json.dumps(value))
    return refused.value.code


@pytest.mark.parametrize("colour", TLP2_IDS)
def test_tlp_2_is_read_and_written_byte_for_byte(colour: str) -> None:
    text = json.dumps(tlp(colour), separators=(",", ":"))
    found = SYNTAXES["stix-marking"].parse(text, shipped(), at=NOW)
    assert (found.label.policy, found.label.classification, found.canonical, found.notes) == (
        "TLP",
        colour.upper(),
        text,
        (),
    )


@pytest.mark.parametrize(
    ("name", "level"),
    [("TLP_WHITE", "CLEAR"), ("TLP_GREEN", "GREEN"), ("TLP_AMBER", "AMBER"), ("TLP_RED", "RED")],
)
def test_the_peer_library_s_own_tlp_objects_are_read_as_tlp_1(name: str, level: str) -> None:
    found = SYNTAXES["stix-marking"].parse(getattr(stix2, name).serialize(), shipped(), at=NOW)
    assert (found.label.classification, [note.code for note in found.notes]) == (
        level,
        ["stix.tlp1"],
    )


def test_what_we_write_is_valid_to_the_peer_library() -> None:
    written = rendered("stix-marking", parsed("stix-marking", json.dumps(tlp("red"))))
    assert stix2.parse(written, allow_custom=True)["id"] == TLP2_IDS["red"]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "marking-definition--00000000-0000-4000-8000-000000000000"},
        {"created": "2022-10-02T00:00:00.000Z"},
        {"name": "TLP:RED"},
        {"type": "indicator"},
        {"spec_version": "2.0"},
        {"extra": 1},
        {"definition_type": "tlp"},
        {"id": TLP2_IDS["red"]},
        {"created_by_ref": "identity--x"},
        {"extensions": {TLP2: {"extension_type": "new-sdo", "tlp_2_0": "red"}}},
        {"extensions": {TLP2: {"extension_type": "property-extension", "tlp_2_0": "ex:chr"}}},
        {
            "extensions": {
                TLP2: {"extension_type": "property-extension", "tlp_2_0": "amber+strict", "x": 1}
            }
        },
        {"extensions": {}},
        {"name": 5},
        {"definition_type": "tlp", "definition": {"tlp": "amber+strict"}, "extensions": None},
    ],
)
def test_a_twin_of_a_predefined_object_is_refused(change: dict[str, Any]) -> None:
    value = {name: one for name, one in tlp(**change).items() if one is not None}
    assert code_of(value) == "stix.malformed"


def test_one_marking_decides_and_statements_alone_are_no_label() -> None:
    statement = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--62fd3f9b-15f3-4ebc-802c-91fce9536bcf",
        "created": "2021-03-13T20:09:20.886268Z",
        "definition_type": "statement",
        "definition": {"statement": "Copyright"},
    }
    assert code_of(statement) == "stix.unsupported"
    assert code_of([tlp("red"), tlp("green")]) == "label.duplicate"
    assert parsed("stix-marking", json.dumps([tlp("red"), statement])).values("Statement") == (
        "Copyright",
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a", "stix.unsupported"),
        ("extension-definition--dff17fb3-edcb-4f99-ad1b-4b751c95738a", "stix.unsupported"),
        ("extension-definition--other", "stix.unsupported"),
    ],
)
def test_other_marking_extensions_are_refused_by_name(name: str, code: str) -> None:
    assert code_of(tlp("red", extensions={name: {"extension_type": "property-extension"}})) == code


def test_acs_controls_become_a_us_label_and_go_back() -> None:
    value = acs(
        {
            "formal_determination": ["NF", "AIS"],
            "sensitivity": ["LES"],
            "entity": ["GOV", "MIL"],
            "permitted_organizations": ["USA.USG"],
        }
    )
    found = SYNTAXES["stix-marking"].parse(json.dumps(value), shipped(), at=NOW)
    assert {one.tag: one.type for one in found.label.categories} == {
        "ACS": "informative",
        "ACS Determination": "informative",
        "ACS Entity": "permissive",
        "ACS Organisation": "permissive",
        "ACS Sensitivity": "restrictive",
        "Dissemination Controls": "restrictive",
    }
    again = SYNTAXES["stix-marking"].parse(found.canonical, shipped(), at=NOW)
    assert (again.label, again.canonical) == (found.label, found.canonical)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (
            acs(policy_reference="urn:isa:policy:acs:ns:v3.0?privdefault=deny&sharedefault=deny"),
            "acs.unsupported",
        ),
        (acs(access_privilege=[]), "acs.unsupported"),
        (acs(further_sharing=[]), "acs.unsupported"),
        (acs({"logical_authority_category": ["X"]}), "acs.unsupported"),
        (acs({"permitted_nationalities": ["AUS"]}), "acs.unsupported"),
        (acs(policy_reference="urn:isa:policy:acs:ns:v2.0"), "acs.malformed"),
        (acs(identifier=None), "acs.malformed"),
        (acs(unknown="x"), "acs.malformed"),
        (acs({"classification": "R"}), "acs.malformed"),
        (acs({"caveat": []}), "acs.malformed"),
        (acs({"caveat": ["SECRET-CAVEAT"]}), "label.unknown_token"),
        (acs({"permitted_nationalities": ["USA", "UK"]}), "label.unknown_token"),
        (acs({"formal_determination": ["XX"]}), "label.unknown_token"),
        (acs({"entity": ["GOV", "GOV"]}), "acs.malformed"),
        (acs(control_set=[]), "acs.malformed"),
    ],
)
def test_acs_that_a_label_could_not_keep_is_refused_precisely(
    value: dict[str, Any], code: str
) -> None:
    assert code_of(value) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "json.malformed"),
        ("[" * 10_000, "json.too_deep"),
        ("x" * 10_000_000, "json.too_large"),
        ('{"type":"a","type":"b"}', "json.duplicate_key"),
        ("[]", "stix.malformed"),
        ("1", "stix.malformed"),
        ("null", "stix.malformed"),
        ("{}", "stix.malformed"),
        ('{"type":"bundle","objects":[1]}', "stix.malformed"),
    ],
)
def test_hostile_json_is_refused_with_a_typed_code(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.untraced  # thousands of changes
@given(st.sampled_from(["acs", "tlp"]), st.data())
def test_any_single_change_of_a_marking_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    value: Any = copy.deepcopy(acs({"entity": ["GOV"]}) if kind == "acs" else tlp("red"))
    target = value
    while isinstance(target, dict) and target and data.draw(st.booleans()):
        target = target[data.draw(st.sampled_from(sorted(target)))]
    if isinstance(target, dict) and target:
        target[data.draw(st.sampled_from(sorted(target)))] = data.draw(
            st.one_of(st.none(), st.integers(), st.text(max_size=5), st.just([]), st.just({}))
        )
    try:
        parsed("stix-marking", json.dumps(value))
    except SealaneError as error:
        if error.code == "internal.fault":
            raise
