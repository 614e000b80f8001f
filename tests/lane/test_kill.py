"""kill -9 at every step boundary of a share, an opening and a recall: after the restart the work
completes exactly once.
"""

import subprocess
import sys

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.services.custody import ending
from sealane.services.exchange import outbox, recall, reseal, stray_files
from sealane.services.opening import key_parts
from sealane.services.register import views
from tests import nations
from tests.clock import START, Clock
from tests.lane.copied import copied, of_jpn


def child(folder, act, *step):
    return subprocess.run(
        [sys.executable, "-m", "tests.lane.child", str(folder), act, *step],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def restarted(folder):
    pair = nations.opened(folder, Clock(START + 7200 * SECOND))
    for node in (pair.aus, pair.jpn):
        stray_files.sweep(node, older=0)
    return pair


def whole(pair):
    """What must hold after any restart: no half-written file, equal states, the chain of entries
    unbroken.
    """
    for party in ("aus", "jpn"):
        folder = pair.root / party / "containers"
        assert not folder.is_dir() or not [
            path for path in folder.iterdir() if path.name.endswith(".part")
        ]
    for node in (pair.aus, pair.jpn):
        log = nations.log_of(node, nations.AGREEMENT)
        with node.store.writing() as tx:
            log.prove_head(tx)
        assert outbox.waiting(node) == []


def line(pair, node):
    with node.store.reading() as tx:
        return [
            (one["id"], one["state"], one["recalled"] is not None) for one in views.items(node, tx)
        ]


def steps_of(template, tmp_path, act, prepare):
    folder = nations.copy_of(template, tmp_path / "count")
    prepare(folder)
    done = child(folder, act)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def nothing(folder):
    return None


def shared(folder):
    pair = nations.opened(folder, Clock(START + 600 * SECOND))
    nations.share(pair)
    pair.settle()
    pair.close()


COPIES = {
    "copy": copied,
    "destroy": lambda pair, item: ending.destroy(pair.jpn, item, "jpn.clerk", number=1),
    "return": lambda pair, item: ending.give_back(pair.jpn, item, "jpn.clerk", number=1),
}
"""What the clerk does again where the register says that it was not done."""
AFTER = {
    "copy": ({1: "held", 2: "held"}, "statement.copied"),
    "destroy": ({1: "destroyed"}, "statement.copy.destroyed"),
    "return": ({1: "returned"}, "statement.copy.returned"),
}


ALWAYS = ("share", "open", "recall", "destroy")
"""Acts whose every step is tried in every run; the others in a deep one."""
ACTS = [
    pytest.param(one, marks=() if one in ALWAYS else (pytest.mark.deep,))
    for one in ("share", "open", "recall", "rewrap", *COPIES)
]


@pytest.mark.parametrize("act", ACTS)
def test_killed_at_any_step_the_work_completes_exactly_once(template, tmp_path, act):
    prepare = nothing if act == "share" else shared
    steps = steps_of(template, tmp_path, act, prepare)
    assert len(steps) >= 3
    base = nations.copy_of(template, tmp_path / "base")
    prepare(base)
    for number, step in enumerate(steps, 1):
        folder = nations.copy_of(base, tmp_path / f"kill-{number}")
        assert child(folder, act, str(number)).returncode == -9, step
        pair = restarted(folder)
        try:
            _complete(pair, act)
            whole(pair)
            _once(pair, act, step)
        finally:
            pair.close()


def _complete(pair, act):
    """What the person or the node does after a restart: the same request again, and the outbox."""
    pair.settle()
    if act == "share":
        nations.share(pair)
    elif act == "recall":
        item = line(pair, pair.aus)[0][0]
        recall.recall(pair.aus, item, reason="r", person="aus.release")
    elif act == "rewrap":
        item = line(pair, pair.aus)[0][0]
        if suites(pair.aus, item) != {"X-Wing"}:
            reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release")
    elif act in COPIES:
        item = line(pair, pair.aus)[0][0]
        if of_jpn(pair.jpn, item) == {1: "held"}:
            COPIES[act](pair, item)
    else:
        assert nations.read(pair, line(pair, pair.aus)[0][0]) == b"harbour"
    pair.settle()


def suites(node, item):
    with node.blobs.read(nations.given(node, item).container) as source:
        return {kao.suite for kao in key_parts.manifest_of(source).container.manifest.key_access}


def _moved(pair, item, kinds, there, step):
    """Both hold the one new container and nothing else; what made it
    is in both ledgers; it opens.
    """
    rows = []
    for node in (pair.aus, pair.jpn):
        assert suites(node, item) == {"X-Wing"}, step
        rows.append(nations.given(node, item))
        held = {path.stem for path in (pair.root / node.party.lower() / "containers").glob("*.tdf")}
        assert held == {rows[-1].container}, step
    assert (rows[0].container, rows[0].sealed) == (
        rows[1].container,
        rows[1].sealed,
    ), step
    for told in (kinds, there):
        assert {"statement.rewrap.request", "statement.rewrapped", "statement.acknowledged"} <= set(
            told
        ), step
    assert kinds.count("statement.rewrapped") == there.count("statement.rewrapped") == 1, step
    assert nations.read(pair, item) == b"harbour", step


def _once(pair, act, step):
    ours, theirs = line(pair, pair.aus), line(pair, pair.jpn)
    assert len(ours) == len(theirs) == 1, step
    item = ours[0][0]
    with pair.jpn.store.reading() as tx:
        kinds = [one["kind"] for one in views.history(pair.jpn, tx, item)]
        copies = [one["state"] for one in views.item(pair.jpn, tx, item)["copies"]]
    with pair.aus.store.reading() as tx:
        there = [one["kind"] for one in views.history(pair.aus, tx, item)]
        held = [one["state"] for one in views.item(pair.aus, tx, item)["copies"]]
    assert kinds.count("statement.offer") == there.count("statement.offer") == 1, step
    assert (
        kinds.count("statement.transfer.received")
        == there.count("statement.transfer.received")
        == 1
    ), step
    if act == "recall":
        assert (copies, held[1]) == (["destroyed"], "destroyed"), step
        assert kinds.count("statement.destroyed") == there.count("statement.destroyed") == 1, step
        with pytest.raises(SealaneError):
            nations.read(pair, item)
    if act == "rewrap":
        _moved(pair, item, kinds, there, step)
    if act in COPIES:
        states, told = AFTER[act]
        assert of_jpn(pair.aus, item) == of_jpn(pair.jpn, item) == states, step
        assert kinds.count(told) == there.count(told) == 1, step
        assert kinds.count("copy.entered") == 1, step
    if act == "open":
        # Every share that left has its entry on both sides, and every completed opening its
        # receipt.
        assert kinds.count("statement.key.released") >= 1
        assert there.count("statement.key.released") >= kinds.count("statement.key.released"), step
        assert kinds.count("statement.opened") == there.count("statement.opened") >= 1, step
