"""Bodies of statements made from their records: one good one for each type, and every way to spoil
each of its members.
"""

from __future__ import annotations

import os
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from sealane.base import canonical
from sealane.crypto import jws
from sealane.crypto.keys import Signer
from sealane.ledger import bodies, receipt
from sealane.ledger.bodies import shapes

LABEL = {"policy": "AUS", "classification": "SECRET", "originator": "AUS", "categories": []}
EXAMPLES: dict[Any, Any] = {
    shapes.Digest: "0" * 96,
    shapes.DigestOrNone: "",
    shapes.Uuid: "00000000-0000-4000-8000-000000000000",
    shapes.Time: "2026-11-22T00:00:00Z",
    shapes.Country: "AUS",
    shapes.Identifier: "AUS-2026-000001",
    shapes.ErrorCode: "item.unknown",
    shapes.Suite: "X-Wing",
    shapes.Share: "AAAA",
    shapes.StatementBytes: "AAAA",
    shapes.CardBytes: "AAAA",
    shapes.GrantBytes: "AAAA",
    shapes.PolicyText: "AAAA",
    shapes.Url: "https://kas.jpn.example/kas",
    shapes.LabelDocument: LABEL,
}
KINDS: dict[str, Any] = {
    "null": None,
    "truth": True,
    "number": 7,
    "text": "x",
    "list": [],
    "object": {},
}
SELDOM = {"sha384", "onward", "grant"}
"""Optional members that only some statements of their type have, and others must not."""
LONG = 4096
"""Characters or items beyond a bound that a pattern hides."""


@dataclass(frozen=True)
class Spoilt:
    """One body with one member spoilt."""

    kind: str
    member: str
    how: str
    body: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.kind}.{self.member}: {self.how}"


def good(kind: str, **members: Any) -> dict[str, Any]:
    """A body that the type's record accepts, with these members instead of invented ones."""
    body = canonical.parse(canonical.encode({**_record(bodies.TYPES[kind][0]), **members}))
    bodies.read(kind, body)
    return body


def spoilt(kind: str, **members: Any) -> Iterator[Spoilt]:
    """Every member of the type's body missing, null, of another type, too long, too deep, too
    large; and one member too many.
    """
    body = good(kind, **members)
    yield Spoilt(kind, "extra", "unknown", {**body, "extra": 1})
    for member, hint in get_type_hints(bodies.TYPES[kind][0], include_extras=True).items():
        if msgspec.UnsetType not in get_args(hint):
            without = {name: body[name] for name in body if name != member}
            yield Spoilt(kind, member, "missing", without)
        for how, wrong in _wrong(hint):
            yield Spoilt(kind, member, how, {**body, member: wrong})


def signed(said: dict[str, Any], signers: Sequence[Signer]) -> bytes:
    """A statement whatever its members are, properly signed."""
    return jws.sign(canonical.encode(said), signers, typ=receipt.TYP)


def said(speaker: Any, kind: str, body: dict[str, Any], **members: Any) -> bytes:
    """A statement as this node would say it, whatever its body is."""
    return signed(
        {
            "v": 1,
            "type": kind,
            "by": speaker.party,
            "node": speaker.settings.node,
            "item": None,
            "at": speaker.now()[1],
            "nonce": os.urandom(16).hex(),
            "body": body,
            **members,
        },
        speaker.keys.signers("statement"),
    )


def _record(record: type) -> dict[str, Any]:
    return {
        member: _example(hint)
        for member, hint in get_type_hints(record, include_extras=True).items()
        if msgspec.UnsetType not in get_args(hint) or member not in SELDOM
    }


