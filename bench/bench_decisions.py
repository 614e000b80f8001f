"""Decisions: one, from JSON to JSON, by the batch, and over registries and directories; Cedar and
the oracle beside.
"""

from __future__ import annotations

import io
import json
import random
import time
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

import cedarpy
from tests import cases, oracle

from bench import cedar_policies
from bench.table import Table, median_seconds
from sealane import shipped
from sealane.agreements.parse import scenario_requests
from sealane.base.values import parse_instant
from sealane.decisions.asked import Request
from sealane.decisions.decide import decide
from sealane.decisions.outlook.holdings import Holdings, ItemClass
from sealane.decisions.outlook.preview import Reader, who_can
from sealane.decisions.request import request_from_bytes
from sealane.decisions.words import Words
from sealane.labels.model.label import RELEASABLE_TO, Category, Label

NAME = "jpn-aus-2022"
CLASSES = 5_000


def tables() -> Iterable[Table]:
    yield one_decision()
    yield from_json()
    yield registries()
    yield directory()


def opening() -> dict[str, Any]:
    scenarios = scenario_requests(shipped.agreements()[NAME])
    return next(
        request for one, request in scenarios if one.base == "open" and one.expect == "permit"
    )


def refused() -> dict[str, Any]:
    request = opening()
    request["purpose"] = "training"
    request["facility"]["accredited"]["level"] = "取扱注意"
    return request


def parsed(value: dict[str, Any]) -> Request:
    return request_from_bytes(json.dumps(value, ensure_ascii=False).encode())


def one_decision() -> Table:
    agreements, schemes = shipped.agreements(), shipped.schemes()
    policies = cedarpy.PolicySet.from_str(cedar_policies.POLICIES)
    entities = cedarpy.Entities.from_json_str(cedar_policies.entities())
    table = Table(
        "One decision on parsed facts, with every unmet clause",
        ["", "permit, µs", "refusal, µs", "times ours"],
    )

    def micros(work: Any, calls: int) -> float:
        return median_seconds(work, runs=7, calls=calls) * 1e6

    ours = [
        micros(lambda one=one: decide(one, agreements=agreements, schemes=schemes), 5_000)
        for one in (parsed(opening()), parsed(refused()))
    ]
    cedar = []
    for permit in (True, False):
        asked = cedar_policies.request(permit)
        answer = cedarpy.is_authorized(asked, policies, entities)
        assert answer.allowed is permit, answer.diagnostics.errors
        cedar.append(
            micros(lambda asked=asked: cedarpy.is_authorized(asked, policies, entities), 200)
        )
    naive = [micros(lambda one=one: oracle.unmet(one), 2_000) for one in (opening(), refused())]
    for name, figures in (
        ("Sealane decide", ours),
        (f"cedarpy, {len(cedar_policies.FORBIDS)} forbids, all prepared", cedar),
        ("the naive oracle of our tests", naive),
    ):
        table.rows.append([name, *(f"{one:.1f}" for one in figures), f"{figures[0] / ours[0]:.1f}"])
    table.note = (
        "Sealane answers with the outcome of all 15 clauses; Cedar is given clearances, briefings"
        " and authorisations already reduced to one each, and names the forbids that fired."
    )
    return table


def from_json() -> Table:
    agreements, schemes = shipped.agreements(), shipped.schemes()
    words = Words.of(agreements)
    data = json.dumps(opening(), ensure_ascii=False).encode()

    def whole() -> bytes:
        request = request_from_bytes(data, words=words)
        return decide(request, agreements=agreements, schemes=schemes).encoded()

    seconds = median_seconds(whole, runs=7, calls=2_000)
    table = Table("From request JSON to decision JSON with digest", ["", "figure", "aim"])
    table.rows.append(
        [
            f"one request of {len(data):,} bytes, strict, with digest",
            f"{seconds * 1e6:.0f} µs",
            "60 µs",
        ]
    )
    for name, lines in (
        ("the same request", [data] * 20_000),
        ("generated requests, all different", different(20_000)),
    ):
        taken = batch(lines)
        table.rows.append(
            [f"`decide --batch`, {name}", f"{len(lines) / taken:,.0f} lines/s", "10,000 lines/s"]
        )
    return table


def different(count: int) -> list[bytes]:
    rng = random.Random(11)
    return [json.dumps(cases.case(rng), ensure_ascii=False).encode() for _ in range(count)]


