"""ADatP-4774 labels: well-formed, schema-valid and policy-valid kept apart; merge by dominance.
Spec: ADatP-4774; spec/labels.md §Roll-up, §XML.
"""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.base.errors import SealaneError
from sealane.labels.model.label import Category, Label
from sealane.labels.nations import SYNTAXES
from sealane.labels.nato.policy import merge_nato
from tests.unit.labels.shipped import NOW, parsed, rendered, shipped

NS = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0"
CONTEXT = (
    '<Category Type="PERMISSIVE" TagName="Context"><GenericValue>NATO</GenericValue></Category>'
)
REL = (
    '<Category Type="PERMISSIVE"'
    ' TagName="Context"><GenericValue>NATO</GenericValue>'
    "<GenericValue>Releasable</GenericValue></Category><Category"
    ' Type="PERMISSIVE" TagName="Releasable To"><GenericValue>JPN</GenericValue></Category>'
)


def xml(
    information: str | None = None,
    *,
    categories: str = CONTEXT,
    level: str = "SECRET",
    policy: str = "NATO",
    tail: str = "<CreationDateTime>2026-11-22T00:00:00Z</CreationDateTime>",
    head: str = "",
    root: str = "originatorConfidentialityLabel",
    namespace: str = NS,
) -> str:
    body = (
        information
        if information is not None
        else (
            f"<PolicyIdentifier>{policy}</PolicyIdentifier><Classification>{level}</Classification>{categories}"
        )
    )
    return (
        f'<{root} xmlns="{namespace}" ReviewDateTime="2031-01-01T00:00:00Z"{head}>'
        f"<ConfidentialityInformation>{body}</ConfidentialityInformation>{tail}</{root}>"
    )


def category(values: str, tag: str = "Context", kind: str = "PERMISSIVE", extra: str = "") -> str:
    return f'<Category Type="{kind}" TagName="{tag}"{extra}>{values}</Category>'


