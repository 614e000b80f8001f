"""A partner's own issuer, key servers and plain objects: stated and signed by the partner, accepted
by our operator.

Trusted under one agreement, while it is in force, for its items alone; keys are listed in the
statement and never fetched.
Spec: R10, R57; spec/key-access.md §4.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Conflict, NotFound, SealaneError, declare
from sealane.base.values import Instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey
from sealane.ledger import bodies, receipt
from sealane.ports import Tx
from sealane.protocol.card import Card
from sealane.protocol.tokens import Issuer
from sealane.protocol.trust import Services, services_from_json
from sealane.services.node import Node
from sealane.services.statements.inbox import accept_envelope
from sealane.services.statements.journal import log_statement, record
from sealane.services.statements.talk import hand

OTHER_AUDIENCE = declare(
    "issuer.audience",
    Conflict,
    "The issuer's tokens are for {theirs}, not for this key service, {ours}.",
    "発行者のトークンの宛先は {theirs} であり、この鍵サービス {ours} ではありません。",
    "Ask the partner to state {ours} as audience.",
    "相手国に audience として {ours} を記すよう求めてください。",
)
ISSUER_TAKEN = declare(
    "issuer.taken",
    Conflict,
    "{issuer} is trusted already, otherwise than stated here ({why}).",
    "{issuer} は既に別の内容で信頼されています（{why}）。",
    "End that trust first with `sealane node distrust`.",
    "先に `sealane node distrust` で終わらせてください。",
)
NOT_TRUSTED = declare(
    "services.unknown",
    NotFound,
    "No services of {party} are accepted under {agreement}.",
    "{agreement} のもとで承認された {party} のサービスはありません。",
    "`sealane node status` lists what is accepted.",
    "`sealane node status` に一覧があります。",
)


def describe(node: Node, *, to: str, agreement: str, body: Mapping[str, Any]) -> bytes:
    """This nation's services under an agreement, signed for one partner and logged; the file to
    hand over.

    Raises: Malformed `services.malformed`, `issuer.malformed`; Misconfigured `partner.unknown`,
    `agreement.not_held`.
    """
    services_from_json(body, party=node.party, agreement=agreement)
    with node.store.writing() as tx:
        node.partner(tx, to)
        digest = str(node.agreement_row(tx, agreement).digest)
        stated = bodies.ServicesStated(
            issuer=body["issuer"], named=tuple(body["named"]), servers=tuple(body["servers"])
        )
        said = hand(node, tx, stated, to=to, agreement=(agreement, digest), item=None)
    return said.data


def accept(node: Node, data: bytes) -> tuple[str, str, Services]:
    """Trust a partner's signed services under their agreement from now on; (party, agreement,
    services). Recorded.

    Raises: Untrusted, Malformed: not the partner's word to us under an agreement version held here;
    Conflict
        `issuer.audience`, `issuer.taken`.
    """
    with node.store.writing() as tx:
        heard = accept_envelope(node, tx, data, types=("services",))
        said = heard.statement
        found = services_from_json(
            bodies.as_json(said.saying(bodies.ServicesStated)),
            party=said.by,
            agreement=said.agreement,
        )
        if found.issuer is not None:
            _fitting(node, tx, found.issuer, said.by, said.agreement)
        node.records.services.put(
            tx,
            {"party": said.by, "agreement": said.agreement},
            data=data,
            since=node.now()[1],
            ended=None,
        )
        name = log_statement(node, tx, heard)
        record(
            node,
            tx,
            "services.accepted",
            agreement=said.agreement,
            partners=[said.by],
            party=said.by,
            record=name,
        )
    return said.by, said.agreement, found


def _fitting(node: Node, tx: Tx, issuer: Issuer, party: str, agreement: str) -> None:
    if issuer.audience != node.interop_url:
        raise OTHER_AUDIENCE(theirs=issuer.audience, ours=node.interop_url)
    if issuer.issuer == node.settings.kas_origin:
        raise ISSUER_TAKEN(issuer=issuer.issuer, why=node.party)
    for row in node.records.services.find(tx, order="party", ended=None):
        if (row.party, row.agreement) == (party, agreement):
            continue
        other = _read(bytes(row.data), node.partner(tx, row.party)).issuer
        if (
            other is not None
            and other.issuer == issuer.issuer
            and replace(other, agreements=issuer.agreements) != issuer
        ):
            raise ISSUER_TAKEN(issuer=issuer.issuer, why=f"{row.party}, {row.agreement}")


def end(node: Node, *, party: str, agreement: str) -> None:
    """Trust a partner's services under an agreement no more; effective on the very next call.
    Recorded.

    Raises: NotFound `services.unknown`.
    """
    with node.store.writing() as tx:
        row = node.records.services.get(tx, party=party, agreement=agreement)
        if row is None or row.ended is not None:
            raise NOT_TRUSTED(party=party, agreement=agreement)
        node.records.services.change(
            tx, {"party": party, "agreement": agreement}, ended=node.now()[1]
        )
        record(
            node,
            tx,
            "services.ended",
            agreement=agreement,
            partners=[party],
            party=party,
            record=canonical.sha384(bytes(row.data)),
        )


def accepted(node: Node, tx: Tx) -> list[dict[str, Any]]:
    """What was ever accepted, for the operator."""
    rows = node.records.services.find(tx, order="party")
    return [
        {
            "party": row.party,
            "agreement": row.agreement,
            "since": row.since,
            "ended": row.ended,
            "statement": receipt.digest(bytes(row.data)),
        }
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Accepted:
    """One partner's services as trusted at an instant."""

    party: str
    agreement: tuple[str, str]
    services: Services


