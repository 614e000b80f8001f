"""What statements say: one strict record for each type, questions and answers alike.

`TYPES` is the whole list. `read` makes a record of what arrived, or refuses it with the member's
name; nothing else of a statement's body is ever looked at. `as_json` gives the very members that
are signed. A record built from code is judged by the same `read` when it is signed.
Spec: spec/receipt.md §2, §5; R59.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any, TypeVar, get_type_hints

import msgspec

from sealane.base.described import described
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.ledger.bodies.cases import CaseOpened, CaseSaid
from sealane.ledger.bodies.exchange import (
    AssuranceAnswer,
    AssuranceRequest,
    Claim,
    ClientKey,
    Copied,
    CopyDestroyed,
    CopyReturned,
    Destroyed,
    DestroyFailed,
    Offer,
    RecallOrdered,
    Relabelled,
    Rewrapped,
    RewrapRequest,
    SealedRecord,
    TransferAccepted,
    TransferReceived,
    TransferRejected,
    Withdrawn,
)
from sealane.ledger.bodies.onward import OnwardGranted, OnwardOffered, OnwardSaid
from sealane.ledger.bodies.opening import (
    KeyLeased,
    KeyRefused,
    KeyReleased,
    OpenDenied,
    Opened,
    OpenRequest,
    RefusalReason,
)
from sealane.ledger.bodies.parties import (
    Acknowledged,
    AgreementState,
    CardAccepted,
    CardRenewed,
    Enrolment,
    InventoryLine,
    InventoryPage,
    InventoryRequest,
    PackMade,
    Rejected,
    ServicesStated,
    StatementsHeld,
    StatementsRequest,
)
from sealane.ledger.bodies.shapes import Body, Shape

T = TypeVar("T")

__all__ = [
    "Acknowledged",
    "AgreementState",
    "AssuranceAnswer",
    "AssuranceRequest",
    "Body",
    "CardAccepted",
    "CardRenewed",
    "CaseOpened",
    "CaseSaid",
    "Claim",
    "ClientKey",
    "Copied",
    "CopyDestroyed",
    "CopyReturned",
    "DestroyFailed",
    "Destroyed",
    "Enrolment",
    "InventoryLine",
    "InventoryPage",
    "InventoryRequest",
    "KeyLeased",
    "KeyRefused",
    "KeyReleased",
    "Offer",
    "OnwardGranted",
    "OnwardOffered",
    "OnwardSaid",
    "OpenDenied",
    "OpenRequest",
    "Opened",
    "PackMade",
    "RecallOrdered",
    "RefusalReason",
    "Rejected",
    "Relabelled",
    "RewrapRequest",
    "Rewrapped",
    "SealedRecord",
    "ServicesStated",
    "Shape",
    "StatementsHeld",
    "StatementsRequest",
    "TransferAccepted",
    "TransferReceived",
    "TransferRejected",
    "Way",
    "Withdrawn",
]

BAD_STATEMENT = declare(
    "statement.malformed",
    Malformed,
    "A statement cannot be read: {why}.",
    "文書を読み取れません：{why_ja}。",
    "Compare it with spec/receipt.md.",
    "spec/receipt.md と照らし合わせてください。",
)


class Way(Enum):
    """How a statement travels, and so which door takes it."""

    ASKED = "said"
    """To `/peer/v1/statements`, where it is answered."""
    OFFERED = "offered"
    """To `/peer/v1/offers`, before its container; it is answered."""
    ANSWER = "an answer"
    HANDED = "handed on"
    """As a file or within another message; no door of the partners' line takes it."""


