"""Compare two registries and ledgers copy by copy, and put an item's evidence together.

The partner's side is what its mirrored, cosigned log proves: neither trusts the other's database or clock.
Spec: R52, R59; spec/evidence.md.
"""

from __future__ import annotations

from typing import Any

from sealane.base import canonical
from sealane.ledger import evidence, receipt, telling
from sealane.ledger.telling import Told
from sealane.ports import Log, Row, Tx
from sealane.protocol.card import Card
from sealane.services import proving
from sealane.services.ledgers import cosigner_keys, log_keys
from sealane.services.node import NO_AGREEMENT, Node
from sealane.services.partnership import Partnership
from sealane.services.recording import record, statements_about

PAIRED = ("offer", "transfer.received", "transfer.rejected", "transfer.accepted", "opened", "open.denied", "open.request",
          "key.released", "key.refused", "recall.ordered", "destroyed", "destroy.failed")


def reconcile(node: Node, partner: str, agreement: str, partnership: Partnership) -> dict[str, Any]:
    """Every difference between the two sides, whose claim has proof, and what to do; recorded in the ledger."""
    theirs = partnership.mirror.log
    differences: list[dict[str, Any]] = []
    with node.store.reading() as tx:
        ours = _told(tx, node.log(agreement))
        others = _told(tx, theirs)
        differences += _one_sided(ours, others, mine=node.party, theirs=partner)
        items = [row for row in node.records.find(tx, "items", order="id", limit=1_000_000, agreement=agreement)
                 if partner in (row["provider"], *row["facts"]["released_to"])]
        for row in items:
            differences += _item_differences(node, tx, row, {**others, **ours})
        known = {row["id"] for row in items}
        for name, told in others.items():
            if told.type == "offer" and told.item not in known:
                differences.append(_difference(told.item, "item missing from our register", partner, name,
                                               "restore the register, or ask the partner to offer it again"))
    report = {"with": partner, "agreement": agreement, "items": len(items), "statements": len(ours | others),
              "differences": differences, "agree": not differences}
    with node.store.writing() as tx:
        record(node, tx, "audit.reconciled", agreement=agreement, peer=partner, settled=not differences,
               count=len(differences), record=canonical.digest(report))
    return report


def _told(tx: Tx, log: Log) -> dict[str, Told]:
    """Statements by digest, as a log tells of them."""
    told = (telling.told(entry) for entry in log.entries(tx, 0, log.size(tx)))
    return {one.statement: one for one in told if one is not None}


def _one_sided(ours: dict[str, Told], others: dict[str, Told], *, mine: str, theirs: str) -> list[dict[str, Any]]:
    """Statements that one ledger holds and the other does not; those still on their way say so."""
    found = []
    for name, told in ours.items():
        if name not in others and told.type in PAIRED and theirs in (told.by, told.to):
            found.append(_difference(told.item, f"{told.type} is not in {theirs}'s ledger yet", mine, name,
                                     "deliver what waits in the outbox, then compare again"))
    for name, told in others.items():
        if name not in ours and told.type in PAIRED and mine in (told.by, told.to):
            found.append(_difference(told.item, f"{told.type} is not in our ledger", theirs, name,
                                     "fetch it from the partner and register it"))
    return found


def _item_differences(node: Node, tx: Tx, row: Row, proven: dict[str, Told]) -> list[dict[str, Any]]:
    """Our register's row and copies against what the entries of both ledgers prove."""
    about = {name: told for name, told in proven.items() if told.item == row["id"]}
    offers = [name for name, told in about.items() if told.type == "offer"]
    if not offers:
        return [] if row["state"] in ("awaiting second signer", "withdrawn") else [
            _difference(row["id"], "no signed offer for a registered item", None, None, "open an incident")]
    held = node.records.get(tx, "statements", digest=offers[-1])
    found = _row_differences(row, offers[-1], about[offers[-1]], held)
    for copy in node.records.find(tx, "copies", order="number", item=row["id"], number=1):
        wanted = _copy_state(about)
        if copy["state"] != wanted[0]:
            found.append(_difference(row["id"], f"copy 1 is {copy['state']!r} in our register, {wanted[0]!r} by the receipts",
                                     wanted[1], wanted[2], "correct the register, or answer the open order"))
    recalled = any(told.type == "recall.ordered" for told in about.values())
    if recalled != (row["recalled"] is not None):
        found.append(_difference(row["id"], "recall differs between register and ledger", row["provider"], None,
                                 "apply the recall and answer it"))
    return found


def _row_differences(row: Row, name: str, offer: Told, held: Row | None) -> list[dict[str, Any]]:
    """A row against its signed offer, whose bytes are what the ledgers' digest names; the entry alone proves the container."""
    body: dict[str, Any] = {"container": offer.container}
    found: list[dict[str, Any]] = []
    if held is not None and held["data"] is not None and receipt.digest(bytes(held["data"])) == name:
        body = receipt.peek(bytes(held["data"])).body
    elif held is None or held["disposed"] is None:
        found = [_difference(row["id"], "the bytes of the signed offer are not held here", offer.by, name,
                             "fetch them from the partner: sealane ledger recover")]
    return found + [
        _difference(row["id"], f"our register says {what} {str(row[column])[:24]!r}, the signed offer says {str(body[member])[:24]!r}",
                    offer.by, name, "correct the register under a recorded authority")
        for what, column, member in (("container", "container", "container"), ("label", "label", "label"),
                                     ("policy", "policy_uuid", "policy_uuid"))
        if member in body and row[column] != body[member]
    ]


def _copy_state(about: dict[str, Told]) -> tuple[str, str | None, str | None]:
    order = (("transfer.rejected", "rejected"), ("destroyed", "destroyed"), ("destroy.failed", "not destroyed"),
             ("recall.ordered", "recalled"))
    for kind, state in order:
        for name, told in about.items():
            if told.type == kind:
                return state, told.by, name
    return "held", None, None


def _difference(item: str | None, what: str, claim: str | None, proof: str | None, do: str) -> dict[str, Any]:
    return {"item": item, "difference": what, "proven_by": claim, "statement": proof, "do": do}


def evidence_input(
    node: Node, item: str, partner: str, partnership: Partnership, page: bytes
) -> evidence.EvidenceInput:
    """All that an item's evidence is made from, out of our log and our mirror of the partner's.

    Raises: NotFound `item.unknown`, `ledger.not_yet_proven`.
    """
    with node.store.reading() as tx:
        row = node.item(tx, item)
        agreement = str(row["agreement"])
        held = node.records.get(tx, "agreements", id=agreement, digest=row["agreement_digest"])
        if held is None:
            raise NO_AGREEMENT(agreement=agreement)
        card = node.partner(tx, partner)
        sides = [_side(node.card, card, node.log(agreement)), _side(card, node.card, partnership.mirror.log)]
        return proving.gather(tx, sides, item, (agreement, bytes(held["file"])), node.host.now(), page=page,
                              statements=statements_about(node, tx, item))


def _side(keeper: Card, other: Card, log: Log) -> proving.Side:
    """A party's log, judged by its own key and the other nation's witness."""
    return proving.Side(
        party=keeper.party, node=keeper.node, keys=keeper.statement, log=log, log_key=log_keys(log.origin, [keeper.log])[0],
        cosigners={other.party: cosigner_keys(f"{other.node}/witness", [other.witness])[0]},
    )


def note_export(node: Node, item: str, data: bytes) -> None:
    """Record that an evidence file was made, by its digest."""
    with node.store.writing() as tx:
        record(node, tx, "evidence.exported", item=item, record=canonical.sha384(data))
