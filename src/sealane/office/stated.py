"""A question read by what its operation declares: every member of its kind, within its bounds, and
none besides.

The same for what a program posts, what an address holds and what somebody typed.
Spec: spec/openapi.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.office.operation import MemberKind, MemberPlace, Operation, StatedMember

UNFIT = declare(
    "api.stated",
    Malformed,
    "{member} is not as {operation} takes it: {why}.",
    "{operation} の {member} が正しくありません：{why_ja}。",
    "The node describes each operation at /api/v1/openapi.json.",
    "各操作の説明は /api/v1/openapi.json にあります。",
)
MISSING = ("it is missing", "指定がありません")
UNKNOWN = ("there is no such member", "このメンバーはありません")
NO_TEXT = (
    "it is a text of {least} to {most} characters",
    "{least}～{most} 字の文字列です",
)
NO_NUMBER = ("it is a whole number from {least} to {most}", "{least}～{most} の整数です")
NO_TRUTH = ("it is true or false", "true か false です")
NO_TEXTS = (
    "it is a list of texts, each of 1 to {most} characters",
    "1～{most} 字の文字列の配列です",
)
NO_THING = ("it is an object", "JSON オブジェクトです")
NO_THINGS = ("it is a list of objects", "JSON オブジェクトの配列です")
NO_WORD = ("it is one of: {words}", "次のいずれかです：{words}")
NO_MARK = ("it is a text or an object", "文字列か JSON オブジェクトです")

FALSE, TRUE = ("false", "0", ""), ("true", "1")


def read(operation: Operation, stated: Mapping[str, Any]) -> dict[str, Any]:
    """Every declared member, stated or by its default. Raises: Malformed `api.stated`; its position
    is the member.
    """
    known = {one.name: one for one in operation.members}
    if unknown := sorted(map(str, set(stated) - set(known))):
        raise unknown_member(operation, unknown[0])
    return {name: _value(operation, one, stated.get(name)) for name, one in known.items()}


def unknown_member(operation: Operation, name: str) -> Exception:
    """What is raised for a member that stands where none does."""
    return _unfit(operation, name[:60], UNKNOWN)


def from_words(
    operation: Operation, place: MemberPlace, words: Mapping[str, list[str]]
) -> dict[str, Any]:
    """The members that stand in an address, of the kind that each is; what cannot be one stays as
    it is, and is refused by `read`.
    """
    found: dict[str, Any] = dict(words)
    for one in operation.members:
        given = words.get(one.name)
        if one.place is place and given is not None:
            found[one.name] = _of_words(one, given)
    return found


def _of_words(member: StatedMember, given: list[str]) -> Any:
    if member.kind is MemberKind.TEXTS:
        return given
    text = given[-1]
    if member.kind is MemberKind.NUMBER and text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    if member.kind is MemberKind.TRUTH and text.lower() in (*TRUE, *FALSE):
        return text.lower() in TRUE
    return text


def _value(operation: Operation, member: StatedMember, value: Any) -> Any:
    # 1. what nobody stated
    if value is None:
        if member.needed:
            raise _unfit(operation, member.name, MISSING)
        return member.default
    # 2. of its kind, within its bounds
    fits, why = FITS[member.kind]
    if not fits(member, value):
        raise _unfit(operation, member.name, why, member)
    # 3. one of its words
    if member.words and any(one not in member.words for one in _each(value)):
        raise _unfit(operation, member.name, NO_WORD, member)
    return value


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_text(member: StatedMember, value: Any) -> bool:
    return isinstance(value, str) and member.least <= len(value) <= member.most


def _is_number(member: StatedMember, value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and member.least <= value <= member.most


def _are_texts(member: StatedMember, value: Any) -> bool:
    if not isinstance(value, list) or len(value) < member.least * member.needed:
        return False
    return all(isinstance(one, str) and 0 < len(one) <= member.most for one in value)


def _are_things(_: StatedMember, value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _is_mark(member: StatedMember, value: Any) -> bool:
    return isinstance(value, dict) or _is_text(member, value)


FITS: Mapping[MemberKind, tuple[Callable[[StatedMember, Any], bool], tuple[str, str]]] = {
    MemberKind.TEXT: (_is_text, NO_TEXT),
    MemberKind.NUMBER: (_is_number, NO_NUMBER),
    MemberKind.TRUTH: (lambda _, value: isinstance(value, bool), NO_TRUTH),
    MemberKind.TEXTS: (_are_texts, NO_TEXTS),
    MemberKind.THING: (lambda _, value: isinstance(value, dict), NO_THING),
    MemberKind.THINGS: (_are_things, NO_THINGS),
    MemberKind.ANY: (_is_mark, NO_MARK),
}
"""What each kind is, and what is said of what is not."""


def _unfit(
    operation: Operation, name: str, why: tuple[str, str], member: StatedMember | None = None
) -> Exception:
    facts: dict[str, Any] = {}
    if member is not None:
        facts = {"least": member.least, "most": member.most, "words": ", ".join(member.words)}
    return UNFIT(
        position=name,
        operation=operation.id,
        member=name,
        why=why[0].format_map(facts),
        why_ja=why[1].format_map(facts),
    )
