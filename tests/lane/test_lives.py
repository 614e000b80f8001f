"""Every row of every life is stepped by two real nodes, and leaves the entry that the row names."""

import io
from contextlib import contextmanager

from sealane import shipped
from sealane.agreements import notice, signing
from sealane.agreements.history import stands
from sealane.agreements.lifecycle import LIFE
from sealane.agreements.parse import parse_agreement
from sealane.base import canonical
from sealane.base.table import Table
from sealane.base.values import DAY, SECOND, Instant, format_instant, parse_instant
from sealane.ledger.kinds import KINDS
from sealane.registry.transfer import COPY, TRANSFER
from sealane.services.audit import inventory, reconcile
from sealane.services.exchange import arrival, outbox, recall, release, withdrawal
from sealane.services.ledgers import maintenance
from sealane.services.register import agreement_life, enrolment
from tests import nations
from tests.clock import START, Clock
from tests.lane.copied import ended_from_every_state
from tests.lane.crossing import called_back_and_rejected, called_back_and_withdrawn, queued
from tests.lane.made import before_the_signature
from tests.lane.notices import amended, code_of, row, state
from tests.nations import AGREEMENT, read, share

LIVES = (TRANSFER, COPY, LIFE)


def prepared(pair, **changes):
    """A release that waits for its second signer."""
    wanted = nations.wanted(pair.aus, second=None, **changes)
    return release.release(pair.aus, wanted, io.BytesIO(b"harbour")).item


def arrived_unheard(pair, **changes):
    """An item that the holder has and whose receipt was lost on the way."""
    item = queued(pair, **changes)
    pair.line.lose_answers = True
    outbox.deliver_due(pair.aus, item=item)
    pair.line.lose_answers = False
    return item


def states(pair, item):
    """The item's state at both nations; None where it is not registered."""
    found = []
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            held = node.records.items.get(tx, id=item)
        found.append(None if held is None else held.state)
    return tuple(found)


def copy_state(node, item, number=1):
    with node.store.reading() as tx:
        return node.records.copies.get(tx, item=item, holder="JPN", number=number).state


def entries_of(node, kind, agreement=None):
    with node.store.reading() as tx:
        log = nations.log_of(node, agreement)
        return [one.fields for _, one in maintenance.search(tx, log, maintenance.Query(kind=kind))]


def differences(pair):
    """What an audit with both registers finds, from Canberra."""
    pair.rounds(3)
    partnership = next(
        one for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT
    )
    theirs = inventory.ask(pair.aus, "JPN", AGREEMENT)
    return reconcile.reconcile(pair.aus, "JPN", AGREEMENT, partnership, theirs=theirs)[
        "differences"
    ]


def kinds_of(pair):
    """The kinds of entry in any log of both nodes."""
    found = set()
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            found |= set(node.records.entry_refs.column(tx, "kind"))
    return found


@contextmanager
def failing_disk(pair, monkeypatch):
    def stuck(self, name):
        raise OSError("read-only")

    with monkeypatch.context() as patch:
        patch.setattr(type(pair.jpn.blobs), "destroy", stuck)
        yield


def test_the_second_signer_s_act_leaves_an_entry_of_its_own_and_the_partner_learns_no_name(pair):
    item = prepared(pair)
    release.countersign(pair.aus, item, "aus.second")
    pair.settle()
    (whole,) = entries_of(pair.aus, "release.countersigned")
    (told,) = entries_of(pair.aus, "release.countersigned", AGREEMENT)
    assert (whole["actor"], whole["object"]) == ("aus.second", item)
    assert "actor" not in told
    assert told["decision"] == whole["decision"]
    assert states(pair, item) == ("delivered", "delivered")


def test_what_waits_for_its_second_signer_is_withdrawn_and_the_partner_never_hears_of_it(pair):
    item = prepared(pair)
    assert withdrawal.withdraw(pair.aus, item, "aus.release", reason="stale")["told"] == []
    pair.settle()
    assert states(pair, item) == ("withdrawn", None)
    assert code_of(lambda: release.countersign(pair.aus, item, "aus.second")) == "life.no_such_step"
    assert [one["actor"] for one in entries_of(pair.aus, "release.withdrawn")] == ["aus.release"]
    assert entries_of(pair.aus, "release.withdrawn", AGREEMENT) == []
    assert differences(pair) == []


