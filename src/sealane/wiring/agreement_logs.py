"""The logs of a node: its internal one, and one for each agreement with each partner, with witness
and mirror.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sealane.adapters import bucket_heads, nodefolder
from sealane.adapters.anchor import FileAnchor
from sealane.adapters.bucket_address import BucketAddress, read_address
from sealane.adapters.log import SqlLog
from sealane.adapters.witness_book import SqlWitness
from sealane.ledger import entries
from sealane.ledger.log.checkpoint import Head
from sealane.ledger.log.origins import node_and_name
from sealane.ports import Anchor, Log, LogPeer, Tx
from sealane.protocol.card import Card
from sealane.protocol.card_chain import require_in_force
from sealane.services.ledgers import equivocations, ledger
from sealane.services.ledgers.pair import Partnership
from sealane.services.ledgers.publisher import Publisher
from sealane.services.node import Node
from sealane.settings import BUCKET, Settings

if TYPE_CHECKING:
    from sealane.http.log import Board


class Logs:
    """The logs that this node writes, by origin, one object for each."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._logs: dict[str, SqlLog] = {}

    def log(self, origin: str) -> SqlLog:
        """The log of an origin."""
        if origin not in self._logs:
            self._logs[origin] = SqlLog(origin, check=entries.read)
        return self._logs[origin]

    def internal(self) -> list[Log]:
        """The internal logs that this node ever wrote, oldest first."""
        number = int(self._settings.internal_log.partition("-")[2] or 1)
        names = ["internal", *(f"internal-{one}" for one in range(2, number + 1))]
        return [self.log(f"{self._settings.node}/{name}") for name in names]


