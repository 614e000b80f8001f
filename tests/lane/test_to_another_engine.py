"""A node moves from SQLite to PostgreSQL and back, with everything that it holds."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from sealane.adapters import nodefolder, schema
from sealane.adapters.records import open_store
from sealane.base.errors import SealaneError
from sealane.registry.records import Newness
from sealane.services.ledgers.slices import finding
from sealane.settings import SQLITE
from sealane.wiring import database
from tests import engines, later, nations
from tests.lane.test_whole_database import put_away
from tests.nations import PASSPHRASE, Pair


def moved(pair: Pair, to: str, out: Path) -> dict:
    """AUS's stopped node exported, told of another database, and imported there."""
    folder = pair.root / "aus"
    database.export(folder, PASSPHRASE, out, host=pair.clock)
    if to == SQLITE:
        assert not (folder / "node.db").exists()
    else:
        put_away(folder)
    nodefolder.save(folder, replace(nodefolder.load(folder), database=to))
    with out.open("rb") as file:
        return database.take_in(folder, PASSPHRASE, file, host=pair.clock)


def goes_on(pair: Pair, item: str, fresh: str) -> Pair:
    """Both nodes again; the one that moved asks first, then everything is as it was."""
    again = nations.opened(pair.root, pair.clock)
    assert again.ask("AUS").newness == Newness.CURRENT
    assert nations.read(again, item) == b"harbour"
    nations.share(again, b"more", reference=fresh)
    again.settle()
    again.rounds(2)
    for node in (again.aus, again.jpn):
        with node.store.reading() as tx:
            for log in (node.internal, nations.log_of(node, nations.AGREEMENT)):
                assert finding(lambda tx=tx: nullcontext(tx), log)["error"] is None
    again.close()
    return again


def test_a_node_moves_to_postgresql_and_back_and_goes_on_each_time(pair, tmp_path):
    item = nations.share(pair)
    pair.settle()
    pair.rounds(2)
    pair.close()
    done = moved(pair, engines.setting("postgresql"), tmp_path / "there.db")
    assert (done["engine"], database.ages(pair.root / "aus").engine) == ("postgresql",) * 2
    again = goes_on(pair, item, "on-postgresql")
    done = moved(again, SQLITE, tmp_path / "back.db")
    assert (done["engine"], database.ages(pair.root / "aus").engine) == ("sqlite", "sqlite")
    goes_on(again, item, "on-sqlite")


def test_an_upgrade_on_postgresql_is_all_or_nothing_too(pair, tmp_path, monkeypatch):
    item = nations.share(pair)
    pair.settle()
    pair.rounds(2)
    pair.close()
    folder = pair.root / "aus"
    moved(pair, engines.setting("postgresql"), tmp_path / "there.db")
    with monkeypatch.context() as broken:
        later.revise(broken, tmp_path / "broken", rest="raise RuntimeError('power')")
        with pytest.raises(RuntimeError):
            database.upgrade(folder, PASSPHRASE, host=pair.clock)
    assert database.ages(folder).state == "current"
    name = later.revise(monkeypatch, tmp_path / "later")
    with pytest.raises(SealaneError, match=r"db\.older"):
        nations.opened(pair.root, pair.clock)
    for party in ("aus", "jpn"):
        done = database.upgrade(pair.root / party, PASSPHRASE, host=pair.clock)
        assert done["to"] == name
    store = open_store(folder, nodefolder.load(folder))
    with store.reading() as tx:
        assert schema.version_of(tx) == name
    store.engine.dispose()
    goes_on(pair, item, "after-the-upgrade")
