"""Put the pack for a partner's inspection together: what is between that nation and this one, and
nothing of anybody else's; no content, no title, no person.

Spec: spec/assessment.md; R45, R52, R59.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Unavailable
from sealane.base.values import identifier
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.ledger.log.policy import parse_policy, write_policy
from sealane.ledger.proofs import assessment as pack
from sealane.ledger.proofs.assessment import AssessedLog, AssessmentInput
from sealane.ports import Tx
from sealane.registry.inventory_records import Inventory
from sealane.registry.records import Copy, Item
from sealane.registry.who_may import Act
from sealane.services.audit import inventory
from sealane.services.cases import books, told
from sealane.services.inspection import counted
from sealane.services.ledgers import proofs
from sealane.services.ledgers.at_hand import LedgersAtHand
from sealane.services.ledgers.ledger import cosigner_keys, log_keys
from sealane.services.ledgers.pair import Partnership
from sealane.services.ledgers.slices import size_of
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record

PAGE, CASES_MOST = 1000, 100_000


def exported(
    node: Node, ledgers: LedgersAtHand, party: str, *, agreement: str | None = None, by: Actor
) -> tuple[bytes, dict[str, Any]]:
    """The pack for a partner, after a round of the logs where it can be reached, and what it shows.
    Recorded before it is given.

    Raises: Malformed `usage.person`; NotFound `person.unknown`, `ledger.not_yet_proven`;
    Misconfigured `partner.unknown`, `ledger.no_partner`; Refused `person.duty`,
    `assess.too_large`.
    """
    with node.store.reading() as tx:
        acts.known(node, tx, Act.ASSESS, by)
        node.partner(tx, party)
        acts.require(node, tx, Act.ASSESS, by)
    pairs = sorted(ledgers.with_partner(party, agreement), key=lambda one: one[0])
    for name, pair in pairs:
        with contextlib.suppress(Unavailable):
            pair.round(ledgers.peer(party, name))
    with node.store.reading() as tx:
        given = _gathered(node, tx, party, pairs)
    data = pack.build(given, node.signers_for(party))
    with node.store.writing() as tx:
        told_ = by.told()
        record(node, tx, "assessment.exported", record=canonical.sha384(data), party=party, **told_)
    return data, {"bytes": len(data), **pack.verify(data)}


def _gathered(
    node: Node, tx: Tx, party: str, pairs: list[tuple[str, Partnership]]
) -> AssessmentInput:
    # a log of which nothing was ever written has nothing to show
    begun = [(name, pair) for name, pair in pairs if size_of(tx, pair.publisher.log)]
    logs = tuple(_log(node, tx, party, name, pair) for name, pair in begun)
    names = {name for name, _ in begun}
    items = _items(node, tx, party, names)
    known = {one["id"] for one in items}
    registers: dict[str, list[dict[str, Any]]] = {
        "items": items,
        "cases": _cases(node, tx, party, names),
        "copies": _copies(node, tx, party, known),
        "inventories": _inventories(node, tx, party, known),
    }
    places = {one["place"] for one in registers["copies"]}
    registers["facilities"] = _facilities(node, tx, places)
    counts = Counter({name: len(rows) for name, rows in registers.items()})
    counts["entries"] = sum(len(log.entries) for log in logs)
    counts.update(f"items.{one['direction']}" for one in items)
    counts.update(f"copies.{one['state']}".replace(" ", "-") for one in registers["copies"])
    counts.update(f"cases.{one['kind']}" for one in registers["cases"])
    return AssessmentInput(
        by=node.party,
        node=node.settings.node,
        for_=party,
        made=node.now()[1],
        registers={name: {name: rows} for name, rows in registers.items()},
        counts=counts,
        logs=logs,
    )


def _log(node: Node, tx: Tx, party: str, name: str, pair: Partnership) -> AssessedLog:
    """Our log with the partner, whole up to the newest head that it cosigned. Raises: NotFound
    `ledger.not_yet_proven`.
    """
    log, own, other = pair.publisher.log, node.own_card(), node.partner(tx, party)
    policy = write_policy(
        log_keys(log.origin, own.every("log")),
        {party: cosigner_keys(f"{other.node}/witness", other.every("witness"))},
    )
    head = proofs.proven_head(tx, log, parse_policy(policy))
    size = parse_checkpoint(head).head.size
    return AssessedLog(
        agreement=identifier(name),
        digest=str(node.agreement_row(tx, name).digest),
        origin=log.origin,
        policy=policy,
        checkpoint=head,
        entries=tuple(log.entries(tx, 0, size)),
    )


def _items(node: Node, tx: Tx, party: str, names: set[str]) -> list[dict[str, Any]]:
    """Every item between the two, as each tells the other of it: states and digests."""
    found: list[dict[str, Any]] = []
    for name in sorted(names):
        after: str | None = None
        while True:
            rows = node.records.items.find(tx, order="id", limit=PAGE, after=after, agreement=name)
            for row in rows:
                line = inventory.between(node, tx, row, party)
                if line is not None:
                    direction = "given" if row.provider == node.party else "received"
                    copies = {number: str(state) for number, state in line["copies"].items()}
                    line |= {"state": str(line["state"]), "copies": copies}
                    found.append({**line, "direction": direction, "agreement": name})
            if len(rows) < PAGE:
                break
            after = rows[-1].id
    return sorted(found, key=lambda one: str(one["id"]))


def _of_party(node: Node, tx: Tx, party: str, known: set[str]) -> list[tuple[Copy, Item]]:
    """The copies that this nation has of what the partner provided."""
    rows = node.records.copies.among(tx, "item", sorted(known))
    items = {row.id: row for row in node.records.items.among(tx, "id", sorted(known))}
    return [
        (copy, items[copy.item])
        for copy in sorted(rows, key=lambda one: (one.item, one.number))
        if copy.holder == node.party and items[copy.item].provider == party
    ]


def _copies(node: Node, tx: Tx, party: str, known: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "item": copy.item,
            "number": copy.number,
            "place": copy.place,
            "state": str(copy.state),
            "since": copy.since,
            "handle_as": item.handle_as,
            "in_hands": copy.person is not None,
        }
        for copy, item in _of_party(node, tx, party, known)
    ]


def _facilities(node: Node, tx: Tx, places: set[str]) -> list[dict[str, Any]]:
    """The places where the partner's copies lie, with what each is accredited for."""
    found = []
    for name in sorted(places):
        row = node.records.facilities.get(tx, id=name)
        if row is not None and node.entered(tx, "facilities", row):
            data = row.data
            found.append({"id": row.id, "accredited": data["accredited"], "until": data["until"]})
    return found


