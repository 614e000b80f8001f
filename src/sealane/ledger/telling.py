"""How a log tells of a signed statement: its digest and a few of its members, never its bytes.

The digest is taken over bytes that hold a nonce of 128 random bits, and the entry has a salt of its
own: neither the leaf nor the digest lets anybody confirm a guess about the content. Whoever holds
the bytes proves them against the entry.
Spec: spec/ledger.md §3; spec/evidence.md §3; R57, R59.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Malformed, SealaneError
from sealane.base.values import Instant
from sealane.ledger import bodies, entries, receipt
from sealane.ledger.entries import Entry
from sealane.ledger.fields import FIELDS, MEMBER_FIELDS
from sealane.ledger.receipt import Statement

PREFIX = "statement."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an entry says about a statement; the statement's own bytes say the rest, to those who
    hold them.
    """

    type: str
    statement: str
    by: str
    to: str
    said: str
    item: str | None
    answers: str | None
    container: str | None
    """SHA-384 of the container, where the statement names one."""
    copy: int | None = None
    """The number of the copy, where the statement names one alone."""


def fields_of(said: Statement, name: str) -> dict[str, Any]:
    """The fields that follow from a statement and its digest; the same for every log that tells of
    it.
    """
    found: dict[str, Any] = {
        "statement": name,
        "by": said.by,
        "to": said.to,
        "said": said.at,
        "object": said.item,
        "agreement": said.agreement or None,
        "agreement_digest": said.agreement_digest or None,
    }
    body = bodies.as_json(said.body)
    for member, field in MEMBER_FIELDS.items():
        if member in body and _fits(field, body[member]):
            found[field] = body[member]
    return {field: value for field, value in found.items() if value is not None}


def entry_of(said: Statement, name: str, *, node: str, at: Instant, salt: bytes) -> bytes:
    """The entry by which a node's log tells of a statement. Raises: Malformed `entry.*`."""
    return entries.make(PREFIX + said.type, at, salt, node=node, **fields_of(said, name))


def told(entry: bytes) -> Told | None:
    """What an entry tells of a statement; None for an entry of another kind or outside the
    catalogue.
    """
    found = entries.known(entry)
    if found is None:
        return None
    held = found.fields
    if not found.kind.startswith(PREFIX) or not {"statement", "by", "to", "said"} <= set(held):
        return None
    return Told(
        type=found.kind.removeprefix(PREFIX),
        statement=held["statement"],
        by=held["by"],
        to=held["to"],
        said=held["said"],
        item=held.get("object"),
        answers=held.get("answers"),
        container=held.get("object_digest"),
        copy=held.get("copy"),
    )


def tells(entry: Entry, said: Statement, name: str, node: str) -> bool:
    """Whether an entry of this node's log tells of exactly this statement, member by member."""
    return entry.kind == PREFIX + said.type and entry.fields == {
        "node": node,
        **fields_of(said, name),
    }


def binds(entry: bytes, data: bytes) -> bool:
    """Whether these are the bytes that an entry names, and everything
    the entry tells is in them.
    """
    try:
        said, found = receipt.peek(data), entries.read(entry)
    except SealaneError:
        return False
    return tells(found, said, receipt.digest(data), str(found.fields.get("node")))


def _fits(field: str, value: Any) -> bool:
    try:
        FIELDS[field][1](value)
    except (ValueError, TypeError, Malformed):
        return False
    return True
