"""An item with several transfers stands where the furthest behind of them stands, and a statement
of one party moves nothing of another's.
"""

from __future__ import annotations

import itertools

import pytest

from sealane.registry import effects
from sealane.registry.effects import Holding, Spoken
from sealane.registry.records import CopyState, Direction, Item, ItemContainer, ItemState
from sealane.registry.transfer import TAKEN_BACK, UNDER_WAY, standing

AT = "2026-11-22T00:00:00Z"
PARTIES = ("JPN", "NZL", "USA")


def said(kind: str, by: str, to: str, answers: str | None = None) -> Spoken:
    return Spoken(type=kind, by=by, to=to, digest=f"{kind} {by} {to}", at=AT, answers=answers)


def offered_to(*parties: str) -> Holding:
    """An item of AUS under way to these parties, by its provider's register."""
    item = Item(
        id="AUS-2026-000001",
        direction=Direction.OUT,
        provider="AUS",
        agreement="several",
        agreement_digest="1" * 96,
        facts={"released_to": list(parties)},
        label={},
        title="t",
        media_type="text/plain",
        state=ItemState.SEALED,
        created=AT,
    )
    held = effects.original(Holding(item=item), place="canberra", at=AT)
    for party in parties:
        container = ItemContainer(
            policy_uuid=party, item=item.id, to=party, container=party * 32, size=1, sealed={}
        )
        held = effects.prepared(held, container, {}, "", at=AT)
        held = effects.offered(held, said("offer", "AUS", party), place=party, due=None)
    return held


OF_A_TRANSFER = [state for state in ItemState if state is not ItemState.SEALED]


@pytest.mark.parametrize("states", [*itertools.combinations_with_replacement(OF_A_TRANSFER, 3)])
def test_an_item_stands_with_the_furthest_behind_that_nobody_ended(states):
    found = standing(states)
    live = [state for state in UNDER_WAY if state in states]
    assert found == live[0] if live else found in TAKEN_BACK & set(states)


@pytest.mark.parametrize("speaker", PARTIES)
def test_what_one_party_says_moves_its_own_transfer_and_copy_alone(speaker):
    held = offered_to(*PARTIES)
    words = [
        said("transfer.received", speaker, "AUS", answers=f"offer AUS {speaker}"),
        said("transfer.accepted", speaker, "AUS", answers=f"offer AUS {speaker}"),
    ]
    for word in words:
        held = effects.answered(held, word)
    order = said("recall.ordered", "AUS", speaker)
    held = effects.recalled(held, order, register="AUS")
    told = said("destroyed", speaker, "AUS", answers=order.digest)
    held = effects.destroyed(held, told, register="AUS")
    for party in PARTIES:
        mine = party == speaker
        transfer = held.transfer_to(party)
        assert transfer is not None
        assert transfer.state == (ItemState.ACCEPTED if mine else ItemState.QUEUED)
        (copy,) = held.copies_of(party)
        assert (copy.number, copy.state) == (1, CopyState.DESTROYED if mine else CopyState.HELD)
    (original,) = held.copies_of("AUS")
    assert (original.number, original.state) == (0, CopyState.HELD)


@pytest.mark.parametrize("other", ["JPN", "NZL"])
def test_a_party_that_answers_another_s_offer_answers_nothing(other):
    held = offered_to(*PARTIES)
    for kind in ("transfer.received", "transfer.rejected", "transfer.accepted"):
        word = said(kind, "USA", "AUS", answers=f"offer AUS {other}")
        assert effects.answered(held, word) == held


def test_an_item_as_one_party_has_it_names_nobody_else():
    held = offered_to(*PARTIES)
    given = held.given("JPN")
    assert given is not None
    assert given.facts["released_to"] == ["JPN"]
    assert (given.to, given.policy_uuid, given.state) == ("JPN", "JPN", ItemState.QUEUED)
    assert not {"NZL", "USA"} & set(str(given).replace("'", " ").split())
    assert held.given("GBR") is None


def test_another_container_takes_the_place_of_one_party_s_alone():
    held = offered_to("JPN", "USA")
    before = held.given("JPN")
    assert before is not None
    for replaces in (before.container, None):
        after = effects.resealed(held, "JPN", replaces=replaces, made=("new", 2, {}))
        there, other = after.given("JPN"), after.given("USA")
        assert there is not None
        assert (there.container, other) == ("new", held.given("USA"))
    assert effects.resealed(held, "JPN", replaces="another", made=("new", 2, {})) == held
