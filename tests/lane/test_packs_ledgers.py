"""The witnesses go on by packs alone: what is cosigned and mirrored, and what a liar's pack does.

Spec: spec/pack.md §4 to §6; R42, R59.
"""

from __future__ import annotations

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import DAY, SECOND, Instant, format_instant
from sealane.ledger.log import merkle, tiles
from sealane.ledger.log.checkpoint import Head, sign_head
from sealane.protocol import pack_logs
from sealane.services.exchange import arrival
from sealane.services.opening import leasing
from sealane.services.opening.leasing import LeaseTerms
from sealane.services.packs import logs
from sealane.services.register import equivocations
from sealane.services.register.acts import Actor
from tests import nations
from tests.lane.liar import ledgers
from tests.lane.packing import cut, made, taken
from tests.lane.test_packs import code_of, share
from tests.nations import AGREEMENT


def packed(pair, party):
    return made(pair.line.nodes[party], ledgers=pair.sites[party].partnerships())


def comes(pair, party, pack):
    """What a nation's import says of the ledger under the tests' agreement."""
    found = taken(pair.line.nodes[party], pack, ledgers=pair.sites[party].partnerships())
    return next((one for one in found["ledgers"] if one["agreement"] == AGREEMENT), None)


def journey(pair, party):
    pack = packed(pair, party)
    pair.clock.pass_(60)
    return comes(pair, nations.other(party), pack)


def marks(pair, party):
    publisher = ledgers(pair, party).publisher
    with publisher.store.reading() as tx:
        return publisher.marks(tx)


def shared(pair):
    """An item that went by packs, nobody at the line's end."""
    cut(pair)
    assert code_of(lambda: share(pair)) == "partner.no_answer"
    for party in ("AUS", "JPN"):
        journey(pair, party)
    item = share(pair)
    journey(pair, "AUS")
    arrival.accept(pair.jpn, item, "jpn.clerk")
    return item


def test_both_witnesses_cosign_and_mirror_by_packs_alone(pair):
    shared(pair)
    for _ in range(3):
        for party in ("AUS", "JPN"):
            journey(pair, party)
    for party in ("AUS", "JPN"):
        found = marks(pair, party)
        assert found.size > 0
        assert found.signed > found.size - 3
        assert min(found.cosigned, found.mirrored) > found.size - 6
        with pair.line.nodes[party].store.reading() as tx:
            ledgers(pair, party).mirror.log.walk(tx)
            pair.line.nodes[party].require_proven(tx, AGREEMENT, nations.other(party))


def test_keys_go_on_for_ever_while_packs_go_and_stop_at_the_clock_where_they_do_not(pair):
    shared(pair)
    for _ in range(20):
        for party in ("AUS", "JPN"):
            journey(pair, party)
        pair.clock.pass_(600)
        with pair.aus.store.reading() as tx:
            pair.aus.require_proven(tx, AGREEMENT, "JPN")
    share(pair, reference="r-2")
    pair.clock.pass_(900)
    with pair.aus.store.reading() as tx, pytest.raises(SealaneError, match="not_cosigned"):
        pair.aus.require_proven(tx, AGREEMENT, "JPN")


def test_what_was_cosigned_counts_from_when_the_partner_made_its_pack(pair):
    shared(pair)
    journey(pair, "JPN")
    journey(pair, "AUS")
    back = packed(pair, "JPN")
    share(pair, reference="r-2")
    pair.clock.pass_(3600)  # a slow courier
    comes(pair, "AUS", back)
    with pair.aus.store.reading() as tx, pytest.raises(SealaneError, match="not_cosigned"):
        pair.aus.require_proven(tx, AGREEMENT, "JPN")


def test_twice_late_and_out_of_order_do_no_harm_and_lost_ones_are_made_up_for(pair):
    shared(pair)
    first = packed(pair, "AUS")
    share(pair, reference="r-2")
    packed(pair, "AUS")  # lost
    share(pair, reference="r-3")
    third = packed(pair, "AUS")
    found = comes(pair, "JPN", third)
    assert "code" not in found
    for again in (first, third, first):
        assert comes(pair, "JPN", again)["mirrored"] == found["mirrored"]
    with pair.jpn.store.reading() as tx:
        assert equivocations.told(pair.jpn, tx) == []
    before = marks(pair, "AUS").cosigned
    back = packed(pair, "JPN")
    assert comes(pair, "AUS", back)["cosigned"] > before
    now = marks(pair, "AUS")
    assert comes(pair, "AUS", back)["cosigned"] == now.cosigned


