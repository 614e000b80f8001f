"""Three nations in one process: AUS and JPN with what the two share, and USA, which is a party of
the trilateral agreement and an enrolled outsider of theirs; and, where a test asks for it, GBR, the
fourth party of a version of that agreement made for four.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sealane.adapters.tilelog import LOG_AWAY
from sealane.base.errors import Untrusted
from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.cli.demo.cast import AGREEMENT, PROJECT
from sealane.ledger.log.origins import node_and_name
from sealane.services.exchange import assurance, outbox
from sealane.services.ledgers.pair import Partnership
from sealane.services.node import Node
from sealane.services.recovery import currency
from sealane.services.register import directory, enrolment
from sealane.settings import Settings
from sealane.wiring.site import Site, create_site, open_site
from tests import engines, nations
from tests.clock import Clock
from tests.nations import PASSPHRASE, Line
from tests.nations_log import Peer

TRILATERAL = "aus-jpn-usa-trilateral"
THIRD, FOURTH = "dc.usa.example", "london.gbr.example"
LABEL = {
    **nations.LABEL,
    "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN", "USA"]}],
}


def for_four(data: bytes) -> bytes:
    """The trilateral agreement as four would write it: GBR beside USA, with its own SECRET."""
    text = data.decode()
    party = re.search(r'\[\[party\]\]\nid = "USA"\n.*?\n\]\n', text, flags=re.DOTALL)
    assert party is not None
    fourth = party.group().replace('"USA"', '"GBR"').replace('"usa-', '"gbr-')
    text = text.replace(party.group(), f"{party.group()}\n{fourth}")
    return text.replace('USA = ["SECRET"] }', 'USA = ["SECRET"], GBR = ["SECRET"] }').encode()


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

    def rounds(self, count: int = 1, agreement: str = TRILATERAL) -> None:
        """Rounds of every ledger under an agreement, each pair in both directions; who is down
        neither asks nor answers, and whose word contradicts what it signed ends its round there.
        """
        for _ in range(count):
            for us, site in self.sites.items():
                for them, name, ledgers in site.partnerships():
                    if name == agreement and not {us, them} & self.line.down:
                        with contextlib.suppress(Untrusted):
                            ledgers.round(self.peer(us, them, agreement))

    def peer(self, us: str, them: str, agreement: str = TRILATERAL) -> Peer:
        """Another nation's logs as we reach them, at the address of the one kept with us, as far
        as the line carries.
        """
        if {us, them} & self.line.down:
            raise LOG_AWAY(place=them, why="cut")
        theirs = self.ledgers(us, them, agreement).mirror.log.origin
        return nations.peer(self.sites[them], us, node_and_name(theirs)[1])

    def ledgers(self, us: str, them: str, agreement: str = TRILATERAL) -> Partnership:
        """Our log with another nation, and our mirror of its log with us."""
        (found,) = [
            one
            for party, name, one in self.sites[us].partnerships()
            if (party, name) == (them, agreement)
        ]
        return found

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
    """Readers, a clerk and an assurance at USA and any later nation, and briefings on the
    trilateral agreement there and at JPN, so that what AUS gives to either can be read.
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
    for party in list(three.sites)[2:]:
        _staff(three.line.nodes[party], sato, briefing)


def _staff(node: Node, sato: dict[str, Any], briefing: dict[str, str]) -> None:
    party, here, past, future = (
        node.party,
        node.party.lower(),
        briefing["on"],
        briefing["until"],
    )
    directory.enter_facility(
        node,
        {
            "id": f"{here}.registry",
            "country": party,
            "accredited": {"policy": party, "level": "SECRET"},
            "until": future,
        },
    )
    cleared = {
        **sato["clearances"][0],
        "issuer": party,
        "policy": party,
        "level": "SECRET",
        "sponsor": f"{here}.defence",
    }
    named = {"project": PROJECT, "by": f"{here}.security", "from": past, "until": future}
    for name, duty in (
        ("reader", "reader"),
        ("clerk", "registry-clerk"),
        ("security", "security-officer"),
    ):
        reads = duty == "reader"
        directory.enter(
            node,
            {
                **sato,
                "id": f"{here}.{name}",
                "post": f"{party} {name}",
                "facility": f"{here}.registry",
                "nationality": [party],
                "organisation": f"{here}.defence",
                "organisation_country": party,
                "clearances": [cleared] if reads else [],
                "briefings": [briefing] if reads else [],
                "authorisations": [named] if reads else [],
                "duties": [duty],
            },
        )
    assurance.give(
        node,
        agreement=TRILATERAL,
        area="maritime",
        level="SECRET",
        officer=f"{here}.security",
        until=parse_instant(future),
    )


def build(
    template: Path,
    root: Path,
    clock: Clock,
    written: Callable[[bytes], bytes] = lambda data: data,
    *,
    four: bool = False,
) -> Three:
    """A pair's folders copied, USA made beside them (and GBR), all enrolled with one another."""
    nations.copy_of(template, root)
    line = Line()
    sites = {
        party: open_site(root / party.lower(), PASSPHRASE, host=clock) for party in ("AUS", "JPN")
    }
    for party, name in (("USA", THIRD), ("GBR", FOURTH))[: 2 if four else 1]:
        settings = Settings(
            party=party,
            node=name,
            accept_unverified=True,
            peer_port=0,
            console_port=0,
            database=engines.setting_like(root / "aus"),
        )
        sites[party] = create_site(root / party.lower(), settings, PASSPHRASE, host=clock)
    for party, site in sites.items():
        sites[party] = replace(site, node=replace(site.node, peers=line))
        line.nodes[party] = sites[party].node
    three = Three(root, clock, line, sites)
    for one, other in itertools.permutations(line.nodes.values(), 2):
        enrolment.enrol(one, enrolment.card_statement(other))
    nations.adopted(TRILATERAL, tuple(line.nodes.values()), clock, for_four if four else written)
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
