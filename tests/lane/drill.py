"""Two invented nations in one process: an exercise, with people, facilities and its agreement."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sealane.base.values import DAY, Instant, format_instant
from sealane.labels.model.label import label_from_json
from sealane.services.exchange import arrival, assurance, outbox, release
from sealane.services.node import Node
from sealane.services.opening import open_item
from sealane.services.register import directory, enrolment
from sealane.settings import Settings
from sealane.wiring.site import Site, create_site, open_site
from tests import nations
from tests.clock import Clock

AGREEMENT = "exercise-zza-zzb"
LEVELS = {"ZZA": "EXERCISE EXERCISE EXERCISE OBSIDIAN", "ZZB": "訓練 訓練 訓練 黒曜"}
LABEL = {
    "policy": "ZZA",
    "classification": LEVELS["ZZA"],
    "originator": "ZZA",
    "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["ZZA", "ZZB"]}],
}
STAFF = {
    "author": "originator",
    "release": "release-officer",
    "second": "second-signer",
    "clerk": "registry-clerk",
    "security": "security-officer",
    "auditor": "auditor",
    "reader": "reader",
}
PROJECT = "tide"


@dataclass
class Drill:
    """Both nodes of the exercise, their clock and their line."""

    root: Path
    clock: Clock
    line: nations.Line
    sites: dict[str, Site]

    @property
    def zza(self) -> Node:
        return self.line.nodes["ZZA"]

    @property
    def zzb(self) -> Node:
        return self.line.nodes["ZZB"]

    def close(self) -> None:
        for site in self.sites.values():
            site.dispose()

    def settle(self, rounds: int = 3) -> None:
        for _ in range(rounds):
            for node in self.line.nodes.values():
                outbox.deliver_due(node)
            self.clock.pass_(120)


def build(root: Path, clock: Clock) -> None:
    """Make both nodes from nothing, as nations do."""
    for party in LEVELS:
        settings = Settings(party=party, node=f"node.{party.lower()}.example", exercise=True)
        create_site(root / party.lower(), settings, nations.PASSPHRASE, host=clock).dispose()
    drill = opened(root, clock)
    for one, other in ((drill.zza, drill.zzb), (drill.zzb, drill.zza)):
        enrolment.enrol(one, enrolment.card_statement(other))
    nations.adopted(AGREEMENT, (drill.zza, drill.zzb), clock)
    for node in (drill.zza, drill.zzb):
        people(node)
    assurance.give(
        drill.zzb,
        agreement=AGREEMENT,
        area="maritime",
        level=LEVELS["ZZA"],
        officer="zzb.security",
        until=Instant(clock.now() + 300 * DAY),
    )
    drill.close()


def people(node: Node) -> None:
    """Everybody who is needed, cleared at the top, and the place where they read."""
    party, now = node.party, node.host.now()
    here, level = party.lower(), LEVELS[party]
    past, later = (format_instant(Instant(now + days * DAY)) for days in (-200, 400))
    place = {"policy": party, "level": level}
    directory.enter_facility(
        node, {"id": f"{here}.hall", "country": party, "accredited": place, "until": later}
    )
    clearance = {
        "issuer": party,
        "policy": party,
        "level": level,
        "basis": "assessed",
        "granted": past,
        "expires": later,
        "sponsor": f"{here}.staff",
        "status": "active",
    }
    named = {"project": PROJECT, "by": f"{here}.security", "from": past, "until": later}
    for name, duty in STAFF.items():
        directory.enter(
            node,
            {
                "id": f"{here}.{name}",
                "name": name,
                "name_ja": name,
                "post": name,
                "post_ja": name,
                "facility": f"{here}.hall",
                "nationality": [party],
                "organisation": f"{here}.staff",
                "organisation_country": party,
                "clearances": [clearance],
                "briefings": [{"agreement": AGREEMENT, "on": past, "until": later}],
                "authorisations": [named],
                "roles": [],
                "duties": [duty],
            },
        )


def opened(root: Path, clock: Clock) -> Drill:
    """Both nodes opened over a line of the test's own."""
    line, sites = nations.Line(), {}
    for party in LEVELS:
        site = open_site(root / party.lower(), nations.PASSPHRASE, host=clock)
        sites[party] = replace(site, node=replace(site.node, peers=line))
        line.nodes[party] = sites[party].node
    drill = Drill(root, clock, line, sites)
    clock.before = lambda: rounds(drill)
    return drill


def rounds(drill: Drill) -> None:
    """The shared logs are cosigned by both."""
    for party, site in drill.sites.items():
        other = next(one for one in drill.sites if one != party)
        for _, name, one in site.partnerships():
            one.round(nations.peer(drill.sites[other], party, name))


def share(drill: Drill, **changes: Any) -> str:
    """An item that Aurelia releases to Borea."""
    terms: dict[str, Any] = {
        "label": label_from_json(LABEL),
        "to": ("ZZB",),
        "agreement": AGREEMENT,
        "area": "maritime",
        "purpose": "exercise",
        "purposes": ("exercise",),
        "until": Instant(drill.clock.now() + 100 * DAY),
        "originator": "zza.author",
        "officer": "zza.release",
        "second": "zza.second",
        "project": PROJECT,
        "title": "tide table",
        **changes,
    }
    item = release.release(drill.zza, release.Release(**terms), io.BytesIO(b"tide")).item
    outbox.deliver_due(drill.zza)
    return item


def accepted(drill: Drill, **changes: Any) -> str:
    """The same, once Borea's clerk took it."""
    item = share(drill, **changes)
    arrival.accept(drill.zzb, item, "zzb.clerk")
    drill.settle()
    return item


def read(drill: Drill, item: str, person: str = "zzb.reader") -> bytes:
    sink = io.BytesIO()
    asked = {"purpose": "exercise", "action": "open"}
    open_item.open_item(drill.zzb, item, person=person, sink=sink, **asked)
    return sink.getvalue()