def _example(hint: Any) -> Any:
    for known, example in EXAMPLES.items():
        if hint == known:
            return example
    base, _ = _bare(hint)
    if get_origin(base) in (Union, types.UnionType):
        return _example(get_args(base)[0])
    if get_origin(base) is Literal:
        return get_args(base)[0]
    if get_origin(base) is tuple:
        return [_example(get_args(base)[0])]
    if get_origin(base) is dict:
        known_pattern = _bare(get_args(base)[0])[1]
        plain = not any(meta.pattern for meta in known_pattern)
        return {} if get_args(base)[1] is Any else {"AUS" if plain else "1": _value(base)}
    if isinstance(base, type) and issubclass(base, msgspec.Struct):
        return _record(base)
    return {bool: True, int: 1, str: "x"}[base]


def _value(base: Any) -> Any:
    return _example(get_args(base)[1])


def _bare(hint: Any) -> tuple[Any, list[msgspec.Meta]]:
    if get_origin(hint) is Annotated:
        return hint.__origin__, [one for one in hint.__metadata__ if isinstance(one, msgspec.Meta)]
    return hint, []


def _wrong(hint: Any) -> Iterator[tuple[str, Any]]:
    """What a member of this hint must not be, each with its name."""
    base, metas = _bare(hint)
    alternatives = [base]
    if get_origin(base) in (Union, types.UnionType):
        alternatives = [one for one in get_args(base) if one is not msgspec.UnsetType]
        kept = [one for one in alternatives if one is not type(None)]
        base, metas = _bare(kept[0])
    allowed = {_kind(_bare(one)[0]) for one in alternatives}
    if "null" not in allowed:
        yield "null", None
    other = next(kind for kind in ("number", "text") if kind not in allowed)
    yield f"a {other}", KINDS[other]
    if "object" not in allowed and "list" not in allowed:
        yield "an object", {}
    yield from _beyond(hint if alternatives == [base] else kept[0], base, metas)


def _kind(base: Any) -> str:
    if base is type(None):
        return "null"
    if get_origin(base) is Literal:
        return "text"
    for kinds, name in ((tuple, "list"), (dict, "object")):
        if get_origin(base) is kinds:
            return name
    return {bool: "truth", int: "number", str: "text"}.get(base, "object")


def _beyond(hint: Any, base: Any, metas: list[msgspec.Meta]) -> Iterator[tuple[str, Any]]:
    if base is int:
        bound = next(meta.le for meta in metas if meta.le is not None)
        yield from (("too large", bound + 1), ("negative", -1))
    elif base is str:
        longest = next((meta.max_length for meta in metas if meta.max_length), LONG)
        yield "too long", "0" * (longest + 1)
    elif get_origin(base) is tuple:
        item = _example(get_args(base)[0])
        longest = next(meta.max_length for meta in metas if meta.max_length)
        yield "too long", [item] * (longest + 1)
        for how, wrong in _wrong(get_args(base)[0]):
            yield f"an item {how}", [wrong]
    elif get_origin(base) is dict:
        yield from _wrong_document(hint, base)
    elif isinstance(base, type) and issubclass(base, msgspec.Struct):
        yield from _wrong_record(base)


def _wrong_document(hint: Any, base: Any) -> Iterator[tuple[str, Any]]:
    deep: Any = {}
    for _ in range(30):
        deep = {"a": deep}
    yield "too deep", deep
    if get_args(base)[1] is not Any:
        key = next(iter(_example(hint)))
        yield "too long", {f"{at}": _value(base) for at in range(LONG + 1)}
        for how, wrong in _wrong(get_args(base)[1]):
            yield f"a value {how}", {key: wrong}
    else:
        yield "too long", {"a": "x" * (2 * shapes.MIB)}


def _wrong_record(record: type) -> Iterator[tuple[str, Any]]:
    whole = _record(record)
    yield "with another member", {**whole, "extra": 1}
    for member, hint in get_type_hints(record, include_extras=True).items():
        if member in whole:
            yield f"without {member}", {name: whole[name] for name in whole if name != member}
            for how, wrong in _wrong(hint):
                yield f"{member} {how}", {**whole, member: wrong}
