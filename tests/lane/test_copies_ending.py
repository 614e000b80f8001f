"""Copies that end at two nations: returned, destroyed before a witness and certified, called back;
and no key leaves for what is gone.
"""

from __future__ import annotations

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.model.label import label_from_json
from sealane.registry.transfer import ENDABLE
from sealane.services.custody import ending
from sealane.services.exchange import outbox, recall, relabel
from sealane.services.register.acts import Actor
from tests import engines, nations
from tests.lane.copied import (
    SECOND_COPY,
    STATES,
    accepted,
    copied,
    held,
    of_jpn,
    stood,
)
from tests.lane.notices import code_of
from tests.lane.test_lives import differences, entries_of
from tests.nations import AGREEMENT, read

WITNESSED = Actor("jpn.clerk", second=Actor("jpn.security"))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("end", ["destroyed", "returned"])
def test_a_copy_in_people_s_hands_ends_from_every_state_alike_at_both_nations(pair, state, end):
    item = STATES[state](pair, f"r-{state}")
    assert of_jpn(pair.jpn, item)[SECOND_COPY] == state
    if end == "destroyed":
        ending.destroy(pair.jpn, item, WITNESSED, number=SECOND_COPY, means="shredded")
    else:
        ending.give_back(pair.jpn, item, "jpn.clerk", number=SECOND_COPY)
    again = code_of(lambda: ending.destroy(pair.jpn, item, "jpn.clerk", number=SECOND_COPY))
    assert again == "life.no_such_step"
    pair.settle()
    assert outbox.waiting(pair.aus) == outbox.waiting(pair.jpn) == []
    assert of_jpn(pair.aus, item) == of_jpn(pair.jpn, item)
    assert of_jpn(pair.jpn, item)[SECOND_COPY] == end
    assert differences(pair) == []


def test_the_states_that_a_copy_ends_from_are_those_that_are_tried():
    assert set(STATES) == set(ENDABLE)


def test_a_certificate_names_both_people_and_both_ledgers_hold_it(pair):
    item = held(pair, "r-1")
    made = ending.destroy(pair.jpn, item, WITNESSED, number=2, means="shredded, 1 mm")
    certificate = made["certificate"]
    assert {name: certificate[name] for name in ("by", "witness", "means", "copy", "item")} == {
        "by": "jpn.clerk",
        "witness": "jpn.security",
        "means": "shredded, 1 mm",
        "copy": 2,
        "item": item,
    }
    pair.settle(2)
    for node in (pair.aus, pair.jpn):
        assert stood(node, item)["JPN", 2]["certificate"] == certificate
        (entry,) = entries_of(node, "statement.copy.destroyed", AGREEMENT)
        assert entry["statement"] == certificate["statement"]


def rows(node):
    with node.store.reading() as tx:
        return engines.rows(tx)


def test_a_recall_is_answered_for_every_numbered_copy(pair):
    item = held(pair, "r-1")
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    pair.settle()
    for node in (pair.aus, pair.jpn):
        assert of_jpn(node, item) == {1: "destroyed", 2: "not destroyed"}
    assert recall.erase_again(pair.jpn) == []
    assert len(entries_of(pair.aus, "statement.destroy.failed", AGREEMENT)) == 1
    assert code_of(lambda: copied(pair, item)) == "item.state"
    ending.destroy(pair.jpn, item, "jpn.clerk", number=2)
    pair.settle()
    assert of_jpn(pair.aus, item) == {1: "destroyed", 2: "destroyed"}
    assert differences(pair) == []


def test_a_copy_of_which_the_provider_hears_after_its_recall_is_called_back_too(pair):
    item = accepted(pair)
    copied(pair, item)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    pair.settle()
    for node in (pair.aus, pair.jpn):
        assert of_jpn(node, item) == {1: "destroyed", 2: "not destroyed"}
    assert len(entries_of(pair.aus, "statement.recall.ordered", AGREEMENT)) == 2
    assert differences(pair) == []


@pytest.mark.parametrize("end", ["destroyed", "returned"])
def test_an_item_of_which_no_copy_is_left_can_still_be_recalled_and_both_know(pair, end):
    item = accepted(pair)
    if end == "destroyed":
        ending.destroy(pair.jpn, item, "jpn.clerk", number=1)
    else:
        ending.give_back(pair.jpn, item, "jpn.clerk", number=1)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    pair.settle()
    for node in (pair.aus, pair.jpn):
        assert of_jpn(node, item) == {1: end}
        with node.store.reading() as tx:
            assert node.item(tx, item).recalled is not None
    assert differences(pair) == []


def test_what_the_node_keeps_is_erased_and_no_key_leaves_for_a_holder_that_kept_it_nevertheless(
    pair,
):
    item = accepted(pair)
    with pair.jpn.store.reading() as tx:
        container = pair.jpn.held(tx, item).container
    with pair.jpn.blobs.read(container) as file:
        data = file.read()
    ending.destroy(pair.jpn, item, "jpn.clerk", number=1)
    assert not pair.jpn.blobs.has(container)
    pair.settle()
    with pair.jpn.blobs.adding() as spool:  # a holder that kept a copy of the bytes
        spool.expect(len(data))
        spool.take(data)
        spool.keep(container)
    assert code_of(lambda: read(pair, item)) == "decision.refused"
    with pair.jpn.store.writing() as tx:  # and whose register says that it is still held
        engines.by_hand(tx, "UPDATE copies SET state = 'held' WHERE item = ? AND number = 1", item)
    assert code_of(lambda: read(pair, item)) in ("key.refused", "statement.other_answer")


def test_what_cannot_be_erased_is_neither_said_nor_recorded(pair, monkeypatch):
    item = accepted(pair)
    before = rows(pair.jpn)

    def stuck(self, name):
        raise OSError("read-only")

    with monkeypatch.context() as patch:
        patch.setattr(type(pair.jpn.blobs), "destroy", stuck)
        work = lambda: ending.destroy(pair.jpn, item, "jpn.clerk", number=1)  # noqa: E731
        assert code_of(work) == "item.not_erased"
    assert rows(pair.jpn) == before
    ending.destroy(pair.jpn, item, "jpn.clerk", number=1)
    assert of_jpn(pair.jpn, item) == {1: "destroyed"}


def test_at_the_top_a_copy_needs_consent_and_a_destruction_a_witness(pair):
    item = held(pair, "r-1")
    top = label_from_json({**nations.LABEL, "classification": "TOP SECRET"})
    relabel.relabel(pair.aus, item, top, reason="r", person="aus.release")
    pair.settle()
    with pytest.raises(SealaneError) as refused:
        copied(pair, item)
    assert "6.2" in refused.value.message
    with pytest.raises(SealaneError) as lacking:
        ending.destroy(pair.jpn, item, "jpn.clerk", number=2)
    assert (lacking.value.code, lacking.value.details["clause"]) == ("item.witness_needed", "8.9")
    assert of_jpn(pair.jpn, item) == {1: "held", 2: "held"}
    for witness in ("jpn.security",):
        ending.destroy(
            pair.jpn, item, Actor("jpn.clerk", second=Actor(witness)), number=2, means="burnt"
        )
    pair.settle()
    assert of_jpn(pair.aus, item) == {1: "held", 2: "destroyed"}
