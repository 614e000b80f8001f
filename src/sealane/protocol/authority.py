"""Who may say what: the one question that the door asks of every proven statement.

Signatures prove who speaks. The table says whether it is theirs to say: in which relation to the
item, under which agreement version, in which states at the receiver, naming which copies and
statements, and how late. Whatever the table does not give counts for nothing.
Spec: spec/exchange.md §3.1; docs/authority.md; R10, R42, R59.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sealane.base.errors import Code, Conflict, Untrusted, declare
from sealane.base.values import DAY, Instant
from sealane.ledger import bodies
from sealane.ledger.receipt import Statement
from sealane.protocol.authority_table import (
    CALLED_BACK,
    OVER,
    AuthorityRow,
    Copies,
    Version,
    Who,
)
from sealane.registry.numbered import ORIGINAL
from sealane.registry.records import Copy, Item, KeptStatement, Transfer

LATE_DAYS = 180
"""How late a statement may come where the agreement states no clock `late`."""

NO_STANDING = declare(
    "statement.no_standing",
    Untrusted,
    "Nothing here gives {party} a say by a statement of type {kind} about {item}.",
    "{item} について、種類 {kind} の文書により {party} が述べる権限はここにありません。",
    "docs/authority.md tells who may say what; compare both registers with `sealane audit"
    " reconcile`.",
    "誰が何を述べられるかは docs/authority.md にあります。`sealane audit reconcile` で双方の登録簿を比べてください。",  # noqa: E501
)
OUT_OF_TURN = declare(
    "statement.out_of_turn",
    Conflict,
    "A statement of type {kind} about {item} does not count in the state that the item is in.",
    "{item} の現在の状態では、種類 {kind} の文書は効力を持ちません。",
    "Compare both registers: `sealane audit reconcile`.",
    "`sealane audit reconcile` で双方の登録簿を比べてください。",
)
OTHER_NAMED = declare(
    "statement.other_named",
    Untrusted,
    "The statement of type {kind} about {item} names a copy, a container or a statement that"
    " {party} cannot name.",
    "{item} についての種類 {kind} の文書は、{party} が挙げられない写し、コンテナ又は文書を挙げています。",  # noqa: E501
    "Name only one's own copies and what the two nodes said to one another about this item.",
    "自国の写しと、この項目について両ノードが交わした文書だけを挙げてください。",
)
OTHER_NUMBER = declare(
    "statement.other_number",
    Untrusted,
    "Items of {party} are numbered {party}-YYYY-NNNNNN; {item} is no such number.",
    "{party} の項目番号は {party}-YYYY-NNNNNN の形です。{item} は異なります。",
    "Number items in the provider's own series.",
    "提供国自身の番号系列で採番してください。",
)
TOO_OLD = declare(
    "statement.too_old",
    Untrusted,
    "The statement of {at} comes later than the agreement lets statements come.",
    "{at} の文書は、取決めが定める期間を過ぎて届きました。",
    "Say it anew.",
    "改めて文書を作成してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the receiver knows by its own books when a statement comes; nothing in it is the
    speaker's word.
    """

    party: str
    """The receiver."""
    parties: frozenset[str]
    """Of the agreement version that the statement names; empty where it is not held."""
    governing: bool
    """Whether that version is the one in force."""
    item: Item | None = None
    copies: tuple[Copy, ...] = ()
    transfer: Transfer | None = None
    """The item's movement between the two: to the speaker, or to us."""
    referred: KeptStatement | None = None
    """The statement that `answers` names, where it was exchanged and kept."""
    containers: frozenset[str] = frozenset()
    """Digests of the containers that this node ever stated for the item."""


def may_say(
    table: Mapping[str, AuthorityRow],
    said: Statement,
    seen: Seen,
    *,
    now: Instant,
    until: Instant | None,
) -> Code | None:
    """Whether a proven statement is its speaker's to say: None, or the code to refuse it by.

    The same code and sentence for an item that is not here and for one that is another's.
    Args:
        until: when the statement is too old, by the agreement's clock `late`; None: it may be of
            any age.
    Spec: spec/exchange.md §3.1.
    """
    row = table[said.type]
    # 1. Both are parties of the version that it rests on: outside an agreement nobody has a say.
    if not {said.by, seen.party} <= seen.parties:
        return NO_STANDING
    # 2. It is not older than the agreement lets it come late.
    if until is not None and now > until:
        return TOO_OLD
    return may_speak_of(row, said, seen)


