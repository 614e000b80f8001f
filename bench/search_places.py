"""Engines with the whole register in them, for benchmarks of search: made once where a folder is
named to keep them (`BENCH_DIR`), else for one run.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, inspect
from tests import nodes
from tools import postgresql
from tools.postgresql import Server

from bench.search_data import Register
from sealane.adapters import search, shelf_statements
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables, reindex
from sealane.registry.records import Item

ENGINES = os.environ.get("BENCH_ENGINES", "SQLite PostgreSQL").split()
BATCH = 2000
COLUMNS = tuple(Item.__dataclass_fields__)
DATABASE = "search"
TOLD = {
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "max_parallel_workers_per_gather": "0",
}
"""What an operator gives a server of this size; one process an asking, so that its time is told."""


class Place:
    """One engine with a register in it."""

    def __init__(self, kind: str, place: Path | str, server: Server | None = None) -> None:
        self.kind, self.server = kind, server
        self.engine = open_engine(place)
        make_tables(self.engine, "bench.example")
        self.store, self.records = SqlStore(self.engine), SqlRecords()
        self.node = nodes.node_of("JPN", store=self.store, records=self.records)
        self._backend = 0
        if server is not None:
            with self.store.reading() as tx:
                self._backend = int(tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())

    def fill(self, register: Register) -> None:
        """Put the rows, where there are none yet; past the index, which is made by `build`."""
        with self.store.reading() as tx:
            held = tx.exec_driver_sql("SELECT count(*) FROM items").scalar()
        if held:
            assert held >= register.count, f"{held} items of another register are there"
            return
        with self.store.writing() as tx:
            _fill(tx, register)
            search.unmark(tx)

    def build(self) -> tuple[float, float, int]:
        """Make the index anew: seconds, processor seconds with the server's, items."""
        wall, own = time.perf_counter(), self.spent()
        with self.store.writing() as tx:
            count = reindex(tx)
        taken = time.perf_counter() - wall, self.spent() - own, count
        if self.server is not None:
            with psycopg.connect(self.server.address(DATABASE), autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")  # as the server does by itself in time
        return taken

    @property
    def indexed(self) -> bool:
        """Whether there is an index that this program made."""
        with self.store.reading() as tx:
            return inspect(tx).has_table("search_state") and search.is_current(tx)

    def spent(self) -> float:
        """Processor seconds of this process, and of the server's that answers it."""
        own = time.process_time()
        if self.server is None:
            return own
        told = Path(f"/proc/{self._backend}/schedstat").read_text().split()
        return own + int(told[0]) / 1e9


def _fill(tx: Connection, register: Register) -> None:
    statement = shelf_statements.inserting_all("items", COLUMNS)
    rows: list[tuple[Any, ...]] = []
    for item in register:
        rows.append(
            tuple(shelf_statements.bound("items", name, getattr(item, name)) for name in COLUMNS)
        )
        if len(rows) == BATCH:
            statement.run(tx, rows)
            rows = []
    if rows:
        statement.run(tx, rows)


@contextmanager
def places(name: str = DATABASE) -> Iterator[dict[str, Place]]:
    """Each engine with a database of this name, empty or as it was left in `BENCH_DIR`."""
    kept = os.environ.get("BENCH_DIR")
    with tempfile.TemporaryDirectory() as fresh:
        folder = Path(kept or fresh)
        folder.chmod(0o755)  # the server's user passes through
        found = {}
        if "SQLite" in ENGINES:
            found["SQLite"] = Place("SQLite", folder / f"{name}.db")
        server = _server(folder) if "PostgreSQL" in ENGINES else None
        try:
            if server is not None:
                found["PostgreSQL"] = Place("PostgreSQL", _database(server, name), server)
            yield found
        finally:
            for place in found.values():
                place.engine.dispose()
            if server is not None:
                server.stop()


def _server(folder: Path) -> Server:
    held = folder / "pg"
    held.mkdir(exist_ok=True)
    held.chmod(0o755)
    postgresql.SETTINGS.update(TOLD)
    return Server(held)


def _database(server: Server, name: str) -> str:
    with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if known.fetchone() is None:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    return server.address(name)


if __name__ == "__main__":
    sys.exit("a part of bench/bench_search.py")
