"""A partner's node that is called and drips, never ends, packs or keeps silent: its own calls fail,
each by a code; nobody else's wait. Real sockets; nothing here asserts a time.
"""

import io
import threading
from dataclasses import replace

import pytest

from sealane.adapters import peers as peers_module
from sealane.adapters import tls
from sealane.adapters.peers import HttpPeers
from sealane.adapters.tls import Address
from sealane.base.errors import SealaneError
from sealane.base.pace import Patience
from sealane.labels.model.label import label_from_json
from sealane.services.exchange import outbox, release
from sealane.wiring.lanes import Lanes
from tests import nations, nations_three
from tests.clock import Clock, now
from tests.lane.hostile import served, until
from tests.lines import HEAD, MIB, drips, machine, says, says_nothing
from tests.nations_three import LABEL, TRILATERAL
from tests.unit.adapters.test_calls import BOMB, CHUNKED, ENDLESS

SHORT = Patience(whole=1.0, stretch=0.5, floor=4096, thought=0.5)
FOR_EVER = Patience(whole=3600.0, stretch=3600.0, floor=1, thought=3600.0)
PACKED = HEAD + b"content-encoding: gzip\r\n" + f"content-length: {len(BOMB)}\r\n\r\n".encode()
MANNERS = {
    "drips": (drips(CHUNKED + b"1\r\n"), "partner.unavailable"),
    "drips its headers": (drips(HEAD + b"x-more: "), "partner.unavailable"),
    "says nothing": (says_nothing, "partner.unavailable"),
    "never ends": (ENDLESS["plain"], "partner.unfit_answer"),
    "never ends, of a stated length": (ENDLESS["of a stated length"], "partner.unfit_answer"),
    "packs 64 MiB": (says(PACKED + BOMB), "partner.unfit_answer"),
    "is no node": (says(HEAD + b"content-length: 2\r\n\r\nhi"), "json.malformed"),
}


@pytest.fixture(scope="module")
def three(live_template, tmp_path_factory):
    root = tmp_path_factory.mktemp("slow") / "three"
    made = nations_three.build(live_template, root, Clock(now()))
    nations_three.staff(made)
    yield made
    made.close()


NUMBERS = iter(range(1000))


def queued(three, to):
    """An item that Canberra released to a partner, and that has not left."""
    changes = {"reference": f"s-{next(NUMBERS)}"}
    if to == "USA":
        changes |= {"agreement": TRILATERAL, "label": label_from_json(LABEL), "to": "USA"}
    wanted = nations.wanted(three.aus, **changes)
    return release.release(three.aus, wanted, io.BytesIO(b"harbour")).item


def calling(three, found, patience):
    """Canberra's site, whose partner Tokyo is the machine `found`; Washington is where it is."""
    cards = {"JPN": three.jpn.card, "USA": three.usa.card}

    site = three.sites["AUS"]

    def address(party):
        url = f"https://127.0.0.1:{found.port}" if party == "JPN" else cards[party].url
        return Address(url=url, certificates=(cards[party].tls,), own=site.identity)

    peers = HttpPeers(address, patience=patience)
    node = replace(site.node, peers=peers)
    return replace(site, node=node, peer=peers.log_peer, cut=peers.close)


def hostile(three, manner):
    """Tokyo's address, in whose place something else answers, with its keys."""
    caller = tls.der(three.aus.card.tls)
    context = tls.server_context(three.sites["JPN"].identity, lambda: [caller])
    tls.trust(context, [caller])
    return machine(manner, tls=context)


def row_of(node, item):
    with node.store.reading() as tx:
        return node.records.outbox.get(tx, item=item, type="offer")


@pytest.mark.parametrize("manner", MANNERS)
def test_an_answer_that_is_none_is_that_rows_trouble_by_its_code(three, manner):
    says, code = MANNERS[manner]
    first, second = queued(three, "JPN"), queued(three, "JPN")
    with hostile(three, says) as found:
        site = calling(three, found, SHORT)
        sent = {one.item: one.trouble for one in outbox.deliver_due(site.node, partner="JPN")}
        site.cut()
        assert sent[first] == code
        assert row_of(site.node, first).trouble == row_of(site.node, second).trouble == code
        if code != "partner.unavailable":  # only a dead line speaks for the rows behind
            assert sent[second] == code
        assert found.sent < 40 * MIB


