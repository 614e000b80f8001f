"""Effect of a new agreement version over a registry and a directory, beside asking for every pair;
file life costs.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from typing import Any

from bench.table import Table, median_seconds
from sealane import shipped
from sealane.adapters.cedar import CedarOverlay
from sealane.adapters.policy import policy_root
from sealane.agreements import check, endorsements, signing
from sealane.agreements.diff import diff
from sealane.agreements.parse import parse_agreement
from sealane.base.values import parse_instant
from sealane.crypto.keys import PrivateKey
from sealane.decisions.asked import (
    AskedItem,
    Authorisation,
    Briefing,
    Facility,
    HeldClearance,
    Subject,
)
from sealane.decisions.outlook.effect import brute, effect
from sealane.decisions.outlook.world import Held, PlacedReader, World
from sealane.decisions.overlay import class_facts
from sealane.labels.model.label import Label, label_from_json

DATA = (policy_root() / "agreements" / "jpn-aus-2022.toml").read_bytes()
AT = parse_instant("2026-11-22T00:00:00Z")
PAST, FUTURE = parse_instant("2024-01-01T00:00:00Z"), parse_instant("2028-01-01T00:00:00Z")
AREAS = ["intelligence", "defence", "cyber", "space", "maritime", "energy", "logistics", "health"]
PURPOSES = ["assessment", "operations", "planning", "research"]
LEVELS = {
    "AUS": ["TOP SECRET", "SECRET", "PROTECTED", "OFFICIAL: Sensitive"],
    "JPN": ["機密", "極秘", "特定秘密", "取扱注意"],
}
GRADES = {"AUS": ["Baseline", "NV1", "NV2", "PV"], "JPN": ["特定秘密", "機密", "極秘"]}


class Countries:
    """Releasable To with countries only, expanded the cheapest way."""

    def expand(
        self, tokens: Iterable[str], *, at: int, created: int | None = None
    ) -> frozenset[str]:
        return frozenset(tokens)


class Unchecked:
    """Rules of labels that accept every label."""

    groups = Countries()

    def check(self, _: object) -> None:
        """Silence."""


def newer() -> bytes:
    """The shipped file with a higher ceiling for cyber, a lower one for intelligence and no
    briefing asked.
    """
    text = DATA.decode()
    text = text.replace(
        'name = { en = "Intelligence", ja = "情報" }\nceiling = 4',
        'name = { en = "Intelligence", ja = "情報" }\nceiling = 2',
    )
    return text.replace(
        'name = { en = "Cyber", ja = "サイバー" }\nceiling = 3',
        'name = { en = "Cyber", ja = "サイバー" }\nceiling = 4',
    ).encode()


def labels(rng: random.Random, count: int) -> list[tuple[str, Label]]:
    out = []
    for number in range(count):
        provider = rng.choice(["AUS", "JPN"])
        extra = rng.sample(
            ["USA", "GBR", "CAN", "NZL", "KOR", "IND", "FRA", "DEU", "PHL", "SGP", "IDN", "MYS"],
            number % 11,
        )
        out.append(
            (
                provider,
                label_from_json(
                    {
                        "policy": provider,
                        "classification": rng.choice(LEVELS[provider]),
                        "originator": provider,
                        "categories": [
                            {
                                "tag": "Releasable To",
                                "type": "permissive",
                                "values": ["AUS", "JPN", *extra],
                            }
                        ],
                    }
                ),
            )
        )
    return out


def registry(rng: random.Random, count: int, classes: int, projects: int) -> list[Held]:
    marked = labels(rng, classes)
    out = []
    for number in range(count):
        provider, label = marked[rng.randrange(classes)]
        out.append(
            Held(
                AskedItem(
                    id=f"item-{number}",
                    area=AREAS[len(label.classification) % 3 if number % 7 else number % 8],
                    kind="file",
                    provider=provider,
                    purposes=frozenset([PURPOSES[number % 4]]),
                    released_to=frozenset(["AUS", "JPN"]),
                    recalled=False,
                    project=f"project-{rng.randrange(projects)}",
                    until=FUTURE,
                    originator="o",
                    release_officer="r",
                    second_signer="s",
                    joint_committee_ref=None,
                ),
                label,
            )
        )
    return out


def directory(rng: random.Random, count: int, projects: int) -> list[PlacedReader]:
    out = []
    for number in range(count):
        state = rng.choice(["AUS", "JPN"])
        named = tuple(
            Authorisation(
                item=None,
                project=f"project-{rng.randrange(projects)}",
                by="x",
                since=PAST,
                until=FUTURE,
            )
            for _ in range(5)
        )
        subject = Subject(
            id=f"person-{number}",
            nationality=frozenset([state, rng.choice(["GBR", state])]),
            organisation="o",
            organisation_country=state,
            authorisations=named,
            roles=frozenset(),
            duties=frozenset(),
            clearances=(
                HeldClearance(
                    issuer=state,
                    policy=state,
                    level=rng.choice(GRADES[state]),
                    basis="assessed",
                    granted=PAST + number,
                    expires=FUTURE + number,
                    sponsor="s",
                    status="active",
                ),
            ),
            briefings=(Briefing(agreement="jpn-aus-2022", on=PAST, until=FUTURE + number),),
        )
        accredited = rng.choice({"AUS": ["TOP SECRET", "SECRET"], "JPN": ["機密", "極秘"]}[state])
        out.append(
            PlacedReader(
                subject,
                Facility(id="f", country=state, policy=state, level=accredited, until=FUTURE),
            )
        )
    return out


def tables() -> Iterable[Table]:
    yield effects()
    yield files()
    yield overlays()


def effects() -> Table:
    old, new = parse_agreement(DATA), parse_agreement(newer())
    world = World(
        agreements=shipped.agreements(),
        schemes=Unchecked(),
        accepted=True,
        at=AT,
    )
    table = Table(
        "Effect of a new version: which items become readable by whom",
        [
            "items",
            "people",
            "label classes",
            "seconds",
            "pairs that change",
            "every pair asked (estimate), s",
        ],
        note=(
            "Aim: 100,000 items and 5,000 people in 2 s. The last column is `decide` for both"
            " versions on a sample of pairs, scaled; the test suite holds the two answers equal."
        ),
    )
    for count, people, classes in (
        (10_000, 5_000, 500),
        (100_000, 5_000, 500),
        (100_000, 5_000, 5_000),
        (1_000_000, 5_000, 5_000),
    ):
        rng = random.Random(count + classes)
        things, readers = registry(rng, count, classes, 200), directory(rng, people, 200)
        started = time.perf_counter()
        found = effect(old, new, things, readers, world)
        took = time.perf_counter() - started
        pairs = sum(len(block.items) * len(block.readers) for block in (*found.gained, *found.lost))
        started = time.perf_counter()
        brute(old, new, rng.sample(things, 60), rng.sample(readers, 60), world)
        naive = (time.perf_counter() - started) / 3600 * count * people
        table.rows.append(
            [
                f"{count:,}",
                f"{people:,}",
                f"{classes:,}",
                f"{took:.2f}",
                f"{pairs:,}",
                f"{naive:,.0f}",
            ]
        )
    return table


def files() -> Table:
    agreement = parse_agreement(DATA)
    keys = {party: [PrivateKey.generate(alg) for alg in signing.SUITES] for party in ("AUS", "JPN")}
    public = {party: [key.public for key in held] for party, held in keys.items()}
    paper = signing.Paper.of(agreement, DATA)
    beside: bytes | None = None
    for party, held in keys.items():
        beside = endorsements.add(
            beside, signing.endorse(paper, party=party, at=AT, signers=held), paper
        )
    other = parse_agreement(newer())
    work: list[tuple[str, Any]] = [
        ("parse and check the file's own rules", lambda: parse_agreement(DATA)),
        ("lint", lambda: check.lint(agreement)),
        ("compare two versions, article by article", lambda: diff(agreement, other)),
        (
            "sign, both suites",
            lambda: signing.endorse(paper, party="AUS", at=AT, signers=keys["AUS"]),
        ),
        ("verify both parties, both suites", lambda: endorsements.examine(beside, paper, public)),
    ]
    table = Table(f"An agreement's file ({len(DATA):,} bytes)", ["work", "ms"])
    for name, action in work:
        table.rows.append([name, f"{median_seconds(action, runs=5) * 1000:.1f}"])
    return table


def overlays() -> Table:
    """A nation's Cedar overlay: what the engine costs, and what asking once per label class leaves
    of it.
    """
    text = "\n".join(
        f'@id("rule-{number}") @en("x") @ja("条") forbid(principal, action, resource) when '
        f'{{ context.area == "area-{number}" && context.caveats.contains("Caveat:C{number}") }};'
        for number in range(20)
    )
    overlay = CedarOverlay("AUS", text)
    _, label = labels(random.Random(1), 1)[0]
    facts = [
        class_facts(
            label,
            action="release",
            agreement="jpn-aus-2022",
            provider="AUS",
            recipient="JPN",
            area=f"other-{number}",
            purpose="assessment",
        )
        for number in range(500)
    ]
    started = time.perf_counter()
    for one in facts:
        overlay.forbids(one)
    first = (time.perf_counter() - started) / len(facts)
    again = median_seconds(lambda: overlay.forbids(facts[0]), runs=5, calls=2000)
    table = Table("National overlay in Cedar (20 forbids)", ["ask", "microseconds"])
    table.rows += [
        ["a label class for the first time (cedarpy)", f"{first * 1e6:.0f}"],
        ["a label class again", f"{again * 1e6:.2f}"],
    ]
    return table
