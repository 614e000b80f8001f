"""The schema that revisions make is the one that the tables declare, at every engine; a database of
another age is told, brought forward as a whole, or left alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select

from sealane.adapters import revisions, schema, search
from sealane.adapters.register_tables import PEOPLE
from sealane.adapters.sql import OWNER, SCHEMA, backend, open_engine, reading, writing
from sealane.adapters.tables import TABLES, make_tables
from sealane.base.errors import Misconfigured
from tests import engines, later

UNMARKED = ("DROP TABLE alembic_version", "PRAGMA user_version = 1")
"""What makes a SQLite file one of the program from before the first revision."""


OURS = {schema.VERSIONS, OWNER}
"""Tables about the database, which nobody declares."""


def declarable(table: str) -> bool:
    """Whether a table is of the schema; what is derived is made anew and never brought forward."""
    return table not in OURS and not search.is_derived(table.removeprefix("ix_"))


@pytest.fixture
def engine(place):
    engine = open_engine(place)
    yield engine
    engine.dispose()


@pytest.fixture
def declared(place, tmp_path: Path):
    """Another database of the same kind, made of what the tables declare."""
    kind = "sqlite" if isinstance(place, Path) else "postgresql"
    (tmp_path / "declared").mkdir()
    made = engines.place_in(tmp_path / "declared", kind)
    engine = open_engine(made)
    with writing(engine) as tx:
        SCHEMA.create_all(tx, tables=TABLES)
    yield engine
    engine.dispose()
    if isinstance(made, str):
        engines.server().dropped(made)


def texts(tx: Connection) -> dict[str, Any]:
    """What a database says of its tables: on SQLite the statements that made them, else columns
    with their types and orders, keys and indexes.
    """
    if tx.dialect.name == "sqlite":
        rows = tx.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: re.sub(r"\s+", " ", sql) for name, sql in rows if declarable(name)}
    found = inspect(tx)
    return {
        name: (
            [
                (one["name"], repr(one["type"]), one["nullable"], one["default"] is None)
                for one in found.get_columns(name)
            ],
            found.get_pk_constraint(name)["constrained_columns"],
            sorted(one["column_names"] for one in found.get_unique_constraints(name)),
            sorted((str(one["name"]), one["column_names"]) for one in found.get_indexes(name)),
        )
        for name in found.get_table_names()
        if declarable(name)
    }


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
                        "include_name": lambda name, kind, _: kind != "table" or declarable(name),
                    },
                ),
                SCHEMA,
            )
            == []
        ), "add a revision: CONTRIBUTING.md, Add a table or a column"


def test_it_is_the_same_to_the_letter_where_the_engine_keeps_letters(engine, declared):
    make_tables(engine)
    with reading(engine) as made, reading(declared) as wanted:
        assert texts(made) == texts(wanted)


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
        tx.execute(insert(PEOPLE).values(id="p", data={"id": "p"}, since="now"))
    before = schema.HISTORY.newest
    name = later.revise(monkeypatch, tmp_path / "later")
    assert code_of(lambda: make_tables(engine)) == "db.older"
    with writing(engine) as tx:
        assert schema.migrate(tx) == before
        assert schema.migrate(tx) == name
    make_tables(engine)
    with reading(engine) as tx:
        assert tx.exec_driver_sql("SELECT id, since, seen FROM people").one() == ("p", "now", 0)
        assert tx.execute(select(PEOPLE.c.data)).scalar_one() == {"id": "p"}
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
    with writing(engine) as tx:
        schema.migrate(tx, to="0.1.0")
        tx.exec_driver_sql(UNMARKED[0])
        backend(tx).set_age(tx, 1, "")
        assert schema.version_of(tx) == "0.1.0"
    later.revise(monkeypatch, tmp_path / "later")
    with writing(engine) as tx:
        assert schema.migrate(tx) == "0.1.0"
        assert schema.version_of(tx) == later.NAME
        assert backend(tx).age(tx) == schema.MARK


def test_what_was_made_before_any_release_has_no_way_forward(engine):
    with writing(engine) as tx:
        tx.exec_driver_sql("CREATE TABLE people (id TEXT)")
        backend(tx).set_age(tx, 0, "")
    assert code_of(lambda: make_tables(engine)) == "db.older"
    with pytest.raises(Misconfigured, match=r"db\.no_way"), writing(engine) as tx:
        schema.migrate(tx)
