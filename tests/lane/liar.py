"""A partner that signs two histories of its log."""

from __future__ import annotations

from sealane.ledger.log import merkle
from sealane.ledger.log.checkpoint import Head, parse_checkpoint, sign_head
from sealane.ledger.log.witness import encode_request
from sealane.services.ledgers.pair import Partnership
from tests import nations
from tests.nations import AGREEMENT, Pair


def ledgers(pair: Pair, party: str) -> Partnership:
    """A party's ledgers under the agreement of the tests."""
    (found,) = [one for _, name, one in pair.sites[party].partnerships() if name == AGREEMENT]
    return found


def lie(pair: Pair, liar: str, root: bytes = b"another history") -> None:
    """The liar shows its partner another root of the size that the partner knows."""
    listener, node = nations.other(liar), pair.line.nodes[liar]
    publisher = ledgers(pair, liar).publisher
    with node.store.reading() as tx:
        held = publisher.log.checkpoint(tx)
    assert held is not None
    head = parse_checkpoint(held).head
    other = Head(head.origin, head.size, merkle.leaf_hash(root))
    note = sign_head(other, publisher.signers, node.host.now())
    peer = nations.peer(pair.sites[listener], liar, AGREEMENT)
    assert peer.post("add-checkpoint", encode_request(head.size, [], note.encode()))[0] == 422
