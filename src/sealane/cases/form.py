"""What is filled in: every field of its type, within its bounds, and none besides.

What a person typed is brought into its type first (`stated`); what a partner signed must have it
already (`require`).
Spec: spec/case.md §3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.base.values import country, identifier, parse_instant
from sealane.cases.kind import LIST_MOST, TEXT_MOST, CaseField, FieldType
from sealane.labels.model.label import label_from_json

BAD_FORM = declare(
    "case.form",
    Malformed,
    "Field {field!r} of the form is wrong: {why}.",
    "様式の項目「{field}」が正しくありません：{why_ja}。",
    "`sealane case kinds` lists the fields of every kind.",
    "各種類の項目は `sealane case kinds` で確認できます。",
)
OBJECT_MOST, OBJECT_DEPTH = 1 << 14, 4
"""Bytes of an object in canonical form, and how deep it may be."""
NUMBER_MOST = 1 << 53
Why = tuple[str, str]
MISSING: Why = ("it is missing", "指定がありません")
UNKNOWN: Why = ("there is no such field", "この項目はありません")
BY_NODE: Why = ("the node fills it in", "ノードが記入します")
ONE: Why = ("it is one value, not a list", "値は一つです（配列ではありません）")
MANY: Why = (f"it is a list of 1 to {LIST_MOST} values", f"1～{LIST_MOST} 個の値の配列です")


@dataclass(frozen=True, slots=True)
class AgreedWords:
    """Words that the agreement says: its purposes, its grounds for refusing, and the levels of its
    table.
    """

    purposes: frozenset[str] = frozenset()
    refusals: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()


def require(fields: Sequence[CaseField], form: Mapping[str, Any], words: AgreedWords) -> None:
    """Nothing, where every field is as it has to be. Raises: Malformed `case.form`, with
    `details.field`.
    """
    known = {one.name: one for one in fields}
    for name in sorted(map(str, set(form) - set(known))):
        raise wrong(name[:60], UNKNOWN)
    for field in fields:
        if field.name not in form:
            if field.required:
                raise wrong(field.name, MISSING)
            continue
        _require_field(field, form[field.name], words)


def require_by_hand(
    fields: Sequence[CaseField], form: Mapping[str, Any], words: AgreedWords
) -> None:
    """The same of what a person states: what the node fills in is nobody's to write. Raises:
    Malformed `case.form`.
    """
    for field in fields:
        if field.by_node and field.name in form:
            raise wrong(field.name, BY_NODE)
    require(fields, form, words)


def stated(fields: Sequence[CaseField], given: Mapping[str, Any]) -> dict[str, Any]:
    """What a person typed, each value in its field's type; what cannot be brought into it stays,
    for `require` to refuse.
    """
    known = {one.name: one for one in fields}
    found = {}
    for name, value in given.items():
        field = known.get(name)
        found[name] = value if field is None else _brought(field, value)
    return found


def wrong(field: str, why: Why) -> SealaneError:
    """The refusal of a field."""
    return BAD_FORM(
        position=field, field=field, why=why[0], why_ja=why[1], details={"field": field}
    )


def _brought(field: CaseField, value: Any) -> Any:
    if field.list:
        several = value if isinstance(value, list) else [value]
        return [_typed(field, one) for one in several]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return _typed(field, value)


def _typed(field: CaseField, value: Any) -> Any:
    if field.type is FieldType.NUMBER and isinstance(value, str):
        digits = value.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) < 16:
            return int(value)
    return value


def _require_field(field: CaseField, value: Any, words: AgreedWords) -> None:
    if not field.list:
        if isinstance(value, list):
            raise wrong(field.name, ONE)
        _require_value(field, value, words)
        return
    if not isinstance(value, list) or not 1 <= len(value) <= LIST_MOST:
        raise wrong(field.name, MANY)
    for one in value:
        _require_value(field, one, words)


def _require_value(field: CaseField, value: Any, words: AgreedWords) -> None:
    why = CHECKS[field.type](field, value, words)
    if why is not None:
        raise wrong(field.name, why)


def _text(field: CaseField, value: Any, _: AgreedWords) -> Why | None:
    most = field.most or TEXT_MOST
    if isinstance(value, str) and value.strip() and len(value) <= most:
        return None
    return f"it is a text of 1 to {most} characters", f"1～{most} 字の文字列です"


def _word(field: CaseField, value: Any, _: AgreedWords) -> Why | None:
    return _one_of(field.values or (), value)


def _one_of(words: Sequence[str], value: Any) -> Why | None:
    if isinstance(value, str) and value in words:
        return None
    listed = ", ".join(words)
    return f"it is one of: {listed}", f"次のいずれかです：{listed}"


def _number(field: CaseField, value: Any, _: AgreedWords) -> Why | None:
    least = 0 if field.least is None else field.least
    most = NUMBER_MOST if field.most is None else field.most
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return None
    return f"it is a whole number from {least} to {most}", f"{least}～{most} の整数です"


def _reads(read: Callable[[Any], object], why: Why) -> Callable[..., Why | None]:
    def check(_: CaseField, value: Any, __: AgreedWords) -> Why | None:
        if not isinstance(value, str):
            return why
        try:
            read(value)
        except (SealaneError, ValueError, TypeError):
            return why
        return None

    return check


def _label(_: CaseField, value: Any, __: AgreedWords) -> Why | None:
    try:
        label_from_json(value)
    except SealaneError as error:
        return error.message[:200], error.message_ja[:200]
    return None


def _object(_: CaseField, value: Any, __: AgreedWords) -> Why | None:
    why = (
        f"it is an object of at most {OBJECT_MOST} bytes, {OBJECT_DEPTH} deep",
        f"{OBJECT_MOST} バイト、深さ {OBJECT_DEPTH} までのオブジェクトです",
    )
    if not isinstance(value, dict) or canonical.is_deeper(value, OBJECT_DEPTH):
        return why
    try:
        return why if len(canonical.encode(value)) > OBJECT_MOST else None
    except SealaneError:
        return why


_NO_NAME: Why = ("it is no identifier", "識別子の形ではありません")
_IDENTIFIED = _reads(identifier, _NO_NAME)
CHECKS: Mapping[FieldType, Callable[[CaseField, Any, AgreedWords], Why | None]] = {
    FieldType.TEXT: _text,
    FieldType.WORD: _word,
    FieldType.NUMBER: _number,
    FieldType.INSTANT: _reads(
        parse_instant,
        ("it is an instant such as 2027-01-31T00:00:00Z", "日時（例 2027-01-31T00:00:00Z）です"),
    ),
    FieldType.COUNTRY: _reads(
        country, ("it is a country of three letters", "三文字の国の符号です")
    ),
    FieldType.ITEM: _IDENTIFIED,
    FieldType.PERSON: _IDENTIFIED,
    FieldType.IDENTIFIER: _IDENTIFIED,
    FieldType.LABEL: _label,
    FieldType.LEVEL: lambda _, value, words: _one_of(sorted(words.levels), value),
    FieldType.PURPOSE: lambda _, value, words: _one_of(sorted(words.purposes), value),
    FieldType.REFUSAL: lambda _, value, words: _one_of(sorted(words.refusals), value),
    FieldType.OBJECT: _object,
}
"""What each type is, and what is said of what is not."""
