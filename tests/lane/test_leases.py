"""Key shares lent for a time: with no line at all, the recipient opens what came by pack until the
lease ends, and no longer.

Spec: spec/exchange.md §6.1; spec/pack.md §6; R20, R31, R47, R57.
"""

from __future__ import annotations

import msgspec
import pytest

from sealane.base.values import DAY, Instant, format_instant
from sealane.ledger import bodies
from sealane.services.exchange import arrival, recall
from sealane.services.opening import leasing, lent
from sealane.services.opening.leasing import LeaseTerms
from sealane.services.register import agreement_life
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import compose
from tests import nations
from tests.lane.packing import carried, crafted, cut, made, taken, types
from tests.lane.test_packs import assured, code_of

READER = "jpn.sato"


def later(pair, days=3.0):
    return format_instant(Instant(pair.clock.now() + int(days * DAY)))


@pytest.fixture
def shared(pair):
    """An item that came by pack and was accepted, nobody at the line's end; its number."""
    cut(pair)
    item = assured(pair)
    carried(pair, "AUS")
    arrival.accept(pair.jpn, item, "jpn.clerk")
    carried(pair, "JPN")
    return item


def lend(pair, item, days=3.0, **terms):
    return leasing.lease(
        pair.aus, item, "JPN", LeaseTerms(until=later(pair, days), **terms), Actor("aus.release")
    )


def opening(pair, item, **changed):
    return nations.read(pair, item, **changed)


def standings(node, item):
    with node.store.reading() as tx:
        return [one["state"] for one in lent.of_item(node, tx, node.given(tx, item, "JPN"))]


def test_without_a_line_a_lease_opens_until_it_ends(pair, shared):
    assert code_of(lambda: opening(pair, shared)) == "key.provider_unavailable"
    lend(pair, shared, 2.5)
    assert types(carried(pair, "AUS")["taken"]) == ["acknowledged", "key.leased"]
    assert opening(pair, shared) == b"harbour"
    assert opening(pair, shared) == b"harbour"
    told = carried(pair, "JPN")
    assert types(told["taken"]) == ["acknowledged", "opened", "opened"]
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            for kind, count in (("key.leased", 1), ("opened", 2)):
                refs = node.records.entry_refs.find(
                    tx, order="index", item=shared, kind=f"statement.{kind}"
                )
                assert len(refs) == count
        assert standings(node, shared) == ["lent"]
    pair.clock.pass_(43_200 - 1)
    assert opening(pair, shared) == b"harbour"
    pair.clock.pass_(1)
    assert code_of(lambda: opening(pair, shared)) == "key.provider_unavailable"
    assert standings(pair.jpn, shared) == standings(pair.aus, shared) == ["over"]


def test_a_lease_serves_its_purposes_and_readers_alone(pair, shared):
    lend(pair, shared, readers=["jpn.other"])
    carried(pair, "AUS")
    assert code_of(lambda: opening(pair, shared)) == "key.provider_unavailable"
    lend(pair, shared, readers=[READER], purposes=["assessment"])
    carried(pair, "AUS")
    assert opening(pair, shared) == b"harbour"


def test_the_line_comes_before_a_lease_and_its_refusal_stands(pair, shared):
    lend(pair, shared)
    carried(pair, "AUS")
    pair.line.down = set()
    recall.recall(pair.aus, shared, reason="r", person="aus.release")
    assert code_of(lambda: opening(pair, shared)) == "key.refused"


def test_a_recall_that_a_pack_carries_ends_a_lease(pair, shared):
    lend(pair, shared)
    carried(pair, "AUS")
    assert opening(pair, shared) == b"harbour"
    recall.recall(pair.aus, shared, reason="r", person="aus.release")
    carried(pair, "AUS")
    assert code_of(lambda: opening(pair, shared)) == "decision.refused"
    assert standings(pair.jpn, shared) == standings(pair.aus, shared) == ["over"]


def test_a_lease_of_what_was_called_back_meanwhile_is_rejected(pair, shared):
    lend(pair, shared)
    old = made(pair.aus)
    recall.recall(pair.aus, shared, reason="r", person="aus.release")
    assert code_of(lambda: lend(pair, shared)) == "item.state"
    carried(pair, "AUS")
    assert standings(pair.jpn, shared) == ["over"]
    taken(pair.jpn, old)
    assert code_of(lambda: opening(pair, shared)) == "decision.refused"