TYPES: dict[str, tuple[type[Body], tuple[Way, ...]]] = {
    "enrolment": (Enrolment, (Way.HANDED,)),
    "pack": (PackMade, (Way.HANDED,)),
    "assurance.request": (AssuranceRequest, (Way.ASKED,)),
    "assurance": (AssuranceAnswer, (Way.ANSWER,)),
    "offer": (Offer, (Way.OFFERED, Way.ANSWER)),
    "claim": (Claim, (Way.ASKED,)),
    "transfer.received": (TransferReceived, (Way.ANSWER,)),
    "transfer.rejected": (TransferRejected, (Way.ANSWER, Way.ASKED)),
    "transfer.accepted": (TransferAccepted, (Way.ASKED,)),
    "withdrawn": (Withdrawn, (Way.ASKED,)),
    "open.request": (OpenRequest, (Way.ASKED, Way.HANDED)),
    "key.released": (KeyReleased, (Way.ANSWER,)),
    "key.refused": (KeyRefused, (Way.ANSWER,)),
    "key.leased": (KeyLeased, (Way.ASKED,)),
    "opened": (Opened, (Way.ASKED,)),
    "open.denied": (OpenDenied, (Way.ASKED,)),
    "onward.granted": (OnwardGranted, (Way.HANDED,)),
    "onward.offered": (OnwardOffered, (Way.ASKED,)),
    "onward.said": (OnwardSaid, (Way.ASKED,)),
    "recall.ordered": (RecallOrdered, (Way.ASKED,)),
    "destroyed": (Destroyed, (Way.ANSWER, Way.ASKED)),
    "destroy.failed": (DestroyFailed, (Way.ANSWER,)),
    "copied": (Copied, (Way.ASKED,)),
    "copy.destroyed": (CopyDestroyed, (Way.ASKED,)),
    "copy.returned": (CopyReturned, (Way.ASKED,)),
    "rewrap.request": (RewrapRequest, (Way.ASKED,)),
    "rewrapped": (Rewrapped, (Way.OFFERED,)),
    "relabelled": (Relabelled, (Way.ASKED,)),
    "agreement.state": (AgreementState, (Way.ASKED,)),
    "card.renewed": (CardRenewed, (Way.ASKED,)),
    "card.accepted": (CardAccepted, (Way.ASKED,)),
    "case.opened": (CaseOpened, (Way.ASKED,)),
    "case.said": (CaseSaid, (Way.ASKED,)),
    "statements.request": (StatementsRequest, (Way.ASKED,)),
    "statements": (StatementsHeld, (Way.ANSWER,)),
    "services": (ServicesStated, (Way.HANDED,)),
    "inventory.request": (InventoryRequest, (Way.ASKED,)),
    "inventory": (InventoryPage, (Way.ANSWER,)),
    "acknowledged": (Acknowledged, (Way.ANSWER,)),
    "rejected": (Rejected, (Way.ANSWER,)),
}
"""Every type of statement: the record of its body, and how it travels."""

ANSWERS: dict[str, frozenset[str]] = {
    "assurance.request": frozenset({"assurance", "rejected"}),
    "offer": frozenset({"transfer.received", "transfer.rejected"}),
    "claim": frozenset({"offer", "rejected"}),
    "transfer.rejected": frozenset({"acknowledged", "rejected"}),
    "transfer.accepted": frozenset({"acknowledged", "rejected"}),
    "withdrawn": frozenset({"acknowledged", "rejected"}),
    "open.request": frozenset({"key.released", "key.refused"}),
    "key.leased": frozenset({"acknowledged", "rejected"}),
    "opened": frozenset({"acknowledged", "rejected"}),
    "open.denied": frozenset({"acknowledged", "rejected"}),
    "onward.offered": frozenset({"acknowledged", "rejected"}),
    "onward.said": frozenset({"acknowledged", "rejected"}),
    "recall.ordered": frozenset({"destroyed", "destroy.failed"}),
    "destroyed": frozenset({"acknowledged", "rejected"}),
    "copied": frozenset({"acknowledged", "rejected"}),
    "copy.destroyed": frozenset({"acknowledged", "rejected"}),
    "copy.returned": frozenset({"acknowledged", "rejected"}),
    "rewrap.request": frozenset({"key.released", "rejected"}),
    "rewrapped": frozenset({"acknowledged", "rejected"}),
    "relabelled": frozenset({"acknowledged", "rejected"}),
    "agreement.state": frozenset({"acknowledged", "rejected"}),
    "card.renewed": frozenset({"acknowledged", "rejected"}),
    "card.accepted": frozenset({"acknowledged", "rejected"}),
    "case.opened": frozenset({"acknowledged", "rejected"}),
    "case.said": frozenset({"acknowledged", "rejected"}),
    "statements.request": frozenset({"statements"}),
    "inventory.request": frozenset({"inventory"}),
}
"""The types that answer each type that a door takes; any other answer is refused."""

