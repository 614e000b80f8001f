"""What follows a release to several recipients: recall, labels, suites, withdrawal, rejection, each
by itself.

Spec: spec/exchange.md §4, §7 to §9; docs/adr/0021-a-container-each.md.
"""

from __future__ import annotations

import dataclasses
import io

from sealane.registry.records import CopyState
from sealane.registry.transfer import DELIVERED, REJECTED, WITHDRAWN
from sealane.services.exchange import (
    arrival,
    outbox,
    recall,
    relabel,
    release,
    reseal,
    withdrawal,
)
from tests.lane.several import (
    LABEL,
    TEXT,
    code_of,
    copies,
    given,
    items,
    opened,
    share,
    states,
    wanted,
)


def test_a_recall_reaches_every_recipient_and_each_gives_its_own_receipt(three):
    item = share(three)
    three.line.down.add("USA")
    recall.recall(three.aus, item, reason="superseded", person="aus.security")
    three.settle(2)
    assert copies(three, item) == {"AUS 0": "held", "JPN 1": "destroyed", "USA 1": "recalled"}
    # From the order on the provider's share leaves for nobody, whoever has heard of it.
    three.line.down.clear()
    assert code_of(lambda: opened(three.usa, item)) == "key.refused"
    three.settle()
    assert copies(three, item) == {"AUS 0": "held", "JPN 1": "destroyed", "USA 1": "destroyed"}
    for node in (three.jpn, three.usa):
        assert not node.blobs.has(given(node, item, node.party).container)
        with three.aus.store.reading() as tx:
            kept = three.aus.records.statements.find(
                tx, order="kept", item=item, type="destroyed", by=node.party
            )
        assert len(kept) == 1


def test_what_one_recipient_says_moves_no_copy_of_another(three):
    item = share(three)
    arrival.reject(three.usa, item, "usa.clerk", reason="not ours")
    three.settle()
    assert copies(three, item) == {"AUS 0": "held", "JPN 1": "held", "USA 1": "rejected"}
    assert states(three, item) == {"JPN": "delivered", "USA": "rejected"}


def test_another_label_reaches_every_holder_and_each_container_is_sealed_anew(three):
    item = share(three)
    label = dataclasses.replace(LABEL, created=three.aus.now()[1], privacy_mark="Crew-Eyes")
    told = relabel.relabel(three.aus, item, label, reason="r", person="aus.release")["told"]
    assert sorted(told) == ["JPN", "USA"]
    three.settle(1)
    for node in (three.jpn, three.usa):
        assert code_of(lambda node=node: opened(node, item)) in (
            "key.refused",
            "container.other_terms",
        )
    made = reseal.rewrap(three.aus, item, suite=None, person="aus.release")
    assert [(one["to"], one["trouble"]) for one in made] == [("JPN", None), ("USA", None)]
    three.settle()
    for node in (three.jpn, three.usa):
        assert opened(node, item) == TEXT
        assert given(three.aus, item, node.party).sealed == given(node, item, node.party).sealed


def test_a_holder_that_is_away_keeps_no_other_from_a_new_suite(three):
    item = share(three)
    before = given(three.aus, item, "JPN").container
    three.line.down.add("JPN")
    made = reseal.rewrap(three.aus, item, suite="X-Wing", person="aus.release")
    assert [(one["to"], one["trouble"]) for one in made] == [
        ("JPN", "partner.no_answer"),
        ("USA", None),
    ]
    three.settle()
    three.line.down.clear()
    assert given(three.aus, item, "JPN").container == before
    assert opened(three.jpn, item) == opened(three.usa, item) == TEXT


def test_an_offer_is_taken_back_from_one_recipient_and_stands_for_the_other(three):
    share(three, reference="before")
    three.line.down.add("USA")
    item = share(three)
    done = withdrawal.withdraw(three.aus, item, "aus.release", reason="r", to="USA")
    assert (done["from"], done["told"], done["state"]) == (["USA"], ["USA"], "delivered")
    assert code_of(
        lambda: withdrawal.withdraw(three.aus, item, "aus.release", reason="r", to="JPN")
    ) == ("item.state")
    three.line.down.clear()
    three.settle()
    assert states(three, item) == {"JPN": str(DELIVERED), "USA": str(WITHDRAWN)}
    assert item not in items(three.usa)
    assert opened(three.jpn, item) == TEXT


def test_a_rejected_arrival_at_one_recipient_leaves_the_others_transfer_as_it_is(three):
    share(three, reference="before")
    item = release.release(three.aus, wanted(three), io.BytesIO(TEXT)).item
    three.line.down.add("USA")
    outbox.deliver_due(three.aus)
    three.line.down.clear()
    three.line.mangle_container = lambda data: data[:-1] + b"?"
    three.settle(2)
    assert states(three, item) == {"JPN": str(DELIVERED), "USA": str(REJECTED)}
    assert opened(three.jpn, item) == TEXT
    assert copies(three, item)["USA 1"] == CopyState.REJECTED
