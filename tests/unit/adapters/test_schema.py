"""The schema that revisions make is the one that the tables declare, at every engine; a database of
another age is told, brought forward as a whole, or left alone.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from sealane.adapters import revisions, schema
from sealane.adapters.sql import SCHEMA, open_engine, reading, writing
from sealane.adapters.tables import TABLES, make_tables
from sealane.base.errors import Misconfigured
from tests import later

UNMARKED = ("DROP TABLE alembic_version", "PRAGMA user_version = 1")
"""What makes a database one of the program from before the first revision."""


@pytest.fixture
def engine(tmp_path: Path):
    engine = open_engine(tmp_path / "node.db")
    yield engine
    engine.dispose()


def texts(tx: Connection) -> dict[str, str]:
    rows = tx.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: re.sub(r"\s+", " ", sql) for name, sql in rows if name != schema.VERSIONS}


def code_of(work) -> str:
    with pytest.raises(Misconfigured) as caught:
        work()
    return caught.value.code


def test_what_revisions_make_is_what_the_tables_declare(engine):
    make_tables(engine)
    with writing(engine) as tx:
        assert (
            compare_metadata(
                MigrationContext.configure(
                    tx,
                    opts={
                        "compare_type": True,
                        "include_name": lambda name, kind, _: (
                            (kind, name) != ("table", schema.VERSIONS)
                        ),
                    },
                ),
                SCHEMA,
            )
            == []
        ), "add a revision: CONTRIBUTING.md, Add a table or a column"


def test_on_sqlite_it_is_the_same_to_the_letter(engine, tmp_path):
    make_tables(engine)
    other = open_engine(tmp_path / "other.db")
    with writing(other) as tx:
        SCHEMA.create_all(tx, tables=TABLES)
        declared = texts(tx)
    with reading(engine) as tx:
        made = texts(tx)
    other.dispose()
    assert made == declared


def test_the_revisions_are_one_chain_in_the_order_that_is_written_down():
    here = Path(revisions.__file__).parent
    script = ScriptDirectory(str(here), version_locations=[str(here)])
    chain = [one.revision for one in script.walk_revisions()]
    assert tuple(reversed(chain)) == revisions.ORDER
    assert [revisions.before(name) for name in revisions.ORDER] == [None, *revisions.ORDER[:-1]]


def test_a_new_database_is_of_the_newest_version(engine):
    with reading(engine) as tx:
        assert schema.version_of(tx) is None
    make_tables(engine)
    with reading(engine) as tx:
        assert schema.version_of(tx) == revisions.ORDER[-1]
    make_tables(engine)


def test_a_later_revision_comes_on_top_and_keeps_every_row(engine, tmp_path, monkeypatch):
    make_tables(engine)
    with writing(engine) as tx:
        tx.exec_driver_sql("INSERT INTO people VALUES ('p', '{\"id\": \"p\"}', NULL, 'now')")
    before = schema.HISTORY.newest
    name = later.revise(monkeypatch, tmp_path / "later")
    assert code_of(lambda: make_tables(engine)) == "db.older"
    with writing(engine) as tx:
        assert schema.migrate(tx) == before
        assert schema.migrate(tx) == name
    make_tables(engine)
    with reading(engine) as tx:
        found = tx.exec_driver_sql("SELECT id, data, since, seen FROM people").fetchall()
        assert [tuple(row) for row in found] == [("p", '{"id": "p"}', "now", 0)]
        assert inspect(tx).has_table("rooms")
        assert "shelf" in [one["name"] for one in inspect(tx).get_columns("items")]


def test_a_revision_that_fails_leaves_everything_as_it_was(engine, tmp_path, monkeypatch):
    make_tables(engine)
    with reading(engine) as tx:
        before = texts(tx), schema.version_of(tx)
    later.revise(monkeypatch, tmp_path / "later", rest="raise RuntimeError('power')")
    with pytest.raises(RuntimeError), writing(engine) as tx:
        schema.migrate(tx)
    with reading(engine) as tx:
        assert (texts(tx), schema.version_of(tx)) == before


def test_an_older_program_leaves_a_newer_database_alone(engine, tmp_path, monkeypatch):
    with monkeypatch.context() as future:
        later.revise(future, tmp_path / "later")
        make_tables(engine)
    assert code_of(lambda: make_tables(engine)) == "db.newer"
    with pytest.raises(Misconfigured, match=r"db\.newer"), writing(engine) as tx:
        schema.migrate(tx)
    with reading(engine) as tx:
        assert schema.version_of(tx) == later.NAME
        assert inspect(tx).has_table("rooms")


def test_a_database_from_before_the_first_revision_is_known_by_its_mark(
    engine, tmp_path, monkeypatch
):
    make_tables(engine)
    with writing(engine) as tx:
        for statement in UNMARKED:
            tx.exec_driver_sql(statement)
        assert schema.version_of(tx) == "0.1.0"
    later.revise(monkeypatch, tmp_path / "later")
    with writing(engine) as tx:
        assert schema.migrate(tx) == "0.1.0"
        assert schema.version_of(tx) == later.NAME
        assert tx.exec_driver_sql("PRAGMA user_version").scalar() == schema.MARK


def test_what_was_made_before_any_release_has_no_way_forward(engine):
    with writing(engine) as tx:
        tx.exec_driver_sql("CREATE TABLE people (id TEXT)")
    assert code_of(lambda: make_tables(engine)) == "db.older"
    with pytest.raises(Misconfigured, match=r"db\.no_way"), writing(engine) as tx:
        schema.migrate(tx)
