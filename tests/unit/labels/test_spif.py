"""Open XML SPIF 2.1 files: honoured in full or refused with the reason and the line."""

import pytest

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.labels.model.label import label_from_json

HEAD = b'<spif:SPIF xmlns:spif="http://www.xmlspif.org/spif" schemaVersion="2.1" version="1">'
POLICY = b'<spif:securityPolicyId name="DEMO" id="1.2.3"/>'
SAMPLE = (
    HEAD
    + b"""
<!-- made for this test -->
"""
    + POLICY
    + b"""
<spif:securityClassifications>
  <spif:securityClassification name="OPEN" lacv="10" hierarchy="0"/>
  <spif:securityClassification name="CLOSED" lacv="4" hierarchy="1">
    <spif:requiredCategory operation="oneOrMore">
      <spif:categoryGroup tagSetRef="Groups" tagType="permissive" lacv="1"/>
      <spif:categoryGroup tagSetRef="Groups" tagType="permissive" lacv="2"/>
    </spif:requiredCategory>
  </spif:securityClassification>
  <spif:securityClassification name="SEALED" lacv="2" hierarchy="2" notAfter="20200101000000Z"/>
</spif:securityClassifications>
<spif:securityCategoryTagSets>
  <spif:securityCategoryTagSet name="Groups" id="1.2.4">
    <spif:securityCategoryTag name="Group" tagType="permissive">
      <spif:tagCategory name="RED" lacv="1"/>
      <spif:tagCategory name="BLUE" lacv="2">
        <spif:excludedClass>OPEN</spif:excludedClass>
      </spif:tagCategory>
    </spif:securityCategoryTag>
    <spif:securityCategoryTag name="Cell" tagType="enumerated" enumType="restrictive"
        singleSelection="true">
      <spif:tagCategory name="A" lacv="1"/>
      <spif:tagCategory name="B
" lacv="2">
        <spif:excludedCategory tagSetRef="Groups" tagType="permissive" lacv="1"/>
      </spif:tagCategory>
    </spif:securityCategoryTag>
    <spif:securityCategoryTag name="Hint" tagType="tagType7" tag7Encoding="bitSetAttributes">
      <spif:tagCategory name="x" lacv="1"/>
    </spif:securityCategoryTag>
  </spif:securityCategoryTagSet>
</spif:securityCategoryTagSets>
</spif:SPIF>"""
)


def load(data):
    return shipped.scheme_beside(data, "demo.xml")[0]


def label(classification, *categories, **more):
    return label_from_json(
        {
            "policy": "DEMO",
            "classification": classification,
            "categories": [
                {"tag": tag, "type": kind, "values": values} for tag, kind, values in categories
            ],
            **more,
        }
    )


RED = ("Group", "permissive", ["RED"])


def test_hierarchy_orders_and_lacv_only_names():
    scheme = load(SAMPLE)
    assert [(level.name, level.order) for level in scheme.levels] == [
        ("OPEN", 0),
        ("CLOSED", 1),
        ("SEALED", 2),
    ]
    assert [tag.type for tag in scheme.tags] == ["permissive", "restrictive", "informative"]
    assert "space around it" in scheme.findings[0]


@pytest.mark.parametrize(
    "good",
    [
        label("OPEN"),
        label("CLOSED", RED),
        label("CLOSED", ("Group", "permissive", ["BLUE"]), ("Cell", "restrictive", ["B"])),
        label("OPEN", ("Hint", "informative", ["x"])),
        label("SEALED", created="2019-12-31T23:59:59Z"),
    ],
)
def test_what_the_policy_allows_is_accepted(good):
    load(SAMPLE).check(good)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (label("CLOSED"), "label.requires"),
        (label("OPEN", ("Group", "permissive", ["BLUE"])), "label.level_conflict"),
        (label("CLOSED", RED, ("Cell", "restrictive", ["A", "B"])), "label.selection"),
        (label("CLOSED", RED, ("Cell", "restrictive", ["B"])), "label.contradiction"),
        (label("CLOSED", ("Group", "restrictive", ["RED"])), "label.category_type"),
        (label("SEALED", created="2020-01-01T00:00:00Z"), "label.retired"),
        (label("10"), "label.unknown_token"),
    ],
)
def test_every_constraint_is_honoured(bad, code):
    with pytest.raises(SealaneError) as caught:
        load(SAMPLE).check(bad)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b'schemaVersion="2.1"', b'schemaVersion="3.0"', "only 2.1 is read"),
        (b"www.xmlspif.org", b"www.xmslpif.org", "the root is"),
        (HEAD, b'<!DOCTYPE x [<!ENTITY e "x">]>' + HEAD, "document type"),
        (b'tagType="tagType7"', b'tagType="tagType9"', "tagType 'tagType9'"),
        (b'enumType="restrictive"', b'enumType="advisory"', "enumType 'advisory'"),
        (b'operation="oneOrMore"', b'operation="someOf"', "operation 'someOf'"),
        (b'hierarchy="2"', b'hierarchy="1"', "hierarchy '1' occurs twice"),
        (b'lacv="10"', b'lacv="ten"', "lacv 'ten' is not an integer"),
        (b'name="SEALED"', b'name="CLOSED"', "classification 'CLOSED' occurs twice"),
        (
            b"<spif:excludedClass>OPEN",
            b"<spif:excludedClass>NONE",
            "classification 'NONE' does not exist",
        ),
        (
            b'tagSetRef="Groups" tagType="permissive" lacv="2"',
            b'tagSetRef="Group" tagType="permissive" lacv="2"',
            "tag set 'Group'",
        ),
        (
            b'tagType="permissive" lacv="2"',
            b'tagType="permissive" lacv="9"',
            "lacv 9 names 0 values",
        ),
        (b'singleSelection="true"', b'singleSelection="maybe"', "neither true nor false"),
        (b'singleSelection="true"', b'pick="one"', "attribute 'pick'"),
        (b'<spif:tagCategory name="A" lacv="1"/>', b"<spif:surprise/>", "element 'surprise'"),
        (
            b'<spif:tagCategory name="A" lacv="1"/>',
            b'<tagCategory name="A" lacv="1"/>',
            "not in the SPIF namespace",
        ),
        (b'name="Hint"', b'name=" "', "has no 'name'"),
        (POLICY, b"", "0 'securityPolicyId' instead of one"),
        (
            b"</spif:SPIF>",
            b"<spif:extensions><x/></spif:extensions></spif:SPIF>",
            "extensions are not understood",
        ),
        (b"</spif:SPIF>", b"", "not XML"),
    ],
)
def test_what_is_not_understood_refuses_the_file(old, new, why):
    assert old in SAMPLE
    with pytest.raises(SealaneError) as caught:
        load(SAMPLE.replace(old, new, 1))
    assert caught.value.code == "scheme.malformed"
    assert why in caught.value.message


def test_deep_and_large_files_are_refused_in_bounded_time():
    for data in (
        HEAD + b"<spif:SPIF>" * 20_000,
        HEAD + b"<spif:securityPolicyId name='x' id='y'/>" * 200_000,
        b"<" * 5_000_000,
    ):
        with pytest.raises(SealaneError) as caught:
            load(data)
        assert caught.value.code == "scheme.malformed"
