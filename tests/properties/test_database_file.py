"""A law of exported databases: whatever rows a database holds, another one filled from its file
holds the same, value by value and type by type.
"""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Column, Integer, LargeBinary, Table

from sealane.adapters import database_file, schema
from sealane.adapters.sql import SCHEMA, open_engine, reading, writing
from sealane.adapters.tables import TABLES, make_tables
from sealane.crypto import jws
from sealane.crypto.keys import PrivateKey
from tests import engines

KEY = PrivateKey.generate("ES384")
ABOUT = {"node": "n.example", "party": "AUS", "schema": schema.HISTORY.newest, "at": "now"}
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
DOCUMENT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(TEXT, one, max_size=3),
    max_leaves=5,
)


def raw(tx: Any) -> Any:
    """The driver's own connection: what is written is what the code would write."""
    return tx.connection.driver_connection


def values(column: Column[Any]) -> st.SearchStrategy[Any]:
    """What may stand in a column, as the driver is given it."""
    if isinstance(column.type, JSON):
        made: st.SearchStrategy[Any] = DOCUMENT.filter(lambda one: one is not None).map(
            lambda one: json.dumps(one, ensure_ascii=False)
        )
    elif isinstance(column.type, LargeBinary) or "BLOB" in str(column.type):
        made = st.binary(max_size=40)
    elif isinstance(column.type, Integer):
        made = st.integers(-(2**63), 2**63 - 1)
    else:
        made = TEXT
    return st.none() | made if column.nullable else made


def rows(table: Table) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    row = st.tuples(*(values(column) for column in table.columns))
    unique = [
        tuple(list(table.columns).index(column) for column in constraint.columns)
        for constraint in table.constraints
        if len(constraint.columns)  # type: ignore[attr-defined]
    ]
    return st.lists(
        row,
        max_size=4,
        unique_by=tuple((lambda one, at=at: tuple(one[i] for i in at)) for at in unique),
    )


@st.composite
def databases(draw: st.DrawFn) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of some tables."""
    some = draw(st.lists(st.sampled_from(TABLES), max_size=4, unique=True))
    return {table.name: draw(rows(table)) for table in some}


def put(path: Path, held: dict[str, list[tuple[Any, ...]]]) -> Any:
    engine = open_engine(path)
    make_tables(engine)
    with writing(engine) as tx:
        for name, found in held.items():
            marks = ", ".join("?" for _ in SCHEMA.tables[name].columns)
            raw(tx).executemany(f'INSERT INTO "{name}" VALUES ({marks})', found)
    return engine


def content(engine: Any) -> dict[str, list[tuple[Any, ...]]]:
    with reading(engine) as tx:
        return {
            table.name: sorted(raw(tx).execute(f'SELECT * FROM "{table.name}"'), key=repr)
            for table in TABLES
        }


def written(engine: Any) -> bytes:
    """The file of a database, whose lines do not say which engine it was."""
    file = io.BytesIO()
    with reading(engine) as tx:
        database_file.write(
            tx, file, {**ABOUT, "engine": "any"}, lambda _: jws.sign(b"{}", [KEY], typ="t")
        )
    return file.getvalue()


def filled(place: Path | str, data: bytes) -> Any:
    """A new database with what a file holds."""
    engine, file = open_engine(place), io.BytesIO(data)
    claims = database_file.prove(file)
    with writing(engine) as tx:
        schema.migrate(tx, claims.node, claims.schema)
        database_file.fill(tx, file, claims)
    return engine


def unsealed(data: bytes) -> list[bytes]:
    return data.splitlines()[:-1]


def through(kind: str, held: dict[str, list[tuple[Any, ...]]]) -> None:
    """Rows go from SQLite to an engine of this kind, and back to SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        first = put(Path(folder) / "first.db", held)
        data = written(first)
        (Path(folder) / "second").mkdir()
        place = engines.place_in(Path(folder) / "second", kind)
        second = filled(place, data)
        assert unsealed(written(second)) == unsealed(data)
        third = filled(Path(folder) / "third.db", written(second))
        assert content(third) == content(first)
        for engine in (first, second, third):
            engine.dispose()
        if isinstance(place, str):
            engines.server().dropped(place)


@given(databases())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
def test_a_database_filled_from_a_file_holds_what_the_first_held(held):
    through("sqlite", held)


@given(databases())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=15)
def test_and_the_same_on_the_way_over_postgresql(held):
    through("postgresql", held)
