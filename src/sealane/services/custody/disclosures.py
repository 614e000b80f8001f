"""Disclosure records: who read an item, when, for what, and how each proved to be who they are.

A record is two things that name one another: the signed statement `opened`, which both nations have
and which names post, purpose and proof; and the entry of this node's internal log, which names the
person. What *signed by the reader* means here: the node signs, and states by which credential of
the reader's own the act was proven; a bare name at an embedded node is `unproven`, and is none.
Spec: spec/exchange.md §10; R27, R57.
"""

from __future__ import annotations

from typing import Any

from sealane.ledger import bodies, entries
from sealane.ports import Tx
from sealane.registry.person_proof import PersonProof
from sealane.registry.records import EntryRef
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.statements.journal import held_statement

MOST = 100_000
OWN = frozenset({PersonProof.PASSPHRASE, PersonProof.SESSION, PersonProof.TOKEN})
"""Proofs that are a credential of the person's own."""


def of_item(node: Node, tx: Tx, item: str) -> dict[str, Any]:
    """Every reading of an item here, oldest first; at its provider those that partners told, by
    post. Raises: NotFound `item.unknown`.
    """
    node.item(tx, item)
    people = _people(node, tx, item)
    refs = node.records.entry_refs.find(
        tx, order="at", limit=MOST, item=item, kind="statement.opened"
    )
    return {"item": item, "readers": [_record(node, tx, ref, people) for ref in refs]}


def _record(node: Node, tx: Tx, ref: EntryRef, people: dict[str, str]) -> dict[str, Any]:
    """One reading; what only disposed bytes could tell is null."""
    name = str(ref.statement)
    said = held_statement(node, tx, name)
    body = None if said is None else said.statement.saying(bodies.Opened)
    proof = body.proof if body is not None and isinstance(body.proof, str) else None
    return {
        "at": ref.at,
        "nation": node.party if said is None else said.statement.by,
        "person": people.get(name),
        "post": None if body is None else body.post,
        "action": None if body is None else body.action,
        "purpose": None if body is None else body.purpose,
        "proof": proof,
        "by_own_credential": None if proof is None else proof in set(map(str, OWN)),
        "decision": None if body is None else body.decision,
        "statement": name,
    }


def _people(node: Node, tx: Tx, item: str) -> dict[str, str]:
    """Who read, by the statement that told of it, as the internal log has it."""
    found = {}
    refs = node.records.entry_refs.find(
        tx, order="index", limit=MOST, item=item, kind="person.acted"
    )
    for ref in refs:
        told = entries.read(node.log(ref.origin).entry(tx, ref.index)).fields
        if told.get("act") == str(Act.OPEN) and "statement" in told:
            found[str(told["statement"])] = str(told["actor"])
    return found
