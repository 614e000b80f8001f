"""A node's database has every table that its code speaks of."""

from __future__ import annotations

import importlib
from pathlib import Path

from sqlalchemy import inspect

import sealane.adapters
from sealane.adapters import search
from sealane.adapters.schema import VERSIONS
from sealane.adapters.sql import SCHEMA, open_engine
from sealane.adapters.tables import TABLES, make_tables


def test_every_table_that_an_adapter_declares_is_made(tmp_path: Path) -> None:
    for path in Path(sealane.adapters.__file__).parent.glob("[a-z]*.py"):
        if path.stem != "hsm":  # needs the `pkcs11` extra
            importlib.import_module(f"sealane.adapters.{path.stem}")
    assert {table.name for table in TABLES} == set(SCHEMA.tables)
    engine = open_engine(tmp_path / "node.db")
    make_tables(engine)
    made = {name for name in inspect(engine).get_table_names() if not search.is_derived(name)}
    assert made == {*SCHEMA.tables, VERSIONS}
    engine.dispose()
