"""What PostgreSQL alone can do to a node: restart, stand still, run full of locks, be another's, or
be a server that would lose what it acknowledged.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from tools.postgresql import serving

from sealane.adapters.records import SqlRecords, SqlStore, open_store
from sealane.adapters.sql import open_engine, postgresql
from sealane.adapters.tables import make_tables
from sealane.base.errors import Malformed, Misconfigured, SealaneError, Unavailable
from sealane.registry.records import Serial
from sealane.settings import Settings
from sealane.wiring.site import create_site
from tests import engines
from tests.clock import Clock
from tests.nations import PASSPHRASE

ROOT = Path(__file__).resolve().parents[3]
RECORDS = SqlRecords()


@pytest.fixture
def address():
    made = engines.server().made()
    yield made
    engines.server().dropped(made)


@pytest.fixture
def store(address):
    engine = open_engine(address)
    make_tables(engine, "a.example")
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def own_server():
    with serving() as server:
        yield server


def count(store):
    with store.writing() as tx:
        return RECORDS.serial(tx, "n")


@contextmanager
def refused(code, *words):
    with pytest.raises(SealaneError) as caught:
        yield
    assert caught.value.code == code, caught.value
    for word in words:
        assert word in caught.value.message + caught.value.remedy


@pytest.mark.parametrize("now", [False, True])
def test_a_restarted_server_is_gone_on_with_and_loses_nothing_that_was_acknowledged(
    own_server, now
):
    store = SqlStore(open_engine(own_server.made()))
    make_tables(store.engine, "a.example")
    done = [count(store) for _ in range(5)]
    own_server.stop(now=now)
    with refused("store.unavailable", "server") as _:
        count(store)
    own_server.start()
    assert [*done, count(store)] == [1, 2, 3, 4, 5, 6]
    store.engine.dispose()


def test_a_server_lost_within_a_step_undoes_the_step_and_the_next_one_holds(own_server):
    store = SqlStore(open_engine(own_server.made()))
    make_tables(store.engine, "a.example")
    with refused("store.unavailable"), store.writing() as tx:
        RECORDS.serial(tx, "n")
        own_server.stop(now=True)
        own_server.start()
        RECORDS.serial(tx, "m")
    with refused("store.unavailable"), store.writing() as tx:
        RECORDS.serial(tx, "n")
        own_server.stop(now=True)  # and the commit finds nobody
    own_server.start()
    assert count(store) == 1
    store.engine.dispose()


def test_words_for_a_server_that_is_away_speak_of_no_disk():
    away = open_engine("postgresql://x@/x?host=/nowhere")
    with pytest.raises(Unavailable) as caught, SqlStore(away).reading():
        pass
    assert (caught.value.code, caught.value.exit_status) == ("store.unavailable", 3)
    assert "disk" not in caught.value.message + caught.value.remedy
    assert "ディスク" not in caught.value.message_ja + caught.value.remedy_ja


def test_a_step_that_waits_too_long_for_its_turn_is_told_busy(monkeypatch, address, store):
    monkeypatch.setitem(postgresql.PATIENCE, "lock_timeout", "200ms")
    other = SqlStore(open_engine(address))
    with store.writing() as tx:
        RECORDS.serial(tx, "n")
        with refused("store.busy"), other.writing():
            pass
        with other.reading() as reader:  # readers wait for nobody
            assert RECORDS.serials.get(reader, name="n") is None
    assert count(other) == 2
    other.engine.dispose()


def test_a_process_that_stands_still_within_a_step_is_cut_off_and_holds_nobody_up(
    monkeypatch, address, store
):
    monkeypatch.setitem(postgresql.PATIENCE, "idle_in_transaction_session_timeout", "300ms")
    still = SqlStore(open_engine(address))
    entered, go_on, found = threading.Event(), threading.Event(), []

    def stand():
        try:
            with still.writing() as tx:
                RECORDS.serial(tx, "n")
                entered.set()
                go_on.wait(30)
                RECORDS.serial(tx, "m")
        except Unavailable as error:
            found.append(error.code)

    thread = threading.Thread(target=stand)
    thread.start()
    entered.wait(30)
    assert count(store) == 1
    go_on.set()
    thread.join()
    assert found[0] in ("store.busy", "store.unavailable")
    with store.reading() as tx:
        assert RECORDS.serials.get(tx, name="m") is None
    assert count(still) == 2
    still.engine.dispose()


CHILD = """
import os, signal, sys
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import open_engine
store = SqlStore(open_engine(sys.argv[1]))
with store.writing() as tx:
    SqlRecords().serial(tx, "n")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_within_a_step_leaves_neither_rows_nor_a_lock(address, store):
    killed = subprocess.run([sys.executable, "-c", CHILD, address], check=False, cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    assert count(store) == 1


def test_a_step_is_durable_whatever_the_role_says_and_a_lease_is_not(address, store):
    def said(step):
        with step() as tx:
            return tx.exec_driver_sql("SHOW synchronous_commit").scalar_one()

    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute("ALTER ROLE sealane SET synchronous_commit = off")
    try:
        store.engine.dispose()
        assert (said(store.writing), said(store.hinting), said(store.writing)) == (
            "on",
            "off",
            "on",
        )
    finally:
        with psycopg.connect(address, autocommit=True) as raw:
            raw.execute("ALTER ROLE sealane RESET synchronous_commit")


def test_a_server_that_may_lose_what_it_acknowledged_is_refused(own_server):
    address = own_server.made()
    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute("ALTER SYSTEM SET fsync = off")
        raw.execute("SELECT pg_reload_conf()")
    own_server.stop()
    own_server.start()
    with refused("db.unfit", "fsync"):
        make_tables(open_engine(address), "a.example")


def test_a_server_that_takes_no_writes_is_told_as_such(address, store):
    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute(f"ALTER DATABASE {raw.info.dbname} SET default_transaction_read_only = on")
    store.engine.dispose()
    with refused("store.unavailable", "no writes"):
        count(store)


def test_a_network_without_verified_tls_is_refused_and_loopback_is_not(own_server, monkeypatch):
    own_server.listen("0.0.0.0")
    name = psycopg.conninfo.conninfo_to_dict(own_server.made())["dbname"]
    here = f"postgresql://sealane@127.0.0.1:{own_server.port}/{name}"
    make_tables(open_engine(here), "a.example")
    outside = own_server.outside()
    if outside is None:
        pytest.skip("this machine has no other address than loopback")
    for mode in ("", "?sslmode=prefer", "?sslmode=allow"):
        with (
            refused("db.unfit", "verify-full"),
            SqlStore(
                open_engine(f"postgresql://sealane@{outside}:{own_server.port}/{name}{mode}")
            ).reading(),
        ):
            pass


def test_no_database_and_no_schema_are_faults_of_the_settings(address):
    lost = address.replace("/n", "/no_such_", 1)
    with refused("db.unfit"), SqlStore(open_engine(lost)).reading():
        pass
    nowhere = open_engine(f"{address}&options=-csearch_path%3Dnowhere")
    with refused("db.unfit", "schema"), SqlStore(nowhere).reading():
        pass


def test_two_nodes_live_in_two_schemas_of_one_database(address, tmp_path):
    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute("CREATE SCHEMA aus")
        raw.execute("CREATE SCHEMA jpn")
    stores = {}
    for name in ("aus", "jpn"):
        stores[name] = SqlStore(open_engine(f"{address}&options=-csearch_path%3D{name}"))
        make_tables(stores[name].engine, f"{name}.example")
    assert [count(stores[name]) for name in ("aus", "jpn", "aus")] == [1, 1, 2]
    with stores["aus"].writing(), stores["jpn"].writing():
        pass  # and neither waits for the other
    for store in stores.values():
        store.engine.dispose()


def test_init_in_a_database_that_is_taken_makes_no_folder(address, store, tmp_path):
    settings = Settings(party="JPN", node="b.example", database=address)
    with refused("db.taken", "a.example"):
        create_site(tmp_path / "b", settings, PASSPHRASE, host=Clock())
    assert not (tmp_path / "b").exists()
    with refused("db.taken"):
        open_store(tmp_path, settings)


def test_tables_of_something_else_are_never_taken_for_a_node_s(address):
    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute("CREATE TABLE items (id int)")
    with refused("db.taken", "no node"):
        make_tables(open_engine(address), "a.example")


@pytest.mark.parametrize(
    "database",
    [
        "mysql://x",
        "postgresql://u:secret@h/d",
        "postgres://h/d?password=secret",
        "postgresql://h/d?user=u&password=secret",
        'postgresql://h/"',
        "postgresql://h/a b",
        "node.db",
        "",
    ],
)
def test_an_address_of_something_else_or_with_a_password_is_no_setting(database):
    with pytest.raises((Misconfigured, Malformed)) as caught:
        Settings(party="AUS", node="a.example", database=database)
    assert caught.value.code == "settings.malformed"
    assert "secret" not in str(caught.value.as_json())


@pytest.mark.parametrize(
    "database",
    [
        "sqlite",
        "postgresql://",
        "postgresql://?service=canberra",
        "postgresql://postgres:@/d?host=/s",
    ],
)
def test_addresses_that_give_no_secret_away_are_settings(database):
    assert Settings(party="AUS", node="a.example", database=database).database == database


def test_the_password_comes_from_a_service_file(own_server, tmp_path, monkeypatch):
    address = own_server.made()
    parts = psycopg.conninfo.conninfo_to_dict(address)
    service = tmp_path / "services"
    service.write_text(
        f"[canberra]\nhost={parts['host']}\ndbname={parts['dbname']}\nuser=clerk\npassword=x\n"
    )
    service.chmod(0o600)
    with psycopg.connect(address, autocommit=True) as raw:
        raw.execute("CREATE ROLE clerk LOGIN PASSWORD 'x'")
        raw.execute(f"ALTER DATABASE {parts['dbname']} OWNER TO clerk")
    own_server.only_by_password("clerk")
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    engine = open_engine("postgresql://?service=canberra")
    make_tables(engine, "a.example")
    engine.dispose()
    service.write_text(service.read_text().replace("password=x", "password=y"))
    with refused("db.unfit"), SqlStore(open_engine("postgresql://?service=canberra")).reading():
        pass


def test_more_readers_than_connections_wait_and_are_told_busy_at_last(monkeypatch, address):
    monkeypatch.setattr(postgresql, "POOL", 1)
    monkeypatch.setattr(postgresql, "MORE", 0)
    monkeypatch.setattr(postgresql, "WAIT", 0.2)
    store = SqlStore(open_engine(address))
    with store.reading(), refused("store.busy"), store.reading():
        pass
    with suppress(SealaneError), store.reading():
        pass
    store.engine.dispose()


ALONE = """
import sys
sys.modules["psycopg"] = None
from sealane.adapters.sql import open_engine
from sealane.base.errors import Misconfigured
try:
    open_engine("postgresql://")
except Misconfigured as error:
    print(error.code, error.remedy)
"""


def test_without_the_driver_the_extra_is_named():
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout == "db.driver_missing Install `sealane[scale]`.\n"


def test_a_unique_key_met_twice_is_a_fault_of_the_caller_and_undoes_the_step(store):
    count(store)
    with pytest.raises(psycopg.errors.UniqueViolation), store.writing() as tx:  # noqa: PT012
        RECORDS.serials.add(tx, Serial(name="m", last=1))
        RECORDS.serials.add(tx, Serial(name="n", last=1))
    with store.reading() as tx:
        assert RECORDS.serials.get(tx, name="m") is None
