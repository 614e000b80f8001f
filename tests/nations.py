"""Two nations in one process: real folders, databases, keys and ledgers, a clock we turn and a
network we spoil.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp

from sealane import shipped
from sealane.adapters.nodefolder import load as load_folder
from sealane.adapters.records import SqlRecords, open_stored
from sealane.adapters.seats import seat_of
from sealane.adapters.tilelog import LOG_AWAY
from sealane.agreements import endorsements, signing
from sealane.agreements.parse import parse_agreement
from sealane.base.errors import Unavailable
from sealane.base.values import DAY, Instant
from sealane.cli.demo.cast import AGREEMENT, PROJECT, cast
from sealane.http import wall
from sealane.labels.model.label import label_from_json
from sealane.ports import Log
from sealane.registry.person_proof import PersonProof
from sealane.registry.records import Given
from sealane.services import dispatch
from sealane.services.dialogue import alarms
from sealane.services.exchange import arrival, assurance, outbox, release
from sealane.services.node import Node
from sealane.services.opening import open_item
from sealane.services.recovery import currency
from sealane.services.register import directory, enrolment
from sealane.services.register.acts import Actor
from sealane.settings import Settings
from sealane.wiring import doors
from sealane.wiring.site import Site, create_site, open_site
from tests import engines
from tests.clock import Clock, in_days, now
from tests.nations_log import Peer

PASSPHRASE = b"correct horse battery"
LABEL = {
    "policy": "AUS",
    "classification": "SECRET",
    "originator": "AUS",
    "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}],
}
AWAY = Unavailable  # what a dead line raises
NAMES = {"AUS": "canberra.aus.example", "JPN": "tokyo.jpn.example"}


class Line:
    """The network between the nodes: `down` parties do not answer, `mangle` changes what passes,
    `twice` repeats it.
    """

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.down: set[str] = set()
        self.mangle: Callable[[bytes], bytes] = lambda data: data
        self.mangle_container: Callable[[bytes], bytes] = lambda data: data
        self.lose_answers = False
        self.twice = False

    def say(self, party: str, statement: bytes) -> bytes:
        node = self._there(party)
        answer = dispatch.answer(node, self.mangle(statement))
        if self.twice:
            assert dispatch.answer(node, statement) == answer
        return self._back(party, answer)

    def offer(self, party: str, statement: bytes, container: Any) -> bytes:
        node = self._there(party)
        data = self.mangle_container(container.read())
        hook = alarms.arrival_mismatched
        answer = arrival.receive(node, self.mangle(statement), io.BytesIO(data), mismatched=hook)
        if self.twice:
            assert arrival.receive(node, statement, io.BytesIO(data), mismatched=hook) == answer
        return self._back(party, answer)

    def _there(self, party: str) -> Node:
        from sealane.adapters.peers import PARTNER_AWAY

        if party in self.down:
            raise PARTNER_AWAY(party=party, why="cut")
        return self.nodes[party]

    def _back(self, party: str, answer: bytes) -> bytes:
        from sealane.adapters.peers import PARTNER_AWAY

        if self.lose_answers:
            raise PARTNER_AWAY(party=party, why="answer lost")
        return answer


@dataclass
class Pair:
    """Both nodes, their clock and their line."""

    root: Path
    clock: Clock
    line: Line
    sites: dict[str, Site]

    @property
    def aus(self) -> Node:
        return self.line.nodes["AUS"]

    @property
    def jpn(self) -> Node:
        return self.line.nodes["JPN"]

    def close(self) -> None:
        for site in self.sites.values():
            site.dispose()

    def rounds(self, count: int = 1) -> None:
        """Rounds of the shared ledger, both ways; a party that is down neither asks nor answers."""
        for _ in range(count):
            for party, site in self.sites.items():
                other = next(one for one in self.sites if one != party)
                if not {party, other} & self.line.down:
                    for _, name, one in site.partnerships():
                        if name == AGREEMENT:
                            assert one.round(peer(self.sites[other], party, name)).waiting == ()

    def ledgers(self, party: str) -> currency.Ledgers:
        """A node's own logs, and its partners' doors as far as the line carries."""

        def peer(other: str, agreement: str) -> Peer:
            if {party, other} & self.line.down:
                raise LOG_AWAY(place=other, why="cut")
            return peer_of(self, other, agreement)

        site = self.sites[party]
        return currency.Ledgers(internal=site.internal, partnerships=site.partnerships(), peer=peer)

    def ask(self, party: str) -> currency.Enquiry:
        """Let a node ask its last signed heads and its partners whether it is the newest."""
        return currency.ask(self.line.nodes[party], self.ledgers(party))

    def settle(self, rounds: int = 6) -> None:
        """Let both outboxes work until nothing is due, turning the clock past every wait."""
        for _ in range(rounds):
            for node in (self.aus, self.jpn):
                outbox.deliver_due(node)
            self.clock.pass_(120)


def peer(site: Site, caller: str, name: str) -> Peer:
    """The logs of a node as a partner reaches them: its door, asked by this caller."""
    return Peer(door(site, caller), name)


def door(site: Site, caller: str) -> ASGIApp:
    """Everything at a node's door for partners, as this enrolled one reaches it."""

    async def called(scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})[wall.PARTNER] = caller
        await inner(scope, receive, send)

    inner = Starlette(routes=doors.for_partners(site))
    return called


