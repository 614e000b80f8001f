"""Confidentiality labels as ADatP-4774 XML: read strictly, written canonically, for any loaded
policy.

Three verdicts stay apart: not well-formed (`xml.*`), not schema-valid (`label.schema_invalid`), not
policy-valid (the scheme's own codes and `label.policy_invalid`). Prose rules that decide nothing
are flagged in the notes.
Spec: ADatP-4774 App. 1 (schema 1.3); spec/labels.md §Nothing unknown, §Order and spacing, §XML.
"""

from __future__ import annotations

import re

from sealane.labels.marks.syntax import Remark
from sealane.labels.model.errors import (
    CATEGORY_TYPE,
    DUPLICATE,
    EMPTY_CATEGORY,
    UNKNOWN_POLICY,
    unknown_token,
)
from sealane.labels.model.label import Category, CategoryType, Label, Succession
from sealane.labels.model.scheme import Scheme, Schemes, Tag
from sealane.labels.model.xml_tree import Element, parse_xml
from sealane.labels.nato.schema import (
    POLICY_INVALID,
    SCHEMA_INVALID,
    check_attributes,
    children_of,
    date_time,
    text_of,
    trimmed_text,
)
from sealane.labels.nato.xml_write import (
    NAMESPACE,
    ORIGINATOR_LABEL,
    ORIGINATOR_TAG,
    PARTY,
)

ROOTS = {
    ORIGINATOR_LABEL: None,
    "alternativeConfidentialityLabel": Remark(
        "nato.alternative",
        "An alternative label is a hint; only the originator's label decides.",
        "代替ラベルは参考です。判断の基は作成者のラベルだけです。",
    ),
    "metadataConfidentialityLabel": Remark(
        "nato.metadata",
        "This is the label of the metadata, not of the information.",
        "情報ではなくメタデータのラベルです。",
    ),
    "ConfidentialityLabel": Remark(
        "nato.old_root", "The root has its old name.", "ルート要素が旧名です。"
    ),
}
REVIEW_MISSING = Remark(
    "nato.review_missing",
    "A prose rule is not met: without a succession there is a ReviewDateTime.",
    "規格本文の規則を満たしません：継承指定がなければ ReviewDateTime が必要です。",
)
ID_TYPES = (
    "rfc822Name",
    "dNSName",
    "directoryName",
    "uniformResourceIdentifier",
    "iPAddress",
    "x400Address",
    "userPrincipalName",
    "jID",
)
TYPES: dict[str, CategoryType] = {
    "PERMISSIVE": "permissive",
    "RESTRICTIVE": "restrictive",
    "INFORMATIVE": "informative",
}
IGNORE_CASE = ("NATO", "PUBLIC")
MAX_SUCCESSION = 4


def read_label(element: Element, schemes: Schemes, notes: list[Remark]) -> Label:
    """The label an element carries, under its own policy; what deserves a reader's attention is
    added to `notes`.

    Raises: Malformed `label.schema_invalid`, `label.unknown_policy`, `label.unknown_token`,
        `label.duplicate`; Refused `label.policy_invalid`.
    Spec: ADatP-4774 App. 1.
    """
    if element.namespace != NAMESPACE:
        raise SCHEMA_INVALID(position=element.position, why=f"the root is not in {NAMESPACE}")
    if element.name not in ROOTS:
        raise SCHEMA_INVALID(
            position=element.position, why=f"no root is called {element.name[:60]}"
        )
    if (remark := ROOTS[element.name]) is not None:
        notes.append(remark)
    label = _read_body(element, schemes, notes, 0)
    if label.review is None and label.succession is None:
        notes.append(REVIEW_MISSING)
    return label


def parse_label(data: str | bytes, schemes: Schemes, notes: list[Remark]) -> Label:
    """As `read_label`, from XML text. Raises: as it, and Malformed `xml.*`."""
    return read_label(parse_xml(data), schemes, notes)


def _read_body(element: Element, schemes: Schemes, notes: list[Remark], depth: int) -> Label:
    check_attributes(element, ("Id", "ReviewDateTime"))
    parts = children_of(
        element,
        (
            ("ConfidentialityInformation", 1, 1),
            ("OriginatorID", 0, 1),
            ("CreationDateTime", 1, 1),
            ("SuccessionHandling", 0, 1),
        ),
    )
    scheme, classification, privacy, categories = _information(
        parts["ConfidentialityInformation"][0], schemes, notes
    )
    originator, extra = _originator(parts["OriginatorID"])
    review = element.attributes.get("ReviewDateTime")
    return Label(
        policy=scheme.id,
        classification=classification,
        categories=tuple(sorted([*categories, *extra])),
        originator=originator,
        privacy_mark=privacy,
        created=date_time(text_of(parts["CreationDateTime"][0]), element.position, notes),
        review=None if review is None else date_time(review, element.position, notes),
        succession=_succession(parts["SuccessionHandling"], schemes, notes, depth),
    )


def _information(
    element: Element, schemes: Schemes, notes: list[Remark]
) -> tuple[Scheme, str, str | None, list[Category]]:
    check_attributes(element, ())
    parts = children_of(
        element,
        (
            ("PolicyIdentifier", 1, 1),
            ("Classification", 1, 1),
            ("PrivacyMark", 0, 1),
            ("Category", 0, 256),
        ),
    )
    scheme = _policy(parts["PolicyIdentifier"][0], schemes, notes)
    place = parts["Classification"][0]
    if place.attributes:
        raise POLICY_INVALID(position=place.position, why="Classification carries no attribute")
    written = trimmed_text(place, notes)
    classification = _named(written, [level.name for level in scheme.levels], scheme, notes)
    if classification is None:
        raise unknown_token(
            written,
            place.position,
            "Use the policy's own names of levels.",
            "方針の定める区分名を使ってください。",
        )
    privacy = trimmed_text(parts["PrivacyMark"][0], notes) if parts["PrivacyMark"] else None
    categories = [_category(one, scheme, notes) for one in parts["Category"]]
    if len({category.tag for category in categories}) != len(categories):
        raise DUPLICATE(position=element.position, what="A category of one name")
    return scheme, classification, privacy, categories


