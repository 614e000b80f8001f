"""The OpenTDF surface of a node: its register, people, agreements and log behind key access and the
built-in issuer.

Spec: R20, R31, R57; spec/key-access.md §7, §8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.crypto.keys import Signer
from sealane.ports import Log, Tx
from sealane.protocol.tokens import ClientRule, Issuer, Once
from sealane.services.node import Node
from sealane.services.opentdf.clients import client
from sealane.services.opentdf.issuer import TokenIssuer
from sealane.services.opentdf.model import KeyAccess
from sealane.services.opentdf.partner_services import Trust, in_force
from sealane.services.opentdf.register import Named, Recorder, RegisterRecords
from sealane.services.opentdf.sitting import Sitting
from sealane.services.opentdf.verdict import verdict
from sealane.services.statements.refusal_limits import Crowd

T = TypeVar("T")


def _nothing(_: Node) -> Callable[[Tx, Instant], Sequence[Named]]:
    return lambda *_: ()


def key_access(
    node: Node,
    *,
    origin: str,
    once: Callable[[Tx, Sequence[Once], Instant], Sequence[bool]],
    issuers: Callable[[Instant], Mapping[str, Issuer]],
    crowd: Crowd | None = None,
    named: Callable[[Node], Callable[[Tx, Instant], Sequence[Named]]] = _nothing,
) -> KeyAccess:
    """The node's key access as clients reach it at `origin`.

    Args:
        issuers: who is trusted at an instant; `trusted` gives the built-in issuer.
        named: gives, of a node, the objects of plain OpenTDF peers that partners name under
            agreements in force.
    """
    sitting = Sitting(node)
    inside = sitting.node
    return KeyAccess(
        origin=origin,
        host=node.host,
        store=node.store,
        keys=node.keys,
        records=RegisterRecords(node.records, named(node)),
        held=RegisterRecords(inside.records, named(inside)),
        begin=sitting.begin,
        issuers=issuers,
        once=once,
        decide=lambda tx, asked: verdict(inside, tx, asked),
        record=Recorder(
            node=node.settings.node,
            host=node.host,
            internal=node.internal,
            shared=lambda tx, agreement, partner: _shared(inside, tx, agreement, partner),
            register=node.records,
            together=node.store.together,
        ),
        crowd=crowd or Crowd(),
    )


def token_issuer(node: Node, *, origin: str, signer: Signer) -> TokenIssuer:
    """The built-in issuer over the node's registered clients; `signer` is an ES384 key of this role
    alone.
    """
    return TokenIssuer(
        issuer=origin,
        audience=f"{origin}/kas",
        signer=signer,
        host=node.host,
        clients=lambda name: _read(node, lambda tx: client(node, tx, name)),
    )


def trusted(
    node: Node, issuer: TokenIssuer | Issuer | None
) -> Callable[[Instant], Mapping[str, Issuer]]:
    """The own nation's issuer, built in or production, and partners' as accepted and in force at
    each call; None: partners' alone.
    """
    if isinstance(issuer, TokenIssuer):
        key = issuer.key
        own: Issuer | None = Issuer(
            issuer=issuer.issuer,
            audience=issuer.audience,
            keys={key.thumbprint: key},
            clients=_Registered(node),
        )
    else:
        own = issuer
    return lambda at: Trust(node, own, at)


def named(node: Node) -> Callable[[Tx, Instant], Sequence[Named]]:
    """Objects of partners' plain OpenTDF clients, as accepted and in force at each call."""
    return lambda tx, at: [
        Named(
            agreement=one.agreement, attributes=each.attributes, label=each.label, facts=each.facts
        )
        for one in in_force(node, tx, at)
        for each in one.services.named
    ]


def _shared(node: Node, tx: Tx, agreement: str, partner: str | None) -> Log | None:
    if partner is None or partner == node.party or not node.shares(tx, agreement, partner):
        return None
    return node.shared_log(tx, agreement, partner)


class _Registered(Mapping[str, ClientRule]):
    """Registered clients by id, looked up when asked for."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def __getitem__(self, name: str) -> ClientRule:
        try:
            found = _read(self._node, lambda tx: client(self._node, tx, name))
        except SealaneError:
            found = None
        if found is None:
            raise KeyError(name)
        return found.rule

    def __iter__(self) -> Iterator[str]:
        rows = _read(self._node, lambda tx: self._node.records.clients.find(tx, order="id"))
        return iter([str(row.id) for row in rows if row.ended is None])

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _read(node: Node, step: Callable[[Tx], T]) -> T:
    with node.store.reading() as tx:
        return step(tx)
