"""Scheme files as strangers may write them: TOML says all that SPIF can say, and no file brings the
loader down.
"""

import copy
import shutil
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealane import shipped
from sealane.adapters import schemes as loader
from sealane.adapters.policy import policy_root
from sealane.base import toml
from sealane.base.errors import Malformed, Misconfigured, SealaneError
from sealane.labels.model.label import label_from_json
from sealane.labels.model.scheme import Schemes
from sealane.labels.sources.vectors import verify_vectors
from tests.unit.labels.test_spif import HEAD, POLICY

GROUPS = shipped.schemes().groups
SHIPPED = {
    path.name: tomllib.loads(path.read_text("utf-8"))
    for path in (policy_root() / "schemes").glob("*.toml")
}


def load(data, name="demo"):
    return loader.scheme_of(data, name, GROUPS)


# One model: the same rules from TOML and from SPIF give the same verdicts.

IN_TOML = """
format = "sealane-scheme/1"
id = "DEMO"
version = "1"
status = "ours"
name = { en = "Demo", ja = "見本" }
source = [{ id = "s", title = "t", status = "ours" }]
level = [
  { name = "OPEN", order = 0, lacv = "1", text = { en = "a", ja = "b" } },
  { name = "CLOSED", order = 1, lacv = "2", text = { en = "a", ja = "b" }, \
needs = [NEEDS], excludes = ["Cell=C"] },
]
[[tag]]
name = "Group"
type = "permissive"
text = { en = "a", ja = "b" }
value = [
  { name = "RED", lacv = "1" },
  { name = "BLUE", lacv = "2" },
  { name = "BOTH", needs = [{ operation = "all", of = ["Cell=A", "Cell=B"] }] },
]
[[tag]]
name = "Cell"
type = "restrictive"
text = { en = "a", ja = "b" }
value = [{ name = "A" }, { name = "B" }, { name = "C" }]
"""
IN_SPIF = (
    HEAD
    + POLICY
    + b"""
<spif:securityClassifications>
  <spif:securityClassification name="OPEN" lacv="1" hierarchy="0"/>
  <spif:securityClassification name="CLOSED" lacv="2" hierarchy="1">
    <spif:requiredCategory operation="OPERATION">
      <spif:categoryGroup tagSetRef="Set" tagType="permissive" lacv="1"/>
      <spif:categoryGroup tagSetRef="Set" tagType="permissive" lacv="2"/>
    </spif:requiredCategory>
    <spif:excludedCategory tagSetRef="Set" tagType="restrictive" lacv="3"/>
  </spif:securityClassification>
</spif:securityClassifications>
<spif:securityCategoryTagSets><spif:securityCategoryTagSet name="Set" id="1.2.4">
  <spif:securityCategoryTag name="Group" tagType="permissive">
    <spif:tagCategory name="RED" lacv="1"/><spif:tagCategory name="BLUE" lacv="2"/>
    <spif:tagCategory name="BOTH" lacv="3"><spif:requiredCategory operation="all">
      <spif:categoryGroup tagSetRef="Set" tagType="restrictive" lacv="1"/>
      <spif:categoryGroup tagSetRef="Set" tagType="restrictive" lacv="2"/>
    </spif:requiredCategory></spif:tagCategory>
  </spif:securityCategoryTag>
  <spif:securityCategoryTag name="Cell" tagType="restrictive">
    <spif:tagCategory name="A" lacv="1"/><spif:tagCategory name="B" lacv="2"/>
    <spif:tagCategory name="C" lacv="3"/>
  </spif:securityCategoryTag>
</spif:securityCategoryTagSet></spif:securityCategoryTagSets></spif:SPIF>"""
)


def demo_label(level, groups, cells):
    categories = [{"tag": "Group", "type": "permissive", "values": groups}] if groups else []
    categories += [{"tag": "Cell", "type": "restrictive", "values": cells}] if cells else []
    return label_from_json({"policy": "DEMO", "classification": level, "categories": categories})


def verdict(scheme, label):
    try:
        scheme.check(label)
    except SealaneError as error:
        return error.code
    return "accepted"


