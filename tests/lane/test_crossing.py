"""What crosses ends: nothing is said for ever to a partner that cannot take it."""

import pytest

from sealane.services.exchange import outbox
from tests.lane.crossing import called_back_and_rejected, called_back_and_withdrawn
from tests.lane.test_lives import copy_state, differences, states


@pytest.mark.parametrize(
    ("crossing", "ended"),
    [(called_back_and_rejected, "rejected"), (called_back_and_withdrawn, "withdrawn")],
)
def test_an_order_that_crossed_with_the_end_of_its_offer_ends_with_it(pair, crossing, ended):
    """Nothing of it is said for ever to a partner that has no such item."""
    item = crossing(pair)
    assert outbox.waiting(pair.aus) == []
    with pair.aus.store.reading() as tx:
        rows = pair.aus.records.outbox.find(tx, order="id", item=item)
    assert {row.type: row.trouble for row in rows}["recall.ordered"] == ended
    assert states(pair, item)[0] == ended
    assert copy_state(pair.aus, item) == ended
    assert differences(pair) == []
