"""kill -9 at every step of writing a pack and of taking one in: the same again completes it, once.

Spec: spec/pack.md §4, §5; docs/threat-model.md.
"""

from __future__ import annotations

import shutil

import pytest

from sealane.base.values import SECOND
from sealane.cli.demo.cast import AGREEMENT
from sealane.ledger import entries
from sealane.services.exchange import outbox, stray_files
from tests import nations
from tests.clock import START, Clock
from tests.lane import dialogue
from tests.lane.packing import cut, made, taken, to_and_fro
from tests.lane.test_kill import child
from tests.lane.test_packs import assured


@pytest.fixture
def base(template, tmp_path):
    """Two nations without a line: an offer and a case wait at AUS, the packs of both ways made."""
    folder = nations.copy_of(template, tmp_path / "base")
    pair = cut(nations.opened(folder, Clock(START + 600 * SECOND)))
    dialogue.officers(pair)
    assured(pair)
    dialogue.opened(pair.aus, "rfi", dialogue.RFI)
    (folder / "in.pack").write_bytes(made(pair.aus))
    pair.close()
    return folder


@pytest.fixture
def answered(base, tmp_path):
    """The same with the answers on their way back."""
    folder = nations.copy_of(base, tmp_path / "answered")
    pair = cut(nations.opened(folder, Clock(START + 900 * SECOND)))
    taken(pair.jpn, (folder / "in.pack").read_bytes())
    (folder / "back.pack").write_bytes(made(pair.jpn))
    pair.close()
    return folder


def killed(base, tmp_path, act):
    """The folder after a kill at each step of an act, with the step's name."""
    counted = nations.copy_of(base, tmp_path / "count")
    done = child(counted, act)
    assert done.returncode == 0, done.stderr
    assert not done.stdout.startswith("error"), done.stdout
    for number, step in enumerate(done.stdout.split(), 1):
        folder = nations.copy_of(base, tmp_path / "kill")
        assert child(folder, act, str(number)).returncode == -9, step
        pair = cut(nations.opened(folder, Clock(START + 7200 * SECOND)))
        try:
            for node in (pair.aus, pair.jpn):
                stray_files.sweep(node, older=0)
            yield pair, step
        finally:
            pair.close()
            shutil.rmtree(folder)


def told(node):
    """The kinds of entries of a node's log with the other, counted."""
    log, found = nations.log_of(node, AGREEMENT), {}
    with node.store.reading() as tx:
        for data in log.entries(tx, 0, log.size(tx)):
            kind = entries.read(data).kind
            found[kind] = found.get(kind, 0) + 1
    return found


def settled(pair, step):
    """What holds at the end of every way: each thing was done once, at both."""
    to_and_fro(pair, 2)
    for node in (pair.aus, pair.jpn):
        assert outbox.waiting(node) == [], step
        kinds = told(node)
        assert {
            kinds[f"statement.{one}"]
            for one in ("offer", "transfer.received", "case.opened", "acknowledged", "assurance")
        } <= {1, 2}, (step, kinds)
        assert kinds["statement.offer"] == kinds["statement.transfer.received"] == 1, step
        assert kinds["statement.case.opened"] == 1, step
        with node.store.reading() as tx:
            (item,) = node.records.items.find(tx, order="id")
            (case,) = node.records.cases.find(tx, order="id")
        assert (item.state, case.state, case.refused) == ("delivered", "asked", None), step
        parts = (pair.root / node.party.lower() / "containers").glob("*.part")
        assert not list(parts), step


def test_killed_at_any_step_an_import_completes_once(base, tmp_path):
    for pair, step in killed(base, tmp_path, "pack-import"):
        taken(pair.jpn, (pair.root / "in.pack").read_bytes())
        settled(pair, step)


def test_killed_at_any_step_answers_are_noted_once(answered, tmp_path):
    for pair, step in killed(answered, tmp_path, "pack-hear"):
        taken(pair.aus, (pair.root / "back.pack").read_bytes())
        settled(pair, step)


def test_killed_at_any_step_a_pack_is_whole_or_not_there(base, tmp_path):
    for pair, step in killed(base, tmp_path, "pack-export"):
        assert not (pair.root / "out.pack").exists(), step
        taken(pair.jpn, made(pair.aus))
        settled(pair, step)