def test_a_queued_item_is_withdrawn_the_partner_is_told_and_an_offer_that_comes_later_is_not_taken(
    pair,
):
    item = queued(pair)
    with pair.aus.store.reading() as tx:
        (offer,) = pair.aus.records.outbox.find(tx, order="id", item=item)
        late = bytes(pair.aus.records.statements.get(tx, digest=offer.statement).data)
    with pair.aus.blobs.read(offer.container) as file:
        container = file.read()
    withdrawal.withdraw(pair.aus, item, "aus.release", reason="wrong paragraph")
    pair.settle()
    assert states(pair, item) == ("withdrawn", None)
    assert len(entries_of(pair.jpn, "statement.withdrawn", AGREEMENT)) == 1
    answer = arrival.receive(pair.jpn, late, io.BytesIO(container))
    assert b"offer.withdrawn" in arrival.receipt.jws.peek(answer)
    assert states(pair, item) == ("withdrawn", None)


def test_a_withdrawal_that_crosses_with_the_receipt_erases_what_arrived_and_nothing_opens(pair):
    item, crossed = [], []
    for accepted in (False, True):
        item.append(arrived_unheard(pair, reference=f"r-{accepted}"))
        assert states(pair, item[-1]) == ("queued", "delivered")
        if accepted:
            arrival.accept(pair.jpn, item[-1], "jpn.clerk")
        with pair.jpn.store.reading() as tx:
            crossed.append(pair.jpn.held(tx, item[-1]).container)
        withdrawal.withdraw(pair.aus, item[-1], "aus.release", reason="wrong addressee")
    assert code_of(lambda: read(pair, item[0])) in ("key.refused", "decision.refused")
    pair.settle()
    for name, container in zip(item, crossed, strict=True):
        assert states(pair, name) == ("withdrawn", "withdrawn")
        assert not pair.jpn.blobs.has(container)
        assert {copy_state(node, name) for node in (pair.aus, pair.jpn)} == {"withdrawn"}
    assert differences(pair) == []


def test_who_may_withdraw_and_when(pair):
    item = queued(pair)
    for person, code in (("aus.second", "person.duty"), ("aus.nobody", "person.unknown")):
        assert (
            code_of(lambda who=person: withdrawal.withdraw(pair.aus, item, who, reason="r")) == code
        )
    pair.settle()
    assert code_of(lambda: withdrawal.withdraw(pair.aus, item, "aus.release", reason="r")) == (
        "item.state"
    )
    assert code_of(lambda: withdrawal.withdraw(pair.jpn, item, "jpn.clerk", reason="r")) == (
        "item.not_yours"
    )
    assert code_of(lambda: arrival.reject(pair.aus, item, "aus.release", reason="r")) == (
        "item.not_yours"
    )
    assert code_of(lambda: arrival.reject(pair.jpn, item, "jpn.sato", reason="r")) == "person.duty"
    assert states(pair, item) == ("delivered", "delivered")


def test_the_clerk_turns_an_item_away_both_registers_say_so_and_no_key_of_it_leaves(pair):
    item = share(pair)
    with pair.jpn.store.reading() as tx:
        container = pair.jpn.held(tx, item).container
    arrival.reject(pair.jpn, item, "jpn.clerk", reason="pages are missing")
    assert code_of(lambda: read(pair, item)) == "decision.refused"
    pair.settle()
    assert states(pair, item) == ("rejected", "rejected")
    assert {copy_state(node, item) for node in (pair.aus, pair.jpn)} == {"rejected"}
    assert not pair.jpn.blobs.has(container)
    (said,) = entries_of(pair.aus, "statement.transfer.rejected", AGREEMENT)
    assert said["reason"] == "item.turned_away"
    assert code_of(lambda: arrival.accept(pair.jpn, item, "jpn.clerk")) == "life.no_such_step"
    assert differences(pair) == []


