"""A partner with valid keys that drips, never ends and never finishes, over real sockets: pages,
keys and the other partners go on, and little of it is read or kept.

Nothing here asserts a time: what goes on is counted while the attack goes on.
"""

import io
import json
import os
from dataclasses import replace

import pytest

from sealane.base.pace import Patience
from sealane.http import partner_door, timely
from sealane.ledger import bodies, receipt
from sealane.services.exchange import release
from sealane.services.statements import partner_counts
from sealane.services.statements.journal import statement_bytes
from tests import nations, nations_three
from tests.clock import Clock, now
from tests.lane.hostile import (
    OFFERS,
    STATEMENTS,
    Caller,
    chunk,
    head_of,
    served,
    until,
)
from tests.nations import AGREEMENT
from tests.nations_three import TRILATERAL

MIB = 1 << 20
SHORT = Patience(whole=1.0, stretch=0.5, floor=4096, thought=0.0)
ENDLESS = 512 * MIB
"""As good as endless: what a call that is not ended would take in seconds."""


@pytest.fixture(scope="module")
def three(live_template, tmp_path_factory):
    root = tmp_path_factory.mktemp("hostile") / "three"
    made = nations_three.build(live_template, root, Clock(now()))
    yield made
    made.close()


@pytest.fixture
def hostile(three):
    """Canberra's own keys, in the hands of whoever took it over."""
    caller = Caller(three.sites["AUS"], three.jpn)
    yield caller
    caller.close()


@pytest.fixture
def honest(three):
    """Washington, a party of another agreement with Tokyo."""
    caller = Caller(three.sites["USA"], three.jpn)
    yield caller
    caller.close()


OFFERED = iter(range(1000))


def offer(three, size=MIB):
    """A true offer of AUS's to JPN, and its container, which nobody has sent."""
    wanted = nations.wanted(three.aus, reference=f"h-{next(OFFERED)}")
    item = release.release(three.aus, wanted, io.BytesIO(os.urandom(size))).item
    with three.aus.store.reading() as tx:
        row = three.aus.records.transfers.get(tx, item=item, to="JPN")
        statement = statement_bytes(three.aus, tx, row.offer)
    digest = receipt.peek(statement).saying(bodies.Offer).container
    with three.aus.blobs.read(digest) as container:
        return statement, container.read()


def tables(three):
    """How many rows the victim holds of what a partner could fill."""
    with three.jpn.store.reading() as tx:
        records = three.jpn.records
        shelves = (records.items, records.statements, records.inbox, records.entry_refs)
        names = ("id", "digest", "statement", "index")
        return [len(one.column(tx, name)) for one, name in zip(shelves, names, strict=True)]


def refusals(found):
    """The counts that the node's status shows, by partner and code."""
    node = found.site.node
    partner_counts.settle(node, found.limits)
    with node.store.reading() as tx:
        return {
            (one["partner"], one["code"]): one["count"] for one in partner_counts.told(node, tx)
        }


def goes_on(found, honest, times=5):
    """Pages, keys and another partner's calls, one after another, each answered."""
    for _ in range(times):
        assert found.page() == 200
        assert found.key() == 200
        assert honest.asks(TRILATERAL).type == "inventory"


@pytest.mark.parametrize("how_far", ["in the statement", "in the container"])
def test_45_offers_that_never_finish_take_nothing_from_anybody(three, hostile, honest, how_far):
    statement, container = offer(three)
    whole = head_of(statement) + container
    begun = head_of(statement) + b"x" if how_far == "in the container" else whole[:1000]
    most = three.jpn.settings.partner_offers
    with served(three.sites["JPN"], hostile, honest) as found:
        before = refusals(found).get(("AUS", "peer.busy"), 0)
        lines = [hostile.begins(OFFERS, begun, size=len(whole)) for _ in range(45)]
        until(lambda: sum(one.answered() for one in lines) == 45 - most)
        if how_far == "in the container":
            until(lambda: found.spools() == most)
        goes_on(found, honest)
        assert hostile.asks(AGREEMENT).type == "inventory"  # nor from its own other calls
        assert found.spools() <= most
        for line in [one for one in lines if one.answered()]:
            assert line.answer().startswith(b"HTTP/1.1 429")
        assert refusals(found)["AUS", "peer.busy"] - before == 45 - most
        hostile.hang_up()
        until(lambda: found.spools() == 0)
        # the offer itself is as good as ever
        assert hostile.begins(OFFERS, whole, size=len(whole)).status() == 200


@pytest.mark.parametrize(
    ("path", "body"), [(STATEMENTS, b""), (OFFERS, b"\0\0\x10\0"), (OFFERS, None)]
)
def test_a_body_that_drips_is_left(three, hostile, honest, path, body):
    """`None`: a true offer, and then a byte of its container now and then."""
    if body is None:
        body = head_of(offer(three)[0])
    with served(three.sites["JPN"], hostile, honest, patience=SHORT) as found:
        line = hostile.begins(path, body, size=10 * MIB)
        drips = 0
        while not line.answered():
            line.send(b"x")
            drips += 1
            goes_on(found, honest, times=1)
        assert drips > 0
        answer = line.answer()
        assert answer.startswith(b"HTTP/1.1 408")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "call.too_slow"
        until(lambda: found.spools() == 0)


def test_a_caller_that_does_not_say_what_it_wants_is_left(three, hostile, honest, monkeypatch):
    monkeypatch.setattr(timely, "HEAD_SECONDS", 0.5)
    with served(three.sites["JPN"], hostile, honest) as found:
        silent, dripping = hostile.line(), hostile.line()
        dripping.send(b"POST /peer/v1/statements HTTP/1.1\r\nx-more: ")
        while not (silent.answered() and dripping.answered()):
            try:
                dripping.send(b"x")
            except OSError:
                break
            goes_on(found, honest, times=1)
        assert silent.answer() == dripping.answer() == b""


