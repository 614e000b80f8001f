"""STIX markings of other products: what decides nothing hides nothing, and known forms are read.

Spec: STIX 2.1 §7.2.1, STIX 2.1 §11.1.
"""

import pytest

from sealane.labels.model.label import Label
from sealane.labels.stix.definitions import TLP1_IDS, TLP2_IDS
from sealane.labels.stix.objects import product_of, read_objects
from tests.unit.labels.shipped import NOW, shipped
from tests.unit.labels.test_stix_objects import INDICATOR, STATEMENT, bundle, code, read

RED, CLEAR = TLP2_IDS["red"], TLP2_IDS["clear"]
TERMS = "marking-definition--88888888-8888-4888-8888-888888888888"
GREEN = TLP2_IDS["green"]
OPENCTI = "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba"


def statement(**more):
    return {**STATEMENT, "id": TERMS, **more}


@pytest.mark.parametrize(
    "more",
    [
        {"x_example_spec_version": "3.2.0", "x_example_domains": ["enterprise"]},
        {"x_mitre_attack_spec_version": "2.1.0", "x_mitre_domains": ["enterprise-attack"]},
        {"external_references": [{"source_name": "terms", "url": "https://example.org/terms"}]},
        {"object_marking_refs": [GREEN]},
        {"granular_markings": [{"marking_ref": GREEN, "selectors": ["definition"]}]},
        {"created_by_ref": "identity--88888888-8888-4888-8888-888888888888"},
        {"name": "Terms", "modified": "2026-01-01T00:00:00.000Z", "lang": "en"},
        {"extensions": {OPENCTI: {"extension_type": "property-extension", "order": 1}}},
    ],
)
def test_what_decides_nothing_on_a_marking_hides_nothing(more):
    marked = {**INDICATOR, "object_marking_refs": [TERMS, GREEN]}
    (found,) = read(statement(**more), marked)
    assert found.label.classification == "GREEN"
    assert found.label.values("Statement") == ("Copyright 2026",)


@pytest.mark.parametrize(
    "more",
    [
        {"extensions": {"extension-definition--11111111-1111-4111-8111-111111111111": {}}},
        {"extensions": []},
        {"revoked": True},
        {"X-Upper": 1},
        {"x": 1},
        {"definition": {"statement": "a", "more": "b"}},
    ],
)
def test_what_may_decide_on_a_marking_refuses_it(more):
    marked = {**INDICATOR, "object_marking_refs": [TERMS, GREEN]}
    assert code(statement(**more), marked) in ("stix.malformed", "stix.unsupported")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("One\nline\n", "One line"),
        ("x" * 300, "x" * 180 + " ... sha256:"),
        ("日本語の利用条件", "日本語の利用条件"),
    ],
)
def test_a_long_or_broken_statement_is_kept_on_one_line(text, kept):
    marked = {**INDICATOR, "object_marking_refs": [TERMS, GREEN]}
    (found,) = read(statement(definition={"statement": text}), marked)
    assert found.label.values("Statement")[0].startswith(kept)
    assert len(found.label.values("Statement")[0]) <= 256
    assert ("stix.statement" in [note.code for note in found.notes]) is (text != kept)


def test_one_unreadable_marking_silences_no_other():
    other = {**INDICATOR, "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd40"}
    unknown = "marking-definition--11111111-1111-4111-8111-111111111111"
    found = read_objects(
        bundle(
            statement(definition={"statement": 5}),
            {**INDICATOR, "object_marking_refs": [GREEN]},
            {**other, "object_marking_refs": [TERMS, GREEN]},
            {**other, "object_marking_refs": [unknown]},
            {"type": "indicator", "id": None, "object_marking_refs": [GREEN]},
            {**other, "object_marking_refs": [GREEN], "granular_markings": [{}]},
        ),
        shipped(),
        at=NOW,
    )
    codes = [None if one.error is None else one.error.code for one in found]
    assert codes == [None, "stix.malformed", "stix.unresolved", "stix.malformed", "stix.malformed"]
    assert found[0].product == Label(policy="TLP", classification="GREEN")
    assert all(one.label is None and one.product is None for one in found[1:])
    assert product_of(found, shipped(), at=NOW) is None


