"""A node opened in its folder, or made in a new one: keys, database, logs, partners' addresses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sealane import shipped
from sealane.adapters import logs, nodefolder, operatorpolicy, ownissuer
from sealane.adapters.blob_places import open_blobs
from sealane.adapters.cedar import read_overlay
from sealane.adapters.host import SystemHost
from sealane.adapters.keys import NodeKeys
from sealane.adapters.reading.reader import ChildContents
from sealane.adapters.records import SqlRecords, SqlStore, require_vacant
from sealane.adapters.seats import seat_of
from sealane.adapters.tables import open_database
from sealane.adapters.tls import Identity, door_certificates
from sealane.adapters.wake import FolderWake, RingingStore
from sealane.adapters.witness_book import SqlWitness
from sealane.agreements.loaded import Agreements
from sealane.base import canonical
from sealane.base.errors import Misconfigured, declare
from sealane.base.values import format_instant
from sealane.decisions.overlay import Overlay
from sealane.ports import Host, LogPeer, Wake
from sealane.protocol.trust import NationalIssuer
from sealane.registry.domain import ExportDomain, read_domains
from sealane.services.bound_rows import BoundRows
from sealane.services.leadership import FencedStore
from sealane.services.ledgers.pair import Partnership
from sealane.services.ledgers.publisher import Publisher, marks
from sealane.services.node import Node
from sealane.services.recovery import currency
from sealane.services.register import agreement_life, founding, renewal
from sealane.services.register.own_cards import OwnCards
from sealane.services.statements.journal import record
from sealane.settings import SQLITE, Settings
from sealane.wiring.agreement_logs import AgreementLogs, Logs, last_heads
from sealane.wiring.cards import address, first_card, note_seen
from sealane.wiring.machines import follow, require_files, tell_files, tell_keys
from sealane.wiring.partner_line import DeferredPeers

if TYPE_CHECKING:
    from sealane.http.log import Board

SECRET = "session/secret"  # noqa: S105 - the name of a key
"""The key by which tickets, invitations and bound rows are told for this node's own."""
logger = logging.getLogger("sealane")

NOT_A_LEVEL = declare(
    "settings.not_a_level",
    Misconfigured,
    "accredited = {level!r} in node.toml is no level of {party}'s scheme.",
    "node.toml の accredited = {level!r} は、{party} の方式の区分ではありません。",
    "Name one of: {known}.",
    "次のいずれかを指定してください：{known}。",
)


@dataclass(frozen=True, slots=True)
class Site:
    """A node opened in its folder, with what its process needs beside the use cases."""

    node: Node
    folder: Path
    cards: OwnCards
    """This node's cards, as they are on record now."""
    partnerships: Callable[[], list[tuple[str, str, Partnership]]]
    """Partner, agreement and their two logs, as enrolled now."""
    board: Callable[[str], Board | None]
    peer: Callable[[str, str], LogPeer]
    publisher: Callable[[], Publisher]
    """Signs the log that is never shared, with the keys that are the newest now."""
    issuer: NationalIssuer | None
    """The nation's own token issuer, where its operator signed one."""
    secret: bytes
    cut: Callable[[], None]
    """End the calls to partners that are under way."""
    dispose: Callable[[], None]
    keys: NodeKeys
    wake: Wake
    """Rung by every record that this site makes, if it does not lead."""

    @property
    def internal(self) -> Publisher:
        """What signs the log that is never shared."""
        return self.publisher()

    @property
    def identity(self) -> Identity:
        """The certificate that the partners' door shows now, with its key."""
        return nodefolder.identity(self.cards.served().tls, self.keys)

    def ledgers(self) -> currency.Ledgers:
        """The node's own logs and who can be asked about them, as enrolled now."""
        return currency.Ledgers(
            internal=self.internal, partnerships=self.partnerships(), peer=self.peer
        )


