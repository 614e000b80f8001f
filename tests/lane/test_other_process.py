"""What one process of a node does counts at the very next call that another answers, whatever that
one has read, proven and remembered before.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sealane.base.errors import SealaneError
from sealane.cli.demo.cast import AGREEMENT
from sealane.ledger import entries
from sealane.registry.records import Equivocation, Newness
from sealane.services.exchange import recall
from sealane.services.node import NODE
from sealane.services.opentdf import partner_services
from sealane.services.opentdf.sitting import READ_ONCE, Sitting
from sealane.services.register import agreement_life
from sealane.wiring.site import open_site
from tests import nations
from tests.lane.test_partner_issuers import Platform, given, reader_facts, trust


class Told:
    """AUS in two processes: `here` answers a partner's reader; whatever is done, `there` does."""

    def __init__(self, pair):
        trust(pair)
        self.pair, (self.item, self.container) = pair, given(pair)
        pair.rounds(2)
        self.here = Platform(pair)
        self.there = open_site(pair.root / "aus", nations.PASSPHRASE, host=pair.clock)
        self.facts = reader_facts(pair)

    def opens(self):
        try:
            return self.here.ask(self.container, sealane_reader=self.facts) == 32
        except SealaneError:
            return False

    def last(self):
        """Why the last call was refused, as it is recorded."""
        with self.pair.aus.store.reading() as tx:
            log = self.pair.aus.internal
            found = [entries.read(one) for one in log.entries(tx, 0, log.size(tx))]
        return next(one for one in found[::-1] if one.kind.startswith("key.")).fields["reason"]

    def change(self, shelf, key, **values):
        node = self.there.node
        with node.store.writing() as tx:
            getattr(node.records, shelf).change(tx, key, **values)


def equivocated(told):
    with told.there.node.store.writing() as tx:
        told.there.node.records.equivocations.add(
            tx, Equivocation(party="JPN", proof="ab" * 48, origin="o", since="2026-01-01T00:00:00Z")
        )


def expired(told):
    with told.there.node.store.reading() as tx:
        facts = told.there.node.item(tx, told.item).facts
    told.change("items", {"id": told.item}, facts={**facts, "until": "2026-01-01T00:00:00Z"})


def unwitnessed(told):
    told.pair.clock.before = lambda: None
    told.pair.clock.pass_(told.pair.aus.settings.grace_seconds)


ACTS = {
    "recalled": (
        lambda told: recall.recall(told.there.node, told.item, reason="r", person="aus.release"),
        "key.recalled",
    ),
    "the item's time ended": (expired, "release.time_limit"),
    "the partner's services ended": (
        lambda told: partner_services.end(told.there.node, party="JPN", agreement=AGREEMENT),
        "token.issuer",
    ),
    "the partner's card changed by hand": (
        lambda told: told.change("partners", {"party": "JPN"}, card=b"{}"),
        "token.issuer",
    ),
    "the partner signed two histories": (equivocated, "partner.equivocated"),
    "the agreement is suspended": (
        lambda told: agreement_life.give(told.there.node, AGREEMENT, "suspend"),
        "token.issuer",
    ),
    "the node may be older than what it said": (
        lambda told: told.change("currency", {"id": NODE}, state=Newness.BEHIND),
        "node.behind",
    ),
    "the partner's witness is away too long": (unwitnessed, "ledger.not_cosigned"),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_another_process_did_binds_the_very_next_call(pair, act):
    told = Told(pair)
    try:
        do, code = ACTS[act]
        assert [told.opens() for _ in range(3)] == [True] * 3
        do(told)
        assert not told.opens()
        assert told.last() == code
    finally:
        told.there.dispose()


def test_callers_of_one_batch_have_an_entry_each_and_what_follows_binds_them_all(pair):
    told = Told(pair)
    try:
        with ThreadPoolExecutor(12) as pool:
            assert list(pool.map(lambda _: told.opens(), range(24))) == [True] * 24
            with pair.aus.store.reading() as tx:
                rows = pair.aus.records.entry_refs.find(tx, order="index", item=told.item)
            assert [row.kind for row in rows].count("key.released") == 24
            recall.recall(told.there.node, told.item, reason="r", person="aus.release")
            assert list(pool.map(lambda _: told.opens(), range(12))) == [False] * 12
    finally:
        told.there.dispose()


def test_a_turn_reads_a_row_once_and_the_next_turn_anew(pair):
    trust(pair)
    item, _ = given(pair)
    sitting = Sitting(pair.aus)

    def title(tx):
        return sitting.node.item(tx, item).title

    with pair.aus.store.writing() as tx:
        sitting.begin()
        before = title(tx)
        pair.aus.records.items.change(tx, {"id": item}, title="another")
        assert title(tx) == before
        sitting.begin()
        assert title(tx) == "another"
        sitting.node.records.items.change(tx, {"id": item}, title="by the turn itself")
        assert title(tx) == "by the turn itself"


@pytest.mark.parametrize("shelf", READ_ONCE)
def test_each_shelf_that_is_read_once_answers_as_the_register_does(pair, shelf):
    trust(pair)
    given(pair)
    sitting, real = Sitting(pair.aus), getattr(pair.aus.records, shelf)
    order = "party" if shelf == "services" else real._members[0]
    with pair.aus.store.reading() as tx:
        sitting.begin()
        for _ in range(2):
            once = getattr(sitting.node.records, shelf).find(tx, order=order)
            assert once == real.find(tx, order=order)
            for row in once:
                key = {order: getattr(row, order)}
                assert getattr(sitting.node.records, shelf).get(tx, **key) == real.get(tx, **key)
