"""A partner with valid keys that lies about items, agreements and numbers, and an enrolled nation
that is no party: each attack by the name of what it would have done.

The whole table is held by tests/lane/test_authority_matrix.py; these are the ones that were tried
on live nodes, with the evidence and the history that they would have spoilt.
"""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import Any

import pytest

from sealane import shipped
from sealane.base.errors import SealaneError
from sealane.base.values import DAY, Instant, format_instant
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies, receipt
from sealane.ledger.proofs import archive, evidence, left_out
from sealane.registry.records import KeptStatement
from sealane.services import dispatch, holding
from sealane.services.audit import evidence as item_evidence
from sealane.services.exchange import (
    arrival,
    container_files,
    onward,
    outbox,
    recall,
    relabel,
    reseal,
)
from sealane.services.node import Node
from sealane.services.opening import open_item
from sealane.services.register import enrolment, views
from sealane.services.statements.journal import statement_bytes
from tests import holdings, mistyped, nations
from tests.nations import AGREEMENT, share


@pytest.fixture
def item(pair: nations.Pair) -> str:
    """An item of AUS's that JPN holds."""
    return share(pair)


def version(node: Node) -> dict[str, str]:
    with node.store.reading() as tx:
        return {"id": AGREEMENT, "digest": str(node.agreement_row(tx, AGREEMENT).digest)}


def says(speaker: Node, hearer: Node, kind: str, item: str | None, **body: Any) -> bytes:
    """A statement as the speaker's own keys sign it, whoever's item it is about."""
    return mistyped.said(
        speaker,
        kind,
        mistyped.good(kind, **body),
        to=hearer.party,
        item=item,
        agreement=version(hearer),
    )


def refused(work: Any, *args: Any) -> str:
    with pytest.raises(SealaneError) as caught:
        work(*args)
    return caught.value.code


def row(node: Node, item: str) -> Any:
    with node.store.reading() as tx:
        whole = holding.of(node.records, tx, item)
    return None if whole is None else whole.given("JPN") or whole.item


def offer_of(pair: nations.Pair, item: str) -> tuple[receipt.Statement, bytes]:
    """What AUS offered, and the container that went with it."""
    with pair.aus.store.reading() as tx:
        transfer = pair.aus.records.transfers.get(tx, item=item, to="JPN")
        data = statement_bytes(pair.aus, tx, transfer.offer)
    with pair.aus.blobs.read(row(pair.aus, item).container) as container:
        return receipt.peek(data), container.read()


@pytest.fixture
def outsider(tmp_path: Path, pair: nations.Pair) -> Any:
    """USA, enrolled at both, a party of nothing that they share."""
    from sealane.settings import Settings
    from sealane.wiring.site import create_site

    settings = Settings(
        party="USA", node="dc.usa.example", accept_unverified=True, peer_port=0, console_port=0
    )
    site = create_site(tmp_path / "usa", settings, nations.PASSPHRASE, host=pair.clock)
    for node in (pair.aus, pair.jpn):
        enrolment.enrol(node, enrolment.card_statement(site.node))
    yield site.node
    site.dispose()


def test_c1_a_recipient_cannot_recall_the_providers_item(pair, item):
    data = says(pair.jpn, pair.aus, "recall.ordered", item, copies=[0])
    assert refused(dispatch.answer, pair.aus, data) == "statement.no_standing"
    held = row(pair.aus, item)
    assert held.recalled is None
    assert pair.aus.blobs.has(held.container)


def test_c1_a_partner_cannot_recall_a_national_item_that_was_never_released(pair):
    asked = container_files.Sealing(
        label=label_from_json(nations.LABEL),
        profile="sovereign",
        to=None,
        agreement=None,
        purpose=None,
        media_type="text/plain",
    )
    own = container_files.seal_to(pair.aus, io.BytesIO(b"own"), io.BytesIO(), asked)["item"]
    data = says(pair.jpn, pair.aus, "recall.ordered", own, copies=[1])
    assert refused(dispatch.answer, pair.aus, data) == "statement.no_standing"
    assert row(pair.aus, own).recalled is None


def test_c1_a_nation_outside_the_agreement_cannot_have_a_copy_erased(pair, item, outsider):
    data = says(outsider, pair.jpn, "recall.ordered", item, copies=[1])
    assert refused(dispatch.answer, pair.jpn, data) == "agreement.not_held"
    held = row(pair.jpn, item)
    assert held.recalled is None
    assert pair.jpn.blobs.has(held.container)


def test_c1_an_item_that_is_not_there_and_one_of_another_are_refused_alike(pair, item):
    def told(about: str) -> Any:
        data = says(pair.jpn, pair.aus, "recall.ordered", about, copies=[1])
        with pytest.raises(SealaneError) as caught:
            dispatch.answer(pair.aus, data)
        return {**caught.value.as_json(), "message": caught.value.message.replace(about, "X")}

    there, absent = told(item), told("AUS-2026-999999")
    for one in (there, absent):
        one.pop("message_ja")
    assert there == absent


