"""Where a database lies at a server: the same over restarts, and another for whatever was brought
back, copied or promoted; and the lock by which machines know that the node runs.
"""

import pytest
from sqlalchemy import text
from tools.postgresql import serving

from sealane.adapters.sql import open_engine, place_of, reading, standing
from sealane.adapters.tables import make_tables


@pytest.fixture(scope="module")
def server():
    with serving() as made:
        yield made


@pytest.fixture
def address(server):
    made = server.made()
    engine = open_engine(made)
    make_tables(engine, "canberra.aus.example")
    engine.dispose()
    return made


def place(address):
    engine = open_engine(address)
    with reading(engine) as tx:
        found = place_of(tx)
        assert place_of(tx) == found
    engine.dispose()
    return found


def test_a_restart_and_a_crash_of_the_server_change_no_place(server, address):
    before = place(address)
    server.stop()
    server.start()
    assert place(address) == before
    server.stop(now=True)
    server.start()
    assert place(address) == before


def test_a_copy_of_the_database_and_tables_made_anew_lie_elsewhere(server, address):
    before = place(address)
    assert place(server.made(address)) != before
    engine = open_engine(address)
    with engine.connect() as tx:  # as a dump that is read back over what was there
        tx.execute(text("CREATE TABLE read_back AS SELECT * FROM sealane_node"))
        tx.execute(text("DROP TABLE sealane_node"))
        tx.execute(text("ALTER TABLE read_back RENAME TO sealane_node"))
        tx.commit()
    engine.dispose()
    assert place(address) != before


def test_a_server_that_was_brought_back_to_an_instant_lies_elsewhere(server, address):
    before = place(address)
    server.stop()
    # recovery from an archive, of which nothing is left, then the server goes on by itself
    with (server.folder / "data" / "postgresql.auto.conf").open("a") as told:
        told.write("restore_command = 'false'\n")
    (server.folder / "data" / "recovery.signal").touch()
    server.start()
    engine = open_engine(address)
    for _ in range(600):
        with reading(engine) as tx:
            if not tx.execute(text("SELECT pg_is_in_recovery()")).scalar_one():
                break
    engine.dispose()
    assert place(address) != before


def test_who_runs_the_node_and_who_wants_it_stopped_exclude_one_another_at_all_machines(address):
    one, other, third = (open_engine(address) for _ in range(3))
    with standing(one, alone=False) as first, standing(other, alone=False) as second:
        assert first()
        assert second()
        with standing(third, alone=True) as alone:
            assert not alone()
    with standing(third, alone=True) as alone, standing(one, alone=False) as first:
        assert alone()
        assert not first()
    with standing(one, alone=False) as first:
        assert first()
    for engine in (one, other, third):
        engine.dispose()


def test_whoever_lost_its_session_takes_the_lock_again(server, address):
    one, other = open_engine(address), open_engine(address)
    with standing(one, alone=False) as held, standing(other, alone=True) as alone:
        assert held()
        server.stop()
        server.start()
        assert held()
        assert not alone()
    one.dispose()
    other.dispose()
