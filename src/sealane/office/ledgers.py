"""Operations on the ledgers: what stands in them, how far it is proven and by whose signature, and
what differs between two nations' registers.

Spec: spec/openapi.yaml; spec/ledger.md §4, §9, §11; R52, R57, R59, R61.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sealane.base.values import parse_instant
from sealane.ledger.telling import PREFIX
from sealane.office.operation import (
    Carries,
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import ITEM, limited, paged, reader_of
from sealane.registry.who_may import Act
from sealane.services.audit import evidence, with_partner
from sealane.services.ledgers import heads
from sealane.services.ledgers.maintenance import Query
from sealane.services.ledgers.slices import finding
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.watch import (
    entry_pages,
    feed,
    kept_counts,
    monthly,
    statistics,
    trust_board,
)

ORIGIN_MOST, INDEX_MOST = 400, (1 << 53) - 1
ORIGIN = StatedMember(
    name="origin", place=MemberPlace.QUERY, most=ORIGIN_MOST, says="One log only, by its origin."
)
OF_LOG = replace(ORIGIN, needed=True, says="The log's origin.")
PARTY = StatedMember(name="with", needed=True, most=64, says="The partner.")
AGREEMENT = StatedMember(name="agreement", says="One agreement only; default: every one of theirs.")
SINCE = StatedMember(name="since", place=MemberPlace.QUERY, says="Not before this instant.")
UNTIL = StatedMember(name="until", place=MemberPlace.QUERY, says="Before this instant.")


def _logs(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_LEDGER, actor)
        return {"logs": office.logs.told(tx)}


def _heads(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    below, ledgers = asked["below"], office.logs.gathered()
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_LEDGER, actor)
        return heads.page(tx, ledgers, asked["origin"], below=below, limit=asked["limit"])


def _entries(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    # that somebody began to read is on record, once for each beginning
    reader = feed.opened(office.node, actor, after=asked["after"], register="ledger.search")
    query = Query(
        kind=asked["kind"],
        word=asked["word"],
        since=None if asked["since"] is None else parse_instant(asked["since"]),
        until=None if asked["until"] is None else parse_instant(asked["until"]),
        limit=asked["limit"],
    )
    page = {"origin": asked["origin"], "after": asked["after"]}
    with office.node.store.reading() as tx:
        return entry_pages.page(office.node, tx, office.logs, query, reader, **page)


def _entry(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    reader = feed.opened(office.node, actor, after=None, register="ledger.search")
    shown = entry_pages.edition(whole=reader.whole)
    with office.node.store.reading() as tx:
        return entry_pages.single(tx, office.logs, asked["origin"], asked["index"], shown)


def _walk(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        acts.require(node, tx, Act.AUDIT, actor)
        logs = [(one, office.logs.marks(tx, one).proven) for one in office.logs.stored(tx)]
    found = [
        {**finding(node.store.reading, one.log), "proven_to_both_up_to": proven}
        for one, proven in logs
    ]
    return {"held": all(one["error"] is None for one in found), "logs": found}


def _monthly(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_LEDGER, actor)
        return monthly.results(office.node, tx, limit=asked["limit"])


def _reconcile(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        acts.require(node, tx, Act.AUDIT, actor)
    kept = office.logs.with_partner(asked["with"], asked["agreement"])
    with node.store.writing() as tx:
        for name, _ in kept:
            acts.note(node, tx, Act.AUDIT, actor, agreement=name)
    return with_partner.reconciled(node, office.logs, asked["with"], asked["agreement"])


def _evidence(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert asked.sink is not None
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.PROVE, actor, item=asked["item"])
    data, told = evidence.exported(office.node, office.logs, asked["item"], asked["with"], by=actor)
    asked.sink.write(data)
    return told


def _statistics(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.AUDIT, actor)
    return statistics.counted(office.node, office.logs, days=asked["days"])


def _board(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    ledgers = office.logs.gathered()
    with office.node.store.reading() as tx:
        reader = reader_of(office, tx, Act.SEE_REGISTER, actor)
        own = office.logs.own(tx)
    whole = kept_counts.follow(office.node, own)
    with office.node.store.reading() as tx:
        told = trust_board.board(office.node, tx, ledgers, reader, days=asked["days"])
    return {**told, "whole": whole}


def _days(usual: int) -> StatedMember:
    return StatedMember(
        name="days",
        kind=MemberKind.NUMBER,
        place=MemberPlace.QUERY,
        most=3660,
        default=usual,
        says="How many days back.",
    )


OPERATIONS = (
    Operation(
        id="ledger.status",
        act=Act.SEE_LEDGER,
        path="/api/v1/ledger/logs",
        says="Every log and mirror of the node, and how far each is proven to both.",
        says_ja="ノードの全てのログと写し、及びそれぞれが双方に証明されている範囲。",
        answer="Logs",
        do=_logs,
    ),
    Operation(
        id="ledger.heads",
        act=Act.SEE_LEDGER,
        path="/api/v1/ledger/heads",
        says="The signed heads of a log, the newest first, with who signed and cosigned each.",
        says_ja="ログの署名済み先端（新しい順）と、署名者及び連署者。",
        answer="Heads",
        members=(
            OF_LOG,
            limited(heads.MOST, heads.USUAL),
            StatedMember(
                name="below",
                kind=MemberKind.NUMBER,
                place=MemberPlace.QUERY,
                most=INDEX_MOST,
                says="Heads of fewer entries: the `after` of the page before.",
            ),
        ),
        do=_heads,
        example={"origin": "tokyo.jpn.example/x/jpn-aus-2022"},
    ),
    Operation(
        id="ledger.entries",
        act=Act.READ_FEED,
        path="/api/v1/ledger/entries",
        says="Entries of the logs, the newest first, narrowed by log, kind, word and time.",
        says_ja="台帳の記録（新しい順）。ログ、種類、語、日時で絞り込める。",
        answer="EntryPage",
        members=(
            ORIGIN,
            StatedMember(
                name="kind",
                place=MemberPlace.QUERY,
                says=f"A kind of docs/ledger-entries.md, or {PREFIX}<type>.",
            ),
            StatedMember(
                name="word",
                place=MemberPlace.QUERY,
                says="An identifier or digest that stands in the entry.",
            ),
            SINCE,
            UNTIL,
            *paged(entry_pages.MOST, entry_pages.USUAL, cursor=4000),
        ),
        do=_entries,
    ),
    Operation(
        id="ledger.entry",
        act=Act.READ_FEED,
        path="/api/v1/ledger/entry",
        says="One entry with its exact bytes, its leaf, and the proof that the log holds it.",
        says_ja="一件の記録と、その正確なバイト列、葉、及びログに含まれることの証明。",
        answer="WholeEntry",
        members=(
            OF_LOG,
            StatedMember(
                name="index",
                kind=MemberKind.NUMBER,
                place=MemberPlace.QUERY,
                needed=True,
                least=0,
                most=INDEX_MOST,
                says="Where it stands.",
            ),
        ),
        do=_entry,
        example={"origin": "tokyo.jpn.example/x/jpn-aus-2022", "index": 0},
    ),
    Operation(
        id="ledger.walk",
        act=Act.AUDIT,
        method="POST",
        path="/api/v1/ledger/walk",
        says="Re-derive every stored log from its entries, and compare every signed head.",
        says_ja="全てのログを記録から再計算し、署名済み先端と照合する。",
        answer="Walked",
        do=_walk,
        example={},
    ),
    Operation(
        id="ledger.monthly",
        act=Act.SEE_LEDGER,
        path="/api/v1/ledger/verifications",
        says="The signed results of the monthly verifications, the newest first.",
        says_ja="月次検証の署名済み結果（新しい順）。",
        answer="Verifications",
        members=(limited(1200, 12),),
        do=_monthly,
    ),
    Operation(
        id="audit.reconcile",
        act=Act.AUDIT,
        method="POST",
        path="/api/v1/audit/reconciliations",
        says="The two registries and ledgers, copy by copy: every difference, and whose claim has"
        " proof.",
        says_ja="両国の登録簿と台帳を写し一つずつ照合し、差異と証明のある主張を示す。",
        answer="Reconciled",
        members=(PARTY, AGREEMENT),
        do=_reconcile,
        example={"with": "JPN"},
    ),
    Operation(
        id="audit.statistics",
        act=Act.AUDIT,
        path="/api/v1/audit/statistics",
        says="Refusals by code and by agreement, and how long decisions and answers took.",
        says_ja="拒否（理由別、取決め別）と、判断及び回答の所要時間。",
        answer="Statistics",
        members=(_days(90),),
        do=_statistics,
    ),
    Operation(
        id="audit.board",
        act=Act.SEE_REGISTER,
        path="/api/v1/trust-board",
        says="What went out and came in, what waits, what was called back and refused, and how far"
        " all of it is proven to both; as far as who asks may see it.",
        says_ja="提供と受領、未了、回収、拒否、及び双方への証明の範囲（見ることのできる範囲で）。",
        answer="TrustBoard",
        members=(_days(trust_board.DAYS),),
        do=_board,
    ),
    Operation(
        id="items.evidence",
        act=Act.PROVE,
        method="POST",
        path="/api/v1/items/{item}/evidence",
        says="The file that proves an item's history with one partner to anybody. The file is the"
        " answer.",
        says_ja="一つの相手国との間の項目の経緯を誰にでも証明できるファイル。ファイルが回答となる。",
        answer="Evidence",
        carries=Carries.OUT,
        members=(
            ITEM,
            StatedMember(name="with", most=64, says="The partner; default: the first of them."),
        ),
        do=_evidence,
        example={},
    ),
)