def test_c2_an_offer_under_our_next_number_stops_no_release(pair, item):
    said, container = offer_of(pair, item)
    ours = "AUS-2026-000002"
    body = bodies.as_json(said.body)
    body["request"] = {
        **body["request"],
        "item": {**body["request"]["item"], "id": ours, "provider": "JPN"},
        "recipient": "AUS",
    }
    data = mistyped.said(pair.jpn, "offer", body, to="AUS", item=ours, agreement=version(pair.aus))
    code = refused(arrival.receive, pair.aus, data, io.BytesIO(container))
    assert code == "statement.other_number"
    assert share(pair, reference="r-2") == ours


def test_c2_a_number_that_is_taken_is_passed_over(pair, item):
    held = row(pair.aus, item)
    with pair.aus.store.writing() as tx:
        for number in (2, 3):
            taken = dataclasses.replace(
                held,
                id=f"AUS-2026-{number:06d}",
                policy_uuid=f"00000000-0000-4000-8000-00000000000{number}",
                reference=None,
            )
            holdings.enter(pair.aus.records, tx, taken)
    assert share(pair, reference="r-2") == "AUS-2026-000004"
    assert share(pair, reference="r-3") == "AUS-2026-000005"


def test_c2_a_container_whose_policy_another_item_has_is_rejected_by_a_signed_word(pair, item):
    said, container = offer_of(pair, item)
    body = bodies.as_json(said.body)
    body["request"]["item"]["id"] = "AUS-2026-000777"
    data = mistyped.said(
        pair.aus, "offer", body, to="JPN", item="AUS-2026-000777", agreement=version(pair.jpn)
    )
    answer = receipt.peek(arrival.receive(pair.jpn, data, io.BytesIO(container)))
    assert (answer.type, answer.body.code) == ("transfer.rejected", "offer.inconsistent")


def test_h1_an_acceptance_from_the_provider_accepts_nothing(pair, item):
    with pair.jpn.store.reading() as tx:
        offer = pair.jpn.records.transfers.get(tx, item=item, to="JPN").offer
    data = says(pair.aus, pair.jpn, "transfer.accepted", item, answers=offer)
    assert refused(dispatch.answer, pair.jpn, data) == "statement.no_standing"
    assert row(pair.jpn, item).state == "delivered"


def test_h1_an_acceptance_from_a_third_nation_accepts_nothing(pair, item, outsider):
    with pair.aus.store.reading() as tx:
        offer = pair.aus.records.transfers.get(tx, item=item, to="JPN").offer
    data = says(outsider, pair.aus, "transfer.accepted", item, answers=offer)
    assert refused(dispatch.answer, pair.aus, data) == "agreement.not_held"
    assert row(pair.aus, item).state == "delivered"


def test_h1_an_outsider_is_told_the_same_of_an_agreement_that_is_held_and_one_that_is_not(
    pair, outsider
):
    held = says(outsider, pair.aus, "inventory.request", None)
    other = mistyped.said(
        outsider,
        "inventory.request",
        mistyped.good("inventory.request"),
        to="AUS",
        agreement={"id": "jpn-aus-1999", "digest": "0" * 96},
    )
    assert refused(dispatch.answer, pair.aus, held) == "agreement.not_held"
    assert refused(dispatch.answer, pair.aus, other) == "agreement.not_held"


def test_m1_an_outsider_gets_no_assurance(pair, outsider):
    data = says(outsider, pair.jpn, "assurance.request", None, area="maritime", level="SECRET")
    assert refused(dispatch.answer, pair.jpn, data) == "agreement.not_held"


def exported(pair: nations.Pair, item: str) -> bytes:
    pair.rounds(2)
    (partnership,) = [one for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT]
    return evidence.build(
        item_evidence.evidence_input(pair.aus, item, "JPN", partnership, shipped.verifier_page())
    )


def test_h2_a_foreign_statement_leaves_evidence_and_history_as_they_were(pair, item, outsider):
    before = len(evidence.verify(exported(pair, item)).statements)
    data = says(outsider, pair.aus, "opened", item)
    assert refused(dispatch.answer, pair.aus, data) == "agreement.not_held"
    assert len(evidence.verify(exported(pair, item)).statements) == before
    with pair.aus.store.reading() as tx:
        assert all(line["by"] != "USA" for line in views.history(pair.aus, tx, item))


def planted(pair: nations.Pair, item: str, data: bytes, by: str) -> str:
    """A statement that an older node took; its row stands in the books."""
    kept = KeptStatement(
        digest=receipt.digest(data),
        type="opened",
        by=by,
        to="AUS",
        agreement=AGREEMENT,
        item=item,
        said=pair.aus.now()[1],
        data=data,
        kept=int(pair.clock.now()),
        disposed=None,
    )
    with pair.aus.store.writing() as tx:
        pair.aus.records.statements.add(tx, kept)
    return kept.digest