def test_the_product_of_a_document_meets_every_object():
    objects = [{**INDICATOR, "object_marking_refs": [one]} for one in (GREEN, RED, CLEAR)]
    found = read_objects(bundle(*objects), shipped(), at=NOW)
    assert product_of(found, shipped(), at=NOW) == Label(policy="TLP", classification="RED")
    unmarked = read_objects(bundle(*objects, INDICATOR), shipped(), at=NOW)
    assert product_of(unmarked, shipped(), at=NOW) is None


def opencti(value, scale="TLP", **more):
    return statement(
        definition={"statement": "custom"},
        x_opencti_definition_type=scale,
        x_opencti_definition=value,
        **more,
    )


def platform(value, scale="TLP", **more):
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": TERMS,
        "created": "2024-05-01T00:00:00.000Z",
        "name": value,
        "definition_type": scale,
        "extensions": {OPENCTI: {"extension_type": "property-extension", "order": 3}},
        **more,
    }


AMBER_STRICT = "marking-definition--826578e1-40ad-459f-bc73-ede076f81f37"
VENDOR_FORMS = [
    (opencti("TLP:AMBER+STRICT", id=AMBER_STRICT), "AMBER+STRICT"),
    (opencti("TLP:CLEAR"), "CLEAR"),
    (opencti("TLP:RED", id=RED), "RED"),
    (platform("TLP:AMBER+STRICT", id=AMBER_STRICT), "AMBER+STRICT"),
    (platform("TLP:WHITE", id=TLP1_IDS["white"]), "CLEAR"),
    (platform("TLP:GREEN", id=TLP1_IDS["green"]), "GREEN"),
    (
        platform("TLP:GREEN", definition_type="tlp", definition={"tlp": "GREEN"}),
        "GREEN",
    ),
    (statement(id=TLP1_IDS["white"], definition_type="tlp", definition={"tlp": "clear"}), "CLEAR"),
    (
        statement(id=AMBER_STRICT, definition_type="tlp", definition={"tlp": "amber+strict"}),
        "AMBER+STRICT",
    ),
]


@pytest.mark.parametrize(("marking", "level"), VENDOR_FORMS)
def test_a_product_s_own_form_of_tlp_is_read_by_table_and_said(marking, level):
    (found,) = read(marking, {**INDICATOR, "object_marking_refs": [marking["id"]]})
    assert found.label == Label(policy="TLP", classification=level)
    assert "stix.vendor_form" in [note.code for note in found.notes]


def test_an_identifier_of_opencti_s_own_is_known_without_its_definition():
    (found,) = read({**INDICATOR, "object_marking_refs": [AMBER_STRICT]})
    assert found.label == Label(policy="TLP", classification="AMBER+STRICT")


@pytest.mark.parametrize("form", [opencti, platform])
def test_what_one_may_do_with_an_object_is_kept_in_words(form):
    pap = form("PAP:RED", "PAP")
    (found,) = read(pap, {**INDICATOR, "object_marking_refs": [GREEN, pap["id"]]})
    assert found.label.classification == "GREEN"
    assert found.label.values("Statement") == ("PAP:RED",)


@pytest.mark.parametrize(
    "marking",
    [
        opencti("TLP:CLEAR", id=RED),
        opencti("TLP:GREEN", id=AMBER_STRICT),
        platform("TLP:CLEAR", id=TLP1_IDS["red"]),
        statement(id=RED, definition_type="tlp", definition={"tlp": "clear"}),
        platform("TLP:PURPLE"),
        platform("TLP:CLEAR", scale="CLASSIFICATION"),
        platform("PAP:RED"),
        statement(definition_type="tlp", definition={"tlp": "amber+strict"}),
        statement(definition_type="tlp", definition={"tlp": "GREEN"}),
    ],
)
def test_a_form_that_contradicts_itself_or_is_in_no_table_is_refused(marking):
    reference = {**INDICATOR, "object_marking_refs": [marking["id"]]}
    assert code(marking, reference) in ("stix.malformed", "stix.unsupported")


def test_an_unknown_scale_of_opencti_is_words_alone_and_decides_nothing():
    marking = opencti("SECRET", scale="CLASSIFICATION")
    assert code(marking, {**INDICATOR, "object_marking_refs": [TERMS]}) == "stix.unsupported"
