"""Markings on STIX 2.1 objects: references resolved, selectors checked, the product never below any
of them.
"""

import json

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.model.label import Category, Label
from sealane.labels.stix.definitions import TLP1_IDS, TLP2_IDS, predefined
from sealane.labels.stix.objects import mark_object, read_objects
from tests.unit.labels.shipped import NOW, shipped

INDICATOR = {
    "type": "indicator",
    "spec_version": "2.1",
    "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
    "created": "2016-04-06T20:03:48.000Z",
    "modified": "2016-04-06T20:03:48.000Z",
    "confidence": 80,
    "score": 0.5,
    "name": "Poison Ivy",
    "description": "text",
    "labels": ["a", "b"],
    "external_references": [{"source_name": "x", "url": "u"}],
}
RED, AMBER, CLEAR = (TLP2_IDS[colour] for colour in ("red", "amber", "clear"))
STATEMENT = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41db",
    "created": "2017-01-20T00:00:00.000Z",
    "definition_type": "statement",
    "definition": {"statement": "Copyright 2026"},
}


def bundle(*objects):
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": list(objects)})


def read(*objects):
    found = read_objects(bundle(*objects), shipped(), at=NOW)
    for one in found:
        if one.error is not None:
            raise one.error
    return found


def code(*objects):
    with pytest.raises(SealaneError) as caught:
        read(*objects)
    return caught.value.code


def granular(*rows, **more):
    return {**INDICATOR, **more, "granular_markings": list(rows)}


def row(reference, *selectors):
    return {"marking_ref": reference, "selectors": list(selectors)}


def test_an_object_carries_what_it_refers_to():
    (found,) = read({**INDICATOR, "object_marking_refs": [AMBER]})
    assert found.label == found.product == Label(policy="TLP", classification="AMBER")
    assert found.parts == ()


def test_a_predefined_object_may_travel_with_it_or_not():
    one = {**INDICATOR, "object_marking_refs": [RED]}
    assert read(one)[0].label == read(predefined(RED), one)[0].label


def test_the_first_edition_s_objects_are_read_and_said():
    (found,) = read({**INDICATOR, "object_marking_refs": [TLP1_IDS["white"]]})
    assert found.label.classification == "CLEAR"
    assert [note.code for note in found.notes] == ["stix.tlp1"]


def test_a_statement_stands_beside():
    (found,) = read(STATEMENT, {**INDICATOR, "object_marking_refs": [AMBER, STATEMENT["id"]]})
    assert found.label.categories == (Category("Statement", "informative", ("Copyright 2026",)),)
    assert (
        code(STATEMENT, {**INDICATOR, "object_marking_refs": [STATEMENT["id"]]})
        == "stix.unsupported"
    )


def test_a_property_marked_higher_raises_the_product():
    (found,) = read(granular(row(RED, "description", "labels.[1]"), object_marking_refs=[AMBER]))
    assert (found.label.classification, found.product.classification) == ("AMBER", "RED")
    assert found.parts[0].selectors == ("description", "labels.[1]")


def test_a_property_marked_lower_never_lowers_the_product():
    (found,) = read(granular(row(CLEAR, "name"), object_marking_refs=[RED]))
    assert (found.parts[0].label.classification, found.product.classification) == ("CLEAR", "RED")


def test_what_is_marked_only_in_part_has_no_product():
    (found,) = read(granular(row(CLEAR, "name")))
    assert (found.label, found.product) == (None, None)
    assert read(INDICATOR)[0].product is None


def test_a_language_is_no_marking():
    (found,) = read(granular({"lang": "ja", "selectors": ["name"]}, object_marking_refs=[RED]))
    assert (found.parts[0].language, found.parts[0].label) == ("ja", None)


@pytest.mark.parametrize(
    "selector",
    [
        "id",
        "name",
        "labels",
        "labels.[0]",
        "external_references.[0].url",
        "external_references.[0]",
    ],
)
def test_a_selector_selects_what_is_there(selector):
    assert read(granular(row(RED, selector), object_marking_refs=[RED]))[0].parts