def log_of(node: Node, agreement: str | None, partner: str | None = None) -> Log:
    """A node's log of what it does with a partner under an agreement, AUS and JPN with one another;
    the internal one for None.
    """
    if agreement is None:
        return node.internal
    with node.store.reading() as tx:
        return node.shared_log(tx, agreement, partner or other(node.party))


def two(first: str | None, second: str | None) -> Actor:
    """Two people by their names, as an embedded node takes them."""
    beside = None if second is None else Actor(second)
    return Actor(first, PersonProof.KEYSTORE if first is None else PersonProof.UNPROVEN, beside)


def other(party: str) -> str:
    """The other of the two."""
    return "JPN" if party == "AUS" else "AUS"


def peer_of(pair: Pair, party: str, agreement: str) -> Peer:
    """The logs of one nation's node as the other reaches them."""
    return peer(pair.sites[party], other(party), agreement)


def renewed(data: bytes) -> bytes:
    """An agreement as it would be written today: what it retires some day is used a year more."""
    return re.sub(rb'(?m)^last_use = ".+"$', f'last_use = "{in_days(365)}"'.encode(), data)


def build_live(root: Path, engine: str = "sqlite") -> None:
    """As `build`, in the machine's time, for nodes that are processes of their own."""
    build(root, Clock(now()), engine, written=renewed)


def build(
    root: Path,
    clock: Clock,
    engine: str = "sqlite",
    *,
    written: Callable[[bytes], bytes] = lambda data: data,
    database: Callable[[], str] | None = None,
    port: Callable[[], int] = lambda: 0,
) -> None:
    """Make both nodes from nothing: cards, agreements signed by both, staff, assurance.

    Args:
        database: gives each node the setting for its own, instead of one of the engine's.
        port: gives one for each door; 0: any that is free now.
    """
    sites = {}
    for party, name in NAMES.items():
        settings = Settings(
            party=party,
            node=name,
            accept_unverified=True,
            peer_port=port(),
            console_port=port(),
            database=database() if database else engines.setting(engine),
        )
        sites[party] = create_site(root / party.lower(), settings, PASSPHRASE, host=clock)
    pair = opened(root, clock)
    for one, other in ((pair.aus, pair.jpn), (pair.jpn, pair.aus)):
        enrolment.enrol(one, enrolment.card_statement(other))
    for name in ("jpn-aus-2012-isa", AGREEMENT):
        adopted(name, (pair.aus, pair.jpn), clock, written)
    staff(pair)
    pair.close()
    for site in sites.values():
        site.dispose()


