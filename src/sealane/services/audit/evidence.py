"""Put an item's evidence together, with one partner: what is between others is no part of it.

The partner's side is what its mirrored, cosigned log proves: neither trusts the other's database or
clock.
Spec: R52, R59; spec/evidence.md.
"""

from __future__ import annotations

import contextlib
from typing import Any

from sealane.base import canonical
from sealane.base.errors import NotFound, Unavailable, declare
from sealane.ledger.proofs import archive, evidence, left_out
from sealane.ports import Log, Tx
from sealane.protocol.card import Card, read_card
from sealane.registry.records import Item
from sealane.services import holding
from sealane.services.ledgers import proofs
from sealane.services.ledgers.at_hand import LedgersAtHand
from sealane.services.ledgers.ledger import cosigner_keys, log_keys
from sealane.services.ledgers.pair import Partnership
from sealane.services.node import NO_AGREEMENT, Node
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record, statements_about

NOT_WITH = declare(
    "evidence.not_with",
    NotFound,
    "Item {item} was not shared with {party}.",
    "項目 {item} は {party} と共有されていません。",
    "See with whom: `sealane item show`.",
    "`sealane item show` で共有先を確かめてください。",
)


def partners_of(node: Node, tx: Tx, row: Item, party: str | None) -> list[str]:
    """With whom an item was shared, the partner that is asked for first. Raises: NotFound
    `evidence.not_with`.
    """
    passed_on = node.records.onwards.find(tx, order="to", item=row.id, by=node.party)
    shared = [row.provider, *(one.to for one in passed_on)]
    if row.provider == node.party:
        shared = [one.to for one in holding.whole(node.records, tx, row).transfers]
        shared = shared or list(row.facts["released_to"])
    if not shared or party not in (None, *shared):
        raise NOT_WITH(item=row.id, party=party or "-")
    return sorted(shared, key=lambda one: one != party)


def between(node: Node, tx: Tx, item: str, partner: str) -> Item:
    """An item as it goes between a partner and us. Raises: NotFound `item.unknown`."""
    leg = holding.between(node.records, tx, item, (node.party, partner))
    return node.item(tx, item) if leg is None else leg.item


def evidence_input(
    node: Node, item: str, partner: str, partnership: Partnership, page: bytes
) -> evidence.EvidenceInput:
    """All that an item's evidence with a partner is made from, out of our log with it and our
    mirror of its own.

    Raises: NotFound `item.unknown`, `ledger.not_yet_proven`.
    """
    with node.store.reading() as tx:
        row = between(node, tx, item, partner)
        agreement = str(row.agreement)
        held = node.records.agreements.get(tx, id=agreement, digest=row.agreement_digest)
        if held is None:
            raise NO_AGREEMENT(agreement=agreement)
        own, card = node.own_card(), node.partner(tx, partner)
        sides = [
            _side(node, tx, (own, card), partnership.publisher.log),
            _side(node, tx, (card, own), partnership.mirror.log),
        ]
        return proofs.gather(
            tx,
            sides,
            item,
            (agreement, bytes(held.file)),
            node.host.now(),
            page=page,
            statements=statements_about(node, tx, item, partner),
        )


def _side(node: Node, tx: Tx, cards: tuple[Card, Card], log: Log) -> proofs.LogSide:
    """A party's log, judged by the keys that it had and those of the other nation's witness."""
    keeper, other = cards
    line = _line(node, tx, keeper)
    return proofs.LogSide(
        party=keeper.party,
        node=keeper.node,
        keys=read_card(line[0]).statement if line else keeper.statement,
        log=log,
        log_key=log_keys(log.origin, keeper.every("log")),
        cosigners={
            other.party: cosigner_keys(f"{other.node}/witness", other.every("witness")),
        },
        cards=line,
    )


def _line(node: Node, tx: Tx, keeper: Card) -> list[bytes]:
    """A party's cards as they were signed, oldest first, up to the newest whose statement keys
    count here; none where its statement keys were always the same.
    """
    rows = node.records.cards.find(tx, order="number", party=keeper.party, ended=None, refused=None)
    counting = [bytes(row.data) for row in rows if row.accepted is not None]
    if len({read_card(data).statement for data in counting}) < 2:
        return []
    return counting


def note_export(node: Node, item: str, data: bytes, **told: Any) -> None:
    """Record that an evidence file was made, by its digest.

    Args: told: who asked for it.
    """
    with node.store.writing() as tx:
        record(node, tx, "evidence.exported", item=item, record=canonical.sha384(data), **told)


def exported(
    node: Node, ledgers: LedgersAtHand, item: str, party: str | None, *, by: Actor
) -> tuple[bytes, dict[str, Any]]:
    """An item's evidence file with one partner, after a round of the logs where the partner can be
    reached; and what it proves, as who receives it will find. Recorded.

    Args:
        party: None: the first that it went to.
    Raises: NotFound `item.unknown`, `evidence.not_with`, `evidence.nothing`,
        `ledger.not_yet_proven`; Misconfigured `ledger.no_partner`.
    """
    with node.store.reading() as tx:
        partner, *others = partners_of(node, tx, node.item(tx, item), party)
        row = between(node, tx, item, partner)
    name, pair = ledgers.with_partner(partner, row.agreement)[0]
    with contextlib.suppress(Unavailable):
        pair.round(ledgers.peer(partner, name))
    data = evidence.build(evidence_input(node, item, partner, pair, ledgers.page()))
    note_export(node, item, data, **by.told())
    return data, {
        "item": item,
        "with": partner,
        "others": others,
        "bytes": len(data),
        **evidence.verify(data).as_json(),
        "left_out": left_out.told(archive.unpack(data)),
    }