def test_a_slow_partner_delays_no_other_and_no_ledger(three):
    """Tokyo takes the first delivery and every round of every ledger, and never answers any."""
    slow, quick = queued(three, "JPN"), queued(three, "USA")
    with (
        hostile(three, says_nothing) as found,
        served(three.sites["USA"]),
    ):
        site = calling(three, found, FOR_EVER)
        lanes = Lanes(site)
        lanes.start()
        until(lambda: row_of(site.node, quick).done is not None)
        again = queued(three, "USA")
        until(lambda: row_of(site.node, again).done is not None)
        until(lambda: any(one.begun for party, _, one in site.partnerships() if party == "USA"))
        rounds = [name for party, name, _ in site.partnerships() if party == "JPN"]
        until(lambda: len(found.calls) >= 1 + len(rounds))
        held = row_of(site.node, slow)
        assert (held.done, held.attempts) == (None, 1)
        assert not any(one.begun for party, _, one in site.partnerships() if party == "JPN")
        asked = sorted(head.split()[1] for head in found.calls)
        assert asked.count(b"/peer/v1/offers") == 1
        lanes.stop()  # what is under way is cut, or this would wait for an hour


def test_so_many_calls_to_one_partner_wait_at_a_time_and_no_more(three, monkeypatch):
    """A partner that never answers holds that many of our threads; the next is told at once."""
    monkeypatch.setattr(peers_module, "TURN_SECONDS", 0.0)
    with hostile(three, says_nothing) as found, served(three.sites["USA"]):
        site = calling(three, found, FOR_EVER)
        ended = []

        def say():
            try:
                site.node.peers.say("JPN", b"hello")
            except SealaneError as error:
                ended.append(error.code)

        threads = [threading.Thread(target=say) for _ in range(peers_module.AT_A_TIME)]
        for thread in threads:
            thread.start()
        until(lambda: len(found.calls) == peers_module.AT_A_TIME)
        with pytest.raises(SealaneError) as caught:
            site.node.peers.say("JPN", b"hello")
        assert caught.value.code == "partner.unavailable"
        assert "too many calls" in caught.value.message
        with pytest.raises(SealaneError) as other:  # it answers that this is no statement
            site.node.peers.say("USA", b"hello")
        assert other.value.details == {"status": 400}
        site.cut()
        for thread in threads:
            thread.join()
        assert ended == ["partner.unavailable"] * peers_module.AT_A_TIME


@pytest.mark.parametrize("what", ["checkpoint", "tile/entries/000", "tile/0/000"])
def test_a_partners_log_that_never_ends_is_read_up_to_its_limit(three, what):
    with hostile(three, ENDLESS["plain"]) as found:
        site = calling(three, found, SHORT)
        with pytest.raises(SealaneError) as caught:
            site.peer("JPN", TRILATERAL).fetch(what)
        site.cut()
        assert caught.value.code in ("input.too_large", "ledger.differs")
        assert found.sent < 60 * MIB


def test_an_act_at_a_page_does_not_wait_for_a_partner_that_is_slow(three, monkeypatch):
    monkeypatch.setattr(outbox, "AT_ONCE_SECONDS", 0.05)
    item = queued(three, "JPN")
    with hostile(three, says_nothing) as found:
        site = calling(three, found, FOR_EVER)
        assert outbox.deliver_at_once(site.node, item=item) == []
        until(lambda: len(found.calls) == 1)  # it is under way, and goes on
        site.cut()
        until(lambda: row_of(site.node, item).trouble == "partner.unavailable")


def test_what_is_delivered_in_a_moment_is_told_at_once(three):
    item = queued(three, "USA")
    with served(three.sites["USA"]), hostile(three, says_nothing) as found:
        site = calling(three, found, FOR_EVER)
        (sent,) = outbox.deliver_at_once(site.node, item=item)
        assert (sent.item, sent.answer) == (item, "transfer.received")
        site.cut()
