"""Notices and new versions of an agreement, drafted as parties draft them, and what a node holds of
them.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from sealane.agreements import endorsements, notice, noticefile, signing
from sealane.agreements.agreement import Agreement
from sealane.agreements.parse import parse_agreement
from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.base.values import Instant, format_instant
from sealane.cli.demo.cast import AGREEMENT
from sealane.crypto.keys import Signer
from sealane.registry.records import HeldAgreement
from sealane.services.exchange import release
from sealane.services.node import Node
from sealane.services.register import agreement_life
from tests import nations
from tests.nations import Pair


def code_of(work: Callable[[], object]) -> str:
    """The code of the refusal that this act ends in."""
    with pytest.raises(SealaneError) as caught:
        work()
    return caught.value.code


def row(node: Node) -> HeldAgreement:
    """The agreement as the node holds it."""
    with node.store.reading() as tx:
        return node.agreement_row(tx, AGREEMENT)


def paper_of(node: Node) -> tuple[Agreement, signing.Paper]:
    """What the agreement says, and the bytes that are signed."""
    data = bytes(row(node).file)
    return parse_agreement(data), signing.Paper.of(parse_agreement(data), data)


def state(node: Node) -> str:
    """Where the agreement stands now."""
    with node.store.reading() as tx:
        return agreement_life.standing(node, tx, node.agreement_row(tx, AGREEMENT)).state


def held(node: Node) -> tuple[noticefile.Notice, ...]:
    """The notices that the node holds of it."""
    with node.store.reading() as tx:
        return agreement_life.notices(node.records, tx, row(node).digest)


def recorded(node: Node, kind: str) -> list[Any]:
    """The node's ledger entries of a kind."""
    with node.store.reading() as tx:
        return list(node.records.entry_refs.find(tx, order="index", kind=kind))


def release_again(pair: Pair, reference: str) -> release.Released:
    """One more release of the same kind."""
    return release.release(
        pair.aus, nations.wanted(pair.aus, reference=reference), io.BytesIO(b"x")
    )


def drafted(
    node: Node,
    party: str,
    now: Instant,
    signers: Sequence[Signer],
    beside: bytes | None = None,
) -> bytes:
    """A suspension in a party's name, by whoever's keys."""
    agreement, paper = paper_of(node)
    return notice.give(
        agreement,
        paper,
        notice.Draft(kind="suspend", party=party, effective=now),
        beside=beside,
        at=now,
        signers=signers,
    )


def clauses_of(work: Callable[[], object]) -> list[str]:
    """The clauses that this act was refused by."""
    with pytest.raises(SealaneError) as caught:
        work()
    reasons = (caught.value.details or {})["decision"]["reasons"]
    return [reason["clause"] for reason in reasons if not reason["met"]]


def amended(
    pair: Pair,
    *,
    previous: str | None = None,
    version: int = 2,
    ceiling: bytes = b"ceiling = 3",
    since: str | None = None,
) -> tuple[bytes, bytes | None]:
    """The next version: the maritime ceiling changes; signed by both."""
    data = bytes(row(pair.aus).file)
    previous = previous or canonical.sha384(data)
    head, _, tail = data.partition(b'id = "maritime"')
    data = (head + b'id = "maritime"' + tail.replace(b"ceiling = 3", ceiling, 1)).replace(
        b"version = 1\n", f'version = {version}\nprevious = "{previous}"\n'.encode(), 1
    )
    if since is not None:
        begun = format_instant(parse_agreement(data).period.since)
        data = data.replace(f'since = "{begun}"'.encode(), f'since = "{since}"'.encode(), 1)
    paper, beside = signing.Paper.of(parse_agreement(data), data), None
    for node in (pair.aus, pair.jpn):
        beside = endorsements.add(
            beside,
            signing.endorse(
                paper, party=node.party, at=pair.clock.now(), signers=node.keys.signers("statement")
            ),
            paper,
        )
    return data, beside


def amended_again(pair: Pair) -> tuple[bytes, bytes | None]:
    """Another text under the number of the version that is already held."""
    data = bytes(row(pair.aus).file) + b"\n# another text\n"
    paper, beside = signing.Paper.of(parse_agreement(data), data), None
    for node in (pair.aus, pair.jpn):
        beside = endorsements.add(
            beside,
            signing.endorse(
                paper, party=node.party, at=pair.clock.now(), signers=node.keys.signers("statement")
            ),
            paper,
        )
    return data, beside