def test_a_caller_that_never_ends_saying_what_it_wants_is_left(three, hostile, honest):
    with served(three.sites["JPN"], hostile, honest) as found:
        line = hostile.line()
        line.send(b"POST /peer/v1/statements HTTP/1.1\r\n")
        assert line.send_on(b"x-more: " + b"x" * 1000 + b"\r\n", ENDLESS) < 16 * MIB
        goes_on(found, honest, times=1)


def test_a_partner_has_so_many_connections_and_the_others_have_theirs(
    three, hostile, honest, monkeypatch
):
    monkeypatch.setattr(partner_door, "CONNECTIONS", 8)
    with served(three.sites["JPN"], hostile, honest) as found:
        lines = []
        for _ in range(20):
            try:
                lines.append(hostile.line())
            except (OSError, ConnectionError):
                continue
        until(lambda: sum(one.answered() for one in lines) == len(lines) - 8)
        goes_on(found, honest, times=2)


@pytest.mark.parametrize("what", ["a statement", "an offer's statement", "an offer's container"])
def test_of_a_body_that_never_ends_little_is_read(three, hostile, honest, what):
    begun = {
        "a statement": b"{",
        "an offer's statement": (4 * MIB + 1).to_bytes(4, "big"),
        "an offer's container": head_of(offer(three)[0]),
    }[what]
    path = STATEMENTS if what == "a statement" else OFFERS
    with served(three.sites["JPN"], hostile, honest) as found:
        before = tables(three)[0]
        line = hostile.begins(path, begun, size=None)
        sent = line.send_on(chunk(bytes(65_536)), ENDLESS)
        assert sent < 40 * MIB
        answer = line.answer()
        if what == "an offer's container":
            said = receipt.peek(answer.partition(b"\r\n\r\n")[2])
            assert said.saying(bodies.TransferRejected).code == "offer.container_mismatch"
        else:
            assert b"peer.too_long" in answer
        assert tables(three)[0] == before
        assert found.spools() == 0
        goes_on(found, honest, times=1)


def test_an_offer_that_cannot_be_taken_is_answered_before_its_bytes(three, hostile, honest):
    """Its sender, which sends on, reads the answer all the same."""
    statement, _ = offer(three)
    with served(three.sites["JPN"], hostile, honest) as found:
        first = receipt.peek(hostile_offer(hostile, statement, b"short"))
        assert first.saying(bodies.TransferRejected).code == "offer.container_mismatch"
        line = hostile.begins(OFFERS, head_of(statement), size=ENDLESS)
        sent = line.send_on(bytes(65_536), ENDLESS)
        assert sent < 40 * MIB
        again = receipt.peek(line.answer().partition(b"\r\n\r\n")[2])
        assert again == first
        assert found.spools() == 0


def hostile_offer(caller, statement, container):
    return caller.peers.offer(caller.them.party, statement, io.BytesIO(container))


def test_a_flood_of_large_statements_is_refused_beyond_the_measure_and_counted(
    three, hostile, honest, monkeypatch
):
    """Each is as long as a statement may be and proves nothing; no row is made of any."""
    monkeypatch.setattr(partner_door, "REFUSED_SECONDS", 0.0)
    monkeypatch.setattr(partner_door, "LONG_A_SECOND", 1 << 30)
    settings = replace(three.jpn.settings, partner_statements_a_minute=10)
    site = three.sites["JPN"]
    tight = replace(site, node=replace(site.node, settings=settings))
    with served(tight, hostile, honest) as found:
        before, refused = tables(three), refusals(found).get(("AUS", "peer.quota"), 0)
        statuses = []
        for number in range(40):
            line = hostile.begins(STATEMENTS, bytes(4 * MIB), size=4 * MIB)
            statuses.append(line.status())
            if number % 10 == 0:
                goes_on(found, honest, times=1)
        assert statuses.count(429) >= 25
        assert set(statuses) <= {400, 403, 429}
        assert refusals(found)["AUS", "peer.quota"] - refused == statuses.count(429)
        goes_on(found, honest, times=1)
    asked = tables(three)
    assert asked[0] == before[0]


def test_bytes_beyond_a_days_measure_are_not_read(three, hostile, honest):
    settings = replace(three.jpn.settings, partner_mib_a_day=2)
    site = three.sites["JPN"]
    with served(
        replace(site, node=replace(site.node, settings=settings)), hostile, honest
    ) as found:
        line = hostile.begins(STATEMENTS, b"{", size=None)
        sent = line.send_on(chunk(bytes(65_536)), ENDLESS)
        assert sent < 40 * MIB
        answer = line.answer()
        assert answer.startswith(b"HTTP/1.1 429")
        assert b"retry-after" in answer.lower()
        goes_on(found, honest, times=1)


def test_what_waits_for_the_clerk_is_bounded_and_the_next_offer_waits_with_its_sender(
    three, hostile, honest
):
    statement, container = offer(three, size=2 * MIB)
    settings = replace(three.jpn.settings, partner_mib_unsettled=1)
    site = three.sites["JPN"]
    with served(
        replace(site, node=replace(site.node, settings=settings)), hostile, honest
    ) as found:
        line = hostile.begins(OFFERS, head_of(statement), size=4 + len(statement) + len(container))
        answer = line.answer()
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"offer.no_room" in answer
        assert found.spools() == 0
    with served(site, hostile):
        taken = receipt.peek(hostile_offer(hostile, statement, container))
    assert taken.type == "transfer.received"