_FIELD = re.compile(r"(?:required|unknown) field `([^`]*)`")
_NAMES: dict[type[Body], str] = {record: name for name, (record, _) in TYPES.items()}
assert len(_NAMES) == len(TYPES)
described(*_NAMES)


def types_by(way: Way) -> frozenset[str]:
    """The types that travel this way."""
    return frozenset(name for name, (_, ways) in TYPES.items() if way in ways)


def type_of(body: Body) -> str:
    """The statement type that a record is the body of."""
    return _NAMES[type(body)]


def members(kind: str) -> tuple[str, ...]:
    """The members of a type's body, in the order of its record."""
    return TYPES[kind][0].__struct_fields__


def as_json(record: Shape) -> dict[str, Any]:
    """The members as they are signed, in JSON's own types."""
    members_: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(record))
    return members_


def stated(member: T | msgspec.UnsetType) -> T | None:
    """What an optional member says; None where it says nothing."""
    return None if isinstance(member, msgspec.UnsetType) else member


def optional(value: T | None) -> T | msgspec.UnsetType:
    """A value as an optional member says it: nothing for None."""
    return msgspec.UNSET if value is None else value


def read(kind: str, value: Any) -> Body:
    """The body of a statement of this type, strictly.

    Raises: Malformed `statement.malformed`: an unknown type, or a member that is missing, unknown,
    of another type, or out of its bounds; `position` names it.
    """
    known = TYPES.get(kind)
    if known is None:
        raise BAD_STATEMENT(why=f"unknown type {kind[:40]!r}", why_ja=f"未知の種類 {kind[:40]!r}")
    try:
        body = msgspec.convert(value, known[0])
    except msgspec.ValidationError as error:
        why, _, where = str(error).partition(" - at ")
        path = where.strip("`").removeprefix("key` in `").removeprefix("$").removeprefix(".")
        named = _FIELD.search(why)
        if named is not None:
            path = f"{path}.{named[1]}".removeprefix(".")
        raise _wrong(kind, path or None, why) from None
    for member, check in _checks(known[0]):
        try:
            for one in _each(getattr(body, member)):
                check(one)
        except SealaneError as error:
            raise _wrong(kind, member, f"{error.code}: {error.message}") from None
        except ValueError as error:
            raise _wrong(kind, member, str(error)) from None
    return body


def _wrong(kind: str, member: str | None, why: str) -> SealaneError:
    place = f"body of {kind}" if member is None else f"member {member[:120]} of {kind}"
    place_ja = f"{kind} の本文" if member is None else f"{kind} のメンバー {member[:120]}"
    return BAD_STATEMENT(
        position=member, why=f"{place}: {why[:300]}", why_ja=f"{place_ja}（{why[:300]}）"
    )


def _each(value: Any) -> tuple[Any, ...]:
    if value is None or value is msgspec.UNSET:
        return ()
    return value if isinstance(value, tuple) else (value,)


@cache
def _checks(record: type[Body]) -> tuple[tuple[str, Callable[[Any], object]], ...]:
    """What the decoder cannot say of a member: (member, check of one value)."""
    found = []
    for member, hint in get_type_hints(record, include_extras=True).items():
        found += [(member, check) for check in _checks_in(hint)]
    return tuple(found)


def _checks_in(hint: Any) -> list[Callable[[Any], object]]:
    """The checks in a hint, in its list's items or in its alternatives."""
    metas = [one for one in getattr(hint, "__metadata__", ()) if isinstance(one, msgspec.Meta)]
    found = [meta.extra["check"] for meta in metas if meta.extra and "check" in meta.extra]
    inner = [hint.__origin__] if metas else list(getattr(hint, "__args__", ()))
    for one in inner:
        found += _checks_in(one)
    return found
