"""A sweep takes no container that a step is about to record, whatever the clock says that tells the
ages of files.
"""

import ast
import io
from functools import partial
from pathlib import Path

import pytest

import sealane.services
from sealane.base.errors import Unavailable
from sealane.labels.model.label import label_from_json
from sealane.services.exchange import container_files, outbox, reseal, stray_files
from sealane.services.guard import holding
from sealane.services.register.acts import Actor
from tests import nations
from tests.lane import made
from tests.nations import AGREEMENT, LABEL, share

AHEAD = -600
"""The age of what was named a moment ago, once that clock was set forward."""


def sealed(pair):
    asked = container_files.Sealing(
        label=label_from_json(LABEL),
        profile="sovereign",
        to="JPN",
        agreement=AGREEMENT,
        purpose="assessment",
        media_type="text/plain",
    )
    return container_files.seal_to(pair.aus, io.BytesIO(b"by hand"), io.BytesIO(), asked)


def rewrapped(pair, item):
    reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release")


def held(pair):
    asked = holding.HoldAsked(
        domain="office", name="f", media_type="text/plain", actor=Actor("aus.analyst")
    )
    return holding.hold(pair.aus, asked, io.BytesIO(b"OFFICIAL\nfine\nOFFICIAL\n"))


def delivered(pair):
    pair.settle(1)
    assert outbox.waiting(pair.aus) == []


def acts(pair):
    """What names a container: the step between its naming and its recording, who names, and the
    act, which may be asked again.
    """
    item = share(pair)
    pair.settle()
    yield "release.sealed", "AUS", partial(share, pair, b"second", reference="r-2")
    pair.settle()
    yield "seal.kept", "AUS", partial(sealed, pair)
    yield "register.sealed", "AUS", partial(made.register, pair.aus)
    yield "derive.sealed", "AUS", partial(made.derive, pair.aus, item)
    yield "export.sealed", "AUS", partial(held, pair)
    own = made.register(pair.aus)
    yield "release.sealed", "AUS", partial(made.release, pair.aus, own)
    pair.settle()
    yield "rewrap.sealed", "AUS", partial(rewrapped, pair, item)
    yield "rewrap.stored", "JPN", partial(delivered, pair)


def swept_at(pair, wanted, node):
    """Let a new leader sweep once at this step; how much it took."""
    taken = []

    def sweep(step):
        if step == wanted and not taken:
            taken.append(0)
            taken[0] = stray_files.sweep(node, older=AHEAD)

    pair.clock.at = sweep
    return taken


def whole(pair):
    """Every container that a row names is there, and there is no other."""
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            named = set(node.records.containers.column(tx, "container"))
        there = set(node.blobs.strays((), older=AHEAD))
        assert named == there, node.party


def test_what_was_swept_before_it_was_recorded_is_not_recorded_and_is_there_when_asked_again(pair):
    for step, party, act in acts(pair):
        taken = swept_at(pair, step, pair.line.nodes[party])
        if step == "rewrap.stored":  # its sender heard that it is unavailable, and tries again
            pair.settle(1)
        else:
            with pytest.raises(Unavailable, match=r"container\.swept"):
                act()
        assert taken == [1], step
        pair.clock.at = lambda _: None
        act()
    pair.settle()
    whole(pair)


def test_an_offer_whose_container_was_swept_as_it_came_is_taken_when_it_comes_again(pair):
    taken = swept_at(pair, "receive.stored", pair.jpn)
    item = share(pair)
    assert taken == [1]
    (waits,) = outbox.waiting(pair.aus)
    assert "swept" in str(waits)
    pair.settle()
    assert nations.read(pair, item) == b"harbour"
    whole(pair)


class Died(BaseException):
    """The sweeping process ended here."""


def test_a_sweep_that_was_killed_as_it_erased_leaves_every_later_step_to_ask(pair, monkeypatch):
    share(pair)
    pair.settle()
    destroy = pair.aus.blobs.destroy

    def killed(name):
        destroy(name)
        raise Died

    def sweep(step):
        if step == "release.sealed":
            pair.clock.at = lambda _: None
            with monkeypatch.context() as patched:
                patched.setattr(pair.aus.blobs, "destroy", killed)
                with pytest.raises(Died):
                    stray_files.sweep(pair.aus, older=AHEAD)

    for reference in ("r-2", "r-3"):
        pair.clock.at = sweep
        with pytest.raises(Unavailable, match=r"container\.swept"):
            share(pair, b"second", reference=reference)
    share(pair, b"second", reference="r-2")
    pair.settle()
    whole(pair)


def test_what_was_not_swept_is_recorded_while_a_sweep_is_under_way(pair):
    share(pair)
    with pair.aus.blobs.adding() as spool:
        spool.take(b"nobody's")
        spool.keep(spool.digest())
    taken = swept_at(pair, "release.sealed", pair.aus)
    spared = pair.aus.blobs.strays

    def stray(known, *, older):
        found = spared(known, older=older)
        return [name for name in found if pair.aus.blobs.path(name).stat().st_size == 8]

    pair.aus.blobs.strays = stray
    share(pair, b"second", reference="r-2")
    assert taken == [1]
    del pair.aus.blobs.strays
    pair.settle()
    whole(pair)


def test_no_service_names_a_container_but_by_what_asks_for_it_again():
    root = Path(sealane.services.__file__).parent
    found = {
        path.relative_to(root).as_posix(): node
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr, getattr(node.func.value, "id", "")) == ("keep", "spool")
    }
    assert set(found) == {"exchange/stray_files.py"}
