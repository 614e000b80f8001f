"""A node put together from its folder: keys, database, logs, partners' addresses; the use cases see
only `Node`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sealane import wiring
from sealane.adapters import (
    nodefolder,
    operatorpolicy,
    ownissuer,
)
from sealane.adapters.anchor import FileAnchor
from sealane.adapters.files import Blobs
from sealane.adapters.host import SystemHost
from sealane.adapters.keys import NodeKeys
from sealane.adapters.log import SqlLog
from sealane.adapters.peers import HttpPeers
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import SCHEMA, open_engine
from sealane.adapters.tls import Identity
from sealane.adapters.witness import SqlWitness
from sealane.agreements.agreement import Agreements
from sealane.base import canonical
from sealane.base.values import DAY, Instant, format_instant
from sealane.decisions.overlay import Overlay
from sealane.http.log import Board
from sealane.ledger import entries
from sealane.ports import Host, LogPeer
from sealane.protocol.card import Card
from sealane.protocol.trust import NationalIssuer
from sealane.services.ledgers import ledger
from sealane.services.ledgers.pair import Partnership
from sealane.services.ledgers.publisher import Publisher, marks
from sealane.services.node import Node
from sealane.services.opening import keys_in_use
from sealane.services.register import agreement_life, directory
from sealane.services.statements.journal import record
from sealane.settings import Settings


@dataclass(frozen=True, slots=True)
class Site:
    """A node opened in its folder, with what its process needs beside the use cases."""

    node: Node
    folder: Path
    identity: Identity
    partnerships: Callable[[], list[tuple[str, str, Partnership]]]
    """Partner, agreement and their two logs, as enrolled now."""
    board: Callable[[str], Board | None]
    peer: Callable[[str, str], LogPeer]
    internal: Publisher
    """Signs the log that is never shared."""
    issuer: NationalIssuer | None
    """The nation's own token issuer, where its operator signed one."""
    secret: bytes
    dispose: Callable[[], None]
    keys: NodeKeys


def create_site(
    folder: Path, settings: Settings, passphrase: bytes, *, host: Host | None = None
) -> Site:
    """Make a new node with its founding operator. Raises: Misconfigured `node.exists`,
    `keystore.*`.
    """
    host = host or SystemHost()
    settings, keys = nodefolder.create(folder, settings, passphrase, host)
    policy = operatorpolicy.sign(
        folder, settings, keys.signers("statement"), format_instant(host.now())
    )
    site = _assemble(folder, settings, keys, host)
    node = site.node
    with node.store.writing() as tx:
        record(node, tx, "log.opened", origin=settings.origin(None))
        record(node, tx, "settings.changed", record=canonical.sha384(policy))
        for key in keys.inventory():
            record(node, tx, "key.born", suite=key["alg"], role=key["role"], kid=key["kid"])
    now = host.now()
    directory.enter(
        node,
        directory.founding_operator(
            node, at=format_instant(now), until=format_instant(Instant(now + 365 * DAY))
        ),
    )
    return site


def open_site(folder: str | Path, passphrase: bytes, *, host: Host | None = None) -> Site:
    """Open a node's folder. Raises: Misconfigured `node.missing`, `keystore.sealed`,
    `settings.policy_unsigned`.
    """
    folder = Path(folder)
    settings = nodefolder.load(folder)
    keys = nodefolder.open_keys(folder, settings, passphrase)
    operatorpolicy.require(folder, settings, keys.signers("statement"))
    return _assemble(folder, settings, keys, host or SystemHost())


def set_policy(
    folder: Path,
    passphrase: bytes,
    *,
    accept_unverified: bool | None = None,
    overlay: bytes | None = None,
    no_overlay: bool = False,
    host: Host | None = None,
) -> Settings:
    """Write and sign the operator's policy, and record it; takes effect when the node starts next.
    Spec: R4.

    Args:
        accept_unverified: None leaves what was said. overlay: a nation's own forbids; None leaves
            them, unless `no_overlay` takes them away.
    Raises: Malformed `overlay.malformed`; Misconfigured `overlay.no_engine`, `keystore.*`.
    """
    settings, host = nodefolder.load(folder), host or SystemHost()
    keys = nodefolder.open_keys(folder, settings, passphrase)
    if accept_unverified is not None:
        settings = replace(settings, accept_unverified=accept_unverified)
    if overlay is not None:
        wiring.overlay(settings.party, overlay)
    if overlay is not None or no_overlay:
        settings = replace(settings, overlay=operatorpolicy.put_overlay(folder, overlay))
    policy = operatorpolicy.sign(
        folder, settings, keys.signers("statement"), format_instant(host.now())
    )
    nodefolder.save(folder, settings)
    site = _assemble(folder, settings, keys, host)
    with site.node.store.writing() as tx:
        record(site.node, tx, "settings.changed", record=canonical.sha384(policy))
    site.dispose()
    return settings


