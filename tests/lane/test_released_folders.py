"""The folders that earlier releases left are opened, upgraded and verified by this program.

`tests/folders` keeps a pair of nodes for each release, as `tests/folders/make.py` made them then.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import pytest

from sealane.adapters import folder_age, schema
from sealane.base.errors import SealaneError
from sealane.base.values import DAY, Instant, parse_instant
from sealane.cli.demo.cast import AGREEMENT
from sealane.ledger import receipt
from sealane.registry.records import CopyState, Newness
from sealane.services.audit import reconcile
from sealane.services.ledgers.slices import finding
from sealane.wiring import database
from tests import later, nations
from tests.clock import Clock
from tests.folders.make import HERE, STORY
from tests.nations import Pair
from tests.unit.adapters.test_schema import UNMARKED

RELEASES = sorted(path.name for path in HERE.iterdir() if (path / STORY).is_file())


@pytest.fixture(params=RELEASES)
def left(request: Any, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Both folders of a release, copied, and what its story says; modes are not kept by git."""
    root = tmp_path / "pair"
    shutil.copytree(HERE / request.param, root)
    for party in ("aus", "jpn"):
        (root / party).chmod(0o700)
    return root, json.loads((root / STORY).read_text(encoding="utf-8"))


def opened(root: Path, story: dict[str, str]) -> Pair:
    """Both nodes a day later, after each has asked the other whether anything is missing."""
    pair = nations.opened(root, Clock(Instant(parse_instant(story["at"]) + DAY)))
    for party in ("AUS", "JPN"):
        assert pair.ask(party).newness == Newness.CURRENT
    return pair


def upgraded(root: Path, story: dict[str, str]) -> list[dict[str, Any]]:
    clock = Clock(parse_instant(story["at"]))
    secret = story["passphrase"].encode()
    return [database.upgrade(root / party, secret, host=clock) for party in ("aus", "jpn")]


def hold(pair: Pair, story: dict[str, str]) -> None:
    """Ledgers, items, copies and statements are what the story left, and the nodes go on."""
    for party, site in pair.sites.items():
        node = pair.line.nodes[party]
        with node.store.reading() as tx:
            logs = [node.internal, nations.log_of(node, AGREEMENT)]
            found = [finding(lambda tx=tx: nullcontext(tx), log) for log in logs]
            assert [(one["error"], one["heads"] > 0) for one in found] == [(None, True)] * 2
            rows = node.records.statements.find(tx, order="digest")
            assert len(rows) > 10
            for row in rows:
                keys = nations_keys(pair, row.by)
                assert receipt.verify(bytes(row.data), keys).by == row.by
        partner = nations.other(party)
        shared = next(
            one for other, name, one in site.partnerships() if (other, name) == (partner, AGREEMENT)
        )
        report = reconcile.reconcile(node, partner, AGREEMENT, shared)
        assert report["differences"] == []
    with pair.jpn.store.reading() as tx:
        states = {
            item: {row.state for row in pair.jpn.records.copies.find(tx, order="number", item=item)}
            for item in (story["held"], story["recalled"])
        }
    assert states == {story["held"]: {CopyState.HELD}, story["recalled"]: {CopyState.DESTROYED}}
    assert nations.read(pair, story["held"]) == b"harbour"
    with pytest.raises(SealaneError):
        nations.read(pair, story["recalled"])
    fresh = nations.share(pair, b"new", reference="after-the-upgrade")
    pair.settle()
    pair.rounds(2)
    assert nations.read(pair, fresh) == b"new"


def nations_keys(pair: Pair, party: str) -> Any:
    return pair.line.nodes[party].card.statement


def test_a_folder_is_kept_for_this_line_of_releases():
    assert "0.1.0" in RELEASES


def test_a_released_folder_is_upgraded_opened_and_whole(left):
    root, story = left
    for done in upgraded(root, story):
        assert done["to"] == schema.HISTORY.newest
    pair = opened(root, story)
    hold(pair, story)
    pair.close()


def test_the_same_by_a_program_with_a_later_revision_and_step(left, tmp_path, monkeypatch):
    root, story = left
    later.revise(monkeypatch, tmp_path / "later")
    later.step(monkeypatch)
    with pytest.raises(SealaneError, match=r"db\.older"):
        nations.opened(root, Clock(parse_instant(story["at"])))
    for done in upgraded(root, story):
        assert (done["to"], done["folder"]["to"]) == (later.NAME, later.NAME)
    pair = opened(root, story)
    hold(pair, story)
    pair.close()


def test_a_folder_from_before_versions_were_written_is_one_of_the_first_release(
    left, tmp_path, monkeypatch
):
    root, story = left
    for party in ("aus", "jpn"):
        (root / party / folder_age.FILE).unlink()
        with closing(sqlite3.connect(root / party / "node.db")) as raw:
            for statement in UNMARKED:
                raw.execute(statement)
    later.revise(monkeypatch, tmp_path / "later")
    assert [done["from"] for done in upgraded(root, story)] == ["0.1.0", "0.1.0"]
    pair = opened(root, story)
    hold(pair, story)
    pair.close()
