"""A wrapping key changes between two nations: what was shared still opens, and what is sealed anew
is sealed with what the other side knows by then.
"""

from sealane.services.exchange import recall
from sealane.services.opening import key_parts
from sealane.wiring.renewing import renew_site
from tests.lane.test_story import state
from tests.nations import read, share

SUITE = "MLKEM1024-P384"


def renewed(pair, party):
    """Give the party's wrapping key of one suite another; (its id, the old one's)."""
    (key,) = renew_site(pair.sites[party], "kas", suites=[SUITE]).keys
    return key.kid, key.kept


def test_what_was_shared_before_still_opens_and_its_old_key_is_seen_in_use(pair):
    item = share(pair)
    _, kept = renewed(pair, "AUS")
    renewed(pair, "JPN")
    pair.settle()
    assert read(pair, item) == b"harbour"
    assert key_parts.wrapped_to(pair.aus, kept) == [item]
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    assert key_parts.wrapped_to(pair.aus, kept) == []


def test_until_the_holder_s_card_came_it_is_sealed_to_the_old_key_and_then_to_the_new(pair):
    fresh, kept = renewed(pair, "JPN")
    item = share(pair)
    assert (state(pair.aus, item)["state"], key_parts.wrapped_to(pair.aus, kept)) == (
        "delivered",
        [item],
    )
    assert read(pair, item) == b"harbour"
    pair.settle()
    newer = share(pair, reference="r-2")
    assert key_parts.wrapped_to(pair.aus, fresh) == [newer]
    assert read(pair, newer) == b"harbour"


def test_until_the_partner_knows_our_new_key_what_is_sealed_names_the_old_and_is_taken(pair):
    fresh, kept = renewed(pair, "AUS")
    item = share(pair)
    assert state(pair.aus, item)["state"] == "delivered"
    assert key_parts.wrapped_to(pair.aus, kept) == [item]
    pair.settle()
    newer = share(pair, reference="r-2")
    assert key_parts.wrapped_to(pair.aus, fresh) == [newer]
    assert [read(pair, one) for one in (item, newer)] == [b"harbour", b"harbour"]