ONE = "<GenericValue>NATO</GenericValue>"
NOT_WELL_FORMED = [
    xml()[:-3],
    xml().replace("</Classification>", ""),
    f'<!DOCTYPE x [<!ENTITY e "SECRET">]>{xml(level="&e;")}',
    xml(level="SEC<!-- -->RET"),
    xml(level="<![CDATA[SECRET]]>"),
    xml(head=' ReviewDateTime="2030-01-01T00:00:00Z"'),
    xml(level="SECRET<?x?>"),
    xml(level="&undefined;"),
    "<a>" * 10_000,
    "x" * 10_000_000,
]
SCHEMA_INVALID = [
    xml(tail=""),
    xml(tail="<CreationDataTime>2026-11-22T00:00:00Z</CreationDataTime>"),
    xml(root="alternateConfidentialityLabel"),
    xml(root="OriginatorConfidentialityLabel"),
    xml(namespace="urn:nato:stanag:4774:confidentialitymetadatalabel:2:0"),
    xml(namespace=""),
    xml(information="<Classification>SECRET</Classification>"),
    xml(information="<PolicyIdentifier>NATO</PolicyIdentifier>"),
    xml(
        information=(
            "<Classification>SECRET</Classification><PolicyIdentifier>NATO</PolicyIdentifier>"
        )
    ),
    xml(categories=CONTEXT + "<PrivacyMark>x</PrivacyMark>"),
    xml(categories=category(ONE, kind="Permissive")),
    xml(categories=category(ONE, kind="permissive")),
    xml(categories=category(ONE, kind="COI")),
    xml(categories='<Category type="PERMISSIVE" TagName="Context"/>'),
    xml(categories='<Category Type="PERMISSIVE" tagName="Context"/>'),
    xml(categories='<Category TagName="Context"/>'),
    xml(categories=category(ONE, extra=' Colour="red"')),
    xml(level=""),
    xml(tail="<CreationDateTime>yesterday</CreationDateTime>"),
    xml(tail="<CreationDateTime>2026-13-01T00:00:00Z</CreationDateTime>"),
    xml(tail="<CreationDateTime>2026-11-22T00:00:00Z</CreationDateTime>" * 2),
    xml(head=' Foo="x"'),
    xml(tail="<CreationDateTime>2026-11-22T00:00:00Z</CreationDateTime><extra xmlns='urn:x'/>"),
    xml(categories=category("<Value>NATO</Value>")),
    xml(tail="<OriginatorID IDType='name'>x</OriginatorID>"),
]
POLICY_INVALID = {
    "label.selection": [
        xml(categories=""),
        xml(categories=category(ONE + "<GenericValue>KFOR</GenericValue>")),
    ],
    "label.requires": [
        xml(
            categories=category("<GenericValue>Releasable</GenericValue>")
            + category("<GenericValue>JPN</GenericValue>", "Releasable To")
        ),
        xml(categories=category(ONE + "<GenericValue>Releasable</GenericValue>")),
    ],
    "label.unknown_token": [
        xml(level="CONFIDENTIEL"),
        xml(level="NATO SECRET"),
        xml(level="SE\u0421RET"),
        xml(categories=CONTEXT + category("<GenericValue>X</GenericValue>", "COI")),
        xml(categories=category("<GenericValue>MARS</GenericValue>")),
        xml(categories=REL.replace("JPN", "UK")),
    ],
    "label.forbidden_character": [xml(level="SECRET\u200b")],
    "label.unknown_policy": [xml(policy="ATLANTIS"), xml(policy="nat\u043e")],
    "label.category_type": [xml(categories=category(ONE, kind="RESTRICTIVE"))],
    "label.duplicate": [
        xml(categories=CONTEXT * 2),
        xml(categories=category(ONE * 2)),
        xml(categories=category(ONE + "<GenericValue>nato</GenericValue>")),
    ],
    "label.empty_category": [xml(categories=category(""))],
    "label.ambiguous": [xml(tail="<CreationDateTime>2026-11-22T00:00:00</CreationDateTime>")],
    "label.policy_invalid": [
        xml(
            information=(
                "<PolicyIdentifier"
                ' URI="urn:oid:1.2.3">NATO</PolicyIdentifier>'
                f"<Classification>SECRET</Classification>{CONTEXT}"
            )
        ),
        xml(
            information=(
                "<PolicyIdentifier"
                f' URI="http://nato.int">NATO</PolicyIdentifier><Classification>SECRET</Classification>{CONTEXT}'
            )
        ),
        xml(
            information=(
                "<PolicyIdentifier>NATO</PolicyIdentifier><Classification"
                f' URI="urn:oid:1">SECRET</Classification>{CONTEXT}'
            )
        ),
        xml(categories=category("<IntegerValue>1</IntegerValue>")),
        xml(categories=category(ONE, extra=' URI="urn:oid:1.2.3"')),
    ],
    "label.level_conflict": [
        xml(
            level="RESTRICTED",
            categories=CONTEXT
            + category(
                "<GenericValue>ATOMAL</GenericValue>", "Additional Sensitivity", "RESTRICTIVE"
            ),
        ),
        xml(
            categories=CONTEXT
            + category("<GenericValue>STAFF</GenericValue>", "Administrative", "INFORMATIVE")
        ),
    ],
}


@pytest.mark.parametrize("text", NOT_WELL_FORMED, ids=range(len(NOT_WELL_FORMED)))
def test_what_is_not_well_formed_is_refused_as_xml(text: str) -> None:
    with pytest.raises(SealaneError) as refused:
        parsed("nato-4774", text)
    assert refused.value.code.startswith("xml.")


