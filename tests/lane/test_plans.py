"""What a day asks of the register is found by an index, whatever the size of the register: nothing
reads a large table whole but what is named here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from sealane.services.exchange import arrival, outbox, recall, stray_files
from sealane.services.home import desk
from sealane.services.register import sign_in_tries, suspense, views
from sealane.services.register.acts import Actor
from sealane.services.watch.sample import Sampler
from sealane.wiring.site import Site
from sealane.wiring.watching import watched
from tests.lane.test_reconciling import audit
from tests.nations import Pair, read, share

GROW = ("items", "containers", "copies", "transfers", "entry_refs", "statements", "outbox", "inbox")
"""The tables that grow with what is exchanged."""
WHOLE = re.compile(rf"SCAN ({'|'.join(GROW)})$")
SORTED = "USE TEMP B-TREE FOR ORDER BY"


@pytest.fixture
def asked(pair: Pair) -> set[str]:
    """The text of every question that both nodes put to their databases from now on."""
    texts: set[str] = set()

    def traced(connection: Any, _: Any = None) -> None:
        connection.set_trace_callback(texts.add)

    for site in pair.sites.values():
        with site.node.store.reading() as tx:
            engine = tx.engine
        event.listen(engine, "connect", traced)
        engine.dispose()
    return texts


def plans(site: Site, texts: set[str]) -> Iterator[tuple[str, list[str]]]:
    """How SQLite answers each question."""
    with site.node.store.reading() as tx:
        driver = tx.connection.driver_connection
        for text in sorted(texts):
            if text.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
                rows = driver.execute(f"EXPLAIN QUERY PLAN {text}").fetchall()
                yield text, [row[3] for row in rows]


def whole(pair: Pair, texts: set[str]) -> list[str]:
    """The questions that read a large table from one end to the other."""
    site = pair.sites["AUS"]
    return [
        text for text, steps in plans(site, set(texts)) if any(WHOLE.match(step) for step in steps)
    ]


def assert_unsorted(pair: Pair, texts: set[str]) -> None:
    """Some were asked, and each is answered in the order of an index."""
    found = list(plans(pair.sites["AUS"], texts))
    assert found
    for text, steps in found:
        assert SORTED not in steps, text


def test_a_share_its_openings_and_its_recall_read_no_large_table_whole(
    pair: Pair, asked: set[str]
) -> None:
    item = share(pair)
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    assert read(pair, item) == b"harbour"
    pair.settle()
    pair.rounds(2)
    recall.recall(pair.aus, item, reason="mistake", person=Actor("aus.release"))
    pair.settle()
    assert any("'assurance'" in text for text in asked)
    assert whole(pair, asked) == []


def test_what_is_asked_every_minute_reads_no_large_table_whole(pair: Pair, asked: set[str]) -> None:
    share(pair)
    asked.clear()
    for site in pair.sites.values():
        Sampler(watched(site)).read()
        recall.erase_again(site.node)
        outbox.waiting(site.node)
        with site.node.store.reading() as tx:
            sign_in_tries.alarms(site.node, tx)
    assert whole(pair, asked) == []
    assert_unsorted(pair, {text for text in asked if "FROM entry_refs" in text})


def test_lists_that_people_ask_for_read_no_large_table_whole(pair: Pair, asked: set[str]) -> None:
    item = share(pair)
    for site in pair.sites.values():
        with site.node.store.reading() as tx:
            views.items(site.node, tx, limit=10)
            views.history(site.node, tx, item)
            suspense.waiting(site.node, tx)
            suspense.of_item(site.node, tx, item)
            for person in site.node.people(tx, limit=100):
                desk.waiting(site.node, tx, person.data)
    assert whole(pair, asked) == []


@pytest.mark.parametrize("direction", ["in", "out", None])
def test_a_page_of_the_register_is_read_in_its_order(
    pair: Pair, asked: set[str], direction: str | None
) -> None:
    share(pair)
    where = {} if direction is None else {"direction": direction}
    asked.clear()
    with pair.jpn.store.reading() as tx:
        pair.jpn.records.items.find(tx, order="created", limit=5, newest=True, **where)
    assert_unsorted(pair, {text for text in asked if "FROM items" in text})


NAMED: tuple[tuple[Callable[[Pair], object], str], ...] = (
    (lambda pair: stray_files.sweep(pair.aus), "containers"),
    (lambda pair: audit(pair, "AUS", ask=False), "items"),
)
"""What reads a large table whole by its nature, as docs/scale.md names it."""


@pytest.mark.parametrize(("work", "table"), NAMED, ids=["sweep", "audit"])
def test_what_reads_all_is_named(
    pair: Pair, asked: set[str], work: Callable[[Pair], object], table: str
) -> None:
    share(pair)
    before = set(asked)
    work(pair)
    found = list(plans(pair.sites["AUS"], asked - before))
    assert {
        match.group(1) for _, steps in found for step in steps if (match := WHOLE.match(step))
    } <= {table}
