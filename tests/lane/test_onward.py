"""A holder passes an item on to a third party with its provider's consent, who opens it under the
agreement of all three; the provider is told, and its custody shows the copy.

Spec: spec/onward.md; R6, R32.
"""

from __future__ import annotations

import pytest

from tests.lane import passing_on, several
from tests.lane.passing_on import copies, delivered, given, granted, passed, readers, state


@pytest.fixture
def held(three):
    passing_on.staffed(three)
    return three


def test_with_a_grant_the_third_party_has_it_and_opens_it_and_the_provider_knows(held):
    three = held
    item = given(three)
    granted(three, item)
    found = passed(three, item)
    assert (found.state, found.decision["decision"]) == ("queued", "permit")
    three.settle(2)
    assert state(three.usa, item, "USA") == state(three.jpn, item, "USA") == "delivered"
    assert copies(three.aus, item) == {"AUS 0": "held", "JPN 1": "held", "USA 1": "held"}
    assert state(three.aus, item, "USA") == "delivered"
    three.rounds(2)
    assert several.opened(three.usa, item) == b"harbour"
    three.settle(1)
    assert readers(three.aus, item) == [("USA", None)]
    assert delivered