def test_the_line_that_comes_back_goes_on_from_what_packs_did(pair):
    shared(pair)
    for party in ("AUS", "JPN"):
        journey(pair, party)
    pair.line.down = set()
    pair.settle()
    pair.rounds(3)
    late = packed(pair, "AUS")
    assert "code" not in comes(pair, "JPN", late)
    pair.rounds(2)
    found = marks(pair, "AUS")
    assert found.cosigned == found.size


@pytest.mark.parametrize("grown", [False, True])
def test_a_forked_head_in_a_pack_is_the_same_equivocation_as_on_the_line(pair, monkeypatch, grown):
    shared(pair)
    for party in ("AUS", "JPN"):
        journey(pair, party)
    honest = logs.carried

    def lying(pairs, partner):
        found = pack_logs.decoded(honest(pairs, partner))
        publisher = ledgers(pair, "JPN").publisher
        with publisher.store.reading() as tx:
            mirrored = publisher.marks(tx).mirrored
            kept = list(publisher.log.entries(tx, 0, publisher.log.size(tx)))
        other = [*kept[:1], b"another", *kept[2:]]
        size = len(other) if grown else mirrored
        found[publisher.log.origin] |= forged(publisher, other[:size])
        return pack_logs.encoded(found)

    with monkeypatch.context() as patched:
        patched.setattr(logs, "carried", lying)
        pack = packed(pair, "JPN")
    told = comes(pair, "AUS", pack)
    assert told["code"] == "mirror.partner_log"
    with pair.aus.store.reading() as tx:
        assert equivocations.open_ones(pair.aus, tx) == ["JPN"]
    with pair.jpn.store.reading() as tx:
        assert equivocations.open_ones(pair.jpn, tx) == []


def forged(publisher, entries):
    """A log of other entries, as its address would show it, signed by the same keys."""
    hashes = [merkle.leaf_hash(one) for one in entries]
    size = len(hashes)

    def node(level, index):
        if not level:
            return hashes[index]
        return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    root = merkle.root_of(0, size, node)
    note = sign_head(Head(publisher.log.origin, size, root), publisher.signers, 1)
    assert size < tiles.WIDTH
    return {
        "checkpoint": note.encode(),
        tiles.Tile(0, 0, size).path: b"".join(hashes),
        tiles.Tile(tiles.ENTRIES, 0, size).path: tiles.encode_bundle(entries),
    }


def test_a_torn_pack_takes_nothing_of_the_ledgers(pair):
    shared(pair)
    held = ledgers(pair, "JPN").mirror
    share(pair, reference="r-2")
    pack, grown = packed(pair, "AUS"), marks(pair, "AUS").size
    for torn in (pack[:-1], pack + b"x", pack[:-5] + bytes([pack[-5] ^ 1]) + pack[-4:]):
        assert code_of(lambda torn=torn: comes(pair, "JPN", torn)) == "pack.damaged"
        with held.store.reading() as tx:
            assert held.held(tx) < grown
    assert comes(pair, "JPN", pack)["mirrored"] == grown


def test_resources_of_another_form_are_no_pack():
    good = pack_logs.encoded({"o": {"checkpoint": b"x"}})
    assert pack_logs.decoded(good) == {"o": {"checkpoint": b"x"}}
    for bad in (
        good + good,
        good[:-1],
        good + b"y",
        b"\n",
        good.replace(b'"size":1', b'"size":-1'),
        good.replace(b'"size":1', b'"size":true'),
        good.replace(b'"origin"', b'"other"'),
        good.replace(b'"o"', b"1"),
    ):
        assert code_of(lambda bad=bad: pack_logs.decoded(bad)) == "pack.damaged"


def test_a_key_is_lent_after_weeks_of_packs_alone_and_opens_there(pair):
    item = shared(pair)
    for _ in range(20):
        for party in ("JPN", "AUS"):
            journey(pair, party)
        pair.clock.pass_(DAY // SECOND)
    journey(pair, "JPN")
    until = format_instant(Instant(pair.clock.now() + 2 * DAY))
    leasing.lease(pair.aus, item, "JPN", LeaseTerms(until=until), Actor("aus.release"))
    journey(pair, "AUS")
    assert nations.read(pair, item) == b"harbour"
