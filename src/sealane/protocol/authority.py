"""Who may say what: one row for each type of statement, and the one question that the door asks.

Signatures prove who speaks. This table says whether it is theirs to say: in which relation to the
item, under which agreement version, in which states at the receiver, naming which copies and
statements, and how late. Whatever the table does not give counts for nothing.
Spec: spec/exchange.md §3.1; docs/authority.md (made from this table); R10, R42, R59.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from sealane.base.errors import Code, Conflict, Untrusted, declare
from sealane.base.values import DAY, Instant
from sealane.ledger.receipt import Statement
from sealane.registry.records import (
    Copy,
    CopyState,
    Direction,
    Item,
    ItemState,
    KeptStatement,
    Transfer,
)

LATE = "late"
"""The agreement's clock that bounds how late a statement may come."""
LATE_DAYS = 180
"""How late where the agreement states no such clock."""

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


class Who(Enum):
    """In which relation the speaker must stand: (English, Japanese)."""

    PROVIDER = ("the item's provider", "項目の提供国")
    HOLDER = ("a party to which the item was released", "項目の提供を受けた国")
    PARTY = ("a party of the agreement", "取決めの当事国")
    ASKED = ("the party that was asked", "問われた国")
    ITSELF = ("a party about itself", "自らについて述べる国")


class Version(Enum):
    """Which version of the agreement the statement must rest on: (English, Japanese)."""

    ITEM = ("the item's own", "項目の版")
    GOVERNING = ("the one in force", "現行の版")
    HELD = ("any that is held", "保有する版")
    ASKED = ("the question's", "問いの版")
    NONE = ("none", "なし")


class Copies(Enum):
    """Whose copies the statement may number: (English, Japanese)."""

    OURS = ("the receiver's", "受け手の写し")
    THEIRS = ("the speaker's, called back", "述べる国の回収中の写し")