def test_no_lease_is_longer_than_the_agreement_and_the_item_allow(pair, shared):
    assert code_of(lambda: lend(pair, shared, 7.1)) == "lease.too_long"
    assert code_of(lambda: lend(pair, shared, -1)) == "lease.too_long"
    assert code_of(lambda: lend(pair, shared, purposes=["training"])) == "lease.purpose"
    assert standings(pair.aus, shared) == []
    assert lend(pair, shared, 7.0)["readers"] == []


def test_the_same_lease_twice_is_known(pair, shared):
    lend(pair, shared)
    pack = made(pair.aus)
    assert "key.leased" in types(taken(pair.jpn, pack)["taken"])
    assert taken(pair.jpn, pack)["taken"] == []
    assert standings(pair.jpn, shared) == ["lent"]


def test_a_clock_that_was_set_back_revives_no_lease(pair, shared):
    lend(pair, shared)
    carried(pair, "AUS")
    pair.clock.pass_(4 * 86_400)
    assert code_of(lambda: opening(pair, shared)) == "key.provider_unavailable"
    pair.clock.set(-3 * 86_400)
    assert code_of(lambda: opening(pair, shared)) == "key.provider_unavailable"


def forged(pair, item, **changed):
    """The fate of a lease of AUS's own making whose members are changed, and its code."""
    lend(pair, item)
    with pair.aus.store.reading() as tx:
        row = pair.aus.given(tx, item, "JPN")
        body = lent.kept(pair.aus, tx, row)[0].statement.saying(bodies.KeyLeased)
    said = compose(
        pair.aus,
        msgspec.structs.replace(body, **changed),
        to="JPN",
        agreement=(row.agreement, row.agreement_digest),
        item=item,
    )
    found = taken(pair.jpn, crafted(pair.aus, "JPN", [(said.data, "key.leased", None)]))
    return [
        (fate, one.get("code")) for fate in ("taken", "waiting", "refused") for one in found[fate]
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"until": 6}, "lease.other_object"),
        ({"until": 8}, "lease.too_long"),
        ({"readers": ("jpn.sato",)}, "lease.other_object"),
        ({"purposes": ("training",)}, "lease.other_object"),
        ({"policy_uuid": "00000000-0000-4000-8000-000000000000"}, "lease.other_object"),
        ({"key_access": "0" * 96}, "lease.other_object"),
        ({"share": "AAAA"}, "lease.other_object"),
        ({"kid": "0" * 24}, "lease.other_object"),
    ],
)
def test_a_lease_that_says_otherwise_than_its_share_is_refused(pair, shared, changed, code):
    if "until" in changed:
        changed = {"until": later(pair, changed["until"])}
    assert forged(pair, shared, **changed) == [("refused", code)]
    assert code_of(lambda: opening(pair, shared)) == "key.provider_unavailable"


def test_a_lease_that_was_over_when_it_came_is_refused(pair, shared):
    lend(pair, shared, 1)
    pack = made(pair.aus)
    pair.clock.pass_(86_400)
    found = taken(pair.jpn, pack)["refused"]
    assert [(one["type"], one["code"]) for one in found] == [("key.leased", "lease.over")]
    carried(pair, "JPN")
    assert standings(pair.jpn, shared) == standings(pair.aus, shared) == []


def test_a_lease_of_another_nations_item_has_no_standing(pair, shared):
    lend(pair, shared)
    with pair.aus.store.reading() as tx:
        row = pair.aus.given(tx, shared, "JPN")
        body = lent.kept(pair.aus, tx, row)[0].statement.body
    said = compose(
        pair.jpn, body, to="AUS", agreement=(row.agreement, row.agreement_digest), item=shared
    )
    found = taken(pair.aus, crafted(pair.jpn, "AUS", [(said.data, "key.leased", None)]))
    assert [one["code"] for one in found["refused"]] == ["statement.no_standing"]


def test_a_suspension_that_a_pack_carries_ends_a_lease(pair, shared):
    lend(pair, shared)
    carried(pair, "AUS")
    assert opening(pair, shared) == b"harbour"
    agreement_life.give(pair.aus, nations.AGREEMENT, "suspend")
    assert "agreement.state" in types(carried(pair, "AUS")["taken"])
    assert code_of(lambda: opening(pair, shared)) == "decision.refused"
