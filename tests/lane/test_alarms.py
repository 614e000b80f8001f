"""Incidents that nobody has to report: a compromised key, and bytes that are not what was sealed.

Spec: spec/case.md §7; R53, R62.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.services.dialogue import alarms
from sealane.services.opening import open_item
from sealane.services.register.acts import Actor
from sealane.wiring.renewing import renew_site
from tests.lane import dialogue
from tests.lane.dialogue import alike, settled
from tests.nations import Pair, read, share


@pytest.fixture
def two(pair: Pair) -> Pair:
    dialogue.officers(pair)
    return pair


def incidents(node: Any) -> list[Any]:
    with node.store.reading() as tx:
        return list(node.records.cases.find(tx, order="seen", kind="incident"))


def opened(two: Pair, item: str) -> str:
    """What an opening through the doors comes to: the code of its refusal."""
    reader = Actor("jpn.sato")
    with pytest.raises(SealaneError) as caught, alarms.content_watched(two.jpn, item, reader):
        open_item.open_item(
            two.jpn, item, person=reader, purpose="assessment", action="open", sink=io.BytesIO()
        )
    return caught.value.code


def spoiled(two: Pair, item: str) -> None:
    """One bit of the payload that lies in Japan is another."""
    with two.jpn.store.reading() as tx:
        row = two.jpn.held(tx, item)
    path = two.jpn.blobs.path(row.container)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(data))


def test_a_compromised_key_is_renewed_and_its_incident_is_at_the_partner(two: Pair) -> None:
    item = share(two)
    done = renew_site(two.sites["JPN"], "kas", compromised="a laptop was stolen")
    assert list(done.incidents) == ["AUS"]
    assert len({one.kid for one in done.keys}) == len(done.keys)
    settled(two)
    case = alike(two, done.incidents["AUS"])
    assert (case["state"], case["form"]["what"]) == ("reported", "key-compromise")
    assert "a laptop was stolen" in case["form"]["text"]
    two.rounds(2)
    assert read(two, item) == b"harbour"


def test_a_key_that_is_renewed_in_its_time_opens_no_incident(two: Pair) -> None:
    assert renew_site(two.sites["JPN"], "kas").incidents == {}
    assert incidents(two.jpn) == []


def test_bytes_that_are_not_what_was_sealed_open_one_incident_with_the_provider(two: Pair) -> None:
    item = share(two)
    spoiled(two, item)
    assert opened(two, item).startswith("container.")
    assert opened(two, item).startswith("container.")
    settled(two)
    (row,) = incidents(two.jpn)
    case = alike(two, row.id)
    assert (case["form"]["what"], case["items"]) == ("possible", [item])
    assert [one.id for one in incidents(two.aus)] == [row.id]


def sent_spoiled(two: Pair, change: Callable[[bytes], bytes], title: str = "x") -> None:
    two.line.mangle_container = change
    share(two, title=title)
    settled(two)
    two.line.mangle_container = lambda data: data


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:900] + bytes([data[900] ^ 1]) + data[901:],
        lambda data: data[:-1],
        lambda data: data + b"x",
    ],
)
def test_a_container_that_is_not_what_was_offered_opens_one_incident(
    two: Pair, change: Callable[[bytes], bytes]
) -> None:
    two.line.twice = True
    sent_spoiled(two, change)
    settled(two)
    (row,) = incidents(two.jpn)
    case = alike(two, row.id)
    assert (case["opener"], case["with"], case["form"]["what"]) == ("JPN", "AUS", "possible")
    assert "offer.container_mismatch" in case["form"]["text"]
    assert "AUS-2026-000001" in case["form"]["text"]
    with two.jpn.store.reading() as tx:
        assert two.jpn.records.items.find(tx, order="id") == []


def test_what_arrives_whole_and_what_is_refused_for_its_terms_is_no_incident(two: Pair) -> None:
    share(two)
    settled(two)
    two.line.mangle = lambda data: data[:-1]
    with suppress(SealaneError):
        share(two, title="y")
    settled(two)
    assert incidents(two.jpn) == incidents(two.aus) == []


def test_what_is_refused_for_another_reason_is_no_incident(two: Pair) -> None:
    item = share(two)
    with pytest.raises(SealaneError), alarms.content_watched(two.jpn, item, Actor("jpn.suzuki")):
        read(two, item, person="jpn.suzuki")
    assert incidents(two.jpn) == []