@pytest.mark.parametrize("text", SCHEMA_INVALID, ids=range(len(SCHEMA_INVALID)))
def test_what_the_schema_does_not_allow_is_refused_as_schema_invalid(text: str) -> None:
    with pytest.raises(SealaneError) as refused:
        parsed("nato-4774", text)
    assert refused.value.code == "label.schema_invalid"
    assert isinstance(refused.value.position, int)


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in POLICY_INVALID.items() for text in texts]
)
def test_what_the_policy_does_not_allow_is_refused_with_its_own_code(code: str, text: str) -> None:
    with pytest.raises(SealaneError) as refused:
        parsed("nato-4774", text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        xml(),
        xml(categories=REL),
        xml(level="TOP SECRET"),
        xml(level="secret"),
        xml(policy="nato"),
        xml(categories=REL.replace("Releasable To", "Releasable to")),
        xml(
            tail=(
                "<OriginatorID"
                " IDType='rfc822Name'>x@example.org</OriginatorID>"
                "<CreationDateTime>2026-11-22T09:00:00+09:00</CreationDateTime>"
            )
        ),
        xml(
            tail=(
                "<CreationDateTime>2026-11-22T00:00:00Z</CreationDateTime><SuccessionHandling><SuccessionDateTime>2030-01-01T00:00:00Z</SuccessionDateTime>"
                "<SuccessorConfidentialityLabel><ConfidentialityInformation><PolicyIdentifier>NATO</PolicyIdentifier><Classification>RESTRICTED</Classification>"
                f"{CONTEXT}</ConfidentialityInformation><CreationDateTime>2026-11-22T00:00:00Z</CreationDateTime></SuccessorConfidentialityLabel></SuccessionHandling>"
            )
        ),
        xml(
            level="UNCLASSIFIED",
            categories=CONTEXT
            + category("<GenericValue>STAFF</GenericValue>", "Administrative", "INFORMATIVE"),
        ),
        xml(categories=category("<GenericValue>NATO\n</GenericValue>")),
        '<?xml version="1.0" encoding="UTF-8"?>\n' + xml(),
    ],
)
def test_a_valid_label_is_read_and_its_canonical_text_says_the_same(text: str) -> None:
    found = SYNTAXES["nato-4774"].parse(text, shipped(), at=NOW)
    again = SYNTAXES["nato-4774"].parse(found.canonical, shipped(), at=NOW)
    assert (again.label, again.canonical) == (found.label, found.canonical)
    assert rendered("nato-4774", found.label) == found.canonical


def test_rules_that_decide_nothing_are_flagged_not_refused() -> None:
    found = SYNTAXES["nato-4774"].parse(
        xml(level="secret").replace(' ReviewDateTime="2031-01-01T00:00:00Z"', ""), shipped(), at=NOW
    )
    assert [note.code for note in found.notes] == ["nato.case", "nato.review_missing"]


def test_releasable_to_outside_the_context_warns_its_author() -> None:
    bare = REL.replace("<GenericValue>Releasable</GenericValue>", "")
    found = SYNTAXES["nato-4774"].parse(xml(categories=bare), shipped(), at=NOW)
    assert "nato.context" in [note.code for note in found.notes]


def test_other_policies_are_carried_case_by_case() -> None:
    label = Label(
        policy="AUS",
        classification="SECRET",
        originator="AUS",
        created="2026-11-22T00:00:00Z",
        review="2030-01-01T00:00:00Z",
        categories=(Category("Releasable To", "permissive", ("AUS", "JPN")),),
    )
    assert parsed("nato-4774", rendered("nato-4774", label)) == label
    with pytest.raises(SealaneError, match="unknown_token"):
        parsed("nato-4774", rendered("nato-4774", label).replace(">SECRET<", ">Secret<"))


@pytest.mark.parametrize(
    "change",
    [
        {"Category": {"Type": "COI", "TagName": "Context", "GenericValues": ["NATO"]}},
        {"Category": [{"Type": "PERMISSIVE"}]},
        {"Category": [{"Type": "PERMISSIVE", "TagName": "Context", "GenericValues": "NATO"}]},
        {"Classification": {"value": {"value": "SECRET"}}},
        {"Extra": 1},
    ],
)
def test_the_json_form_is_as_strict_as_the_xml(change: dict[str, object]) -> None:
    information = {
        "PolicyIdentifier": "NATO",
        "Classification": "SECRET",
        "Category": [{"Type": "PERMISSIVE", "TagName": "Context", "GenericValues": ["NATO"]}],
    }
    statement = {
        "Xmlns": NS,
        "CreationTime": "2026-11-22T00:00:00Z",
        "ConfidentialityInformation": information,
    }
    assert parsed("nato-4774", json.dumps(statement)).values("Context") == ("NATO",)
    with pytest.raises(SealaneError, match="schema_invalid"):
        parsed(
            "nato-4774",
            json.dumps({**statement, "ConfidentialityInformation": {**information, **change}}),
        )


