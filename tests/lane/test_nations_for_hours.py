"""Three nations for hours: releases, openings, recalls, one away, one back, one that lies; and what
two of them do stands in the log of these two alone. Four in the deep run.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.labels.model.label import label_from_json
from sealane.ledger import telling
from sealane.ledger.log import merkle
from sealane.ledger.log.checkpoint import Head, parse_checkpoint, sign_head
from sealane.ledger.log.witness import encode_request
from sealane.ledger.proofs import evidence
from sealane.registry.records import CopyState
from sealane.services.audit import evidence as item_evidence
from sealane.services.audit import inventory, reconcile
from sealane.services.exchange import outbox, recall, release
from sealane.services.node import Node
from sealane.services.opening import open_item
from sealane.services.register import equivocations
from tests import nations, nations_three
from tests.clock import START, Clock
from tests.nations_three import TRILATERAL, Three

READERS = {"JPN": "jpn.sato", "USA": "usa.reader", "GBR": "gbr.reader"}
TEN_MINUTES = 600


class Hours:
    """The nations, what was released to whom, and the hours that pass for all of them."""

    def __init__(self, three: Three) -> None:
        self.three = three
        self.released: dict[str, tuple[str, ...]] = {}
        codes = sorted(three.sites)
        tag = {**nations_three.LABEL["categories"][0], "values": codes}
        self.label = label_from_json({**nations_three.LABEL, "categories": [tag]})

    @property
    def others(self) -> list[str]:
        return [party for party in self.three.sites if party != "AUS"]

    def pass_(self, hours: float) -> None:
        """Each ten minutes: what waits leaves, the ledgers go their rounds."""
        for _ in range(round(hours * 6)):
            for node in self.three.line.nodes.values():
                outbox.deliver_due(node)
            self.three.rounds()
            self.three.clock.pass_(TEN_MINUTES)

    def release(self, *to: str) -> str:
        number = len(self.released) + 1
        asked = nations.wanted(
            self.three.aus,
            agreement=TRILATERAL,
            label=self.label,
            to=to,
            reference=f"hours-{number}",
        )
        item = release.release(self.three.aus, asked, io.BytesIO(b"harbour %d" % number)).item
        self.released[item] = to
        outbox.deliver_due(self.three.aus)
        return item

    def opened(self, party: str, item: str) -> bytes:
        sink, node = io.BytesIO(), self.three.line.nodes[party]
        open_item.open_item(
            node, item, person=READERS[party], purpose="assessment", action="open", sink=sink
        )
        return sink.getvalue()

    def code(self, work: Callable[[], Any]) -> str:
        with pytest.raises(SealaneError) as caught:
            work()
        return str(caught.value.details) + caught.value.code

    def recall(self, item: str) -> None:
        recall.recall(self.three.aus, item, reason="r", person="aus.release")

    def states(self, item: str) -> set[str]:
        node = self.three.aus
        with node.store.reading() as tx:
            copies = node.records.copies.find(tx, order="number", item=item)
        return {copy.state for copy in copies if copy.holder != "AUS"}

    def differences(self, us: str, them: str) -> list[dict[str, Any]]:
        node = self.three.line.nodes[us]
        theirs = inventory.ask(node, them, TRILATERAL)
        ledgers = self.three.ledgers(us, them)
        ledgers.mirror.pull(self.three.peer(us, them))
        report = reconcile.reconcile(node, them, TRILATERAL, ledgers, theirs=theirs)
        assert report["with"] == them
        return list(report["differences"])

    def marks(self, us: str, them: str) -> Any:
        node = self.three.line.nodes[us]
        with node.store.reading() as tx:
            return node.proven(tx, node.origin(tx, TRILATERAL, them))


@pytest.fixture
def hours(template: Path, tmp_path: Path) -> Iterator[Hours]:
    yield from made(template, tmp_path, four=False)


def made(template: Path, tmp_path: Path, *, four: bool) -> Iterator[Hours]:
    clock = Clock(START + 600 * SECOND)
    three = nations_three.build(template, tmp_path / "nations", clock, four=four)
    nations_three.staff(three)
    clock.before = three.rounds
    yield Hours(three)
    three.close()


def live(hours: Hours) -> None:
    """The hours of this file, for however many nations there are."""
    three, others = hours.three, hours.others
    # everything works: one to all, one to each
    to_all = hours.release(*others)
    alone = {party: hours.release(party) for party in others}
    hours.pass_(1)
    for party in others:
        assert hours.opened(party, to_all) == b"harbour 1"
        assert hours.opened(party, alone[party])
    # one away for two hours: keys to that one stop, the others' go on
    three.line.down.add("USA")
    late = hours.release(*others)
    hours.pass_(2)
    still = [party for party in others if party != "USA"]
    for party in still:
        assert hours.opened(party, late)
    three.rounds()
    for party in still:
        require_keys(three.aus, party)
        assert hours.marks("AUS", party).uncosigned_since is None
    assert "ledger.not_cosigned" in hours.code(lambda: require_keys(three.aus, "USA"))
    waiting = hours.marks("AUS", "USA")
    assert waiting.proven <= waiting.cosigned < waiting.size, "nobody countersigned for it"
    # a recall meanwhile reaches who is there at once, and the other when it is back
    hours.recall(to_all)
    hours.pass_(1 / 6)
    assert hours.states(to_all) == {CopyState.DESTROYED, CopyState.RECALLED}
    three.line.down.clear()
    hours.pass_(1)
    assert hours.states(to_all) == {CopyState.DESTROYED}
    assert hours.opened("USA", late)
    for party in others:
        assert "recalled" in hours.code(lambda party=party: hours.opened(party, to_all))
    # what everybody holds agrees, pair by pair
    hours.pass_(1 / 3)
    for us, them in itertools.permutations(three.sites, 2):
        assert hours.differences(us, them) == [], (us, them)
    # one that lies: another history of its log with AUS, of the same size
    lie(hours, "USA")
    hours.pass_(1 / 6)
    with three.aus.store.reading() as tx:
        assert equivocations.open_ones(three.aus, tx) == ["USA"]
    assert "partner.equivocated" in hours.code(lambda: hours.opened("USA", late))
    hours.pass_(1)
    for party in still:
        assert hours.opened(party, late)
    hours.pass_(1 / 3)
    for party in still:
        assert hours.differences("AUS", party) == []
    # until two people say otherwise
    for second in (None, "operator"):
        readmitting = lambda second=second: equivocations.readmit(  # noqa: E731
            three.aus, "USA", by=nations.two("operator", second), reason="r"
        )
        assert "second_needed" in hours.code(readmitting)
    equivocations.readmit(three.aus, "USA", by=nations.two("operator", "aus.security"), reason="r")
    assert hours.opened("USA", late)


def require_keys(node: Node, partner: str) -> None:
    with node.store.reading() as tx:
        node.require_proven(tx, TRILATERAL, partner)


def lie(hours: Hours, liar: str) -> None:
    """The liar signs another root of the size that AUS knows, and shows it to AUS."""
    site = hours.three.sites[liar]
    ledgers = hours.three.ledgers(liar, "AUS")
    peer = hours.three.peer(liar, "AUS")
    with site.node.store.reading() as tx:
        note = ledgers.publisher.log.checkpoint(tx)
    assert note is not None
    head = parse_checkpoint(note).head
    other = Head(head.origin, head.size, merkle.leaf_hash(b"another history"))
    signed = sign_head(other, ledgers.publisher.signers, site.node.host.now())
    status, _ = peer.post("add-checkpoint", encode_request(head.size, [], signed.encode()))
    assert status == 422


def no_third_is_told(hours: Hours) -> None:
    """Each shared log, read whole: it names its two nations and nobody else."""
    names = {party: site.node.settings.node for party, site in hours.three.sites.items()}
    for us, them in itertools.permutations(hours.three.sites, 2):
        node = hours.three.line.nodes[us]
        with node.store.reading() as tx:
            log = node.shared_log(tx, TRILATERAL, them)
            entries = list(log.entries(tx, 0, log.size(tx)))
        assert entries
        assert log.origin == f"{names[us]}/x/{TRILATERAL}/{them}"
        told = [one for one in map(telling.told, entries) if one is not None]
        assert all({one.by, one.to} == {us, them} for one in told)
        for third in set(names) - {us, them}:
            strange = (f'"{third}"'.encode(), names[third].encode())
            assert not [entry for entry in entries if any(word in entry for word in strange)]


def evidence_is_of_one_pair(hours: Hours) -> None:
    """For one item that went to all, a file with each partner: what these two said alone."""
    node = hours.three.aus
    item = next(item for item, to in hours.released.items() if len(to) == len(hours.others))
    for partner in hours.others:
        ledgers = hours.three.ledgers("AUS", partner)
        data = evidence.build(
            item_evidence.evidence_input(node, item, partner, ledgers, shipped.verifier_page())
        )
        found = evidence.verify(data)
        assert {one["by"] for one in found.statements} == {"AUS", partner}
        for third in set(hours.others) - {partner}:
            named = [one for one in found.statements if third in (one["by"], one.get("to"))]
            assert named == []
        with node.store.reading() as tx:
            assert item_evidence.partners_of(node, tx, node.item(tx, item), partner)[0] == partner


def test_three_nations_live_for_hours(hours):
    live(hours)
    no_third_is_told(hours)
    evidence_is_of_one_pair(hours)


@pytest.mark.deep
def test_four_nations_live_for_hours(template, tmp_path):
    for hours in made(template, tmp_path, four=True):
        live(hours)
        no_third_is_told(hours)
        evidence_is_of_one_pair(hours)
