"""Three nations in one process: AUS and JPN with what the two share, and USA, which is a party of
the trilateral agreement and an enrolled outsider of theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.applications import Starlette

from sealane.adapters.tilelog import LOG_AWAY
from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.cli.demo.cast import AGREEMENT, PROJECT
from sealane.http.log import routes
from sealane.services.exchange import assurance, outbox
from sealane.services.node import Node
from sealane.services.recovery import currency
from sealane.services.register import directory, enrolment
from sealane.settings import Settings
from sealane.wiring.site import Site, create_site, open_site
from tests import nations
from tests.clock import Clock
from tests.nations import PASSPHRASE, Line
from tests.nations_log import Peer

TRILATERAL = "aus-jpn-usa-trilateral"
THIRD = "dc.usa.example"
LABEL = {
    **nations.LABEL,
    "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN", "USA"]}],
}


@dataclass
class Three:
    """The three nodes, their clock and their line."""

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

    @property
    def usa(self) -> Node:
        return self.line.nodes["USA"]

    def peer(self, party: str, other: str, agreement: str) -> Peer:
        """Another nation's log door, as far as the line carries."""
        if {party, other} & self.line.down:
            raise LOG_AWAY(place=other, why="cut")
        return Peer(Starlette(routes=routes(self.sites[other].board)), agreement)

    def rounds(self, count: int = 1) -> None:
        """Rounds of the log that AUS and JPN share."""
        for _ in range(count):
            for party, other in (("AUS", "JPN"), ("JPN", "AUS")):
                for partner, name, one in self.sites[party].partnerships():
                    if (partner, name) == (other, AGREEMENT):
                        assert one.round(self.peer(party, other, name)).waiting == ()

    def ask(self, party: str) -> currency.Enquiry:
        """Let a node ask its last signed heads and its partners whether it is the newest."""
        site = self.sites[party]
        ledgers = currency.Ledgers(
            internal=site.internal,
            partnerships=site.partnerships(),
            peer=lambda other, agreement: self.peer(party, other, agreement),
        )
        return currency.ask(self.line.nodes[party], ledgers)

    def settle(self, rounds: int = 3) -> None:
        """Let all outboxes work, turning the clock past their first waits."""
        for _ in range(rounds):
            for node in self.line.nodes.values():
                outbox.deliver_due(node)
            self.clock.pass_(70)

    def close(self) -> None:
        for site in self.sites.values():
            site.dispose()


def opened(root: Path, clock: Clock) -> Three:
    """The three nodes opened over the line; as after a restart."""
    line = Line()
    sites = {}
    for party in ("AUS", "JPN", "USA"):
        site = open_site(root / party.lower(), PASSPHRASE, host=clock)
        sites[party] = replace(site, node=replace(site.node, peers=line))
        line.nodes[party] = sites[party].node
    return Three(root, clock, line, sites)


def reopened(three: Three) -> Three:
    """The same three folders after all three processes ended, with a new line between them."""
    three.close()
    three.clock.at = lambda _: None
    return opened(three.root, three.clock)


def staff(three: Three) -> None:
    """Readers, a clerk and an assurance at USA, and briefings on the trilateral agreement there and
    at JPN, so that what AUS gives to either can be read.
    """
    now = three.clock.now()
    past, future = (
        format_instant(Instant(now - 100 * DAY)),
        format_instant(Instant(now + 300 * DAY)),
    )
    briefing = {"agreement": TRILATERAL, "on": past, "until": future}
    with three.jpn.store.reading() as tx:
        sato = three.jpn.person(tx, "jpn.sato")
    directory.enter(three.jpn, {**sato, "briefings": [*sato["briefings"], briefing]})
    directory.enter_facility(
        three.usa,
        {
            "id": "usa.registry",
            "country": "USA",
            "accredited": {"policy": "USA", "level": "SECRET"},
            "until": future,
        },
    )
    cleared = {
        **sato["clearances"][0],
        "issuer": "USA",
        "policy": "USA",
        "level": "SECRET",
        "sponsor": "usa.defence",
    }
    named = {"project": PROJECT, "by": "usa.security", "from": past, "until": future}
    for name, duty in (
        ("reader", "reader"),
        ("clerk", "registry-clerk"),
        ("security", "security-officer"),
    ):
        reads = duty == "reader"
        directory.enter(
            three.usa,
            {
                **sato,
                "id": f"usa.{name}",
                "post": f"U.S. {name}",
                "facility": "usa.registry",
                "nationality": ["USA"],
                "organisation": "usa.defence",
                "organisation_country": "USA",
                "clearances": [cleared] if reads else [],
                "briefings": [briefing] if reads else [],
                "authorisations": [named] if reads else [],
                "duties": [duty],
            },
        )
    assurance.give(
        three.usa,
        agreement=TRILATERAL,
        area="maritime",
        level="SECRET",
        officer="usa.security",
        until=parse_instant(future),
    )


def build(
    template: Path,
    root: Path,
    clock: Clock,
    written: Callable[[bytes], bytes] = lambda data: data,
) -> Three:
    """A pair's folders copied, USA made beside them, all enrolled with one another."""
    nations.copy_of(template, root)
    settings = Settings(
        party="USA", node=THIRD, accept_unverified=True, peer_port=0, console_port=0
    )
    line = Line()
    sites = {
        party: open_site(root / party.lower(), PASSPHRASE, host=clock) for party in ("AUS", "JPN")
    }
    sites["USA"] = create_site(root / "usa", settings, PASSPHRASE, host=clock)
    for party, site in sites.items():
        sites[party] = replace(site, node=replace(site.node, peers=line))
        line.nodes[party] = sites[party].node
    three = Three(root, clock, line, sites)
    for node in (three.aus, three.jpn):
        enrolment.enrol(node, enrolment.card_statement(three.usa))
        enrolment.enrol(three.usa, enrolment.card_statement(node))
    nations.adopted(TRILATERAL, (three.aus, three.jpn, three.usa), clock, written)
    for agreement in (AGREEMENT, TRILATERAL):
        assurance.give(
            three.jpn,
            agreement=agreement,
            area="maritime",
            level="SECRET",
            officer="jpn.security",
            until=Instant(clock.now() + 300 * DAY),
        )
    return three
