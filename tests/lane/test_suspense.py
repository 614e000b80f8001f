"""What waits is found by query, the earliest due first, and goes when it was answered."""

from __future__ import annotations

import io
from typing import Any

from sealane.base.values import DAY, Instant
from sealane.services.exchange import arrival, outbox, recall, release
from sealane.services.register import suspense
from sealane.services.register.acts import Actor
from tests import nations
from tests.nations import Pair, share


def waits(node: Any) -> list[tuple[str, str]]:
    with node.store.reading() as tx:
        return [(one.what, one.item) for one in suspense.waiting(node, tx)]


def test_a_release_waits_for_its_receipt_on_both_sides_until_it_is_accepted(pair: Pair) -> None:
    item = share(pair)
    assert waits(pair.aus) == [("receipt", item)]
    assert waits(pair.jpn) == [("receipt", item)]
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    pair.settle()
    assert (waits(pair.aus), waits(pair.jpn)) == ([], [])


def test_a_release_without_its_second_signer_waits_for_a_signature(pair: Pair) -> None:
    item = share(pair, second=None)
    assert waits(pair.aus) == [("signature", item)]


def test_a_recall_waits_until_the_partner_has_said_what_became_of_its_copy(pair: Pair) -> None:
    item = share(pair)
    pair.line.down.add("JPN")
    recall.recall(pair.aus, item, reason="mistake", person=Actor("aus.release"))
    outbox.deliver_due(pair.aus)
    assert waits(pair.aus) == [("recall", item)]
    pair.line.down.clear()
    pair.settle()
    assert waits(pair.aus) == []


def test_what_has_reached_its_time_limit_is_to_be_returned_or_destroyed(pair: Pair) -> None:
    until = Instant(pair.aus.host.now() + DAY)
    item = share(pair, until=until)
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    pair.settle()
    assert waits(pair.jpn) == []
    pair.clock.pass_(2 * 86_400)
    assert waits(pair.jpn) == [("return-or-destroy", item)]


def test_the_earliest_due_stands_first_however_many_wait(pair: Pair) -> None:
    made = []
    for number in range(4):
        pair.clock.pass_(60)
        asked = nations.wanted(pair.aus, reference=f"r-{number}")
        made.append(release.release(pair.aus, asked, io.BytesIO(b"harbour")).item)
    assert waits(pair.aus) == [("receipt", item) for item in made]
    with pair.aus.store.reading() as tx:
        dues = [one.due for one in suspense.waiting(pair.aus, tx)]
    assert dues == sorted(dues, key=str)
