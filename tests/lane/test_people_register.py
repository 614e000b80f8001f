"""The register of people as of any date, and what lapses soon: as a clock turned to that instant
would say.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.registry.records import Direction, Duty
from sealane.services.deciding import lapsing, previews
from sealane.services.register import directory, roll
from sealane.services.register.acts import Actor
from tests import engines, nations, nodes

READER = "jpn.sato"


def record_of(node, person):
    with node.store.reading() as tx:
        return node.person(tx, person)


def changed(pair, **changes):
    pair.clock.now_ = Instant(pair.clock.now() + DAY)
    directory.enter(pair.jpn, {**record_of(pair.jpn, READER), **changes})


def line(pair, at, person=READER):
    found = [one for one in roll.roll(pair.jpn, at=at)["people"] if one["person"] == person]
    return found[0] if found else None


def test_any_past_date_shows_the_record_as_it_stood_then(pair):
    before = pair.clock.now()
    whole = record_of(pair.jpn, READER)
    suspended = [{**one, "status": "suspended"} for one in whole["clearances"]]
    changed(pair, clearances=suspended)
    first = pair.clock.now()
    changed(pair, clearances=whole["clearances"], authorisations=[], facility=None)
    with pair.jpn.store.reading() as tx:
        second = parse_instant(pair.jpn.person_entry(tx, READER).since)
    assert [one["status"] for one in line(pair, before)["clearances"]] == ["active"]
    assert line(pair, before)["clearances"][0]["counts"]
    assert line(pair, before)["authorisations"][0]["counts"]
    assert [one["status"] for one in line(pair, first)["clearances"]] == ["suspended"]
    assert not line(pair, first)["clearances"][0]["counts"]
    assert [one["status"] for one in line(pair, Instant(second - 1))["clearances"]] == ["suspended"]
    assert line(pair, second)["authorisations"] == []
    assert line(pair, None) == line(pair, second)
    assert line(pair, Instant(before - 4000 * DAY)) is None
    here = roll.roll(pair.jpn, at=first, facility=whole["facility"])["people"]
    now = roll.roll(pair.jpn, facility=whole["facility"])["people"]
    assert READER in [one["person"] for one in here]
    assert READER not in [one["person"] for one in now]
    late = parse_instant(whole["clearances"][0]["expires"])
    assert line(pair, Instant(late - 1))["clearances"][0]["counts"]
    assert not line(pair, late)["clearances"][0]["counts"]


def test_what_was_changed_by_hand_is_in_no_register_of_any_date(pair):
    before = pair.clock.now()
    changed(pair, facility=None)
    assert line(pair, before) is not None
    with pair.jpn.store.writing() as tx:
        engines.by_hand(tx, "UPDATE past_people SET data = replace(data, 'active', 'revoked')")
    assert line(pair, before) is None
    assert line(pair, None) is not None


@pytest.mark.parametrize("duty", Duty)
def test_the_register_is_for_those_who_vet_and_its_reading_is_recorded(pair, duty):
    data = {**record_of(pair.jpn, READER), "id": "t.one", "duties": [str(duty)]}
    directory.enter(pair.jpn, data)
    vets = duty in (Duty.SECURITY_OFFICER, Duty.AUDITOR)
    with pair.jpn.store.reading() as tx:
        before = len(pair.jpn.records.entry_refs.find(tx, order="at", kind="record.read"))
    if vets:
        assert roll.roll(pair.jpn, by=Actor("t.one"))["people"]
    else:
        with pytest.raises(SealaneError, match=r"person\.duty"):
            roll.roll(pair.jpn, by=Actor("t.one"))
    with pair.jpn.store.reading() as tx:
        after = len(pair.jpn.records.entry_refs.find(tx, order="at", kind="record.read"))
    assert after - before == vets


def openable(pair, person, at):
    """What a person could open, at a clock turned to an instant, of what was received, for any
    purpose.
    """
    clock = nodes.Clock()
    clock.at = at
    node = replace(pair.jpn, host=clock)
    with node.store.reading() as tx:
        rows = node.records.items.find(tx, order="id", direction=Direction.IN)
        purposes = {one for row in rows for one in row.facts["purposes"]}
        return {
            row.id
            for purpose in purposes
            for row in previews.readable(node, tx, person, purpose=purpose).rows
        }


def told(pair, days):
    with pair.jpn.store.reading() as tx:
        return lapsing.horizon(pair.jpn, tx, days=days)


@pytest.mark.parametrize("seed", range(6))
def test_the_forecast_is_what_a_clock_turned_to_that_instant_says(pair, seed):
    """Random ends of everything a reader holds, and of the place: what closes at each of them is
    what closes when the clock comes there.
    """
    dice = random.Random(seed)
    items = [nations.share(pair, reference=f"h-{number}") for number in range(3)]
    start = pair.clock.now()

    def soon():
        return format_instant(Instant(start + dice.randrange(1, 40) * DAY + dice.randrange(10**9)))

    whole = record_of(pair.jpn, READER)
    given = whole["authorisations"][0]
    single = {**given, "item": dice.choice(items), "until": soon()}
    del single["project"]
    held = whole["clearances"][0]
    directory.enter(
        pair.jpn,
        {
            **whole,
            "clearances": [{**held, "expires": soon()}, {**held, "expires": soon()}],
            "briefings": [{**whole["briefings"][0], "until": soon()}],
            "authorisations": [{**given, "until": soon()}, single],
        },
    )
    with pair.jpn.store.reading() as tx:
        place = dict(pair.jpn.facility(tx, whole["facility"]).data)
    directory.enter_facility(pair.jpn, {**place, "until": soon()})
    found = told(pair, 30)
    assert parse_instant(found["until"]) - start - 30 * DAY in range(10**9)
    expected = sorted(
        (kind, parse_instant(end))
        for kind, end in (
            *(("clearance", one["expires"]) for one in record_of(pair.jpn, READER)["clearances"]),
            *(("briefing", one["until"]) for one in record_of(pair.jpn, READER)["briefings"]),
            *(
                ("authorisation", one["until"])
                for one in record_of(pair.jpn, READER)["authorisations"]
            ),
        )
        if parse_instant(end) <= start + 30 * DAY
    )
    mine = [one for one in found["lapses"] if one["person"] == READER]
    assert sorted((one["what"], parse_instant(one["expires"])) for one in mine) == expected
    for lapse in found["lapses"]:
        at = parse_instant(lapse["expires"])
        people = [READER] if lapse["person"] == READER else []
        if lapse["person"] is None:
            assert lapse["facility"] == place["id"]
            people = [one["person"] for one in roll.roll(pair.jpn, facility=place["id"])["people"]]
        closing = set()
        for person in people:
            closing |= openable(pair, person, Instant(at - 1)) - openable(pair, person, at)
        if people:
            assert set(lapse["items"]) == closing, lapse


def test_what_lies_beyond_the_horizon_or_behind_is_not_told(pair):
    assert told(pair, 0)["lapses"] == []
    ends = [parse_instant(one["expires"]) for one in told(pair, 3650)["lapses"]]
    assert ends == sorted(ends)
    assert all(end > pair.clock.now() for end in ends)