def _policy(element: Element, schemes: Schemes, notes: list[Remark]) -> Scheme:
    check_attributes(element, ("URI",))
    name = trimmed_text(element, notes)
    scheme = schemes.get(name) or next(
        (schemes[one] for one in IGNORE_CASE if one in schemes and one.lower() == name.lower()),
        None,
    )
    if scheme is None:
        raise UNKNOWN_POLICY(position=element.position, policy=name[:40])
    uri = element.attributes.get("URI")
    if uri is not None and not uri.startswith("urn:oid:"):
        raise POLICY_INVALID(position=element.position, why="the policy's URI is not urn:oid:")
    if uri is not None and scheme.oid and uri != f"urn:oid:{scheme.oid}":
        raise POLICY_INVALID(
            position=element.position, why="the policy's name and identifier name two policies"
        )
    return scheme


def _named(written: str, known: list[str], scheme: Scheme, notes: list[Remark]) -> str | None:
    """The scheme's own spelling; case is ignored, by ASCII rules, only for the policies that say
    so.
    """
    if written in known:
        return written
    if scheme.id not in IGNORE_CASE or not written.isascii():
        return None
    found = next((one for one in known if one.lower() == written.lower()), None)
    if found is not None:
        notes.append(
            Remark(
                "nato.case",
                f"{written!r} is written {found!r}.",
                f"{written!r} の正しい表記は {found!r} です。",
            )
        )
    return found


def _category(element: Element, scheme: Scheme, notes: list[Remark]) -> Category:
    check_attributes(element, ("Type", "TagName", "URI"), ("Type", "TagName"))
    kind = TYPES.get(element.attributes["Type"])
    if kind is None:
        raise SCHEMA_INVALID(
            position=element.position, why=f"Type is not {element.attributes['Type'][:40]!r}"
        )
    name = _named(
        element.attributes["TagName"].strip(" \t\r\n"),
        [tag.name for tag in scheme.tags],
        scheme,
        notes,
    )
    tag = scheme.tag(name) if name else None
    if tag is None:
        raise unknown_token(
            element.attributes["TagName"],
            element.position,
            "Use the policy's own names of categories.",
            "方針の定めるカテゴリー名を使ってください。",
        )
    if tag.type != kind:
        raise CATEGORY_TYPE(position=element.position, tag=tag.name, right=tag.type, given=kind)
    uri = element.attributes.get("URI")
    if uri is not None and tag.oid and uri != f"urn:oid:{tag.oid}":
        raise POLICY_INVALID(
            position=element.position, why="the category's name and identifier name two categories"
        )
    return Category(tag.name, tag.type, tuple(sorted(_values(element, tag, scheme, notes))))


def _values(element: Element, tag: Tag, scheme: Scheme, notes: list[Remark]) -> list[str]:
    values: list[str] = []
    for child in element.children:
        if child.namespace == NAMESPACE and child.name in ("IntegerValue", "BitStringValue"):
            raise POLICY_INVALID(
                position=child.position, why=f"{child.name} is not used; write GenericValue"
            )
        if child.namespace != NAMESPACE or child.name != "GenericValue":
            raise SCHEMA_INVALID(
                position=child.position, why=f"a category does not hold {child.name[:60]}"
            )
        check_attributes(child, ())
        written = trimmed_text(child, notes)
        known = (
            list(tag.values)
            if tag.domain == "listed"
            else [written.upper()]
            if tag.domain == "countries"
            else []
        )
        value = _named(written, known, scheme, notes) or written
        if value in values:
            raise DUPLICATE(position=child.position, what="A value")
        values.append(value)
    if not values:
        raise EMPTY_CATEGORY(position=element.position, tag=tag.name)
    return values


def _originator(found: list[Element]) -> tuple[str | None, list[Category]]:
    if not found:
        return None, []
    element = found[0]
    check_attributes(element, ("IDType",), ("IDType",))
    kind = element.attributes["IDType"]
    if kind not in ID_TYPES:
        raise SCHEMA_INVALID(position=element.position, why=f"IDType is not {kind[:40]!r}")
    value = text_of(element).strip(" \t\r\n")
    if kind == "uniformResourceIdentifier" and re.fullmatch(PARTY + "[A-Z]{3}", value, re.ASCII):
        return value.removeprefix(PARTY), []
    return None, [Category(ORIGINATOR_TAG, "informative", (f"{kind}:{value}",))]


def _succession(
    found: list[Element], schemes: Schemes, notes: list[Remark], depth: int
) -> Succession | None:
    if not found:
        return None
    if depth >= MAX_SUCCESSION:
        raise SCHEMA_INVALID(
            position=found[0].position, why=f"more than {MAX_SUCCESSION} successions"
        )
    parts = children_of(
        found[0], (("SuccessionDateTime", 1, 1), ("SuccessorConfidentialityLabel", 1, 1))
    )
    at = date_time(text_of(parts["SuccessionDateTime"][0]), found[0].position, notes)
    return Succession(
        at, _read_body(parts["SuccessorConfidentialityLabel"][0], schemes, notes, depth + 1)
    )