def create_site(
    folder: Path,
    settings: Settings,
    passphrase: bytes,
    *,
    founders: Sequence[str] = (),
    host: Host | None = None,
) -> Site:
    """Make a new node with its first people. Raises: Misconfigured `node.exists`, `keystore.*`,
    `db.*`; Malformed `node.founders`.
    """
    founding.require_founders(founders, production=settings.profile == "production")
    host = host or SystemHost()
    require_level(settings)
    require_vacant(settings)
    settings, keys = nodefolder.create(folder, settings, passphrase, host)
    policy = operatorpolicy.sign(
        folder, settings, keys.signers("statement"), format_instant(host.now())
    )
    site = assemble(folder, settings, keys, host)
    node = site.node
    with node.store.writing() as tx:
        currency.sit_down(node, tx)
        record(node, tx, "log.opened", origin=settings.internal_origin)
        record(node, tx, "settings.changed", record=canonical.sha384(policy))
        for key in keys.inventory():
            role, kid, until = key["role"], key["kid"], key["until"]
            record(node, tx, "key.born", suite=key["alg"], role=role, kid=kid, until=until)
        renewal.begin(node, tx)
        tell_keys(settings, node.records, tx, keys, host)
        tell_files(folder, settings, node.records, tx, host)
    founding.found(node, founders)
    return site


def open_site(
    folder: str | Path,
    passphrase: bytes,
    *,
    host: Host | None = None,
    roles: Collection[str] | None = None,
) -> Site:
    """Open a node's folder. Raises: Misconfigured `node.missing`, `keystore.sealed`,
    `settings.policy_unsigned`, `db.older`, `db.newer`, `db.unfinished`.

    Args:
        roles: the keys that the process needs; it holds no others. None: all of them.
    """
    folder, host = Path(folder), host or SystemHost()
    settings = nodefolder.load(folder)
    logs.begin_once()
    require_level(settings)
    keys = nodefolder.open_keys(folder, settings, passphrase)
    with ExitStack() as opened:
        store = None
        if settings.database != SQLITE:
            store = open_database(folder, settings)
            opened.callback(store.engine.dispose)
            follow(keys, store, host)
        operatorpolicy.require(folder, settings, keys.publics("statement"))
        if store is not None:
            require_files(folder, store, host, settings)
        if roles is not None:
            keys = keys.only(roles)
        for place in nodefolder.keep_private(folder, settings):
            logger.warning("folder.open_to_others", extra={"place": place})
        site = assemble(folder, settings, keys, host, store=store)
        currency.heed_heads(site.node, last_heads(folder, settings))
        opened.pop_all()
    return site


@contextmanager
def opened_site(folder: Path, passphrase: bytes, *, host: Host | None = None) -> Iterator[Site]:
    """The same for the length of one act. Raises: as `open_site`."""
    site = open_site(folder, passphrase, host=host)
    try:
        yield site
    finally:
        site.dispose()


def assemble(
    folder: Path,
    settings: Settings,
    keys: NodeKeys,
    host: Host,
    held: Callable[[Any], None] | None = None,
    *,
    store: SqlStore | None = None,
) -> Site:
    """Join a node's parts, once its settings are trusted and its keys are open.

    Args:
        held: what every transaction that writes begins with, for the process that leads, whose keys
            stay open when the site is left; None for every other, whose records wake the leader.
        store: the database, for who opened it whatever its age; else it is of this program's age.
    Raises: Misconfigured `db.*`; as `open_store`.
    """
    opened, records = store or open_database(folder, settings), SqlRecords()
    book, wake, logs = SqlWitness(), _wake(folder, settings), Logs(settings)
    bound = BoundRows(secret := keys.private(SECRET), logs.internal)
    cards = OwnCards(opened, records, bound, host, first_card(folder, settings, keys))
    peers = _line(keys, lambda: node)
    node = Node(
        settings=settings,
        host=host,
        store=RingingStore(opened, wake) if held is None else FencedStore(opened, held),
        records=records,
        blobs=open_blobs(folder, settings),
        keys=keys,
        peers=peers,
        log=logs.log,
        agreements=_held_agreements(records, bound.holds),
        card=cards.first,
        cards=cards,
        proven=lambda tx, origin: marks(tx, logs.log(origin), book),
        contents=ChildContents(),
        **_signed(folder, settings),
        **_policy(settings),
        bound=bound,
        seat=seat_of(folder, settings),
        doors=lambda: door_certificates(settings),
    )
    agreement_logs = AgreementLogs(node, book, folder, logs)
    return Site(
        node=node,
        folder=folder,
        cards=cards,
        partnerships=agreement_logs.all,
        board=agreement_logs.board,
        peer=agreement_logs.peers(peers.log_peer),
        publisher=agreement_logs.internal,
        issuer=ownissuer.load(folder, settings, keys.publics("statement")),
        secret=secret,
        cut=peers.close,
        dispose=_each(peers.close, wake.close, opened.engine.dispose, *_closing(keys, held)),
        keys=keys,
        wake=wake,
    )


