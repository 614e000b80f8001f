"""Bytes of statements that our log names and we no longer hold: asked of the partner, who has its
own copy.

The entry in our log, proven against the head we signed, proves the bytes; the partner is believed
in nothing.
Spec: spec/ledger.md §7 (restore rule); spec/exchange.md; R59.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from sealane.ledger import bodies, receipt, telling
from sealane.ports import Tx
from sealane.services.node import Node
from sealane.services.statements.journal import Said, keep_bytes, log_statement
from sealane.services.statements.talk import OTHER_ANSWER, ask, reply

AT_ONCE = 64
ROOM = 1_500_000
"""Bytes of statements in one answer: base64 twice stays within a statement's own limit."""
NEVER = frozenset({"statements.request", "statements"})
"""Kinds that are not fetched again: they only carry others."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """How many statements' bytes came back, and the digests of those that neither side holds any
    more.
    """

    count: int
    missing: tuple[str, ...]


def retrieve(node: Node, partner: str, agreement: str) -> Retrieved:
    """Fetch what our log of an agreement with the partner names and is not held here.

    Raises: Unavailable: the partner does not answer; Untrusted `statement.other_answer`, `jws.*`.
    """
    with node.store.reading() as tx:
        digest = str(node.agreement_row(tx, agreement).digest)
        wanted = _absent(node, tx, partner, agreement)
    count = 0
    missing: list[str] = []
    while wanted:
        names = list(wanted)[:AT_ONCE]
        held, gone = fetched(node, partner, (agreement, digest), names)
        with node.store.writing() as tx:
            for data in held:
                name = receipt.digest(data)
                entry = wanted.pop(name, None)
                if entry is None or not telling.binds(entry, data):
                    raise OTHER_ANSWER(party=partner, what="bytes that the log does not name")
                keep_bytes(node, tx, Said.of(receipt.peek(data), data))
                count += 1
        missing += [name for name in names if name in gone and name in wanted]
        wanted = {name: entry for name, entry in wanted.items() if name not in missing}
        if not held and not gone & set(names):
            raise OTHER_ANSWER(party=partner, what="neither held nor missing")
    return Retrieved(count, tuple(missing))


def answer(node: Node, tx: Tx, heard: Said) -> Said:
    """The signed answer to `statements.request`: the bytes of statements between the two of us, as
    many as there is room for.
    """
    log_statement(node, tx, heard)
    said = heard.statement
    asked = said.saying(bodies.StatementsRequest)
    held: list[str] = []
    missing: list[str] = []
    room = ROOM
    for digest in asked.digests:
        row = node.records.statements.get(tx, digest=digest)
        ours = (
            row is not None
            and {row.by, row.to} == {node.party, said.by}
            and row.agreement == said.agreement
        )
        if row is None or not ours or row.data is None or len(row.data) > ROOM:
            missing.append(digest)
        elif len(row.data) <= room:
            held.append(base64.b64encode(row.data).decode())
            room -= len(row.data)
    body = bodies.StatementsHeld(answers=heard.digest, held=tuple(held), missing=tuple(missing))
    return reply(node, tx, heard, body)


def _absent(node: Node, tx: Tx, partner: str, agreement: str) -> dict[str, bytes]:
    """Entries of our log by the digest they name, where the bytes are not here and the partner must
    have them.
    """
    log = node.shared_log(tx, agreement, partner)
    found: dict[str, bytes] = {}
    for entry in log.entries(tx, 0, log.size(tx)):
        one = telling.told(entry)
        if one is not None and {one.by, one.to} == {node.party, partner} and one.type not in NEVER:
            found[one.statement] = entry
    return {
        name: entry
        for name, entry in found.items()
        if node.records.statements.get(tx, digest=name) is None
    }


def fetched(
    node: Node, partner: str, agreement: tuple[str, str], names: Iterable[str]
) -> tuple[list[bytes], set[str]]:
    """The bytes that the partner gives for such digests, proven by nothing yet, and the digests of
    those that it does not hold. Raises: as `talk.ask`.
    """
    question = bodies.StatementsRequest(digests=tuple(names))
    answer_ = ask(node, question, to=partner, agreement=agreement)
    body = answer_.statement.saying(bodies.StatementsHeld)
    return [base64.b64decode(one) for one in body.held], set(body.missing)
