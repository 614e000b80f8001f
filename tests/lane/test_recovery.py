"""After an old backup came back and the ledger was recovered, the register says again what it said
before the loss.
"""

import dataclasses

import pytest

from sealane.labels.model.label import label_from_json as json_label
from sealane.services.custody import ending
from sealane.services.exchange import arrival, outbox, recall, relabel
from sealane.services.recovery import restore
from sealane.services.register import views
from tests import nations
from tests.clock import Clock
from tests.lane.copied import copied
from tests.lane.test_ledgers import recovered, restored, rounds
from tests.lane.test_reconciling import audit
from tests.nations import copy_of, opened, read, share


def register(node):
    """Everything the register says of items, but for when this node wrote it down and what only its
    people told it.
    """
    with node.store.reading() as tx:
        rows = {
            name: getattr(node.records, name).find(tx, order=order)
            for name, order in (("items", "id"), ("copies", "item"), ("transfers", "item"))
        }
        histories = {
            row.id: [
                (one["kind"], one["statement"])
                for one in views.history(node, tx, row.id)
                if one["statement"]
            ]
            for row in rows["items"]
        }
    left_out = {
        "place",
        "person",
        "reference",
        "created",
        "recalled",
        "since",
        "due",
        "request",
        "receipt",
        "document",
    }
    told = {
        name: [
            {
                **{
                    key: value
                    for key, value in dataclasses.asdict(row).items()
                    if key not in left_out
                },
                "was_recalled": getattr(row, "recalled", None) is not None,
            }
            for row in found
        ]
        for name, found in rows.items()
    }
    return told, histories


@pytest.mark.parametrize(("party", "partner"), [("AUS", "JPN"), ("JPN", "AUS")])
def test_after_a_recovery_the_register_says_what_it_said_before_the_loss(
    template, tmp_path, party, partner
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    old = share(pair)
    rounds(pair)
    held = {}

    def work(pair):
        kept = share(pair, b"second", reference="r-2")
        arrival.accept(pair.jpn, kept, "jpn.clerk")
        assert read(pair, kept) == b"second"
        gone = share(pair, b"third", reference="r-3")
        for item in (kept, gone):  # copies of which the partner alone will know
            copied(pair, item)
        copied(pair, kept)
        ending.destroy(pair.jpn, kept, "jpn.clerk", number=2, means="shredded")
        ending.give_back(pair.jpn, kept, "jpn.clerk", number=3)
        lower = json_label({**nations.LABEL, "classification": "PROTECTED"})
        relabel.relabel(
            pair.aus, kept, lower, reason="r", person=nations.two("aus.release", "aus.second")
        )
        for item in (old, gone):
            recall.recall(pair.aus, item, reason="r", person="aus.release")
        pair.settle()
        held.update(
            register=register(pair.line.nodes[party]),
            lost=[kept, gone] if party == "AUS" else [kept],
        )

    pair, _ = restored(pair, tmp_path, work, party.lower())
    node = pair.line.nodes[party]
    assert register(node) != held["register"]
    found = recovered(pair, party, partner)
    assert (found.missing, found.rebuilt.refused) == ([], [])
    for one, other in zip(register(node), held["register"], strict=True):
        for name in other:
            assert one[name] == other[name]
    assert outbox.waiting(node) == []
    containers = restore.settle_containers(node)
    assert containers.missing == held["lost"], "ciphertext comes from no ledger, and is named"
    assert containers.erased == ([] if party == "AUS" else [old]), (
        "what was destroyed does not live on in a backup"
    )
    rounds(pair)
    assert recovered(pair, party, partner).as_json()["register"] == {
        "items": [],
        "copies": 0,
        "receipts": 0,
        "recalls": 0,
        "queued": 0,
    }
    fresh = share(pair, b"fourth", reference="r-4")
    assert read(pair, fresh) == b"fourth"
    assert int(fresh[-6:]) > (1000 if party == "AUS" else 0), "no number is given twice"
    pair.settle()
    rounds(pair, 3)
    for one in ("AUS", "JPN"):
        assert audit(pair, one) == []
    pair.close()


def test_what_nobody_holds_any_more_is_named_by_digest(template, tmp_path):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    rounds(pair)
    pair, _ = restored(pair, tmp_path, share)
    with pair.jpn.store.writing() as tx:
        (offer,) = pair.jpn.records.statements.find(tx, order="digest", type="offer")
        pair.jpn.records.statements.change(
            tx,
            {"digest": offer.digest},
            data=None,
            disposed="2026-11-22T00:00:00Z",
        )
    found = recovered(pair)
    assert found.missing == [offer.digest]
    assert found.rebuilt.items == []
    pair.close()
