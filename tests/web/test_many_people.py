"""Two hundred people at once: everybody is answered as is due, and the node's memory does not grow
with what it answers.

The long form, with its figures, is `make bench BENCH=people`.
"""

import pytest
from bench.people_day import VISITS, gathered, spent

pytestmark = [pytest.mark.deep, pytest.mark.untraced, pytest.mark.timeout(900)]
PEOPLE, SECONDS, GROWN = 200, 45, 1.1


def test_two_hundred_at_once_are_answered_and_nothing_grows(tmp_path):
    with gathered(tmp_path / "pair", PEOPLE) as crowd:
        spent(crowd, 15)  # caches, connections and threads are there once everybody has been
        minute = spent(crowd, SECONDS)
    assert minute.wrong == {}
    assert set(minute.answered) == set(VISITS)
    assert minute.growth < GROWN, minute.memory