def test_a_copy_that_could_not_be_destroyed_is_tried_again_and_the_provider_is_told(
    pair, monkeypatch
):
    item = share(pair)
    with failing_disk(pair, monkeypatch):
        recall.recall(pair.aus, item, reason="r", person="aus.release")
        outbox.deliver_due(pair.aus)
        assert recall.erase_again(pair.jpn) == []
    assert copy_state(pair.aus, item) == "not destroyed"
    assert recall.erase_again(pair.jpn) == [item]
    assert recall.erase_again(pair.jpn) == []
    pair.settle()
    assert {copy_state(node, item) for node in (pair.aus, pair.jpn)} == {"destroyed"}
    assert differences(pair) == []


def test_the_suspense_clock_is_the_agreement_s_and_stops_where_the_life_says(pair):
    item = share(pair)
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            (transfer,) = node.records.transfers.find(tx, order="to", item=item)
            agreed = node.agreements(tx)[AGREEMENT].due("receipt", node.host.now())
        assert abs(agreed - parse_instant(transfer.due)) < 3600 * SECOND
    arrival.accept(pair.jpn, item, "jpn.clerk")
    pair.settle()
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            (transfer,) = node.records.transfers.find(tx, order="to", item=item)
        assert transfer.due is None


def test_every_row_of_every_life_is_stepped_by_a_node_and_its_entry_is_recorded(
    pair, template, tmp_path, monkeypatch
):
    stepped = set()
    step = Table.step

    def noted(self, current, event, *, by):
        found = step(self, current, event, by=by)
        stepped.add((self.life, found.state, found.event))
        return found

    monkeypatch.setattr(Table, "step", noted)
    _transfers(pair, monkeypatch)
    _life_in_force(pair)
    recorded = _life_before_and_after(pair, template, tmp_path)
    missing = [
        (table.life, row.state, row.event)
        for table in LIVES
        for row in table.rows
        if (table.life, row.state, row.event) not in stepped
    ]
    assert missing == []
    wanted = {row.entry for table in LIVES for row in table.rows if row.entry is not None}
    assert wanted <= set(KINDS)
    assert wanted - recorded - kinds_of(pair) == set()


def _transfers(pair, monkeypatch):
    signed, stale = prepared(pair, reference="1"), prepared(pair, reference="2")
    release.countersign(pair.aus, signed, "aus.second")
    withdrawal.withdraw(pair.aus, stale, "aus.release", reason="r")
    pair.settle()
    arrival.accept(pair.jpn, signed, "jpn.clerk")
    before_the_signature(pair.aus, [prepared(pair, reference=f"s{one}") for one in range(3)])
    arrival.reject(pair.jpn, share(pair, reference="3"), "jpn.clerk", reason="r")
    withdrawal.withdraw(pair.aus, queued(pair, reference="4"), "aus.release", reason="r")
    pair.line.mangle_container = lambda data: data[:-1]
    share(pair, reference="5")
    pair.line.mangle_container = lambda data: data
    pair.settle()
    for reference, accepted in (("6", False), ("7", True)):
        item = arrived_unheard(pair, reference=reference)
        if accepted:
            arrival.accept(pair.jpn, item, "jpn.clerk")
        withdrawal.withdraw(pair.aus, item, "aus.release", reason="r")
        pair.settle()
    for reference in ("8", "9"):
        item = share(pair, reference=reference)
        with failing_disk(pair, monkeypatch):
            recall.recall(pair.aus, item, reason="r", person="aus.release")
            if reference == "8":
                outbox.deliver_due(pair.aus)
        pair.settle()
    recall.erase_again(pair.jpn)
    pair.settle()
    called_back_and_rejected(pair, reference="10")
    called_back_and_withdrawn(pair, reference="11")
    ended_from_every_state(pair)


LAW = {"text": {"en": "The act was amended.", "ja": "法改正。"}}


