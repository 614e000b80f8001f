"""The counts kept of the logs are what the logs say, however they were counted; and whoever changes
them by hand is found out by the monthly verification.
"""

import itertools
from collections import Counter

import pytest

from sealane.adapters.stored_logs import stored_logs
from sealane.base.errors import SealaneError
from sealane.ledger import entries
from sealane.services.exchange import arrival, recall
from sealane.services.statements.journal import record
from sealane.services.watch import kept_counts, monthly
from sealane.services.watch.counting import (
    CLAUSE,
    RECALLED,
    REFUSED,
    SPANS,
    TOOK,
    Counting,
    QuestionsHere,
    bucket_of,
)
from sealane.services.watch.refused import OTHER, refusal_of
from tests import engines, nations

EVER = "2000-01-01"
THEIRS = "their.own"


def own(node):
    with node.store.reading() as tx:
        return [log for log in stored_logs(tx) if log.role == "own"]


def kept(node, log):
    with node.store.reading() as tx:
        return set(node.records.tallies.of(tx, log.origin))


def anew(node, log):
    """The same by one pass over the log."""
    internal = log.origin == node.internal.origin
    made = Counting(log.origin, node.party, internal, QuestionsHere())
    with node.store.reading() as tx:
        for index, data in enumerate(log.entries(tx, 0, log.size(tx))):
            made.take(index, data)
    return set(made.rows())


def since(node, what, day=EVER):
    logs = own(node)
    with node.store.reading() as tx:
        return kept_counts.since(node, tx, logs, what, day)


@pytest.fixture
def day(pair):
    """A day on which things were refused, recalled and answered, at Japan's node."""
    items = [nations.share(pair, reference=f"r-{one}") for one in range(3)]
    pair.clock.pass_(90)
    arrival.accept(pair.jpn, items[0], "jpn.clerk")
    for person in ("jpn.suzuki", "jpn.tanaka"):
        with pytest.raises(SealaneError):
            nations.read(pair, items[1], person)
    nations.read(pair, items[1])
    recall.recall(pair.aus, items[2], reason="over", person="aus.release")
    pair.settle(3)
    with pair.jpn.store.writing() as tx:
        for count in (3, 4):
            record(pair.jpn, tx, "calls.limited", path="rewrap", count=count)
        record(
            pair.jpn, tx, "peer.refused", party="AUS", type="offer", record="0" * 96, reason=THEIRS
        )
    return pair


@pytest.mark.parametrize("slice_", [1, 3, 500])
def test_counted_in_any_slices_they_are_what_one_pass_counts(day, monkeypatch, slice_):
    monkeypatch.setattr(kept_counts, "SLICE", slice_)
    for node in (day.aus, day.jpn):
        logs = own(node)
        assert kept_counts.follow(node, logs)
        assert {one.what for log in logs for one in kept(node, log)} >= {REFUSED, TOOK}
        for log in logs:
            assert kept(node, log) == anew(node, log)
        with node.store.writing() as tx:
            record(node, tx, "login.denied", actor="x", means="passphrase")
        assert kept_counts.follow(node, logs)
        for log in logs:
            assert kept(node, log) == anew(node, log)


def test_what_is_counted_is_what_a_reader_of_the_logs_finds(day):
    node = day.jpn
    assert kept_counts.follow(node, own(node))
    found, clauses = Counter(), Counter()
    with node.store.reading() as tx:
        for log in own(node):
            for data in log.entries(tx, 0, log.size(tx)):
                one = refusal_of(
                    entries.read(data), "JPN", internal=log.origin == node.internal.origin
                )
                if one is not None:
                    found[one.kind, one.code, one.agreement or "", one.by] += one.count
                    clauses.update(one.clauses)
    told = {(one.kind, one.name, one.agreement, one.by): one.count for one in since(node, REFUSED)}
    assert told == found
    assert told["calls.limited", "call.too_many", "", "JPN"] == 7
    assert told["peer.refused", OTHER, "", "AUS"] == 1
    named = Counter()
    for one in since(node, CLAUSE):
        named[one.name] += one.count
    assert named == clauses
    assert [(one.by, one.count) for one in since(node, RECALLED)] == [("JPN", 1)]
    times = {one.kind: one for one in since(node, TOOK)}
    assert set(times) <= {one.name for one in SPANS}
    assert times["acceptance"].last >= 90


def test_a_page_counts_so_much_and_says_that_more_is_left(day, monkeypatch):
    monkeypatch.setattr(kept_counts, "SLICE", 2)
    node = day.jpn
    assert not kept_counts.follow(node, own(node), 2)
    while not kept_counts.follow(node, own(node), 2):
        pass
    for log in own(node):
        assert kept(node, log) == anew(node, log)


def test_old_days_are_not_told(day):
    node = day.jpn
    kept_counts.follow(node, own(node))
    day.clock.pass_(3 * 86_400)
    with node.store.writing() as tx:
        record(node, tx, "login.denied", actor="x", means="passphrase")
    kept_counts.follow(node, own(node))
    (one,) = since(node, REFUSED, node.now()[1][:10])
    assert (one.kind, one.count) == ("login.denied", 1)


FORGED = (
    "UPDATE tallies SET count = count + 1",
    "DELETE FROM tallies WHERE what = 'refused'",
    "UPDATE tallies SET day = '2001-01-01'",
    (
        "INSERT INTO tallies SELECT what, '2001-02-03', origin, kind, name, agreement, \"by\","
        " bucket, count, last FROM tallies"
    ),
)


@pytest.mark.parametrize("text", FORGED)
def test_counts_changed_by_hand_are_found_and_counted_anew(day, text):
    node = day.jpn
    kept_counts.follow(node, own(node))
    assert monthly.attest(node, own(node))[1]
    with node.store.writing() as tx:
        engines.by_hand(tx, text)
    assert not monthly.attest(node, own(node))[1]
    with node.store.reading() as tx:
        told = monthly.results(node, tx, limit=1)["results"][0]
    assert any("tallies.altered" in str(one["error"]) for one in told["logs"])
    assert kept_counts.follow(node, own(node))
    for log in own(node):
        assert kept(node, log) == anew(node, log)
    assert monthly.attest(node, own(node))[1]


def test_counts_of_no_log_of_ours_count_for_nothing(day):
    node = day.jpn
    kept_counts.follow(node, own(node))
    before = since(node, REFUSED)
    with node.store.writing() as tx:
        engines.by_hand(
            tx,
            "INSERT INTO tallies SELECT what, day, 'elsewhere', kind, name, agreement, \"by\","
            " bucket, count, last FROM tallies",
        )
    assert since(node, REFUSED) == before


def test_a_log_that_is_another_now_is_counted_from_its_beginning(day):
    node = day.jpn
    kept_counts.follow(node, own(node))
    with node.store.writing() as tx:
        engines.by_hand(tx, "UPDATE tally_marks SET leaf = 'x'")
        engines.by_hand(tx, "UPDATE tallies SET count = 99")
    assert kept_counts.follow(node, own(node))
    for log in own(node):
        assert kept(node, log) == anew(node, log)


def test_times_are_told_apart_by_their_first_two_digits():
    assert [bucket_of(one) for one in (0, 7, 99, 100, 109, 110, 86_399)] == [
        *(0, 7, 99, 100, 100, 110, 86_000)
    ]
    for low, high in itertools.pairwise(sorted({bucket_of(one) for one in range(200_000)})):
        assert high - low <= max(1, low // 10)