@pytest.mark.parametrize(
    "selector",
    [
        "",
        "Name",
        "names",
        "labels.[2]",
        "labels.0",
        "labels[0]",
        "labels.[-1]",
        "labels.[01x]",
        "name.[0]",
        "external_references.url",
        "external_references.[0].none",
        ".name",
        "name.",
        "na me",
        "nаme",
        "n\u200bame",
        "a",
        None,
        1,
        ["name"],
        "x" * 5000,
        "labels." * 900 + "a",
    ],
)
def test_a_selector_of_nothing_is_refused(selector):
    assert code(granular(row(RED, selector), object_marking_refs=[RED])) == "stix.selector"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"object_marking_refs": []}, "stix.malformed"),
        ({"object_marking_refs": AMBER}, "stix.malformed"),
        ({"object_marking_refs": [AMBER, AMBER]}, "label.duplicate"),
        ({"object_marking_refs": [AMBER, RED]}, "label.duplicate"),
        (
            {"object_marking_refs": ["marking-definition--00000000-0000-4000-8000-000000000000"]},
            "stix.unresolved",
        ),
        ({"object_marking_refs": [INDICATOR["id"]]}, "stix.malformed"),
        ({"object_marking_refs": [1]}, "stix.malformed"),
        ({"id": "indicator"}, "stix.malformed"),
        ({"id": None}, "stix.malformed"),
        ({"granular_markings": []}, "stix.malformed"),
        ({"granular_markings": [{}]}, "stix.malformed"),
        ({"granular_markings": [{"marking_ref": RED}]}, "stix.malformed"),
        ({"granular_markings": [{"marking_ref": RED, "selectors": []}]}, "stix.malformed"),
        (
            {"granular_markings": [{"marking_ref": RED, "lang": "ja", "selectors": ["name"]}]},
            "stix.malformed",
        ),
        ({"granular_markings": [{"lang": "日本語", "selectors": ["name"]}]}, "stix.malformed"),
        (
            {"granular_markings": [{"marking_ref": RED, "selectors": ["name", "name"]}]},
            "label.duplicate",
        ),
        (
            {"granular_markings": [{"marking_ref": STATEMENT["id"], "selectors": ["name"]}]},
            "stix.unresolved",
        ),
    ],
)
def test_markings_that_are_wrong_are_refused(change, expected):
    assert code({**INDICATOR, **change}) == expected


def test_a_forged_twin_of_a_predefined_object_is_refused():
    twin = {**predefined(RED), "extensions": predefined(CLEAR)["extensions"]}
    assert code(twin, {**INDICATOR, "object_marking_refs": [RED]}) == "stix.malformed"
    assert (
        code(predefined(RED), predefined(RED), {**INDICATOR, "object_marking_refs": [RED]})
        == "label.duplicate"
    )


@pytest.mark.parametrize("colour", ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"])
@pytest.mark.parametrize("selectors", [(), ("name",), ("description", "labels.[0]")])
def test_what_is_written_is_read_back(colour, selectors):
    label = Label(policy="TLP", classification=colour)
    whole = (
        mark_object(
            json.dumps(INDICATOR), Label(policy="TLP", classification="GREEN"), shipped(), at=NOW
        )
        if selectors
        else None
    )
    (found,) = read_objects(
        mark_object(whole or json.dumps(INDICATOR), label, shipped(), selectors=selectors, at=NOW),
        shipped(),
        at=NOW,
    )
    if selectors:
        assert (found.parts[0].label, found.parts[0].selectors) == (label, selectors)
    else:
        assert found.label == label


def test_nothing_is_marked_twice():
    amber = Label(policy="TLP", classification="AMBER")
    once = mark_object(json.dumps(INDICATOR), amber, shipped(), at=NOW)
    part = mark_object(once, amber, shipped(), selectors=["name"], at=NOW)
    for again in ({}, {"selectors": ["name"]}):
        with pytest.raises(SealaneError) as caught:
            mark_object(part, amber, shipped(), at=NOW, **again)
        assert caught.value.code == "label.duplicate"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"type": "bundle"}',
        '{"type": "bundle", "objects": [1]}',
        "[" * 10_000,
        '{"type":"bundle","objects":[' + "{}," * 30_000 + "{}]}",
    ],
)
def test_what_is_no_document_is_refused(text):
    with pytest.raises(SealaneError):
        read_objects(text, shipped(), at=NOW)
