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
        (b'schemaVersion="2.1"', b'schemaVersion="4.0"', "1.0, 2.0, 2.1, 3.0 are read"),
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


def versioned(version, data=SAMPLE):
    return data.replace(b'schemaVersion="2.1"', b'schemaVersion="' + version.encode() + b'"')


@pytest.mark.parametrize("version", ["1.0", "2.0", "2.1", "3.0"])
def test_every_published_version_is_read_and_means_the_same(version):
    scheme, plain = load(versioned(version)), load(SAMPLE)
    assert [(level.name, level.order) for level in scheme.levels] == [
        (level.name, level.order) for level in plain.levels
    ]
    assert [(tag.name, tag.type, tag.maximum) for tag in scheme.tags] == [
        (tag.name, tag.type, tag.maximum) for tag in plain.tags
    ]
    with pytest.raises(SealaneError) as caught:
        scheme.check(label("CLOSED"))
    assert caught.value.code == "label.requires"


OPEN = b'<spif:securityClassification name="OPEN" lacv="10" hierarchy="0"/>'


def with_open(inside):
    return SAMPLE.replace(OPEN, OPEN[:-2] + b">" + inside + b"</spif:securityClassification>")


CODE = b'<spif:markingData phrase="Open"><spif:code>pageTop</spif:code></spif:markingData>'
PHRASES = b'<spif:markingData phrase="Open" shortPhrase="O" simplePhrase="open"/>'


def qualifier(code):
    return (
        b'<spif:markingQualifier markingCode="pageTop"><spif:qualifier markingQualifier=" and "'
        b' qualifierCode="' + code + b'"/></spif:markingQualifier>'
    )


@pytest.mark.parametrize(
    ("inside", "versions"),
    [
        (CODE, {"1.0", "2.0", "2.1"}),
        (PHRASES, {"3.0"}),
        (qualifier(b"separator"), {"1.0", "2.0", "2.1", "3.0"}),
        (qualifier(b"finalSeparator"), {"3.0"}),
        (qualifier(b"between"), set()),
    ],
)
def test_each_version_is_held_to_its_own_schema(inside, versions):
    for version in ("1.0", "2.0", "2.1", "3.0"):
        if version in versions:
            assert load(versioned(version, with_open(inside))).level("OPEN") is not None
            continue
        with pytest.raises(SealaneError) as caught:
            load(versioned(version, with_open(inside)))
        assert caught.value.code == "scheme.malformed"
        assert (
            f"SPIF {version}" in caught.value.message
            or "not understood" in caught.value.message
            or ("may not stand" in caught.value.message)
        )


def test_what_the_published_schema_has_besides_is_read():
    data = (
        SAMPLE.replace(
            b'version="1"', b'version="1" notAfter="2030-01-01T00:00:00Z" docRefURI="x:y"', 1
        )
        .replace(b'singleSelection="true"', b'minSelection="0" maxSelection="unbounded"')
        .replace(b'<spif:tagCategory name="x" lacv="1"/>', b'<spif:tagCategory name="x" lacv="X"/>')
        .replace(
            b'<spif:securityCategoryTag name="Group"',
            b'<spif:equivalentSecurityCategoryTagSet policyRef="Other"/>'
            b'<spif:securityCategoryTag name="Group"',
        )
    )
    scheme = load(data)
    assert scheme.tag("Cell").maximum is None
    assert any("equivalent tag sets are not applied" in one for one in scheme.findings)
    scheme.check(label("OPEN", created="2029-12-31T23:59:59Z"))
    for late in (
        label("OPEN", created="2030-01-01T00:00:00Z"),
        label("SEALED", created="2020-01-01T00:00:00Z"),
    ):
        with pytest.raises(SealaneError) as caught:
            scheme.check(late)
        assert caught.value.code == "label.retired"


def test_deep_and_large_files_are_refused_in_bounded_time():
    for data in (
        HEAD + b"<spif:SPIF>" * 20_000,
        HEAD + b"<spif:securityPolicyId name='x' id='y'/>" * 200_000,
        b"<" * 5_000_000,
    ):
        with pytest.raises(SealaneError) as caught:
            load(data)
        assert caught.value.code == "scheme.malformed"
