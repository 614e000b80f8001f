"""A clock that jumps a day, two writers by mistake, and a copy of the folder that runs beside the
original.
"""

import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace

import pytest

from sealane.adapters import nodefolder
from sealane.adapters.peers import PARTNER_AWAY
from sealane.base.errors import Refused, SealaneError, Unavailable, Untrusted
from sealane.base.values import DAY, SECOND
from sealane.services.exchange import outbox, recall, reseal
from sealane.services.register import views
from sealane.services.statements.journal import record
from sealane.wiring.site import open_site
from tests import engines, nations
from tests.clock import START, Clock
from tests.lane.test_ledgers import hasten, rounds
from tests.nations import AGREEMENT, copy_of, opened, read, reseated, share


def jumped(pair, party, by):
    """The pair with one nation's clock off by so much."""
    pair.close()
    fresh = opened(pair.root, pair.clock)
    off = Clock(pair.clock.now_ + by)
    site = open_site(pair.root / party.lower(), nations.PASSPHRASE, host=off)
    fresh.sites[party].dispose()
    fresh.sites[party] = replace(site, node=replace(site.node, peers=fresh.line))
    fresh.line.nodes[party] = fresh.sites[party].node
    return fresh


@pytest.mark.parametrize("party", ["AUS", "JPN"])
@pytest.mark.parametrize("by", [DAY, -DAY], ids=["a day ahead", "a day behind"])
def test_one_clock_that_jumps_a_day_loses_nothing_releases_nothing_unrecorded_and_heals(
    template, tmp_path, party, by
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock(START + 3 * DAY))
    before = share(pair)
    rounds(pair)
    pair = jumped(pair, party, by)
    late = None
    if by == (DAY if party == "AUS" else -DAY):  # the question comes from the partner's future
        with pytest.raises(Untrusted):
            share(pair, b"while the clocks differ", reference="r-2")
    elif (party, by) == ("AUS", -DAY):  # the assurance that is held is dated after its own now
        with pytest.raises(Refused):
            share(pair, b"while the clocks differ", reference="r-2")
    else:
        late = share(pair, b"while the clocks differ", reference="r-2")
    rounds(pair)
    with pytest.raises(SealaneError):
        read(pair, before)  # the request comes from the future, or has expired
    pair.close()
    pair = opened(pair.root, pair.clock)  # the clock is set right
    pair.clock.pass_(2 * 86_400)
    late = late or share(pair, b"while the clocks differ", reference="r-2")
    pair.settle()
    rounds(pair)
    assert outbox.waiting(pair.aus) == outbox.waiting(pair.jpn) == []
    assert read(pair, before) == b"harbour"
    assert read(pair, late) == b"while the clocks differ"
    rounds(pair)
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            assert nations.log_of(node, AGREEMENT).walk(tx).size
            kinds = [one["kind"] for one in views.history(node, tx, late)]
        assert kinds.count("statement.offer") == kinds.count("statement.transfer.received") == 1
    pair.close()


def test_a_clock_a_day_ahead_stops_keys_until_the_partner_cosigns_again(template, tmp_path):
    pair = opened(copy_of(template, tmp_path / "w"), Clock())
    hasten(pair, 300)
    item = share(pair)
    rounds(pair)
    pair.clock.now_ += DAY
    assert (
        read(pair, item) == b"harbour"
    )  # nothing waits for a cosignature, so no clock can make it late
    pair.clock.now_ += DAY
    with pytest.raises(SealaneError):
        read(pair, item)
    rounds(pair)
    pair.clock.now_ -= 2 * DAY
    rounds(pair)
    assert read(pair, item) == b"harbour"
    pair.close()


def test_a_clock_set_back_while_an_offer_is_taken_gives_no_answer_that_nobody_could_believe(
    template, tmp_path
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock(START + 3 * DAY))

    def set_back(wanted):
        def at(step):
            if step == wanted:
                pair.clock.set(-86_400)
                pair.clock.at = lambda _: None

        pair.clock.at = at

    set_back("receive.stored")
    item = share(pair)
    assert outbox.waiting(pair.aus)
    pair.clock.set(86_400)
    pair.settle()
    assert outbox.waiting(pair.aus) == []
    reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release")
    set_back("rewrap.stored")
    outbox.deliver_due(pair.aus)
    assert outbox.waiting(pair.aus)
    pair.clock.set(86_400)
    pair.settle()
    assert outbox.waiting(pair.aus) == []
    assert read(pair, item) == b"harbour"
    pair.close()