def batch(lines: list[bytes]) -> float:
    from sealane.cli.agreements.decision_point import DecisionPoint
    from sealane.cli.frame.batch import run_bytes

    desk, sink = DecisionPoint(), io.BytesIO()
    started = time.perf_counter()
    run_bytes(
        lambda line: desk.decide(line).encoded(), source=io.BytesIO(b"\n".join(lines)), sink=sink
    )
    return time.perf_counter() - started


def classes() -> Iterator[ItemClass]:
    """5,000 distinct label classes: words, areas, releasability, purposes."""
    rng = random.Random(5)
    seen = set()
    while len(seen) < CLASSES:
        others = tuple(
            sorted(
                {
                    "AUS",
                    "JPN",
                    *rng.sample(
                        ["USA", "GBR", "CAN", "NZL", "IND", "PHL", "KOR", "FRA"], rng.randint(0, 4)
                    ),
                }
                - ({"JPN"} if rng.random() < 0.5 else set())
            )
        )
        one = ItemClass(
            Label(
                policy="AUS",
                classification=rng.choice(cases.GIVEN["AUS"]),
                originator="AUS",
                categories=(Category(RELEASABLE_TO, "permissive", others),),
            ),
            rng.choice(cases.AREAS),
            rng.choice(cases.KINDS),
            "AUS",
            frozenset(rng.sample(cases.PURPOSES, rng.randint(1, 2))),
            frozenset({"JPN"}),
        )
        if one not in seen:
            seen.add(one)
            yield one


def reader() -> Reader:
    value = opening()
    value["subject"]["clearances"][0].update(level="機密")
    value["subject"]["authorisations"] = [
        {
            "project": f"project-{number}",
            "by": "x",
            "from": "2026-01-01T00:00:00Z",
            "until": "2028-01-01T00:00:00Z",
        }
        for number in range(4)
    ]
    value["facility"]["accredited"]["level"] = "機密"
    request = parsed(value)
    return Reader(
        subject=request.subject,
        facility=request.facility,
        purpose=request.purpose,
        at=request.at,
        accept_unverified=True,
    )


def registries() -> Table:
    agreements, schemes = shipped.agreements(), shipped.schemes()
    who, distinct = reader(), list(classes())
    end = parse_instant("2027-06-01T00:00:00Z")
    table = Table(
        f"What can this person read: {CLASSES:,} distinct label classes",
        [
            "items",
            "readable",
            "ms to know them",
            "ms to list them",
            "ms, deciding each item (estimated)",
        ],
    )
    parsed_once = parsed(opening())
    each = median_seconds(
        lambda: decide(parsed_once, agreements=agreements, schemes=schemes), runs=5, calls=2_000
    )
    for count in (10_000, 100_000, 1_000_000, 10_000_000):
        holdings = Holdings(NAME)
        per = max(1, count // CLASSES)
        for number, one in enumerate(distinct):
            numbers = range(number * per, (number + 1) * per)
            holdings.add_many(
                holdings.class_of(one), f"project-{number % 8}", numbers, array("q", [end]) * per
            )
        found = holdings.readable(who, agreements=agreements, schemes=schemes)
        known = median_seconds(
            lambda h=holdings: len(h.readable(who, agreements=agreements, schemes=schemes)), runs=7
        )
        listed = median_seconds(lambda f=found: f.numbers(), runs=5)
        table.rows.append(
            [
                f"{per * CLASSES:,}",
                f"{len(found):,}",
                f"{known * 1e3:.1f}",
                f"{listed * 1e3:.1f}",
                f"{each * per * CLASSES * 1e3:,.0f}",
            ]
        )
    table.note = (
        "After loading. Cost grows with distinct classes, not with items; listing copies the runs"
        " of item numbers."
    )
    return table


def directory() -> Table:
    agreements, schemes = shipped.agreements(), shipped.schemes()
    rng, people = random.Random(3), []
    for _ in range(5_000):
        other = parsed(cases.case(rng))
        people.append((other.subject, other.facility))
    value = opening()
    value["item"]["id"] = "item-1"
    request = parsed(value)

    def preview() -> int:
        return sum(
            one.permit for one in who_can(request, people, agreements=agreements, schemes=schemes)
        )

    table = Table(
        "Who can read this: one item before a directory", ["people", "may", "ms", "aim, ms"]
    )
    table.rows.append(["5,000", preview(), f"{median_seconds(preview, runs=7) * 1e3:.0f}", "50"])
    return table