def begin_internal(folder: Path, passphrase: bytes, *, host: Host | None = None) -> str:
    """Begin a new internal log because the end of the old one was lost with a restored backup; its
    origin.

    The old log stays as it is and is never signed again, so that no two heads of one origin
    contradict.
    """
    settings, host = nodefolder.load(folder), host or SystemHost()
    keys = nodefolder.open_keys(folder, settings, passphrase)
    lost = settings.origin(None)
    while (
        _anchor(folder, settings, settings.internal_log).load() is not None
        or settings.origin(None) == lost
    ):
        number = int(settings.internal_log.partition("-")[2] or 1)
        settings = replace(settings, internal_log=f"internal-{number + 1}")
    nodefolder.save(folder, settings)
    site = _assemble(folder, settings, keys, host)
    with site.node.store.writing() as tx:
        record(site.node, tx, "log.opened", origin=settings.origin(None))
        record(site.node, tx, "log.restored", origin=lost)
    site.dispose()
    return settings.origin(None)


def set_issuer(folder: Path, passphrase: bytes, issuer: Any | None) -> NationalIssuer | None:
    """Sign the nation's own issuer, or with None take it away, and record it; takes effect when the
    node starts next.
    """
    site = open_site(folder, passphrase)
    node = site.node
    data = b""
    found = None
    if issuer is None:
        (folder / ownissuer.FILE).unlink(missing_ok=True)
    else:
        data, found = ownissuer.sign(
            folder, node.settings, node.keys.signers("statement"), issuer, node.now()[1]
        )
    with node.store.writing() as tx:
        record(node, tx, "settings.changed", record=canonical.sha384(data))
    site.dispose()
    return found


def rotate_key(folder: Path, passphrase: bytes, suite: str) -> tuple[str, str]:
    """A new wrapping key takes a suite's place; both are recorded; (new kid, old kid). The node
    must be stopped.

    Raises: Misconfigured `node.running`; NotFound `keystore.no_key`.
    """
    with (
        nodefolder.running(folder),
        _opened(folder, passphrase) as site,
        site.node.store.writing() as tx,
    ):
        fresh, kept = site.keys.rotate(suite, site.node.host)
        record(site.node, tx, "key.born", kid=fresh.kid, suite=suite, role="kas")
        record(
            site.node, tx, "key.rotated", kid=fresh.kid, kids=[kept.kid], suite=suite, role="kas"
        )
    return fresh.kid, kept.kid


def destroy_key(folder: Path, passphrase: bytes, kid: str, *, force: bool) -> str:
    """Erase a wrapping key that a rotation put by, and record its death; the suite it served. The
    node must be stopped.

    Raises: Misconfigured `node.running`; NotFound `keystore.no_key`; Conflict `key.in_use` unless
    `force`.
    """
    with nodefolder.running(folder), _opened(folder, passphrase) as site:
        using = keys_in_use.sealed_to(site.node, kid)
        if using and not force:
            raise keys_in_use.IN_USE(kid=kid, count=len(using), details={"items": using[:100]})
        with site.node.store.writing() as tx:
            suite = next((one["alg"] for one in site.keys.inventory() if one["kid"] == kid), None)
            if suite is not None:
                record(site.node, tx, "key.retired", kid=kid, suite=suite, role="kas")
            return site.keys.destroy(kid).suite


@contextmanager
def _opened(folder: Path, passphrase: bytes) -> Iterator[Site]:
    site = open_site(folder, passphrase)
    try:
        yield site
    finally:
        site.dispose()


def _assemble(folder: Path, settings: Settings, keys: NodeKeys, host: Host) -> Site:
    engine = open_engine(folder / nodefolder.DATABASE)
    book = SqlWitness()
    SCHEMA.create_all(engine)
    store, records = SqlStore(engine), SqlRecords()
    own = nodefolder.identity(folder, keys)
    card = _card(settings, own.certificate, keys)
    logs: dict[str | None, SqlLog] = {}

    def log(agreement: str | None) -> SqlLog:
        if agreement not in logs:
            whole = agreement is not None and "/" in agreement
            origin = agreement if agreement is not None and whole else settings.origin(agreement)
            logs[agreement] = SqlLog(origin, check=entries.read)
        return logs[agreement]

    def address(party: str) -> tuple[str, str]:
        with store.reading() as tx:
            found = node.partner(tx, party)
        return found.url, found.tls

    peers = HttpPeers(own, address)
    node = Node(
        settings=settings,
        host=host,
        store=store,
        records=records,
        blobs=Blobs(folder / nodefolder.CONTAINERS),
        keys=keys,
        peers=peers,
        log=log,
        schemes=wiring.schemes(),
        agreements=_held_agreements(records),
        card=card,
        proven=lambda tx, agreement: marks(tx, log(agreement), book),
        overlays=_overlays(folder, settings),
    )

    def dispose() -> None:
        keys.close()
        engine.dispose()

    ledger = Ledgers(node, keys, book, lambda name: _anchor(folder, settings, name), log)
    return Site(
        node=node,
        folder=folder,
        identity=own,
        partnerships=ledger.all,
        board=ledger.board,
        peer=peers.log_peer,
        internal=ledger.internal(),
        issuer=ownissuer.load(folder, settings, keys.signers("statement")),
        secret=keys.private("session/secret"),
        dispose=dispose,
        keys=keys,
    )


