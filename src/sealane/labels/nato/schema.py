"""What the XML schema of ADatP-4774 asks of an element: its children, attributes, texts and dates.

Spec: ADatP-4774 App. 1 (schema 1.3).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sealane.base.errors import Malformed, Refused, declare
from sealane.base.values import parse_instant
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.errors import AMBIGUOUS
from sealane.labels.model.xml_tree import Element
from sealane.labels.nato.xml_write import NAMESPACE

IN_UTC = Remark("nato.utc", "A time was brought to UTC.", "時刻を協定世界時に直しました。")

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


def children_of(
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


def check_attributes(
    element: Element, allowed: tuple[str, ...], required: tuple[str, ...] = ()
) -> None:
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


def text_of(element: Element) -> str:
    if element.children:
        raise SCHEMA_INVALID(position=element.position, why=f"{element.name} holds elements")
    return element.text


def trimmed_text(element: Element, notes: list[Remark]) -> str:
    raw = text_of(element)
    value = raw.strip(" \t\r\n")
    if value != raw:
        notes.append(
            Remark(
                "nato.white_space",
                f"White space around the value of {element.name} is not part of it.",
                f"{element.name} の値の前後の空白は値に含まれません。",
                element.position,
            )
        )
    if not value:
        raise SCHEMA_INVALID(position=element.position, why=f"{element.name} is empty")
    return value


def date_time(value: str, position: int, notes: list[Remark]) -> str:
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
