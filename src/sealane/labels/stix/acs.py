"""ACS 3.0 controls of a STIX marking as a US label, and back; whatever the label could not keep is
refused by name.

Entity, organisation and shareability lists admit whoever has one of them, so they are permissive
categories; caveats and sensitivities must all be held. Privileges by action and rules of further
sharing have no place in a label.
Spec: OASIS extension definition 3a65884d (ACS 3.0).
"""

from __future__ import annotations

import json
import re
from typing import Any

from sealane.base.errors import Malformed, Refused, declare
from sealane.base.values import parse_instant
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.errors import NOT_EXPRESSIBLE, unknown_token
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import Schemes
from sealane.labels.us.vocabulary import (
    DISSEM,
    FOUO,
    NOFORN,
    SCI,
    informative,
    release_order,
    vocabulary,
)

ACS = "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce"
FACTS = "ACS"
REQUIRED = {
    "extension_type",
    "identifier",
    "create_date_time",
    "responsible_entity_custodian",
    "policy_reference",
    "control_set",
}
KEPT = {**dict.fromkeys(REQUIRED), "name": None, "responsible_entity_originator": None}
NOT_KEPT = {
    "authority_reference",
    "original_classification",
    "derivative_classification",
    "declassification",
    "resource_disposition",
    "public_release",
    "access_privilege",
    "further_sharing",
}
LISTS = {
    "caveat": ("ACS Caveat", "restrictive"),
    "sensitivity": ("ACS Sensitivity", "restrictive"),
    "shareability": ("ACS Shareability", "permissive"),
    "entity": ("ACS Entity", "permissive"),
    "permitted_organizations": ("ACS Organisation", "permissive"),
}
DETERMINATIONS = (
    "PUBREL",
    "AIS",
    "PII-NECESSARY-TO-UNDERSTAND-THREAT",
    "NO-PII-PRESENT",
    "INFORMATION-DIRECTLY-RELATED-TO-CYBERSECURITY-THREAT",
)
POLICY = re.compile(
    r"urn:isa:policy:acs:ns:v3\.0\?privdefault=(permit|deny)&sharedefault=(permit|deny)", re.ASCII
)

SHARING = Remark(
    "acs.sharing",
    "ACS permits further sharing by default; a label never does.",
    "ACS は既定で再共有を許しますが、ラベルは許しません。",
)
ACS_MALFORMED = declare(
    "acs.malformed",
    Malformed,
    "The ACS 3.0 controls are not valid: {why}.",
    "ACS 3.0 の制御が妥当ではありません：{why}。",
    "Write them as the extension's schema says.",
    "拡張のスキーマのとおりに書いてください。",
)
ACS_UNSUPPORTED = declare(
    "acs.unsupported",
    Refused,
    "A label cannot keep the ACS member {member}, and dropping it would share too much: {why}.",
    "ACS のメンバー {member} はラベルで保てず、捨てると開示しすぎます：{why}。",
    "Have a person decide, or mark the object with controls a label can carry.",
    "人が判断するか、ラベルで表せる制御で印付けしてください。",
)


def read_acs(marking: dict[str, Any], body: Any, schemes: Schemes, notes: list[Remark]) -> Label:
    """The US label of an ACS marking. Raises: Malformed `acs.malformed`, `label.unknown_token`;
    Refused `acs.unsupported`.
    """
    if not isinstance(body, dict) or body.get("extension_type") != "property-extension":
        raise ACS_MALFORMED(
            position="extension_type", why="extension_type is not property-extension"
        )
    for member in sorted(body):
        if member in NOT_KEPT:
            raise ACS_UNSUPPORTED(position=member, member=member, why="labels have no such rule")
        if member not in KEPT:
            raise ACS_MALFORMED(position=member[:40], why=f"no member {member[:40]!r}")
    for member in sorted(REQUIRED - set(body)):
        raise ACS_MALFORMED(position=member, why=f"{member} is missing")
    policy = POLICY.fullmatch(_text(body, "policy_reference"))
    if policy is None:
        raise ACS_MALFORMED(position="policy_reference", why="not a policy of ACS 3.0")
    if policy[1] == "deny":
        raise ACS_UNSUPPORTED(
            position="policy_reference", member="policy_reference", why="privdefault=deny"
        )
    created = _text(body, "create_date_time")
    parse_instant(created)
    facts = [f"id={marking['id']}", f"created={marking['created']}"] + [
        f"{member}={_text(body, member)}"
        for member in sorted(set(KEPT) & set(body))
        if member not in ("extension_type", "control_set", "create_date_time")
    ]
    classification, categories = _controls(body["control_set"], schemes)
    categories.append(Category(FACTS, "informative", tuple(sorted(facts))))
    if policy[2] == "permit":
        notes.append(SHARING)
    return Label(
        policy="USA",
        classification=classification,
        categories=tuple(sorted(categories)),
        originator="USA",
        created=created,
    )


def _text(body: dict[str, Any], member: str) -> str:
    value = body[member]
    if not isinstance(value, str) or not value or len(value) > 200 or not value.isprintable():
        raise ACS_MALFORMED(
            position=member, why=f"{member} is not a printable text of 1 to 200 characters"
        )
    return value


