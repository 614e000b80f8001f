"""Entries of a log: canonical JSON with `v`, `kind`, `at`, a random `salt`, and fields of the
kind's list, and no more.

What is not in the catalogue is refused when written and when read. Spec: spec/ledger.md §3; R57.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.base.values import Instant, format_instant, parse_instant
from sealane.ledger.fields import COMMON, FIELDS
from sealane.ledger.kinds import KINDS
from sealane.ledger.log.tiles import MAX_ENTRY

SALT = 16

UNKNOWN_KIND = declare(
    "entry.unknown_kind",
    Malformed,
    "{kind!r} is not a kind of ledger entry.",
    "{kind!r} という種類の記録はありません。",
    "The kinds are in docs/ledger-entries.md.",
    "種類は docs/ledger-entries.md にあります。",
)
BAD_FIELD = declare(
    "entry.field",
    Malformed,
    "The entry {kind} may not hold {field!r} like this: {why}.",
    "記録 {kind} に {field!r} をこの形では書けません：{why}。",
    "Entries hold identifiers, digests, numbers and codes only.",
    "記録には識別子、ダイジェスト、数、符号だけを書けます。",
)
BAD_ENTRY = declare(
    "entry.malformed",
    Malformed,
    "A ledger entry cannot be read: {why}.",
    "台帳の記録を読み取れません：{why}。",
)

_HEX_SALT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry read back: its kind, the writer's instant, and its fields."""

    kind: str
    at: Instant
    fields: dict[str, Any]


def make(kind: str, at: Instant, salt: bytes, **fields: Any) -> bytes:
    """The exact bytes of an entry; fields that are None are left out.

    Args:
        salt: 16 fresh random bytes, so that nobody can confirm a guess from a disclosed proof.
    Raises: Malformed `entry.unknown_kind`, `entry.field`, `ledger.entry_too_large`.
    Spec: R57; spec/ledger.md §3.
    """
    if len(salt) != SALT:
        raise BAD_FIELD(kind=kind, field="salt", why="not 16 bytes")
    held = {name: value for name, value in fields.items() if value is not None}
    _check(kind, held)
    data = canonical.encode(
        {"v": 1, "kind": kind, "at": format_instant(at), "salt": salt.hex(), **held}
    )
    if len(data) > MAX_ENTRY:
        raise BAD_FIELD(kind=kind, field="*", why="longer than 65535 bytes")
    return data


def _check(kind: str, fields: dict[str, Any]) -> None:
    known = KINDS.get(kind)
    if known is None:
        raise UNKNOWN_KIND(kind=str(kind)[:64])
    for name, value in fields.items():
        if name not in COMMON and name not in known.fields:
            raise BAD_FIELD(kind=kind, field=name[:40], why="not on the kind's list")
        says, check = FIELDS[name]
        try:
            check(value)
        except (ValueError, TypeError, Malformed):
            raise BAD_FIELD(kind=kind, field=name, why=f"not a {says}") from None


def read(data: bytes) -> Entry:
    """An entry from its exact bytes, checked against the catalogue. Raises: Malformed `entry.*`,
    `json.*`.
    """
    value = canonical.decode(data, limit=MAX_ENTRY)
    if (
        not isinstance(value, dict)
        or not {"v", "kind", "at", "salt"} <= set(value)
        or value["v"] != 1
    ):
        raise BAD_ENTRY(why="v, kind, at or salt is missing")
    fields = {name: held for name, held in value.items() if name not in {"v", "kind", "at", "salt"}}
    if (
        not isinstance(value["salt"], str)
        or not _HEX_SALT.fullmatch(value["salt"])
        or not isinstance(value["kind"], str)
    ):
        raise BAD_ENTRY(why="the salt is not 16 bytes in hex")
    _check(value["kind"], fields)
    return Entry(value["kind"], parse_instant(value["at"]), fields)


def known(data: bytes) -> Entry | None:
    """The same; None where the bytes are no entry of the catalogue."""
    try:
        return read(data)
    except SealaneError:
        return None
