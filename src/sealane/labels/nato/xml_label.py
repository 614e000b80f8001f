"""Confidentiality labels as ADatP-4774 XML: read strictly, written canonically, for any loaded
policy.

Three verdicts stay apart: not well-formed (`xml.*`), not schema-valid (`label.schema_invalid`), not
policy-valid (the scheme's own codes and `label.policy_invalid`). Prose rules that decide nothing
are flagged in the notes.
Spec: ADatP-4774 namespace urn:nato:stanag:4774:confidentialitymetadatalabel:1:0, schema 1.3; S7,
S26, S29.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sealane.base.errors import Malformed, Refused, declare
from sealane.base.values import Instant, parse_instant
from sealane.labels.marks.syntax import Note, Parsed, Syntax
from sealane.labels.model.errors import (
    AMBIGUOUS,
    CATEGORY_TYPE,
    DUPLICATE,
    EMPTY_CATEGORY,
    UNKNOWN_POLICY,
    unknown_token,
)
from sealane.labels.model.label import Category, CategoryType, Label, Succession
from sealane.labels.model.scheme import Scheme, Schemes, Tag
from sealane.labels.model.xml_tree import Element, parse_xml, pointing
from sealane.labels.nato.xml_write import (
    NAMESPACE,
    ORIGINATOR_LABEL,
    ORIGINATOR_TAG,
    PARTY,
    write_label,
)

ROOTS = {
    ORIGINATOR_LABEL: None,
    "alternativeConfidentialityLabel": Note(
        "nato.alternative",
        "An alternative label is a hint; only the originator's label decides.",
        "代替ラベルは参考です。判断の基は作成者のラベルだけです。",
    ),
    "metadataConfidentialityLabel": Note(
        "nato.metadata",
        "This is the label of the metadata, not of the information.",
        "情報ではなくメタデータのラベルです。",
    ),
    "ConfidentialityLabel": Note(
        "nato.old_root", "The root has its old name.", "ルート要素が旧名です。"
    ),
}
REVIEW_MISSING = Note(
    "nato.review_missing",
    "A prose rule is not met: without a succession there is a ReviewDateTime.",
    "規格本文の規則を満たしません：継承指定がなければ ReviewDateTime が必要です。",
)
IN_UTC = Note("nato.utc", "A time was brought to UTC.", "時刻を協定世界時に直しました。")
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

SCHEMA_INVALID = declare(
    "label.schema_invalid",
    Malformed,
    "The XML is well-formed but not a valid label: {why}.",
    "整形式の XML ですが、ラベルとして妥当ではありません：{why}。",
    "Write the label as the standard's schema says; names are case-sensitive.",
    "標準のスキーマのとおりに書いてください。名前は大文字と小文字を区別します。",
)
POLICY_INVALID = declare(
    "label.policy_invalid",
    Refused,
    "The label is schema-valid but its policy does not allow it: {why}.",
    "スキーマ上は妥当ですが、方針が許さないラベルです：{why}。",
    "Write the label as its policy says.",
    "方針のとおりに書いてください。",
)

_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def read_label(element: Element, schemes: Schemes, notes: list[Note]) -> Label:
    """The label an element carries, under its own policy; what deserves a reader's attention is
    added to `notes`.

    Raises: Malformed `label.schema_invalid`, `label.unknown_policy`, `label.unknown_token`,
    `label.duplicate`;
        Refused `label.policy_invalid`.
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


def parse_label(data: str | bytes, schemes: Schemes, notes: list[Note]) -> Label:
    """As `read_label`, from XML text. Raises: as it, and Malformed `xml.*`."""
    return read_label(parse_xml(data), schemes, notes)


def _sequence(
    element: Element, wanted: tuple[tuple[str, int, int], ...]
) -> dict[str, list[Element]]:
    """The children by name, once they stand in the schema's order and number; nothing foreign is
    passed over.
    """
    found: dict[str, list[Element]] = {name: [] for name, _, _ in wanted}
    names = [name for name, _, _ in wanted]
    last = 0
    for child in element.children:
        if child.namespace != NAMESPACE or child.name not in found:
            raise SCHEMA_INVALID(
                position=child.position,
                why=f"{element.name} does not hold {child.name[:60]} of {child.namespace[:80]!r}",
            )
        place = names.index(child.name)
        if place < last:
            raise SCHEMA_INVALID(
                position=child.position, why=f"{child.name} stands too late in {element.name}"
            )
        last = place
        found[child.name].append(child)
    for name, least, most in wanted:
        if not least <= len(found[name]) <= most:
            raise SCHEMA_INVALID(
                position=element.position,
                why=(
                    f"{element.name} holds {len(found[name])} of {name}; the schema wants {least}"
                    f" to {most}"
                ),
            )
    return found


def _attributes(element: Element, allowed: tuple[str, ...], required: tuple[str, ...] = ()) -> None:
    for name in element.attributes:
        if name not in allowed:
            meant = next((one for one in allowed if one.lower() == name.lower()), None)
            why = f"the attribute {name[:60]} of {element.name}" + (
                f" is written {meant}" if meant else " is unknown"
            )
            raise SCHEMA_INVALID(position=element.position, why=why)
    for name in required:
        if name not in element.attributes:
            raise SCHEMA_INVALID(
                position=element.position, why=f"{element.name} lacks the attribute {name}"
            )