EVERY_STATE = frozenset(ItemState)
OFFERED = EVERY_STATE - {ItemState.SEALED, ItemState.AWAITING_SECOND_SIGNER}
"""States of an item that was once offered: whatever became of the offer, it is known to both."""
CALLED_BACK = frozenset({CopyState.RECALLED, CopyState.NOT_DESTROYED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One row: when a statement of a type counts, seen from whoever receives it."""

    who: Who
    version: Version
    direction: Direction | None = None
    """Which way the item goes at the receiver; None where no item is meant."""
    states: frozenset[ItemState] = EVERY_STATE
    unseen: bool = False
    """Whether it counts before the item is registered here, by its provider's number alone."""
    refers: str | None = None
    """Type of the earlier statement between the two that `answers` names, where it is no answer."""
    copies: Copies | None = None
    container: bool = False
    """Whether `container` must be one that the receiver stated for the item."""
    may: str
    may_ja: str


def _party(may: str, may_ja: str) -> Authority:
    return Authority(who=Who.PARTY, version=Version.HELD, may=may, may_ja=may_ja)


def _asked(may: str, may_ja: str) -> Authority:
    return Authority(who=Who.ASKED, version=Version.ASKED, may=may, may_ja=may_ja)


def _provider(
    may: str,
    may_ja: str,
    *,
    states: frozenset[ItemState] = EVERY_STATE,
    copies: Copies | None = None,
) -> Authority:
    return Authority(
        who=Who.PROVIDER,
        version=Version.ITEM,
        direction=Direction.IN,
        states=states,
        copies=copies,
        may=may,
        may_ja=may_ja,
    )


def _holder(
    may: str,
    may_ja: str,
    *,
    states: frozenset[ItemState] = OFFERED,
    refers: str | None = None,
    copies: Copies | None = None,
    container: bool = False,
) -> Authority:
    return Authority(
        who=Who.HOLDER,
        version=Version.ITEM,
        direction=Direction.OUT,
        states=states,
        refers=refers,
        copies=copies,
        container=container,
        may=may,
        may_ja=may_ja,
    )


TABLE: Mapping[str, Authority] = MappingProxyType(
    {
        "enrolment": Authority(
            who=Who.ITSELF,
            version=Version.NONE,
            may="tell its own card, as a file that two people compare",
            may_ja="自国のカードを示す（二人で照合するファイル）",
        ),
        "assurance.request": _party("ask for the receiver's assurance", "保証を求める"),
        "assurance": _asked("assure, for the area and level asked", "問われた分野と秘密区分の保証"),
        "offer": Authority(
            who=Who.PROVIDER,
            version=Version.GOVERNING,
            direction=Direction.IN,
            unseen=True,
            may="offer an item of its own number; a number that is here already is rejected",
            may_ja="自国番号の項目を申し出る（既にある番号は拒否）",
        ),
        "claim": _party(
            "claim the offer made to it for a container", "自国への申出をコンテナにより請求する"
        ),
        "transfer.received": _holder(
            "say that the offer was stored whole",
            "申出を完全に保管したと述べる",
            states=frozenset({ItemState.QUEUED, ItemState.WITHDRAWN}),
            container=True,
        ),
        "transfer.rejected": _holder(
            "turn the offer made to it away; after a withdrawal it is only logged",
            "自国への申出を拒む（取下げ後は記録のみ）",
            states=frozenset({ItemState.QUEUED, ItemState.DELIVERED, ItemState.WITHDRAWN}),
            refers="offer",
            container=True,
        ),
        "transfer.accepted": _holder(
            "accept what was delivered to it; after a withdrawal it is only logged",
            "届いた項目を受理する（取下げ後は記録のみ）",
            states=frozenset({ItemState.DELIVERED, ItemState.WITHDRAWN}),
            refers="offer",
        ),
        "withdrawn": Authority(
            who=Who.PROVIDER,
            version=Version.ITEM,
            direction=Direction.IN,
            unseen=True,
            refers="offer",
            may="take its own offer back, also before it arrived",
            may_ja="自国の申出を取り下げる（到着前も可）",
        ),
        "open.request": _holder("ask for the provider's share", "提供国の分割片を求める"),
        "key.released": _asked("give its share, to the asked key alone", "分割片を渡す"),
        "key.refused": _asked("refuse its share, by clauses", "条項を示して分割片を拒む"),
        "opened": _holder(
            "say that a released share was used",
            "渡された分割片を使ったと述べる",
            refers="key.released",
        ),
        "open.denied": _holder("say that it refused at home", "自国で拒んだと述べる"),
        "recall.ordered": _provider(
            "call the receiver's copies back", "受け手の写しを回収する", copies=Copies.OURS
        ),
        "destroyed": _holder(
            "say that its copies, called back, are erased",
            "回収された自国の写しを消去したと述べる",
            refers="recall.ordered",
            copies=Copies.THEIRS,
        ),
        "destroy.failed": _holder(
            "say that its copies, called back, could not be erased",
            "回収された自国の写しを消去できなかったと述べる",
            refers="recall.ordered",
            copies=Copies.THEIRS,
        ),
        "rewrap.request": _provider("ask for the holder's share of its item", "分割片を求める"),
        "rewrapped": _provider("send its item under another suite", "別の方式の項目を送る"),
        "relabelled": _provider("give its item another label", "自国の項目のラベルを変える"),
        "agreement.state": _party("tell its own notices", "自国の通告を伝える"),
        "statements.request": _party(
            "ask for statements between these two; of others it learns `missing`",
            "両国間の文書を求める（他は「なし」）",
        ),
        "statements": _asked("give such statements back", "その文書を返す"),
        "services": _party("state its own OpenTDF side, as a file", "自国の OpenTDF 側を示す"),
        "inventory.request": _party(
            "ask for the register of items between these two", "両国間の項目の目録を求める"
        ),
        "inventory": _asked("give that register", "その目録を示す"),
        "acknowledged": _asked("acknowledge", "受領を確認する"),
        "rejected": _asked("reject, and why", "理由を示して拒む"),
    }
)
"""Every type of statement; `tests/unit/protocol/test_authority.py` holds it to `bodies.TYPES`."""


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
    table: Mapping[str, Authority],
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


def may_answer(table: Mapping[str, Authority], said: Statement, seen: Seen) -> Code | None:
    """Whether a proven statement that answers a question of ours is its speaker's to give.

    That it answers these very bytes, that its type fits and that whom we asked says it was judged
    before. An answer is as old as its question lets it be, for the partner keeps what it answered.
    """
    return may_speak_of(table[said.type], said, seen)


def may_speak_of(row: Authority, said: Statement, seen: Seen) -> Code | None:
    """Whether the speaker's relation to the item, its state and what is named are the row's."""
    if row.who is Who.ASKED:
        return None
    # 3. It names an item exactly where one is meant.
    if (said.item is None) is not (row.direction is None):
        return NO_STANDING
    if row.direction is None:
        return None
    # 4. What may come before the item is registered carries a number of its speaker's own series:
    #    a partner can neither take our next number nor a third nation's.
    if row.unseen and not in_series(str(said.item), said.by):
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


def in_series(item: str, party: str) -> bool:
    """Whether an item's number is of a party's own series: `PARTY-YYYY-NNNNNN`."""
    return re.fullmatch(rf"{re.escape(party)}-[0-9]{{4}}-[0-9]{{6,9}}", item) is not None


def _related(row: Authority, said: Statement, item: Item, seen: Seen) -> bool:
    if item.direction != row.direction:
        return False
    if (said.agreement, said.agreement_digest) != (item.agreement, item.agreement_digest):
        return False
    if row.who is Who.PROVIDER:
        return item.provider == said.by
    return item.provider == seen.party and seen.transfer is not None


def _names_copies(row: Authority, said: Statement, seen: Seen) -> bool:
    if row.copies is None:
        return True
    numbers = set(getattr(said.body, "copies", ()))
    if row.copies is Copies.OURS:
        nameable = {copy.number for copy in seen.copies if copy.holder == seen.party}
    else:
        nameable = {
            copy.number
            for copy in seen.copies
            if copy.holder == said.by and copy.state in CALLED_BACK
        }
    return bool(numbers) and numbers <= nameable


def _names_earlier(row: Authority, said: Statement, seen: Seen) -> bool:
    if row.refers is None:
        return True
    if row.refers == "offer":
        return seen.transfer is not None and seen.transfer.offer == said.answers
    earlier = seen.referred
    return (
        earlier is not None
        and earlier.type == row.refers
        and {earlier.by, earlier.to} == {said.by, seen.party}
        and earlier.by == seen.party
        and earlier.item == said.item
    )


def too_late(at: Instant) -> Instant:
    """When a statement of this instant is too old, where the agreement states no clock for it."""
    return Instant(at + LATE_DAYS * DAY)