def _controls(controls: Any, schemes: Schemes) -> tuple[str, list[Category]]:
    if not isinstance(controls, dict):
        raise ACS_MALFORMED(position="control_set", why="control_set is not an object")
    known = {
        "classification",
        "sci_controls",
        "logical_authority_category",
        "formal_determination",
        "permitted_nationalities",
        *LISTS,
    }
    for member in sorted(set(controls) - known):
        raise ACS_MALFORMED(position="control_set", why=f"no control {member[:40]!r}")
    if "logical_authority_category" in controls:
        raise ACS_UNSUPPORTED(
            position="control_set",
            member="logical_authority_category",
            why="its values are not public",
        )
    words = vocabulary(schemes["USA"], "us-ism")
    level = words.levels.get(str(controls.get("classification")))
    if level is None or level == "RESTRICTED":
        raise ACS_MALFORMED(position="classification", why="classification is not U, C, S or TS")
    dissem, categories = [], []
    for value in _values(controls, "formal_determination"):
        if value in ("NF", FOUO):
            dissem.append(NOFORN if value == "NF" else FOUO)
        elif value in DETERMINATIONS:
            categories.append(value)
        else:
            raise _unknown(value)
    out = (
        [Category("ACS Determination", "informative", tuple(sorted(categories)))]
        if categories
        else []
    )
    if dissem:
        out.append(Category(DISSEM, "restrictive", tuple(sorted(dissem))))
    if sci := _values(controls, "sci_controls"):
        for value in sci:
            if (SCI, value) not in words.order:
                raise _unknown(value)
        out.append(Category(SCI, "restrictive", tuple(sorted(sci))))
    return level, out + _nationalities(controls, schemes) + _lists(controls, schemes)


def _nationalities(controls: dict[str, Any], schemes: Schemes) -> list[Category]:
    values = _values(controls, "permitted_nationalities")
    if not values:
        return []
    words = vocabulary(schemes["USA"], "us-ism")
    for value in values:
        if not words.country(value):
            raise _unknown(value)
    if "USA" not in values or len(values) < 2:
        raise ACS_UNSUPPORTED(
            position="permitted_nationalities",
            member="permitted_nationalities",
            why="REL TO names USA and another",
        )
    return [Category(RELEASABLE_TO, "permissive", tuple(sorted(values)))]


def _lists(controls: dict[str, Any], schemes: Schemes) -> list[Category]:
    out = []
    for member, (name, kind) in LISTS.items():
        values = _values(controls, member)
        tag = schemes["USA"].tag(name)
        if values and (tag is None or tag.type != kind):
            raise ACS_UNSUPPORTED(
                position=member, member=member, why="the loaded US scheme has no place for it"
            )
        if values and tag is not None:
            if tag.domain == "listed":
                for value in values:
                    if value not in tag.values:
                        raise _unknown(value)
            out.append(Category(tag.name, tag.type, tuple(sorted(values))))
    return out


def _values(controls: dict[str, Any], member: str) -> list[str]:
    values = controls.get(member, [])
    if member in controls and (not isinstance(values, list) or not values):
        raise ACS_MALFORMED(position=member, why=f"{member} is not a list with at least one value")
    if not all(isinstance(one, str) and 0 < len(one) <= 200 for one in values) or len(
        set(values)
    ) != len(values):
        raise ACS_MALFORMED(
            position=member, why=f"{member} holds something that is no text, or a value twice"
        )
    return list(values)


def _unknown(value: str) -> Exception:
    return unknown_token(
        value, "extensions", "Use the values of ACS 3.0.", "ACS 3.0 の値を使ってください。"
    )


def write_acs(label: Label, schemes: Schemes) -> str:
    """The marking definition of a label that came from ACS; compact JSON. Raises: Refused
    `label.not_expressible`.
    """
    facts = dict(fact.partition("=")[::2] for fact in informative(label, FACTS))
    words = vocabulary(schemes["USA"], "us-ism")
    if not {"id", "created"} <= facts.keys() or label.created is None:
        raise NOT_EXPRESSIBLE(member="categories", details={"tag": FACTS})
    controls: dict[str, Any] = {"classification": words.level_text[label.classification]}
    names = {name: member for member, (name, _) in LISTS.items()}
    determinations: list[str] = []
    for category in label.categories:
        if category.tag == DISSEM and set(category.values) <= {NOFORN, FOUO}:
            determinations += ["NF" if value == NOFORN else value for value in category.values]
        elif category.tag == "ACS Determination":
            determinations += category.values
        elif category.tag == SCI:
            controls["sci_controls"] = list(category.values)
        elif category.tag == RELEASABLE_TO:
            controls["permitted_nationalities"] = release_order(words, category.values)
        elif category.tag in names:
            controls[names[category.tag]] = list(category.values)
        elif category.tag != FACTS:
            raise NOT_EXPRESSIBLE(member="categories", details={"tag": category.tag})
    if determinations:
        controls["formal_determination"] = determinations
    identifier, marked = facts.pop("id"), facts.pop("created")
    return json.dumps(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": identifier,
            "created": marked,
            "extensions": {
                ACS: {
                    "extension_type": "property-extension",
                    "create_date_time": label.created,
                    **facts,
                    "control_set": controls,
                }
            },
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
