"""The trust board for who sees little: no number that counts what others did."""

from __future__ import annotations

import pytest

from sealane.base.errors import SealaneError
from sealane.web.words import say
from tests import nations
from tests.web.test_audit_pages import caller, visitor


def test_the_board_tells_a_reader_of_no_one_elses_refusals_and_of_no_size_of_a_log(
    pair, tokyo, item
):
    with pytest.raises(SealaneError):
        nations.read(pair, item, "jpn.suzuki")
    pair.settle(2)
    reader = caller(tokyo, "jpn.sato").get("/api/v1/trust-board").json()
    assert sum(one["count"] for one in reader["flows"]) == 1
    assert reader["refusals"] == {"count": 0, "rows": []}
    assert reader["heads"] == []
    page = visitor(tokyo, "jpn.sato").get("/trust")
    assert (page.status_code, say("en", "trust.heads") in page.text) == (200, False)
    staff = caller(tokyo, "jpn.security").get("/api/v1/trust-board").json()
    assert staff["refusals"]["count"] > 0
    assert staff["heads"]
