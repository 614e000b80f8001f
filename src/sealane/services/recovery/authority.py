"""An authority to dispose of statements or to prune a log: one recorded document, signed in the
name of two people, for one thing.

Whatever is disposed of rests on it: it names what may go, holds the digest of the paper it rests
on, carries the node's statement signatures, and stands in the internal log before anything goes.
Spec: R58, R64; spec/ledger.md §9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, NotFound, Refused, SealaneError, Untrusted, declare
from sealane.base.values import identifier
from sealane.crypto import jws
from sealane.ledger import entries
from sealane.ports import Tx
from sealane.registry.records import RecordedAuthority
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor, ByTwo
from sealane.services.statements.journal import record

TYP = "sealane-disposal-authority"
KIND = "disposal.authorised"

BAD_AUTHORITY = declare(
    "disposal.authority",
    Malformed,
    "A disposal authority is named by its SHA-384, 96 hex digits.",
    "廃棄の権限は SHA-384（十六進 96 桁）で示します。",
    "Record one with `sealane ledger authorise`; it prints the digest.",
    "`sealane ledger authorise` で記録すると、ダイジェストが表示されます。",
)
NO_AUTHORITY = declare(
    "disposal.no_authority",
    NotFound,
    "No authority {digest} is recorded here.",
    "権限 {digest} はここに記録されていません。",
    "Two people record one with `sealane ledger authorise`.",
    "二人が `sealane ledger authorise` で記録してください。",
)
FORGED = declare(
    "disposal.authority_altered",
    Untrusted,
    "The authority {digest} is not what was recorded.",
    "権限 {digest} は記録されたものと異なります。",
    "Find out who had the folder; record a new one.",
    "フォルダーに触れた者を調べ、改めて記録してください。",
)
OTHER_THING = declare(
    "disposal.other_authority",
    Refused,
    "The authority {digest} is for something else: {what}.",
    "権限 {digest} は別の対象（{what}）のものです。",
    "Record one for this very thing.",
    "この対象について改めて記録してください。",
)
ONE_PERSON = declare(
    "disposal.two_needed",
    Refused,
    "An authority takes two people; one is not enough.",
    "権限の記録には二人必要です。一人ではできません。",
    "Name both: --as PERSON --second PERSON.",
    "両方を指定してください：--as PERSON --second PERSON。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What may go: an item's statements, or the serving of a log's entries below an index."""

    item: str | None = None
    origin: str | None = None
    below: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"item": self.item, "origin": self.origin, "below": self.below}

    def covers(self, wanted: Thing) -> bool:
        """Whether what is wanted is within it."""
        if self.item is not None or wanted.item is not None:
            return self.item == wanted.item
        below = self.below or 0
        return self.origin == wanted.origin and (wanted.below or 0) <= below

    def __str__(self) -> str:
        return self.item or f"{self.origin} < {self.below}"


def authorise(node: Node, thing: Thing, *, paper: str, by: Actor) -> str:
    """Record an authority by two people; its digest, by which it is used.

    Args:
        paper: SHA-384 of the paper that it rests on.
    Raises: Refused `disposal.two_needed`, `person.*`; NotFound `person.unknown`, `item.unknown`;
    Unavailable `node.in_doubt`, `node.behind`.
    """
    with node.store.writing() as tx:
        node.require_current(tx)
        actor = acts.require(node, tx, Act.AUTHORISE, by, ByTwo(lacking=ONE_PERSON()))
        assert actor.second is not None
        if thing.item is not None:
            node.item(tx, identifier(thing.item))
        said = {
            "v": 1,
            "node": node.settings.node,
            "thing": thing.as_json(),
            "document": paper,
            "people": [actor.person, actor.second.person],
            "at": node.now()[1],
        }
        data = jws.sign(canonical.encode(said), node.keys.signers("statement"), typ=TYP)
        digest = canonical.sha384(data)
        record(
            node,
            tx,
            "disposal.authorised",
            item=thing.item,
            **actor.told(),
            record=digest,
            origin=thing.origin,
            to_index=thing.below,
        )
        node.records.authorities.put(tx, {"digest": digest}, data=data, since=said["at"])
    return digest


def require(node: Node, tx: Tx, digest: str, wanted: Thing) -> RecordedAuthority:
    """The recorded authority for exactly this.

    Raises: Malformed `disposal.authority`; NotFound `disposal.no_authority`; Untrusted
    `disposal.authority_altered`; Refused `disposal.other_authority`.
    """
    if not re.fullmatch("[0-9a-f]{96}", digest):
        raise BAD_AUTHORITY()
    # 1. It is here, byte for byte.
    row = node.records.authorities.get(tx, digest=digest)
    if row is None:
        raise NO_AUTHORITY(digest=digest[:16])
    # 2. This node signed it, and its log says so: a row put in by hand is none.
    keys = node.keys.publics("statement")
    try:
        payload = jws.verify_by_suites(bytes(row.data), keys=keys, typ=TYP).payload
    except SealaneError:
        raise FORGED(digest=digest[:16]) from None
    if canonical.sha384(bytes(row.data)) != digest or not _logged(node, tx, digest):
        raise FORGED(digest=digest[:16])
    # 3. It is for this thing and no other.
    said = canonical.decode(payload)
    assert isinstance(said, dict)
    thing = Thing(**said["thing"])
    if not thing.covers(wanted):
        raise OTHER_THING(digest=digest[:16], what=str(thing))
    return row


def _logged(node: Node, tx: Tx, digest: str) -> bool:
    log = node.internal
    for _, data in log.mentioning(tx, [digest], log.size(tx)):
        entry = entries.known(data)
        if entry is not None and entry.kind == KIND and entry.fields.get("record") == digest:
            return True
    return False