def _card(settings: Settings, certificate: str, keys: NodeKeys) -> Card:
    """What partners are told of this node."""
    return Card(
        party=settings.party,
        node=settings.node,
        url=settings.peer_url,
        tls=certificate,
        statement=tuple(key.public for key in keys.signers("statement")),
        head=tuple(key.public for key in keys.signers("head")),
        log=keys.signers("log")[0].public,
        witness=keys.signers("witness")[0].public,
        mirror=keys.signers("mirror")[0].public,
        kas=keys.kas_publics(),
        opentdf=settings.kas_origin,
    )


def _overlays(folder: Path, settings: Settings) -> tuple[Overlay, ...]:
    data = operatorpolicy.overlay(folder, settings)
    return () if data is None else (wiring.overlay(settings.party, data),)


def _held_agreements(records: SqlRecords) -> Callable[[Any], Agreements]:
    """Agreements as this node holds them now; parsed again only when one changed."""

    known: dict[int, Agreements] = {}

    def held(tx: Any) -> Agreements:
        row = records.get(tx, "serials", name=agreement_life.HELD)
        mark = 0 if row is None else int(row["last"])
        if mark not in known:
            found = Agreements(agreement_life.held(records, tx))
            known.clear()
            known[mark] = found
        return known[mark]

    return held


def _anchor(folder: Path, settings: Settings, name: str) -> FileAnchor:
    """The last signed head of one log, by the log's name under this node."""
    heads, storage = nodefolder.heads(folder, settings)
    return FileAnchor(heads / f"{name}.head", storage=storage)


class Ledgers:
    """The logs of every agreement with every partner, put together once each."""

    def __init__(
        self,
        node: Node,
        keys: NodeKeys,
        book: SqlWitness,
        anchor: Callable[[str], FileAnchor],
        log: Callable[[str | None], SqlLog],
    ) -> None:
        self._node, self._keys, self._book, self._anchor, self._log = node, keys, book, anchor, log
        self._made: dict[tuple[str, str, str], Partnership] = {}

    def all(self) -> list[tuple[str, str, Partnership]]:
        """Every (partner, agreement) that both hold."""
        node, found = self._node, []
        with node.store.reading() as tx:
            held = node.agreements(tx)
            for partner in node.records.find(tx, "partners", order="party"):
                card = node.partner(tx, partner["party"])
                found += [
                    (card.party, name, self._one(card, name))
                    for name in held
                    if held[name].party(card.party)
                ]
        return found

    def board(self, name: str) -> Board | None:
        """What is served under `/ledger/<name>`: an agreement's log with witness and mirror, or the
        internal one.
        """

        for _, agreement, one in self.all():
            if agreement == name:
                return Board(
                    store=self._node.store,
                    log=self._log(name),
                    witness=one.mirror.witness,
                    mirror=one.mirror,
                )
        return None

    def internal(self) -> Publisher:
        """The publisher of the internal log."""
        node = self._node
        ports = ledger.Ports(
            store=node.store,
            book=self._book,
            host=node.host,
            anchor=self._anchor(node.settings.internal_log),
            own=self._log(None),
            partner=self._log(None),
        )
        return ledger.internal(ports, self._own())

    def _own(self) -> ledger.OwnKeys:
        return ledger.OwnKeys(
            log=self._keys.signers("log"),
            witness=self._keys.signers("witness"),
            mirror=self._keys.signers("mirror"),
            head=self._keys.signers("head"),
        )

    def _one(self, card: Card, agreement: str) -> Partnership:

        key = (card.party, agreement, card.log.kid)
        if key not in self._made:
            node = self._node
            theirs = SqlLog(f"{card.node}/x/{agreement}", role="mirror")
            ports = ledger.Ports(
                store=node.store,
                book=self._book,
                host=node.host,
                anchor=self._anchor(agreement),
                own=self._log(agreement),
                partner=theirs,
            )
            partner = ledger.PartnerKeys(
                log=[card.log], witness=[card.witness], mirror=[card.mirror]
            )
            self._made[key] = ledger.connect(
                ports,
                (node.settings.node, card.node),
                self._own(),
                partner,
                on_conflict=ledger.conflict_entry(node.host, self._log(None)),
            )
        return self._made[key]