def staff(pair: Pair) -> None:
    """People with clearances, briefings and authorisations as of now, and Japan's assurance."""
    for party, entered in cast(pair.clock.now()).items():
        node = pair.line.nodes[party]
        for place in entered["facilities"]:
            directory.enter_facility(node, place)
        for person in entered["people"]:
            directory.enter(node, person)
    assurance.give(
        pair.jpn,
        agreement=AGREEMENT,
        area="maritime",
        level="SECRET",
        officer="jpn.security",
        until=Instant(pair.clock.now() + 300 * DAY),
    )


def adopted(
    name: str,
    nodes: Sequence[Node],
    clock: Clock,
    written: Callable[[bytes], bytes] = lambda data: data,
) -> None:
    """A shipped agreement signed by these nodes' nations and adopted by each of them."""
    path = shipped.agreement_file(name)
    assert path is not None
    data = written(path.read_bytes())
    paper = signing.Paper.of(parse_agreement(data), data)
    beside = None
    for node in nodes:
        authority = next(one for one in paper.signatories if one.party == node.party).authority
        beside = endorsements.add(
            beside,
            signing.endorse(
                paper,
                party=node.party,
                authority=authority,
                at=clock.now(),
                signers=node.keys.signers("statement"),
            ),
            paper,
        )
    assert beside is not None
    for node in nodes:
        enrolment.adopt(node, data, beside)


def opened(root: Path, clock: Clock) -> Pair:
    """Both nodes opened over the line; as after a restart."""
    line = Line()
    sites = {}
    for party in NAMES:
        site = open_site(root / party.lower(), PASSPHRASE, host=clock)
        sites[party] = replace(site, node=replace(site.node, peers=line))
        line.nodes[party] = sites[party].node
    pair = Pair(root, clock, line, sites)
    clock.before = pair.rounds
    return pair


def copy_of(template: Path, root: Path) -> Path:
    """The folders of a template, which take their copies for the newest of themselves."""
    shutil.copytree(template, root)
    engines.copied(root)
    for settings in root.rglob("node.toml"):
        reseated(settings.parent)
    return root


def reseated(folder: Path) -> None:
    """Let a copied folder take itself for the newest, as one does on a disk that was set back as a
    whole while the machine ran.
    """
    seat = seat_of(folder, load_folder(folder))
    store = open_stored(folder)
    assert store is not None
    with store.writing() as tx:
        SqlRecords().currency.change(tx, {"id": "node"}, seat=seat.take(tx), state="current")
    store.engine.dispose()


def given(node: Node, item: str, to: str = "JPN") -> Given:
    """An item as a party has it, by a node's register."""
    with node.store.reading() as tx:
        return node.given(tx, item, to)


def wanted(node: Node, **changes: Any) -> release.Release:
    """The release most tests ask for: SECRET, maritime, with a second signer; `to` is one party or
    several.
    """
    terms: dict[str, Any] = {
        "label": label_from_json(LABEL),
        "to": "JPN",
        "agreement": AGREEMENT,
        "area": "maritime",
        "purpose": "assessment",
        "purposes": ("assessment", "planning"),
        "until": Instant(node.host.now() + 100 * DAY),
        "originator": "aus.analyst",
        "officer": "aus.release",
        "second": "aus.second",
        "project": PROJECT,
        "title": "t",
        "reference": "r-1",
    }
    terms |= changes
    if isinstance(terms["to"], str):
        terms["to"] = (terms["to"],)
    return release.Release(**terms)


def share(pair: Pair, data: bytes = b"harbour", **changes: Any) -> str:
    item = release.release(pair.aus, wanted(pair.aus, **changes), io.BytesIO(data)).item
    outbox.deliver_due(pair.aus)
    return item


def read(pair: Pair, item: str, person: str = "jpn.sato", purpose: str = "assessment") -> bytes:
    sink = io.BytesIO()
    open_item.open_item(pair.jpn, item, person=person, purpose=purpose, action="open", sink=sink)
    return sink.getvalue()