def _signed(folder: Path, settings: Settings) -> dict[str, Any]:
    """What the operator signed beside the settings: the nation's own forbids, and its domains."""
    return {"overlays": _overlays(folder, settings), "domains": _domains(folder, settings)}


def _policy(settings: Settings) -> dict[str, Any]:
    """What ships as data: schemes and clearance regimes, of real nations or of invented ones, and
    kinds of case.
    """
    return {
        "schemes": shipped.schemes(exercise=settings.exercise),
        "regimes": shipped.regimes(exercise=settings.exercise),
        "case_kinds": shipped.case_kinds(),
        "printed_forms": shipped.printed_forms(),
    }


def _line(keys: NodeKeys, node: Callable[[], Node]) -> DeferredPeers:
    """The lines to partners, by the certificates that are known at either side now."""
    return DeferredPeers(
        lambda party: address(node(), keys, party),
        lambda party, shown: note_seen(node(), party, shown),
    )


def _wake(folder: Path, settings: Settings) -> Wake:
    """How the processes of a node wake one another. Raises: Misconfigured `wake.no_client`."""
    file = folder / nodefolder.LOCK
    if not settings.wake:
        return FolderWake(file)
    from sealane.adapters.nats_wake import NatsWake  # brings its client, which few nodes have

    return NatsWake(file, settings.wake, settings.node, settings.wake_credentials_file)


def _each(*parts: Callable[[], object]) -> Callable[[], None]:
    def ended() -> None:
        for part in parts:
            part()

    return ended


def _closing(keys: NodeKeys, held: object | None) -> tuple[Callable[[], object], ...]:
    """Who leads has its keys from the process, which goes on."""
    return (keys.close,) if held is None else ()


def require_level(settings: Settings) -> None:
    """The accreditation, and the mark of lists of people, name a level of the nation's own scheme,
    or none. Raises: Misconfigured `settings.not_a_level`.
    """
    scheme = shipped.schemes(exercise=settings.exercise).get(settings.party)
    for level in filter(None, (settings.accredited, settings.people_mark)):
        if scheme is None or scheme.level(level) is None:
            known = () if scheme is None else (each.name for each in scheme.levels)
            raise NOT_A_LEVEL(level=level[:40], party=settings.party, known=", ".join(known) or "-")


def _overlays(folder: Path, settings: Settings) -> tuple[Overlay, ...]:
    """The nation's own forbids, where its operator signed some."""
    text = operatorpolicy.overlay(folder, settings)
    if text is None:
        return ()
    return (read_overlay(settings.party, text),)


def _domains(folder: Path, settings: Settings) -> Mapping[str, ExportDomain]:
    """The domains that the nation signed; where it signed none, those that ship in the embedded
    profile, and none in production.
    """
    signed = operatorpolicy.domains(folder, settings)
    if signed is not None:
        return read_domains(signed, settings.party, shipped.schemes())
    return {} if settings.profile == "production" else shipped.domains(settings.party)


def _held_agreements(
    records: SqlRecords, entered: agreement_life.Entered
) -> Callable[[Any], Agreements]:
    """Agreements as this node holds them now; parsed again only when one changed."""
    parsed: dict[int, Agreements] = {}

    def held(tx: Any) -> Agreements:
        serial = records.serials.get(tx, name=agreement_life.HELD)
        version = 0 if serial is None else int(serial.last)
        if version not in parsed:
            agreements = Agreements(agreement_life.held(records, tx, entered))
            parsed.clear()
            parsed[version] = agreements
        return parsed[version]

    return held