def deputy(pair, node):
    return {
        "id": f"{node.party.lower()}-deputy",
        "role": "security",
        "since": format_instant(pair.clock.now()),
        "until": None,
        "name": {"en": "Deputy", "ja": "代理"},
        "keys": [],
    }


def _authority(pair, node):
    agreement_life.give(node, AGREEMENT, "change-authority", detail=deputy(pair, node))


def _authority_by_file(pair, node, file):
    """A notice about a held version that does not govern, taken up from a file."""
    agreement, now = parse_agreement(file), pair.clock.now()
    with node.store.reading() as tx:
        beside = node.records.notices.get(tx, agreement=agreement.digest)
    draft = notice.Draft(
        kind="change-authority", party=node.party, effective=now, detail=deputy(pair, node)
    )
    data = notice.give(
        agreement,
        signing.Paper.of(agreement, file),
        draft,
        beside=None if beside is None else bytes(beside.file),
        at=now,
        signers=node.keys.signers("statement"),
    )
    agreement_life.enrol(node, data, {})


def _life_in_force(pair):
    """Notices in force and suspended, by one party and by both."""
    for node in (pair.aus, pair.jpn):
        _authority(pair, node)
        agreement_life.give(node, AGREEMENT, "notify-law-change", detail=LAW)
        agreement_life.give(node, AGREEMENT, "suspend")
        pair.settle(2)
    _authority(pair, pair.aus)
    agreement_life.give(pair.aus, AGREEMENT, "notify-law-change", detail=LAW)
    for node in (pair.aus, pair.jpn):
        pair.settle(2)
        agreement_life.give(node, AGREEMENT, "resume")
        pair.settle(2)
    assert state(pair.aus) == "in-force"


def _life_before_and_after(pair, template, tmp_path):
    """Versions replaced and ended, in force and suspended; a version signed before it begins; and,
    on paper alone, a signature between the first and the last. The kinds recorded meanwhile.
    """
    _ends(pair, suspended=False)
    recorded = set()
    for number, (suspended, replaced) in enumerate(((True, False), (False, True), (True, True))):
        other = nations.opened(
            nations.copy_of(template, tmp_path / f"pair-{number}"),
            Clock(START + 600 * SECOND),
        )
        try:
            if replaced:
                _replaced(other, suspended=suspended)
            else:
                _ends(other, suspended=suspended)
            recorded |= kinds_of(other)
        finally:
            other.close()
    three = shipped.agreements()["aus-jpn-usa-trilateral"]
    signed = {
        party.id: Instant(three.period.since - 9 * DAY + n) for n, party in enumerate(three.parties)
    }
    assert stands(three, signed, (), at=three.period.since).state == "in-force"
    return recorded


def _ends(pair, *, suspended):
    until = format_instant(Instant(pair.clock.now() + 200 * DAY))
    if suspended:
        agreement_life.give(pair.aus, AGREEMENT, "suspend")
    agreement_life.give(pair.aus, AGREEMENT, "give-notice", detail={"until": until})
    pair.clock.pass_(201 * 86_400)
    assert state(pair.aus) == "ended"
    _authority(pair, pair.aus)


def _replaced(pair, *, suspended):
    if suspended:
        agreement_life.give(pair.aus, AGREEMENT, "suspend")
    begins = format_instant(Instant(pair.clock.now() + 10 * DAY))
    data, beside = amended(pair, since=begins)
    old = row(pair.aus)
    enrolment.adopt(pair.aus, data, beside)
    _authority_by_file(pair, pair.aus, data)
    assert standing(pair.aus, canonical.sha384(data)) == "countersigned"
    pair.clock.pass_(11 * 86_400)
    assert standing(pair.aus, old.digest) == "amended"
    _authority_by_file(pair, pair.aus, bytes(old.file))
    assert standing(pair.aus, old.digest) == "amended"
    assert standing(pair.aus, canonical.sha384(data)) == "in-force"


def standing(node, digest):
    with node.store.reading() as tx:
        held = node.records.agreements.get(tx, id=AGREEMENT, digest=digest)
        return agreement_life.standing(node, tx, held).state
