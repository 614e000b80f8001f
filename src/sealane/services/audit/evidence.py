"""Put an item's evidence together.

The partner's side is what its mirrored, cosigned log proves: neither trusts the other's database or
clock.
Spec: R52, R59; spec/evidence.md.
"""

from __future__ import annotations

from sealane.base import canonical
from sealane.ledger.proofs import evidence
from sealane.ports import Log
from sealane.protocol.card import Card
from sealane.services.ledgers import proofs
from sealane.services.ledgers.ledger import cosigner_keys, log_keys
from sealane.services.ledgers.pair import Partnership
from sealane.services.node import NO_AGREEMENT, Node
from sealane.services.statements.journal import record, statements_about


def evidence_input(
    node: Node, item: str, partner: str, partnership: Partnership, page: bytes
) -> evidence.EvidenceInput:
    """All that an item's evidence is made from, out of our log and our mirror of the partner's.

    Raises: NotFound `item.unknown`, `ledger.not_yet_proven`.
    """
    with node.store.reading() as tx:
        row = node.item(tx, item)
        agreement = str(row.agreement)
        held = node.records.agreements.get(tx, id=agreement, digest=row.agreement_digest)
        if held is None:
            raise NO_AGREEMENT(agreement=agreement)
        card = node.partner(tx, partner)
        sides = [
            _side(node.card, card, node.log(agreement)),
            _side(card, node.card, partnership.mirror.log),
        ]
        return proofs.gather(
            tx,
            sides,
            item,
            (agreement, bytes(held.file)),
            node.host.now(),
            page=page,
            statements=statements_about(node, tx, item),
        )


def _side(keeper: Card, other: Card, log: Log) -> proofs.LogSide:
    """A party's log, judged by its own key and the other nation's witness."""
    return proofs.LogSide(
        party=keeper.party,
        node=keeper.node,
        keys=keeper.statement,
        log=log,
        log_key=log_keys(log.origin, [keeper.log])[0],
        cosigners={other.party: cosigner_keys(f"{other.node}/witness", [other.witness])[0]},
    )


def note_export(node: Node, item: str, data: bytes) -> None:
    """Record that an evidence file was made, by its digest."""
    with node.store.writing() as tx:
        record(node, tx, "evidence.exported", item=item, record=canonical.sha384(data))
