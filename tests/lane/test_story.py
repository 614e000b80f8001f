"""The lane between two nodes: shared once, opened by the right reader, refused to others, recalled,
the same told twice.
"""

import io

import pytest

from sealane.base.errors import SealaneError
from sealane.services.exchange import arrival, onward, outbox, recall, release
from sealane.services.node import NO_ITEM
from sealane.services.opening import open_item, reader_statement
from sealane.services.register import views
from tests import nations
from tests.nations import read, share


def code_of(work):
    with pytest.raises(SealaneError) as caught:
        work()
    return caught.value.code


def state(node, item):
    with node.store.reading() as tx:
        return views.item(node, tx, item)


def kinds(node, item):
    with node.store.reading() as tx:
        return [line["kind"] for line in views.history(node, tx, item)]


def test_a_share_is_delivered_registered_with_both_levels_and_opened_byte_equal(pair):
    item = share(pair, b"x" * 5_000_001)
    assert state(pair.aus, item)["state"] == "delivered"
    there = state(pair.jpn, item)
    assert (there["label"]["classification"], there["handle_as"]) == ("SECRET", "極秘")
    assert read(pair, item) == b"x" * 5_000_001
    pair.settle()
    assert "statement.opened" in kinds(pair.aus, item)


def test_both_nations_compute_the_same_decision_digest(pair):
    item = share(pair)
    assert state(pair.aus, item)["decision"] == state(pair.jpn, item)["decision"]


def test_who_does_not_see_an_item_is_told_of_none_and_it_stands_nowhere_that_they_asked(pair):
    item = share(pair)
    before = kinds(pair.jpn, item)

    def said(name):
        with pytest.raises(SealaneError) as caught:
            open_item.open_item(
                pair.jpn,
                name,
                person="jpn.tanaka",
                purpose="assessment",
                action="open",
                sink=io.BytesIO(),
            )
        return caught.value.code, caught.value.message.replace(name, "")

    assert said(item) == said("AUS-2026-999999")
    assert said(item)[0] == "item.unknown"
    with pytest.raises(NO_ITEM.kind, match=r"item\.unknown"):
        reader_statement.vouch(
            pair.jpn, item, person="jpn.tanaka", purpose="assessment", client_key="-"
        )
    assert kinds(pair.jpn, item) == before


@pytest.mark.parametrize(
    ("person", "purpose", "clause"),
    [
        ("jpn.suzuki", "assessment", "5.1"),
        ("jpn.sato", "acquisition", "6.1"),
        ("jpn.miller", "assessment", "4.7"),
        ("jpn.clerk", "assessment", "4.5"),
    ],
)
def test_who_must_not_read_is_refused_by_clause_and_both_ledgers_hold_it(
    pair, person, purpose, clause
):
    item = share(pair)
    sink = io.BytesIO()
    with pytest.raises(SealaneError) as caught:
        open_item.open_item(
            pair.jpn, item, person=person, purpose=purpose, action="open", sink=sink
        )
    unmet = [one for one in caught.value.details["decision"]["reasons"] if not one["met"]]
    assert clause in [one["clause"] for one in unmet]
    assert all(one["text"] and one["text_ja"] for one in unmet)
    assert sink.getvalue() == b""
    pair.settle()
    assert "statement.open.denied" in kinds(pair.jpn, item)
    assert "statement.open.denied" in kinds(pair.aus, item)


def test_a_clearance_that_lapsed_a_second_ago_opens_nothing(pair):
    item = share(pair)
    pair.clock.pass_(399 * 86400)
    assert code_of(lambda: read(pair, item)) == "decision.refused"


def test_the_provider_refuses_by_its_own_record_even_when_the_home_node_would_permit(pair):
    item = share(pair)
    pair.line.down.add("JPN")
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    assert code_of(lambda: read(pair, item)) == "key.refused"
    assert "statement.key.refused" in kinds(pair.jpn, item)


def test_when_the_provider_is_away_nothing_opens_and_nothing_is_half_recorded(pair):
    item = share(pair)
    pair.line.down.add("AUS")
    assert code_of(lambda: read(pair, item)) == "key.provider_unavailable"
    pair.line.down.clear()
    assert read(pair, item) == b"harbour"