def may_answer(table: Mapping[str, AuthorityRow], said: Statement, seen: Seen) -> Code | None:
    """Whether a proven statement that answers a question of ours is its speaker's to give.

    That it answers these very bytes, that its type fits and that whom we asked says it was judged
    before. An answer is as old as its question lets it be, for the partner keeps what it answered.
    """
    return may_speak_of(table[said.type], said, seen)


def may_speak_of(row: AuthorityRow, said: Statement, seen: Seen) -> Code | None:
    """Whether the speaker's relation to the item, its state and what is named are the row's."""
    if row.who is Who.ASKED:
        return None
    # 3. It names an item exactly where one is meant.
    if (said.item is None) is not (row.direction is None):
        return NO_STANDING
    if row.direction is None:
        return None
    # 4. What may come before the item is registered carries a number of its speaker's own series:
    #    a partner can neither take our next number nor a third nation's, save to pass an item of
    #    such a nation on with the grant that it shows.
    if row.unseen and not _numbered(said, seen):
        return OTHER_NUMBER
    if seen.item is None:
        if row.unseen and (row.version is not Version.GOVERNING or seen.governing):
            return None
        return NO_STANDING
    # 5. The item is theirs in the relation that the row asks for, under its own agreement version.
    if not _related(row, said, seen.item, seen):
        return NO_STANDING
    # 6. It is their turn: what both sides do at once is foreseen in the row's states.
    if seen.item.state not in row.states:
        return OUT_OF_TURN
    # 7. Copies, container and earlier statement are ones that they can name.
    if not (_names_copies(row, said, seen) and _names_earlier(row, said, seen)):
        return OTHER_NAMED
    if row.container and getattr(said.body, "container", None) not in seen.containers:
        return OTHER_NAMED
    return None


def _numbered(said: Statement, seen: Seen) -> bool:
    """Whether an item's number is one under which its speaker may bring it here."""
    item, body = str(said.item), said.body
    if not isinstance(body, bodies.Offer) or bodies.stated(body.onward) is None:
        return in_series(item, said.by)
    return any(in_series(item, party) for party in seen.parties - {said.by, seen.party})


def in_series(item: str, party: str) -> bool:
    """Whether an item's number is of a party's own series: `PARTY-YYYY-NNNNNN`."""
    return re.fullmatch(rf"{re.escape(party)}-[0-9]{{4}}-[0-9]{{6,9}}", item) is not None


def _related(row: AuthorityRow, said: Statement, item: Item, seen: Seen) -> bool:
    if item.direction != row.direction:
        return False
    if (said.agreement, said.agreement_digest) != (item.agreement, item.agreement_digest):
        return False
    if row.who is Who.PROVIDER:
        return item.provider == said.by
    ours = item.provider == seen.party or (row.keyed and item.origin == seen.party)
    return ours and seen.transfer is not None


def _names_copies(row: AuthorityRow, said: Statement, seen: Seen) -> bool:
    if row.copies is None:
        return True
    numbers = _numbers(said)
    theirs = {copy.number: copy.state for copy in seen.copies if copy.holder == said.by}
    if row.copies is Copies.NEW:
        return bool(numbers) and numbers.isdisjoint({*theirs, ORIGINAL})
    if row.copies is Copies.OURS:
        nameable = {copy.number for copy in seen.copies if copy.holder == seen.party}
    elif row.copies is Copies.THEIRS:
        nameable = {number for number, state in theirs.items() if state in CALLED_BACK | OVER}
    else:
        nameable = set(theirs)
    return bool(numbers) and numbers <= nameable


def _numbers(said: Statement) -> set[int]:
    """The numbers of the copies that a statement names, one or several."""
    one = getattr(said.body, "copy", None)
    return set(getattr(said.body, "copies", ())) | (set() if one is None else {one})


def _names_earlier(row: AuthorityRow, said: Statement, seen: Seen) -> bool:
    if row.refers is None:
        return True
    if row.refers == "offer":
        return seen.transfer is not None and seen.transfer.offer == said.answers
    earlier = seen.referred
    return (
        earlier is not None
        and earlier.type in (row.refers, row.refers_also)
        and {earlier.by, earlier.to} == {said.by, seen.party}
        and earlier.by == seen.party
        and earlier.item == said.item
    )


def too_late(at: Instant) -> Instant:
    """When a statement of this instant is too old, where the agreement states no clock for it."""
    return Instant(at + LATE_DAYS * DAY)