def _inventories(node: Node, tx: Tx, party: str, known: set[str]) -> list[dict[str, Any]]:
    """Every inventory that counted something of the partner's, with those lines alone."""
    found = []
    lines = node.records.inventory_lines.among(tx, "item", sorted(known))
    for name in sorted({line.inventory for line in lines if line.provider == party}):
        row = node.records.inventories.get(tx, id=name)
        assert row is not None
        found.append(_inventory(node, tx, row, known, party))
    return found


def _inventory(node: Node, tx: Tx, row: Inventory, known: set[str], party: str) -> dict[str, Any]:
    whole = counted.told(node, tx, row)
    return {
        **{name: whole[name] for name in ("id", "level", "place", "since", "state", "closed")},
        "lines": [
            {name: line[name] for name in ("item", "copy", "state", "at", "incident")}
            for line in whole["lines"]
            if line["item"] in known and line["provider"] == party
        ],
    }


def _cases(node: Node, tx: Tx, party: str, names: set[str]) -> list[dict[str, Any]]:
    """Every case between the two: where it stands, and the digest of all that was said in it."""
    return [
        told.in_short(node, row, books.course(node, tx, row))
        for row in node.records.cases.find(tx, order="id", limit=CASES_MOST)
        if {row.opener, row.with_} == {node.party, party} and row.agreement in names
    ]
