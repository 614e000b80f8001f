"""What has to be returned or destroyed, and since when: each cause alone, the earliest of several,
and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sealane.agreements.agreement import Period
from sealane.agreements.loaded import Agreements
from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.registry.records import Direction, Item, ItemState
from sealane.services.register import duties
from sealane.shipped import agreements

SHIPPED = agreements()["jpn-aus-2022"]
NOW = parse_instant("2026-11-22T00:00:00Z")


def at(days: int) -> Instant:
    return Instant(NOW + days * DAY)


def item(**changes: Any) -> Item:
    facts: dict[str, Any] = {
        "until": format_instant(at(100)),
        "purposes": ["assessment", "planning"],
        **changes.pop("facts", {}),
    }
    terms: dict[str, Any] = {
        "id": "AUS-2026-000001",
        "direction": Direction.IN,
        "provider": "AUS",
        "agreement": SHIPPED.id,
        "agreement_digest": SHIPPED.digest,
        "facts": facts,
        "label": {},
        "title": "t",
        "media_type": "text/plain",
        "state": ItemState.ACCEPTED,
        "created": format_instant(NOW),
        **changes,
    }
    return Item(**terms)


def held(*, until: Instant | None = None, purposes: bool = True) -> Agreements:
    changed = replace(SHIPPED, period=Period(since=SHIPPED.period.since, until=until))
    return Agreements([changed if purposes else replace(changed, purposes=())])


def since(one: Item, agreements: Agreements) -> Instant | None:
    return duties.to_be_ended(one, agreements, NOW)


def test_what_may_be_held_is_no_duty():
    assert since(item(), held()) is None
    assert since(item(facts={"until": None}), held(until=at(1))) is None


@pytest.mark.parametrize(
    ("one", "agreements", "wanted"),
    [
        (item(facts={"until": format_instant(NOW)}), held(), NOW),
        (item(facts={"until": format_instant(at(-3))}), held(), at(-3)),
        (item(), held(until=NOW), NOW),
        (item(), held(until=at(-2)), at(-2)),
        (item(), held(purposes=False), SHIPPED.period.since),
        (item(facts={"until": format_instant(at(-3))}), held(until=at(-9)), at(-9)),
        (item(facts={"until": format_instant(at(-9))}), held(until=at(-3)), at(-9)),
    ],
)
def test_each_cause_makes_it_a_duty_and_the_earliest_counts(one, agreements, wanted):
    assert since(one, agreements) == wanted


@pytest.mark.parametrize(
    "changes",
    [
        {"recalled": format_instant(NOW)},
        {"state": ItemState.REJECTED},
        {"state": ItemState.WITHDRAWN},
        {"agreement": ""},
        {"agreement": "another"},
    ],
)
def test_what_ended_otherwise_or_rests_on_nothing_here_is_no_such_duty(changes):
    over = item(**changes)
    assert since(over, held(until=at(-2), purposes=False)) is None


def test_a_duty_is_due_at_once_or_when_the_agreement_s_clock_says():
    one, clock = item(), SHIPPED.clocks[0]
    assert duties.due(one, held(), "return", NOW) == format_instant(NOW)
    for name in ("return", "recall"):
        running = type(clock)(id=name, article="8", days=30)
        stated = Agreements([replace(SHIPPED, clocks=(*SHIPPED.clocks, running))])
        assert duties.due(one, stated, name, NOW) == format_instant(at(30))
    other = replace(one, agreement_digest="0" * 96)
    assert duties.due(other, stated, "recall", NOW) == format_instant(NOW)
