"""Search, and pruning under an authority only."""

import os

import pytest

from sealane.adapters.log import SqlLog
from sealane.base.errors import Conflict
from sealane.base.values import DAY, SECOND, Instant
from sealane.ledger import entries
from sealane.services.ledgers.maintenance import Keeper, Query, search
from tests.nations_log import Keys, Node


@pytest.fixture
def node(tmp_path):
    found = Node(tmp_path / "jp", Keys("jp"), Keys("au"))
    yield found
    found.close()


@pytest.fixture
def keeper(node):
    internal = SqlLog("jp.example/internal")
    with node.store.writing() as tx:
        internal.open(tx)
    return Keeper(store=node.store, host=node.host, internal=internal)


def fill(node, count, step=DAY):
    start = node.host.at - 500 * DAY
    made = [
        entries.make(
            "key.refused" if at % 10 == 0 else "record.read",
            Instant(start + at * step),
            os.urandom(16),
            actor=f"p-{at % 7}",
            object=f"item-{at}",
        )
        for at in range(count)
    ]
    node.append(*made)
    return start


def test_twelve_months_of_entries_are_found_by_kind_person_object_and_time(node):
    start = fill(node, 400)
    with node.store.reading() as tx:
        assert [index for index, _ in search(tx, node.log, Query(kind="key.refused"))] == list(
            range(0, 400, 10)
        )
        assert [index for index, _ in search(tx, node.log, Query(word="item-123"))] == [123]
        found = list(
            search(
                tx,
                node.log,
                Query(word="p-3", since=Instant(start + 10 * DAY), until=Instant(start + 24 * DAY)),
            )
        )
        assert [index for index, _ in found] == [10, 17]
        assert len(list(search(tx, node.log, Query(limit=5)))) == 5


def test_nothing_is_pruned_but_old_whole_bundles_under_an_authority_and_all_stays_provable(
    node, keeper
):
    fill(node, 600, step=DAY // 4)
    node.publisher.publish()
    node.host.at += 300 * DAY
    for below in (0, 255, 9000):
        with pytest.raises(Conflict):
            keeper.prune(node.log, below, "0" * 96)
    assert keeper.prune(node.log, 300, "0" * 96) == 256
    assert node.peer._client.get("/ledger/x/tile/entries/000").status_code == 410
    assert node.peer.fetch("tile/entries/001") is not None
    with node.store.reading() as tx:
        assert entries.read(keeper.internal.entry(tx, 0)).kind == "log.pruned"
        assert node.log.walk(tx).size == 600
        assert node.log.inclusion(tx, 3)


def test_entries_of_the_last_twelve_months_are_never_pruned(node, keeper):
    node.append(
        *(
            entries.make("record.read", Instant(node.host.at - SECOND), os.urandom(16))
            for _ in range(300)
        )
    )
    with pytest.raises(Conflict, match="twelve months"):
        keeper.prune(node.log, 256, "0" * 96)
