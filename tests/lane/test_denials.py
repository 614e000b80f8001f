"""What a person of ours who may read nothing can do to both nations by asking again and again."""

import pytest

from sealane.base.errors import Refused
from sealane.services.exchange import outbox, recall
from sealane.services.opening.denials import BEYOND, TOLD_A_MINUTE
from sealane.services.statements import partner_counts
from tests.nations import read, share


def waiting(node):
    return [row["type"] for row in outbox.waiting(node)]


def refused(pair, item, person, times):
    for _ in range(times):
        with pytest.raises(Refused, match=r"decision\.refused"):
            read(pair, item, person=person)


def test_a_reader_who_asks_without_end_is_told_a_few_times_a_minute_and_else_counted(pair):
    item = share(pair)
    pair.settle()
    refused(pair, item, "jpn.clerk", TOLD_A_MINUTE + 40)
    assert waiting(pair.jpn) == ["open.denied"] * TOLD_A_MINUTE
    with pair.jpn.store.reading() as tx:
        beyond = [one for one in partner_counts.told(pair.jpn, tx) if one["code"] == BEYOND]
    assert [(one["partner"], one["count"]) for one in beyond] == [("JPN", 40)]
    # another person's refusal is told all the same, and whoever may read reads
    refused(pair, item, "jpn.suzuki", 1)
    assert waiting(pair.jpn) == ["open.denied"] * (TOLD_A_MINUTE + 1)
    assert read(pair, item) == b"harbour"
    # a minute later the same person's are told again
    pair.clock.pass_(61)
    refused(pair, item, "jpn.clerk", 1)
    assert waiting(pair.jpn).count("open.denied") == TOLD_A_MINUTE + 2


def test_what_is_beyond_the_measure_delays_no_recall(pair):
    item = share(pair)
    pair.settle()
    refused(pair, item, "jpn.clerk", TOLD_A_MINUTE * 3)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    pair.settle(1)
    assert outbox.waiting(pair.aus) == outbox.waiting(pair.jpn) == []
