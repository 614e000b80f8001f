"""What every store promises, on each kind of database: atomic steps, snapshots, writers in turn,
and failures told in our own words.
"""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from sealane.adapters.records import SqlRecords, SqlStore, open_store
from sealane.adapters.schema import MARK
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables
from sealane.base.errors import Misconfigured, Unavailable
from sealane.registry.records import AssuranceEntry, InboxRow, OutboxRow, PersonEntry, Serial
from sealane.settings import Settings

BIG = 1_764_000_000_000_000_000


@pytest.fixture
def store(place):
    engine = open_engine(place)
    make_tables(engine, "a.example")
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def records():
    return SqlRecords()


def names(store, records):
    with store.reading() as tx:
        return [row.name for row in records.serials.find(tx, order="name")]


def outbox_row(**changes):
    row = {
        "id": None, "partner": "JPN", "type": "offer", "item": None, "statement": "s",
        "container": None, "created": "c", "due": BIG, "attempts": 0, "trouble": None, "done": None,
    }  # fmt: skip
    return OutboxRow(**(row | changes))


def test_a_step_is_all_or_nothing(store, records):
    with pytest.raises(RuntimeError), store.writing() as tx:  # noqa: PT012
        records.serials.add(tx, Serial(name="a", last=1))
        raise RuntimeError
    assert names(store, records) == []
    for step in (store.writing, store.hinting):
        with step() as tx:
            records.serials.put(tx, {"name": step.__name__}, last=1)
    assert names(store, records) == ["hinting", "writing"]


def test_a_snapshot_stays_as_it_was_while_others_write(store, records):
    with store.writing() as tx:
        records.serials.add(tx, Serial(name="a", last=1))
    with store.reading() as tx:
        assert records.serials.get(tx, name="a").last == 1

        def write():
            with store.writing() as other:
                records.serials.change(other, {"name": "a"}, last=2)

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        assert records.serials.get(tx, name="a").last == 1
    with store.reading() as tx:
        assert records.serials.get(tx, name="a").last == 2