def test_h2_evidence_leaves_out_what_cannot_be_proven_and_says_what_and_why(pair, item, outsider):
    foreign = planted(pair, item, says(outsider, pair.aus, "opened", item), "USA")
    junk = planted(pair, item, b"no statement at all", "USA")
    data = exported(pair, item)
    left = {line["digest"]: line["why"] for line in left_out.told(archive.unpack(data))}
    assert left == {foreign: "keys-not-here", junk: "unreadable"}
    assert {one["by"] for one in evidence.verify(data).statements} == {"AUS", "JPN"}


def test_h2_a_statement_under_another_agreement_is_left_out_too():
    made = mistyped.good("opened")
    said = receipt.Statement(
        agreement="other",
        agreement_digest="0" * 96,
        by="AUS",
        to="JPN",
        node="n",
        item="AUS-2026-000001",
        at="2026-11-22T00:00:00Z",
        nonce="0" * 32,
        body=bodies.read("opened", made),
    )
    from tests.nodes import Keys

    data = receipt.sign(said, Keys().signers("statement"))
    kept, left = left_out.parted([data], parties={"AUS"}, agreement=("this", "1" * 96))
    assert kept == []
    assert [line["why"] for line in left] == ["other-agreement"]


def test_m3_an_assurance_that_we_never_gave_is_no_ground_for_an_offer(pair, item):
    said, container = offer_of(pair, item)
    body = bodies.as_json(said.body)
    other, number = "2026-11-21T00:00:00Z", "AUS-2026-000777"
    body["request"]["assurance"]["at"] = other
    body["request"]["item"]["id"] = number
    data = mistyped.said(
        pair.aus, "offer", body, to="JPN", item=number, agreement=version(pair.jpn)
    )
    answer = receipt.peek(arrival.receive(pair.jpn, data, io.BytesIO(container)))
    assert (answer.type, answer.body.code) == ("transfer.rejected", "offer.no_assurance")
    assert row(pair.jpn, number) is None


def test_l3_a_statement_ten_years_old_is_refused_and_one_that_waited_is_not(pair, item):
    def denial(at: int) -> bytes:
        return mistyped.said(
            pair.jpn,
            "open.denied",
            mistyped.good("open.denied"),
            to="AUS",
            item=item,
            agreement=version(pair.aus),
            at=format_instant(Instant(at)),
        )

    now = pair.clock.now()
    old, waited = denial(now - 3650 * DAY), denial(now - 179 * DAY)
    assert refused(dispatch.answer, pair.aus, old) == "statement.too_old"
    assert receipt.peek(dispatch.answer(pair.aus, waited)).type == "acknowledged"


def test_a_refusal_is_noted_once_in_the_internal_log_alone(pair, item):
    data = says(pair.jpn, pair.aus, "recall.ordered", item, copies=[1])

    def sizes() -> list[int]:
        with pair.aus.store.reading() as tx:
            return [nations.log_of(pair.aus, name).size(tx) for name in (None, AGREEMENT)]

    internal, shared = sizes()
    for _ in range(3):
        refused(dispatch.answer, pair.aus, data)
    assert sizes() == [internal + 1, shared]


def test_what_was_refused_once_counts_when_its_turn_has_come(pair, item):
    """An acceptance that overtakes the receipt waits in its sender's outbox and is taken later."""
    pair.line.lose_answers = True
    crossing = share(pair, reference="r-2")
    pair.line.lose_answers = False
    arrival.accept(pair.jpn, crossing, "jpn.clerk")
    (sent,) = outbox.deliver_due(pair.jpn, item=crossing)
    assert sent.trouble == "statement.out_of_turn"
    pair.settle(2)
    assert row(pair.aus, crossing).state == "accepted"


@pytest.mark.parametrize(
    "act", ["accept", "reject", "open", "onward", "recall", "relabel", "rewrap"]
)
def test_m5_acts_on_the_wrong_side_are_refused_and_nothing_is_said(pair, item, act):
    def waiting(node: Node) -> int:
        with node.store.reading() as tx:
            return len(node.records.outbox.find(tx, order="id"))

    aus, jpn = pair.aus, pair.jpn
    label = label_from_json({**nations.LABEL, "classification": "TOP SECRET"})
    acts = {
        "accept": lambda: arrival.accept(aus, item, "aus.clerk"),
        "reject": lambda: arrival.reject(aus, item, "aus.clerk", reason="r"),
        "open": lambda: open_item.open_item(
            aus,
            item,
            person="aus.analyst",
            purpose="assessment",
            action="open",
            sink=io.BytesIO(),
        ),
        "onward": lambda: onward.pass_on(
            aus, onward.PassingOn(item=item, to="USA"), person="aus.analyst"
        ),
        "recall": lambda: recall.recall(jpn, item, reason="r", person="jpn.security"),
        "relabel": lambda: relabel.relabel(jpn, item, label, reason="r", person="jpn.security"),
        "rewrap": lambda: reseal.rewrap(jpn, item, suite=None, person="jpn.security"),
    }
    before = (waiting(aus), waiting(jpn))
    with pytest.raises(SealaneError) as caught:
        acts[act]()
    assert (caught.value.code, caught.value.exit_status) == ("item.not_yours", 1)
    assert (waiting(aus), waiting(jpn)) == before