@pytest.mark.parametrize(
    ("text", "token"),
    [
        (xml(level="CONFIDENTIEL"), "CONFIDENTIEL"),
        (xml(categories=REL.replace("JPN", "UK")), "UK"),
        (xml(categories=category("<GenericValue>MARS</GenericValue>")), "MARS"),
    ],
)
def test_a_refusal_points_at_the_unknown_word_itself(text: str, token: str) -> None:
    with pytest.raises(SealaneError) as refused:
        parsed("nato-4774", text)
    assert refused.value.position == text.index(f">{token}<") + 1


def test_the_json_form_goes_there_and_back() -> None:
    label = parsed("nato-4774", xml(categories=REL))
    assert parsed("nato-4774-json", rendered("nato-4774-json", label)) == label


def label(
    level: str,
    contexts: tuple[str, ...],
    release: tuple[str, ...] = (),
    controls: tuple[str, ...] = (),
) -> Label:
    categories = [Category("Context", "permissive", tuple(sorted(contexts)))]
    if release:
        categories.append(Category("Releasable To", "permissive", tuple(sorted(release))))
    if controls:
        categories.append(
            Category("Additional Sensitivity", "restrictive", tuple(sorted(controls)))
        )
    return Label(policy="NATO", classification=level, categories=tuple(sorted(categories)))


OUT = ("NATO", "Releasable")
POOL = [
    label(level, contexts, release, controls)
    for level, (contexts, release), controls in itertools.product(
        ("RESTRICTED", "SECRET"),
        (
            (("NATO",), ()),
            (OUT, ("JPN",)),
            (OUT, ("AUS", "JPN")),
            (OUT, ("FVEY",)),
            (("KFOR",), ()),
        ),
        ((), ("CRYPTO",)),
    )
]


def outcome(*labels: Label) -> Label | None:
    try:
        return merge_nato(labels, shipped()["NATO"], NOW)
    except SealaneError as error:
        if error.code not in ("label.unsatisfiable", "label.requires"):
            raise
        return None


def test_an_emptied_permissive_category_is_refused_never_dropped() -> None:
    assert outcome(label("SECRET", OUT, ("JPN",)), label("SECRET", OUT, ("AUS",))) is None
    assert outcome(label("SECRET", OUT, ("JPN",)), label("SECRET", ("NATO",))) is None
    merged = outcome(label("SECRET", OUT, ("AUS", "JPN")), label("RESTRICTED", OUT, ("FVEY",)))
    assert merged == label("SECRET", OUT, ("AUS",))


@given(st.lists(st.sampled_from(POOL), min_size=3, max_size=3))
def test_dominance_is_commutative_associative_and_idempotent(labels: list[Label]) -> None:
    a, b, c = labels
    assert outcome(a, b) == outcome(b, a)
    assert outcome(a, a) == a
    left, right = outcome(a, b), outcome(b, c)
    if left is not None and right is not None:
        assert outcome(left, c) == outcome(a, right) == outcome(a, b, c)


@given(st.lists(st.sampled_from(POOL), min_size=1, max_size=4))
def test_a_merged_label_keeps_every_restriction_and_widens_no_list(labels: list[Label]) -> None:
    merged = outcome(*labels)
    if merged is None:
        return
    scheme = shipped()["NATO"]
    scheme.check(merged, at=NOW)
    for one in labels:
        assert scheme.level(merged.classification).order >= scheme.level(one.classification).order  # type: ignore[union-attr]
        assert set(one.values("Additional Sensitivity")) <= set(
            merged.values("Additional Sensitivity")
        )
        opened = scheme.groups.decompose
        assert opened(merged.values("Releasable To"), at=NOW) <= opened(
            one.values("Releasable To"), at=NOW
        )