def test_writers_of_several_processes_read_what_the_one_before_wrote(place, store, records):
    """Each opens the database for itself, reads, and writes what it read and one: none is lost."""

    def count(step):
        own = SqlStore(open_engine(place))
        for _ in range(30):
            with getattr(own, step)() as tx:
                records.serial(tx, "n")
        own.engine.dispose()

    threads = [threading.Thread(target=count, args=(step,)) for step in ("writing", "hinting") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as tx:
        assert records.serials.get(tx, name="n").last == 120


def test_a_reader_cannot_write_where_the_database_can_hold_it_to_that(place, store, records):
    if isinstance(place, str):
        with pytest.raises(Unavailable), store.reading() as tx:
            records.serials.add(tx, Serial(name="a", last=1))
        assert names(store, records) == []


def test_records_come_back_as_they_were_given(store, records):
    data = {"b": [1, None, "日本"], "a": {"x": True}, "long": BIG}
    person = PersonEntry(id="p", data=data, verifier=None, since="now")
    with store.writing() as tx:
        records.people.add(tx, person)
        records.inbox.add(tx, InboxRow(statement="s", by="JPN", answer=b"\0\xff" * 5000, at="at"))
    with store.reading() as tx:
        found = records.people.get(tx, id="p")
        assert found == person
        assert list(found.data) == ["b", "a", "long"]
        assert records.people.get(tx, id="p", verifier=None) == person
        assert records.people.get(tx, id="q") is None
        answer = records.inbox.get(tx, statement="s").answer
        assert (type(answer), answer) == (bytes, b"\0\xff" * 5000)
        assert records.people.column(tx, "data", id="p") == [data]
        assert records.people.count(tx, id="p") == records.people.count(tx, id="p", ended=None) == 1
        assert records.people.count(tx, id="q") == 0


def test_a_record_of_a_key_that_is_there_is_changed_and_else_added(store, records):
    with store.writing() as tx:
        records.people.put(tx, {"id": "p"}, data={"n": 1}, since="1")
        records.people.put(tx, {"id": "p"}, data={"n": 2})
        assert records.people.change(tx, {"id": "p"}, verifier="v") == 1
        assert records.people.change(tx, {"id": "q"}, verifier="v") == 0
    with store.reading() as tx:
        assert records.people.find(tx, order="id") == [
            PersonEntry(id="p", data={"n": 2}, verifier="v", since="1")
        ]


def test_texts_are_ordered_and_paged_by_their_bytes(store, records):
    given = ["B", "a", "É", "_", "Z", "é", "ab", "a b", "日", "-", "A", "aB"]
    with store.writing() as tx:
        for name in given:
            records.serials.add(tx, Serial(name=name, last=1))
    ordered = sorted(given, key=str.encode)
    with store.reading() as tx:
        find = records.serials.find
        assert [row.name for row in find(tx, order="name")] == ordered
        assert [row.name for row in find(tx, order="name", newest=True)] == ordered[::-1]
        paged, after = [], ""
        while part := find(tx, order="name", after=after, limit=5):
            paged += [row.name for row in part]
            after = paged[-1]
        assert paged == ordered
        assert [row.name for row in find(tx, order="name", newest=True, after="a", limit=2)] == [
            "_",
            "Z",
        ]


def test_the_outbox_gives_what_is_due_oldest_first_with_instants_of_64_bits(store, records):
    with store.writing() as tx:
        for at, due in enumerate((BIG, BIG + 1, BIG - 1, BIG)):
            records.outbox.add(tx, outbox_row(statement=f"s{at}", due=due))
        records.outbox.add(tx, outbox_row(statement="o", partner="USA"))
        records.outbox.change(tx, {"statement": "s3"}, done="d")
    with store.reading() as tx:
        ready = records.outbox.ready
        assert [row.statement for row in ready(tx, BIG, BIG + 1)] == ["s0", "s2", "o"]
        assert [row.statement for row in ready(tx, BIG, BIG + 1, partner="USA")] == ["o"]
        assert [row.statement for row in ready(tx, BIG, BIG + 1, limit=1)] == ["s0"]
        assert ready(tx, BIG - 2, BIG + 1) == []
        # what a clock that ran ahead has put off is due again
        assert [row.statement for row in ready(tx, BIG - 2, BIG)] == ["s1"]


def test_members_named_as_words_of_sql_are_members(store, records):
    entry = AssuranceEntry(
        agreement="x", by="AUS", to="JPN", area="maritime", level="SECRET", data={}, statement="s"
    )
    with store.writing() as tx:
        records.assurances.add(tx, entry)
    with store.reading() as tx:
        assert records.assurances.get(tx, by="AUS", to="JPN") == entry
        assert records.assurances.find(tx, order="to", statement=None) == []


def test_a_step_after_a_failed_one_finds_the_database_as_it_was(store, records):
    with store.writing() as tx:
        records.serials.add(tx, Serial(name="a", last=1))
    for _ in range(40):  # more than connections are kept
        with suppress(Exception), store.writing() as tx:
            records.serials.add(tx, Serial(name="a", last=2))
    assert names(store, records) == ["a"]


def test_tables_are_made_once_and_know_their_age(place, store):
    make_tables(store.engine, "a.example")
    from sealane.adapters.sql import backend

    with store.reading() as tx:
        assert backend(tx).age(tx) == MARK


def test_a_node_finds_its_own_database_and_never_another_s(place, store, tmp_path):
    if isinstance(place, str):
        settings = Settings(party="AUS", node="a.example", database=place)
        open_store(tmp_path, settings).engine.dispose()
        with pytest.raises(Misconfigured) as caught:
            open_store(tmp_path, Settings(party="JPN", node="b.example", database=place))
        assert caught.value.code == "db.taken"
        assert "a.example" in caught.value.message