def in_force(node: Node, tx: Tx, at: Instant) -> list[Accepted]:
    """The services that are trusted at an instant: not ended, the agreement in force, the partner a
    party to it.

    A statement that the partner's present keys did not sign counts for nothing.
    """
    rows = node.records.services.find(tx, order="party", ended=None)
    if not rows:
        return []
    held = node.agreements(tx)
    found = []
    for row in rows:
        governing = held.at(row.agreement, at)
        if governing is None or not governing.in_force(at) or governing.party(row.party) is None:
            continue
        try:
            services = _read(bytes(row.data), node.partner(tx, row.party))
        except SealaneError:
            continue
        found.append(Accepted(row.party, (governing.id, governing.digest), services))
    return found


def _read(data: bytes, card: Card) -> Services:
    return _stated(data, tuple(card.signed_with(jws.kids(data))))


@lru_cache(maxsize=256)
def _stated(data: bytes, keys: tuple[PublicKey, ...]) -> Services:
    """What a statement says, proven by these keys; so it is asked once of each pair, whatever else
    changes: whether these bytes and these keys still count is asked anew each time.
    """
    said = receipt.verify(data, keys)
    return services_from_json(
        bodies.as_json(said.saying(bodies.ServicesStated)), party=said.by, agreement=said.agreement
    )


class Trust(Mapping[str, Issuer]):
    """Issuers by name as trusted at one instant: the own nation's at hand, partners' looked up when
    asked for.
    """

    def __init__(self, node: Node, own: Issuer | None, at: Instant) -> None:
        self._node, self._own, self._at = node, own, at

    def __getitem__(self, name: str) -> Issuer:
        if self._own is not None and name == self._own.issuer:
            return self._own
        found = self._partners().get(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        own = [] if self._own is None else [self._own.issuer]
        return iter([*own, *self._partners()])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _partners(self) -> dict[str, Issuer]:
        with self._node.store.reading() as tx:
            trusted = [
                one.services.issuer
                for one in in_force(self._node, tx, self._at)
                if one.services.issuer is not None
            ]
        found: dict[str, Issuer] = {}
        for issuer in trusted:
            before = found.get(issuer.issuer)
            agreements = (
                issuer.agreements if before is None else before.agreements | issuer.agreements
            )
            found[issuer.issuer] = replace(issuer, agreements=agreements)
        return found


def servers(node: Node, at: Instant) -> Sequence[str]:
    """Key access URLs of partners under agreements in force: their nodes' doors, then what they
    stated.
    """
    with node.store.reading() as tx:
        held = node.agreements(tx)
        cards = node.partners(tx)
        governing = [
            found
            for name in held
            if (found := held.at(name, at)) is not None and found.in_force(at)
        ]
        doors = [
            card.kas_urls[-1] for card in cards if any(one.party(card.party) for one in governing)
        ]
        stated = [url for one in in_force(node, tx, at) for url in one.services.servers]
    return tuple(dict.fromkeys([*doors, *stated]))