class Died(BaseException):
    """The process ended here."""


def dies(party, statement):
    raise Died


def away(party, statement):
    raise PARTNER_AWAY(party=party, why="cut")


@pytest.mark.parametrize("trouble", [True, False], ids=["tried in vain", "taken by one that died"])
def test_what_was_put_off_by_a_clock_a_day_ahead_leaves_at_once_when_it_is_set_right(
    template, tmp_path, trouble
):
    pair = opened(copy_of(template, tmp_path / "w"), Clock(START + 3 * DAY))
    item = share(pair)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    pair.clock.now_ += DAY
    honest = pair.line.say
    pair.line.say = away if trouble else dies
    with nullcontext() if trouble else pytest.raises(Died):
        outbox.deliver_due(pair.aus)
    pair.line.say = honest
    pair.clock.now_ -= DAY
    sent = outbox.deliver_due(pair.aus)
    assert [(one.type, one.answer) for one in sent] == [("recall.ordered", "destroyed")]
    pair.close()


def test_a_second_process_on_the_same_folder_is_refused(template, tmp_path):
    folder = copy_of(template, tmp_path / "w") / "aus"
    (tmp_path / "pass").write_bytes(nations.PASSPHRASE + b"\n")
    with nodefolder.running(folder):
        for verb in (
            ["node", "run", str(folder)],
            ["ledger", "recover", "--with", "JPN", "--node", str(folder)],
        ):
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "sealane.cli.main",
                    *verb,
                    "--passphrase-file",
                    str(tmp_path / "pass"),
                    "--json",
                ],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert (done.returncode, '"node.running"' in done.stdout) == (4, True), (
                done.stdout + done.stderr
            )


def test_a_copy_of_the_folder_that_runs_beside_the_original_gets_no_cosignature_and_leaves_evidence(
    template, tmp_path
):
    one = opened(copy_of(template, tmp_path / "w"), Clock())
    share(one)
    rounds(one)
    one.close()
    engines.copy_folder(tmp_path / "w", tmp_path / "copy")
    one, twin = opened(tmp_path / "w", one.clock), opened(tmp_path / "copy", one.clock)
    publisher = shared(twin)
    with pytest.raises(Unavailable, match=r"node\.in_doubt"):
        publisher.publish()
    reseated(tmp_path / "copy" / "aus")  # a cloned disk knows of no other
    for pair, place in ((one, "here"), (twin, "there")):
        with pair.aus.store.writing() as tx:
            record(
                pair.aus,
                tx,
                "log.opened",
                agreement=AGREEMENT,
                partners=["JPN"],
                origin=place,
            )
    rounds(one)
    publisher.publish()  # only the partner can tell
    peer = nations.peer(one.sites["JPN"], "AUS", AGREEMENT)
    with pytest.raises(SealaneError):
        publisher.seek_cosignature(peer)
    with pytest.raises(Untrusted, match="forked"):
        shared(opened(tmp_path / "copy", one.clock)).publish(publisher.known_by(peer))
    one.close()
    twin.close()


def shared(pair):
    """AUS's publisher of the agreement's log."""
    return next(
        one.publisher for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT
    )


def test_two_copies_that_share_their_storage_of_heads_never_sign_two_heads(template, tmp_path):
    folder = copy_of(template, tmp_path / "w")
    (tmp_path / "heads").mkdir()
    nodefolder.save(
        folder / "aus", replace(nodefolder.load(folder / "aus"), heads=str(tmp_path / "heads"))
    )
    engines.copy_folder(folder, tmp_path / "copy")
    reseated(tmp_path / "copy" / "aus")
    clock = Clock(START + 60 * SECOND)
    one, twin = opened(folder, clock), opened(tmp_path / "copy", clock)
    publishers = []
    for pair, place in ((one, "here"), (twin, "there")):
        publisher = shared(pair)
        with pair.aus.store.writing() as tx:
            record(
                pair.aus,
                tx,
                "log.opened",
                agreement=AGREEMENT,
                partners=["JPN"],
                origin=place,
            )
        publishers.append(publisher)
    publishers[0].publish()
    with pytest.raises(SealaneError, match="forked"):
        publishers[1].publish()
    one.close()
    twin.close()
