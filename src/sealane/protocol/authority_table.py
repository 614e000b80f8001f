"""The table of authority: for each type of statement, who may say it, about which item in which
state, under which agreement version, naming what.

It is a whole: a type without a row is no type. What it means is `authority.may_say`.
Spec: spec/exchange.md §3.1; docs/authority.md (made from this table).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from sealane.registry.records import CopyState, Direction, ItemState


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
    HELD = ("the speaker's", "述べる国の写し")
    NEW = ("a number of the speaker's that it never used", "述べる国が使ったことのない番号")


EVERY_STATE = frozenset(ItemState)
OFFERED = EVERY_STATE - {
    ItemState.SEALED,
    ItemState.AWAITING_SECOND_SIGNER,
    ItemState.SENT_BACK,
    ItemState.DECLINED,
}
"""States of an item that was once offered: whatever became of the offer, it is known to both."""
CALLED_BACK = frozenset({CopyState.RECALLED, CopyState.NOT_DESTROYED})
OVER = frozenset({CopyState.DESTROYED, CopyState.RETURNED})
"""An order to give a copy back can cross with what its holder did by itself: to name it again
moves nothing.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityRow:
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
    refers_also: str | None = None
    """Another type that it may be instead."""
    copies: Copies | None = None
    container: bool = False
    """Whether `container` must be one that the receiver stated for the item."""
    keyed: bool = False
    """Whether it is said to the item's origin as well, by a third party that a holder passed it on
    to: the origin's key service holds a part there too.
    """
    may: str
    may_ja: str


def _party(may: str, may_ja: str) -> AuthorityRow:
    return AuthorityRow(who=Who.PARTY, version=Version.HELD, may=may, may_ja=may_ja)


def _asked(may: str, may_ja: str) -> AuthorityRow:
    return AuthorityRow(who=Who.ASKED, version=Version.ASKED, may=may, may_ja=may_ja)


def _provider(
    may: str,
    may_ja: str,
    *,
    states: frozenset[ItemState] = EVERY_STATE,
    copies: Copies | None = None,
) -> AuthorityRow:
    return AuthorityRow(
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
    refers_also: str | None = None,
    copies: Copies | None = None,
    container: bool = False,
    keyed: bool = False,
) -> AuthorityRow:
    return AuthorityRow(
        who=Who.HOLDER,
        version=Version.ITEM,
        direction=Direction.OUT,
        states=states,
        refers=refers,
        refers_also=refers_also,
        copies=copies,
        container=container,
        keyed=keyed,
        may=may,
        may_ja=may_ja,
    )


TABLE: Mapping[str, AuthorityRow] = MappingProxyType(
    {
        "enrolment": AuthorityRow(
            who=Who.ITSELF,
            version=Version.NONE,
            may="tell its own card, as a file that two people compare",
            may_ja="自国のカードを示す（二人で照合するファイル）",
        ),
        "pack": AuthorityRow(
            who=Who.ITSELF,
            version=Version.NONE,
            may="say that it made a pack for the receiver; each statement in it is judged by its"
            " own row",
            may_ja="受け手宛てのパックを作ったと述べる（中の各文書はそれぞれの行により判断）",
        ),
        "assurance.request": _party("ask for the receiver's assurance", "保証を求める"),
        "assurance": _asked("assure, for the area and level asked", "問われた分野と秘密区分の保証"),
        "offer": AuthorityRow(
            who=Who.PROVIDER,
            version=Version.GOVERNING,
            direction=Direction.IN,
            unseen=True,
            may="offer an item of its own number, or pass on one of another party's, whose signed"
            " grant stands in the offer; a number that is here already is rejected",
            may_ja="自国番号の項目を申し出る、又は他の当事国の署名した同意を添えてその項目を"
            "第三国提供する（既にある番号は拒否）",
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
        "withdrawn": AuthorityRow(
            who=Who.PROVIDER,
            version=Version.ITEM,
            direction=Direction.IN,
            unseen=True,
            refers="offer",
            may="take its own offer back, also before it arrived",
            may_ja="自国の申出を取り下げる（到着前も可）",
        ),
        "open.request": _holder(
            "ask for the provider's share", "提供国の分割片を求める", keyed=True
        ),
        "key.released": _asked("give its share, to the asked key alone", "分割片を渡す"),
        "key.refused": _asked("refuse its share, by clauses", "条項を示して分割片を拒む"),
        "key.leased": _provider(
            "let the receiver open its item without the line, for a time",
            "自国の項目を回線なしで開くことを期間を限って認める",
            states=frozenset({ItemState.DELIVERED, ItemState.ACCEPTED}),
        ),
        "opened": _holder(
            "say that a released or leased share was used",
            "渡された、又は貸与された分割片を使ったと述べる",
            refers="key.released",
            refers_also="key.leased",
            keyed=True,
        ),
        "open.denied": _holder("say that it refused at home", "自国で拒んだと述べる", keyed=True),
        "onward.granted": AuthorityRow(
            who=Who.ITSELF,
            version=Version.NONE,
            may="consent that a holder offers the receiver its item; judged with that offer",
            may_ja="保有国が自国の項目を受け手に申し出ることに同意する（その申出と共に判断）",
        ),
        "onward.offered": _holder(
            "tell that it passed the item on with the receiver's consent, by which offer",
            "受け手の同意により項目を第三国提供したことを、その申出と共に伝える",
            refers="key.released",
        ),
        "onward.said": _holder(
            "tell what was said between it and a third party that it passed the item on to",
            "第三国提供した相手国と自国との間で述べられたことを伝える",
        ),
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
        "copied": _holder(
            "tell of one more copy, under a number of its own",
            "自国の新しい番号の写しを作ったと述べる",
            refers="offer",
            copies=Copies.NEW,
        ),
        "copy.destroyed": _holder(
            "certify that people destroyed one of its copies",
            "自国の写しを人が廃棄したことを証明する",
            refers="offer",
            copies=Copies.HELD,
        ),
        "copy.returned": _holder(
            "say that one of its copies went back",
            "自国の写しを返却したと述べる",
            refers="offer",
            copies=Copies.HELD,
        ),
        "rewrap.request": _provider("ask for the holder's share of its item", "分割片を求める"),
        "rewrapped": _provider("send its item under another suite", "別の方式の項目を送る"),
        "relabelled": _provider("give its item another label", "自国の項目のラベルを変える"),
        "agreement.state": _party("tell its own notices", "自国の通告を伝える"),
        "card.renewed": _party(
            "tell the card that follows its last; statement keys wait for two people",
            "最新のカードに続くカードを伝える（文書署名鍵は二人の承認を待つ）",
        ),
        "card.accepted": _party(
            "say which card of the receiver two people there accepted",
            "受け手のどのカードを二人が承認したかを述べる",
        ),
        "case.opened": _party(
            "open a case with the receiver, of a kind that the agreement carries",
            "取決めが定める種類の案件を受け手との間で開く",
        ),
        "case.said": _party(
            "say what the case's own table lets its side say now",
            "案件の表がその時その側に認めることを述べる",
        ),
        "statements.request": _party(
            "ask for statements between these two; every other digest is `missing`, whether it is"
            " another's, disposed of or nowhere, so that asking tells nothing",
            "両国間の文書を求める（他国のもの、廃棄済み、存在しないものはいずれも「なし」で、区別できない）",
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
