"""A wrapping key changes between two nations: what was shared still opens, and what is sealed anew
waits for the new card.
"""

from dataclasses import replace

from sealane.services.exchange import recall
from sealane.services.opening import key_parts
from sealane.services.register import enrolment
from tests import nations
from tests.lane.test_story import state
from tests.nations import read, share

SUITE = "MLKEM1024-P384"


def rotated(pair, party):
    """The party's node after a rotation and a restart: its card names the new key."""
    site = pair.sites[party]
    fresh, kept = site.keys.rotate(SUITE, pair.clock)
    node = pair.line.nodes[party]
    pair.line.nodes[party] = replace(node, card=replace(node.card, kas=site.keys.kas_publics()))
    return fresh.kid, kept.kid


def test_what_was_shared_before_still_opens_and_its_old_key_is_seen_in_use(pair):
    item = share(pair)
    _, kept = rotated(pair, "AUS")
    rotated(pair, "JPN")
    assert read(pair, item) == b"harbour"
    assert key_parts.wrapped_to(pair.aus, kept) == [item]
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    assert key_parts.wrapped_to(pair.aus, kept) == []


def test_a_holder_takes_what_is_sealed_to_its_old_key_until_the_new_card_is_enrolled(pair):
    fresh, kept = rotated(pair, "JPN")
    item = share(pair)
    assert (state(pair.aus, item)["state"], key_parts.wrapped_to(pair.aus, kept)) == (
        "delivered",
        [item],
    )
    assert read(pair, item) == b"harbour"
    enrolment.enrol(
        pair.aus,
        enrolment.card_statement(pair.jpn),
        by=nations.two("operator", "aus.security"),
    )
    newer = share(pair, reference="r-2")
    assert key_parts.wrapped_to(pair.aus, fresh) == [newer]
    assert read(pair, newer) == b"harbour"


def test_what_is_sealed_with_a_key_the_partner_has_not_been_shown_is_rejected_and_then_taken(pair):
    rotated(pair, "AUS")
    item = share(pair)
    assert state(pair.aus, item)["state"] == "rejected"
    enrolment.enrol(
        pair.jpn,
        enrolment.card_statement(pair.aus),
        by=nations.two("operator", "jpn.security"),
    )
    newer = share(pair, reference="r-2")
    assert state(pair.aus, newer)["state"] == "delivered"
    assert read(pair, newer) == b"harbour"