@pytest.mark.parametrize("operation", ["onlyOne", "oneOrMore", "all"])
def test_toml_and_spif_judge_every_label_alike(operation):
    needs = f'{{ operation = "{operation}", of = ["Group=RED", "Group=BLUE"] }}'
    from_toml = load(IN_TOML.replace("NEEDS", needs).encode())
    from_spif = load(IN_SPIF.replace(b"OPERATION", operation.encode()))
    seen = set()
    for level in ("OPEN", "CLOSED"):
        for groups in ([], ["RED"], ["BLUE"], ["BLUE", "RED"], ["BOTH"], ["BOTH", "RED"]):
            for cells in ([], ["A"], ["A", "B"], ["C"], ["A", "B", "C"]):
                label = demo_label(level, groups, cells)
                assert verdict(from_toml, label) == verdict(from_spif, label)
                seen.add(verdict(from_toml, label))
    assert {"accepted", "label.requires", "label.contradiction"} <= seen


@pytest.mark.parametrize(
    ("operation", "groups", "code"),
    [
        ("onlyOne", ["RED"], "accepted"),
        ("onlyOne", ["BLUE", "RED"], "label.contradiction"),
        ("onlyOne", [], "label.requires"),
        ("oneOrMore", ["BLUE", "RED"], "accepted"),
        ("oneOrMore", [], "label.requires"),
        ("all", ["BLUE", "RED"], "accepted"),
        ("all", ["RED"], "label.requires"),
    ],
)
def test_a_level_needs_categories_in_toml(operation, groups, code):
    scheme = load(
        IN_TOML.replace(
            "NEEDS", f'{{ operation = "{operation}", of = ["Group=RED", "Group=BLUE"] }}'
        ).encode()
    )
    assert verdict(scheme, demo_label("CLOSED", groups, [])) == code