class AgreementLogs:
    """The logs of every agreement with every partner, put together once each."""

    def __init__(self, node: Node, book: SqlWitness, folder: Path, logs: Logs) -> None:
        self._node, self._book, self._folder, self._logs = node, book, folder, logs
        self._partnerships: dict[tuple[str, str, str], Partnership] = {}

    def all(self) -> list[tuple[str, str, Partnership]]:
        """Every (partner, agreement) that both hold."""
        node = self._node
        together: list[tuple[str, str, Partnership]] = []
        with node.store.reading() as tx:
            held = node.agreements(tx)
            for card in node.partners(tx):
                for name in held:
                    if node.shares(tx, name, card.party):
                        origins = (
                            node.origin(tx, name, card.party),
                            node.partner_origin(tx, name, card),
                        )
                        together.append((card.party, name, self._partnership(card, origins)))
        return together

    def board(self, name: str) -> Board | None:
        """What is served under `/ledger/<name>`: our log with one partner, witness and mirror for
        that partner's, and who the partner is.
        """
        from sealane.http.log import Board  # brings the web server: for who serves alone

        for party, _, partnership in self.all():
            if node_and_name(partnership.publisher.log.origin)[1] == name:
                return Board(
                    store=self._node.store,
                    log=partnership.publisher.log,
                    reader=party,
                    witness=partnership.mirror.witness,
                    mirror=partnership.mirror,
                )
        return None

    def name_at(self, party: str, agreement: str) -> str:
        """What the partner's log of an agreement with us is called at its node. Raises:
        Misconfigured `agreement.not_held`, `partner.unknown`.
        """
        with self._node.store.reading() as tx:
            origin = self._node.partner_origin(tx, agreement, self._node.partner(tx, party))
        return node_and_name(origin)[1]

    def peers(self, reach: Callable[[str, str], LogPeer]) -> Callable[[str, str], LogPeer]:
        """A partner's logs by its party and an agreement; `reach` finds them by party and name."""
        return lambda party, agreement: reach(party, self.name_at(party, agreement))

    def internal(self) -> Publisher:
        """The publisher of the internal log."""
        node = self._node
        ports = ledger.Ports(
            store=node.store,
            book=self._book,
            host=node.host,
            anchor=anchor(self._folder, node.settings, node.settings.internal_log),
            own=node.internal,
            partner=node.internal,
            may_sign=self._may_sign_internal,
        )
        return ledger.internal(ports, self._own_keys(node.own_card()))

    def _own_keys(self, card: Card) -> ledger.OwnKeys:
        """The keys of a card of ours: of the one that a partner knows, or of the newest."""
        keys = self._node.keys
        return ledger.OwnKeys(
            log=keys.signers_of([card.log]),
            witness=keys.signers_of([card.witness]),
            mirror=keys.signers_of([card.mirror]),
            head=keys.signers_of(card.head),
            ever=keys.publics("log"),
        )

    def _may_sign(self, card: Card) -> Callable[[Tx], None]:
        """No head is signed or cosigned by a node that may be older than what it said, nor by a key
        that ended.
        """
        node = self._node

        def require(tx: Tx) -> None:
            node.require_current(tx)
            now = node.host.now()
            require_in_force(card, "log", [card.log], now)
            require_in_force(card, "head", card.head, now)
            require_in_force(card, "witness", [card.witness, card.mirror], now)

        return require

    def _may_sign_internal(self, tx: Tx) -> None:
        card = self._node.own_card()
        self._node.require_current(tx)
        require_in_force(card, "log", [card.log], self._node.host.now())
        require_in_force(card, "head", card.head, self._node.host.now())

    def _partnership(self, card: Card, origins: tuple[str, str]) -> Partnership:
        own, theirs = origins
        node = self._node
        shown, in_force = node.own_card(card.party), card.in_force("log", node.host.now())
        every = [card.every(role) for role in ("log", "witness", "mirror")]
        ours = [shown.log, shown.witness, shown.mirror, *shown.head]
        kids = [key.kid for keys in (*every, in_force, ours) for key in keys]
        key = (own, theirs, " ".join(kids))
        if key not in self._partnerships:
            for old in [one for one in self._partnerships if one[:2] == key[:2]]:
                del self._partnerships[old]
            ports = ledger.Ports(
                store=node.store,
                book=self._book,
                host=node.host,
                anchor=anchor(self._folder, node.settings, node_and_name(own)[1]),
                own=self._logs.log(own),
                partner=SqlLog(theirs, role="mirror"),
                may_sign=self._may_sign(shown),
            )
            partner_keys = ledger.PartnerKeys(
                log=every[0], witness=every[1], mirror=every[2], log_in_force=in_force
            )
            self._partnerships[key] = ledger.connect(
                ports,
                (node.settings.node, card.node),
                self._own_keys(shown),
                partner_keys,
                on_conflict=equivocations.noting(node, card.party),
            )
        return self._partnerships[key]


def last_heads(folder: Path, settings: Settings) -> list[Head]:
    """The last signed head of every log that is still written, as its place shows them; none where
    the place is not mounted, for then no head is signed either.
    """
    if settings.heads.startswith(BUCKET):
        kept = bucket_heads.names(*_bucket(settings))
    else:
        place, _ = nodefolder.heads(folder, settings)
        found = (path.relative_to(place) for path in sorted(place.rglob("*.head")))
        kept = [str(path.with_suffix("")) for path in found]
    own = settings.internal_origin
    return [
        head
        for name in kept
        if (head := anchor(folder, settings, name).load()) is not None
        and (head.origin == own or head.origin.partition("/")[2].startswith("x/"))
    ]


def anchor(folder: Path, settings: Settings, name: str) -> Anchor:
    """The last signed head of one log, by the log's name under this node."""
    if settings.heads.startswith(BUCKET):
        address, credentials = _bucket(settings)
        return bucket_heads.BucketAnchor(address, name, credentials)
    heads, storage = nodefolder.heads(folder, settings)
    return FileAnchor(heads / f"{name}.head", storage=storage)


def _bucket(settings: Settings) -> tuple[BucketAddress, str]:
    """The bucket of last signed heads, this node's own part of it, and what opens it."""
    address = read_address(settings.heads)
    own = replace(address, prefix=f"{address.prefix}{settings.node}/")
    return own, settings.blobs_credentials_file
