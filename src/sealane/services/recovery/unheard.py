"""Statements that a partner's own log tells of and that this node forgot: said by us after the last
head that we signed, and lost with an old backup.

A partner is believed in nothing: only bytes that carry our own signatures count.
Spec: spec/ledger.md §7 (restore rule); R59.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from sealane.ledger import bodies, receipt, telling
from sealane.ledger.log import merkle, tiles
from sealane.ledger.log.checkpoint import parse_checkpoint, require_any
from sealane.ledger.telling import Told
from sealane.ports import LogPeer, Tx
from sealane.services.ledgers.mirror import PARTNER_LIES, bundles, kept_tiles
from sealane.services.ledgers.pair import Partnership
from sealane.services.node import Node
from sealane.services.recovery.missing_statements import NEVER
from sealane.services.statements import speaker_keys
from sealane.services.statements.journal import Said, log_statement
from sealane.services.statements.talk import ask

AT_ONCE = 64
MOST = 4096
"""Names taken from one partner's log at a time; the rest follows when these came back."""


def names(node: Node, partnership: Partnership, peer: LogPeer) -> list[Told]:
    """What the partner's log tells, beyond our mirror of it, of statements of ours that no log of
    ours names; in its order.

    Raises: Unavailable; Untrusted `mirror.partner_log`, `ledger.not_signed`: it shows another log
    than it signed.
    """
    raw = peer.fetch("checkpoint")
    if raw is None:
        return []
    mirror = partnership.mirror
    checkpoint = parse_checkpoint(raw)
    head = checkpoint.head
    require_any(checkpoint, mirror.witness.every_key(head.origin))
    fetch = kept_tiles(peer)
    if merkle.root_of(0, head.size, tiles.nodes_from(fetch, head.size)) != head.root:
        raise PARTNER_LIES(origin=head.origin, what="its entries do not lead to the signed root")
    with node.store.reading() as tx:
        start = min(mirror.held(tx), head.size)
    found: list[Told] = []
    for _, entries in bundles(fetch, start, head.size):
        told = [one for one in map(telling.told, entries) if one is not None]
        with node.store.reading() as tx:
            found += [one for one in told if one.by == node.party and not _named(node, tx, one)]
        if len(found) >= MOST:
            break
    return found[:MOST]


def _named(node: Node, tx: Tx, one: Told) -> bool:
    return one.type in NEVER or node.records.entry_refs.get(tx, statement=one.statement) is not None


def fetch(node: Node, party: str, agreement: str, told: Sequence[Told]) -> list[Said]:
    """The bytes of such statements, as far as they carry our own signatures, with the partner's
    statements that they answer before them.

    Raises: Unavailable: the partner does not answer; Untrusted `statement.other_answer`.
    """
    with node.store.reading() as tx:
        digest = str(node.agreement_row(tx, agreement).digest)
    wanted: dict[str, None] = {}
    for one in told:
        if one.answers is not None:
            wanted[one.answers] = None
        wanted[one.statement] = None
    got: dict[str, Said] = {}
    left = list(wanted)
    while left:
        asked = bodies.StatementsRequest(digests=tuple(left[:AT_ONCE]))
        body = ask(node, asked, to=party, agreement=(agreement, digest)).statement.saying(
            bodies.StatementsHeld
        )
        answered = set(body.missing)
        for data in map(base64.b64decode, body.held):
            name = receipt.digest(data)
            answered.add(name)
            with node.store.reading() as tx:
                said = speaker_keys.proven_once(
                    node, tx, node.party, data
                ) or speaker_keys.proven_once(node, tx, party, data)
            if said is not None and {said.by, said.to} == {node.party, party}:
                got[name] = Said.of(said, data)
        if not answered & set(left):
            break
        left = [name for name in left if name not in answered]
    own = {name for name, one in got.items() if one.statement.by == node.party}
    kept = own | {str(got[name].statement.answers) for name in own}
    return [got[name] for name in wanted if name in got and name in kept]


def take_back(node: Node, tx: Tx, found: Sequence[Said]) -> int:
    """Enter them into our log again, behind all that it tells; how many it did not tell."""
    before = len(found)
    for one in found:
        if node.records.entry_refs.get(tx, statement=one.digest) is not None:
            before -= 1
            continue
        log_statement(node, tx, one)
    return before