def _read_body(element: Element, schemes: Schemes, notes: list[Note], depth: int) -> Label:
    _attributes(element, ("Id", "ReviewDateTime"))
    parts = _sequence(
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
        created=date_time(_leaf(parts["CreationDateTime"][0]), element.position, notes),
        review=None if review is None else date_time(review, element.position, notes),
        succession=_succession(parts["SuccessionHandling"], schemes, notes, depth),
    )


def _leaf(element: Element) -> str:
    if element.children:
        raise SCHEMA_INVALID(position=element.position, why=f"{element.name} holds elements")
    return element.text


def _trimmed(element: Element, notes: list[Note]) -> str:
    raw = _leaf(element)
    value = raw.strip(" \t\r\n")
    if value != raw:
        notes.append(
            Note(
                "nato.white_space",
                f"White space around the value of {element.name} is not part of it.",
                f"{element.name} の値の前後の空白は値に含まれません。",
                element.position,
            )
        )
    if not value:
        raise SCHEMA_INVALID(position=element.position, why=f"{element.name} is empty")
    return value


def date_time(value: str, position: int, notes: list[Note]) -> str:
    """An xs:dateTime as RFC 3339 in UTC. Raises: Malformed `label.schema_invalid`,
    `label.ambiguous` (no zone).
    """
    found = _DATE_TIME.fullmatch(value.strip(" \t\r\n")) if len(value) <= 64 else None
    if found is None:
        raise SCHEMA_INVALID(position=position, why=f"{value[:40]!r} is not a date and time")
    head, fraction, zone = found.groups()
    if zone is None:
        raise AMBIGUOUS(position=position, why="a time without a zone", why_ja="時間帯のない時刻")
    try:
        if zone not in ("Z", "+00:00"):
            notes.append(IN_UTC)
            head = datetime.fromisoformat(head + zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        out = f"{head}{(fraction or '').rstrip('0').rstrip('.')}Z"
        parse_instant(out)
    except (ValueError, OverflowError, Malformed):
        raise SCHEMA_INVALID(
            position=position, why=f"{value[:40]!r} is no real date and time"
        ) from None
    return out


def _information(
    element: Element, schemes: Schemes, notes: list[Note]
) -> tuple[Scheme, str, str | None, list[Category]]:
    _attributes(element, ())
    parts = _sequence(
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
    written = _trimmed(place, notes)
    classification = _named(written, [level.name for level in scheme.levels], scheme, notes)
    if classification is None:
        raise unknown_token(
            written,
            place.position,
            "Use the policy's own names of levels.",
            "方針の定める区分名を使ってください。",
        )
    privacy = _trimmed(parts["PrivacyMark"][0], notes) if parts["PrivacyMark"] else None
    categories = [_category(one, scheme, notes) for one in parts["Category"]]
    if len({category.tag for category in categories}) != len(categories):
        raise DUPLICATE(position=element.position, what="A category of one name")
    return scheme, classification, privacy, categories


def _policy(element: Element, schemes: Schemes, notes: list[Note]) -> Scheme:
    _attributes(element, ("URI",))
    name = _trimmed(element, notes)
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


def _named(written: str, known: list[str], scheme: Scheme, notes: list[Note]) -> str | None:
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
            Note(
                "nato.case",
                f"{written!r} is written {found!r}.",
                f"{written!r} の正しい表記は {found!r} です。",
            )
        )
    return found


def _category(element: Element, scheme: Scheme, notes: list[Note]) -> Category:
    _attributes(element, ("Type", "TagName", "URI"), ("Type", "TagName"))
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


def _values(element: Element, tag: Tag, scheme: Scheme, notes: list[Note]) -> list[str]:
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
        _attributes(child, ())
        written = _trimmed(child, notes)
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
    _attributes(element, ("IDType",), ("IDType",))
    kind = element.attributes["IDType"]
    if kind not in ID_TYPES:
        raise SCHEMA_INVALID(position=element.position, why=f"IDType is not {kind[:40]!r}")
    value = _leaf(element).strip(" \t\r\n")
    if kind == "uniformResourceIdentifier" and re.fullmatch(PARTY + "[A-Z]{3}", value, re.ASCII):
        return value.removeprefix(PARTY), []
    return None, [Category(ORIGINATOR_TAG, "informative", (f"{kind}:{value}",))]


def _succession(
    found: list[Element], schemes: Schemes, notes: list[Note], depth: int
) -> Succession | None:
    if not found:
        return None
    if depth >= MAX_SUCCESSION:
        raise SCHEMA_INVALID(
            position=found[0].position, why=f"more than {MAX_SUCCESSION} successions"
        )
    parts = _sequence(
        found[0], (("SuccessionDateTime", 1, 1), ("SuccessorConfidentialityLabel", 1, 1))
    )
    at = date_time(_leaf(parts["SuccessionDateTime"][0]), found[0].position, notes)
    return Succession(
        at, _read_body(parts["SuccessorConfidentialityLabel"][0], schemes, notes, depth + 1)
    )


def _read(given: str, schemes: Schemes, at: Instant | None, _lenient: bool) -> Parsed:
    from sealane.labels.nato.policy import warnings

    notes: list[Note] = []
    if given.lstrip(" \t\r\n").startswith("{"):
        from sealane.labels.nato.json_label import read_json

        label = read_json(given, schemes, notes)
        schemes.check(label, at=at)
    else:
        with pointing(given):
            label = parse_label(given, schemes, notes)
            schemes.check(label, at=at)
    return Parsed(label, write_label(label, schemes), (*notes, *warnings(label)))


NATO_4774 = Syntax(name="nato-4774", read=_read, write=write_label, reads_back=True)