def test_a_share_waits_for_an_absent_partner_with_its_age_and_arrives_once(pair):
    share(pair, reference="first")
    pair.line.down.add("JPN")
    item = share(pair, reference="second")
    pair.clock.pass_(90)
    waits = [one for one in outbox.waiting(pair.aus) if one["item"] == item]
    assert waits[0]["age_seconds"] >= 90
    assert waits[0]["trouble"] == "partner.unavailable"
    pair.line.down.clear()
    pair.settle()
    assert state(pair.jpn, item)["state"] == "delivered"
    assert outbox.waiting(pair.aus) == []


def test_lost_answers_and_duplicates_are_harmless(pair):
    pair.line.lose_answers = True
    item = None
    with pytest.raises(SealaneError):
        share(pair)
    pair.line.lose_answers = False
    pair.line.twice = True
    item = share(pair)
    pair.line.lose_answers = True
    pair.line.lose_answers = False
    pair.settle()
    assert state(pair.aus, item)["state"] == "delivered"
    assert kinds(pair.jpn, item).count("statement.offer") == 1


def test_the_same_reference_never_shares_twice_and_other_terms_are_a_conflict(pair):
    item = share(pair)
    assert share(pair) == item
    assert code_of(lambda: share(pair, area="cyber")) == "release.reference_taken"


def test_secret_waits_for_a_second_signer_who_holds_that_duty(pair):
    found = release.release(pair.aus, nations.wanted(pair.aus, second=None), io.BytesIO(b"x"))
    assert found.state == "awaiting second signer"
    assert outbox.deliver_due(pair.aus) == []
    assert (
        code_of(lambda: release.countersign(pair.aus, found.item, "aus.release")) == "person.duty"
    )
    release.countersign(pair.aus, found.item, "aus.second")
    pair.settle()
    assert state(pair.jpn, found.item)["state"] == "delivered"


def test_without_the_recipients_assurance_nothing_is_released(pair):
    assert code_of(lambda: share(pair, area="cyber")) == "decision.refused"
    with pair.aus.store.reading() as tx:
        assert pair.aus.records.items.find(tx, order="id") == []


def test_an_empty_recipient_is_nobody(pair):
    assert code_of(lambda: share(pair, to="")) == "release.no_recipient"


def test_recall_destroys_is_answered_and_refuses_everywhere_while_history_stays(pair):
    item = share(pair)
    arrival.accept(pair.jpn, item, "jpn.clerk")
    pair.settle()
    recall.recall(pair.aus, item, reason="superseded", person="aus.analyst")
    pair.settle()
    assert [copy["state"] for copy in state(pair.aus, item)["copies"]] == ["held", "destroyed"]
    assert not pair.jpn.blobs.has(state(pair.jpn, item)["container"])
    assert code_of(lambda: read(pair, item)) == "decision.refused"
    assert {"statement.offer", "statement.recall.ordered", "statement.destroyed"} <= set(
        kinds(pair.jpn, item)
    )
    assert (
        recall.recall(pair.aus, item, reason="again", person="aus.release")["recalled"]
        == state(pair.aus, item)["recalled"]
    )


def test_onward_without_consent_is_refused_and_told(pair):
    item = share(pair)
    assert (
        code_of(
            lambda: onward.pass_on(
                pair.jpn, onward.PassingOn(item=item, to="USA"), person="jpn.release"
            )
        )
        == "decision.refused"
    )
    pair.settle()
    assert "statement.open.denied" in kinds(pair.aus, item)


@pytest.mark.parametrize("change", [{"classification": "BANANA"}, {"policy": "XXX"}])
def test_a_label_that_its_scheme_does_not_know_is_refused_before_anything_is_asked(pair, change):
    from sealane.labels.model.label import label_from_json

    label = label_from_json({**nations.LABEL, **change})
    assert code_of(lambda: share(pair, label=label)).startswith("label.")
    with pair.aus.store.reading() as tx:
        assert pair.aus.records.items.find(tx, order="id") == []