@pytest.mark.parametrize(
    ("needs", "why"),
    [
        ('{ operation = "some", of = ["Group=RED"] }', "some"),
        ('{ operation = "all", of = [] }', "needs nothing"),
        ('{ operation = "all", of = ["Group=GREEN"] }', "does not exist"),
        ('{ operation = "all" }', "of"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(needs, why):
    with pytest.raises(Malformed) as caught:
        load(IN_TOML.replace("NEEDS", needs).encode())
    assert caught.value.code == "scheme.malformed"
    assert why in caught.value.message


# Hostile files: refused in bounded time and memory, with the line where there is one.

OPEN_SPIF = '<SPIF xmlns="http://www.xmlspif.org/spif" schemaVersion="2.1">'
HOSTILE = {
    "a dotted name of 200,000 parts": b"a." * 200_000 + b"a = 1",
    "a table of 200,000 parts": b"[" + b"a." * 200_000 + b"a]",
    "quoted parts": b'"a" . ' * 100_000 + b"a = 1",
    "arrays 100,000 deep": b"a = " + b"[" * 100_000,
    "tables 100,000 deep": b"a = " + b"{ a = " * 100_000,
    "a number of 100,000 digits": b"a = " + b"9" * 100_000,
    "80,000 unknown members": b"".join(b"k%d = 1\n" % number for number in range(80_000)),
    "more than a mebibyte": b"#" * (1 << 21),
    "control characters": b"\0" * 1000,
    "UTF-16": 'format = "sealane-scheme/1"'.encode("utf-16"),
    "nothing": b"",
    "an open string": b'format = """' + b"x" * 500_000,
    "elements 10,000 deep": (OPEN_SPIF + "<extensions>" * 10_000).encode(),
    "closed elements 10,000 deep": (
        (OPEN_SPIF + "<extensions>" * 10_000 + "</extensions>" * 10_000 + "</SPIF>").encode()
    ),
    "an entity": f'<!DOCTYPE SPIF [<!ENTITY a "b">]>{OPEN_SPIF}&a;</SPIF>'.encode(),
    "an entity in UTF-16": (
        f'<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY a "b">]>{OPEN_SPIF}</SPIF>'
    ).encode("utf-16"),
    "an external DTD": f'<!DOCTYPE SPIF SYSTEM "file:///etc/passwd">{OPEN_SPIF}</SPIF>'.encode(),
    "100,000 attributes": (
        (OPEN_SPIF[:-1] + "".join(f' a{number}="1"' for number in range(100_000)) + "/>").encode()
    ),
    "SPIF 3.0": OPEN_SPIF.replace("2.1", "3.0").encode() + b"</SPIF>",
    "a misspelt namespace": OPEN_SPIF.replace("xmlspif", "xmslpif").encode() + b"</SPIF>",
    "five megabytes of SPIF": OPEN_SPIF.encode() + b"x" * (5 << 20) + b"</SPIF>",
    "angle brackets": b"<" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(name):
    with pytest.raises(Malformed) as caught:
        load(HOSTILE[name])
    assert caught.value.code == "scheme.malformed"
    assert len(caught.value.message) < 600


def test_the_line_of_a_slip_is_its_position():
    with pytest.raises(Malformed) as caught:
        load(
            IN_TOML.replace("NEEDS", "")
            .replace('type = "permissive"', 'type = "permissive')
            .encode()
        )
    assert caught.value.position == 14
    with pytest.raises(Malformed) as caught:
        load(IN_SPIF.replace(b"OPERATION", b"some"))
    assert caught.value.position == 5


def spots(node, path=()):
    pairs = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in pairs:
        yield (*path, key), node, key
        yield from spots(value, (*path, key))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(SHIPPED)), st.randoms(use_true_random=False))
def test_a_changed_scheme_loads_or_is_refused_and_never_fails_in_use(name, random):
    document = copy.deepcopy(SHIPPED[name])
    for _ in range(random.randint(1, 3)):
        _, node, key = random.choice([spot for spot in spots(document) if spot[0][0] != "vector"])
        if random.random() < 0.6:
            del node[key]
        else:
            node[key] = random.choice(["", "X", 0, [], {}, True, "a b"])
    made, refusal = load_document(document)
    if made is None:
        assert refusal == "scheme.malformed"
    else:
        verify_vectors(made, Schemes({**shipped.schemes(), made.id: made}, GROUPS))


def load_document(document):
    """Load what TOML would have said; there is no writer of TOML
    here, so the parser is set aside.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(toml, "parse", lambda data: document)
        try:
            return load(b"document"), None
        except Malformed as error:
            return None, error.code


@pytest.mark.parametrize("name", [b"NATO", b"AUS", b"USA"])
def test_a_policy_file_of_a_known_name_is_checked_as_it_stands(name):
    made = load(
        IN_SPIF.replace(b"OPERATION", b"all").replace(b'name="DEMO"', b'name="' + name + b'"')
    )
    assert (made.id, len(made.levels), len(made.tags)) == (name.decode(), 2, 2)


def test_a_policy_file_without_what_the_marks_stand_on_is_not_used_for_marks(tmp_path):
    for name in ("countries.toml", "groups.toml"):
        (tmp_path / name).write_bytes((policy_root() / name).read_bytes())
    (tmp_path / "schemes").mkdir()
    (tmp_path / "schemes" / "aus.xml").write_bytes(
        IN_SPIF.replace(b"OPERATION", b"all").replace(b'name="DEMO"', b'name="AUS"')
    )
    with pytest.raises(Misconfigured) as caught:
        loader.load_schemes(tmp_path)
    assert caught.value.code == "scheme.folder"


def test_a_wrong_file_in_the_policy_folder_is_the_folders_fault(tmp_path):
    for name in ("countries.toml", "groups.toml"):
        (tmp_path / name).write_bytes((policy_root() / name).read_bytes())
    (tmp_path / "schemes").mkdir()
    (tmp_path / "schemes" / "bad.toml").write_bytes(b"id = ")
    with pytest.raises(Misconfigured) as caught:
        loader.load_schemes(tmp_path)
    assert caught.value.code == "scheme.folder"
    assert "bad.toml" in caught.value.message


def test_a_scheme_that_two_files_define_is_refused_with_both_of_them_named(tmp_path):
    shutil.copytree(policy_root(), tmp_path / "policy")
    schemes = tmp_path / "policy" / "schemes"
    shutil.copy(schemes / "fra.toml", schemes / "frx.toml")
    with pytest.raises(Misconfigured, match=r"FRA: fra\.toml and frx\.toml") as told:
        loader.load_schemes(tmp_path / "policy")
    assert told.value.code == "scheme.duplicate"
