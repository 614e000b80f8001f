"""Ten years between two nations, and some with three: every key is renewed, again and again."""

import io

import pytest

from sealane.adapters.peers import HttpPeers
from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.cli.demo.cast import AGREEMENT
from sealane.crypto import jws
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies, receipt
from sealane.ledger.proofs import archive, evidence
from sealane.protocol.card import certificate_until
from sealane.services.audit import evidence as item_evidence
from sealane.services.exchange import arrival, outbox, recall, release
from sealane.services.opening import open_item
from sealane.services.register import partner_cards, renewal
from sealane.services.statements.journal import compose, statement_bytes
from sealane.shipped import verifier_page
from sealane.wiring.cards import address
from tests import nations, nations_three
from tests.clock import START, Clock
from tests.lane import hostile, years
from tests.lane.test_story import state
from tests.nations import read, share
from tests.nations_three import LABEL, TRILATERAL


def exported(pair, item):
    """The item's evidence as Canberra's node makes it now."""
    pair.rounds(2)
    (ledgers,) = [one for _, name, one in pair.sites["AUS"].partnerships() if name == AGREEMENT]
    given = item_evidence.evidence_input(pair.aus, item, "JPN", ledgers, verifier_page())
    return evidence.build(given)


def test_ten_years_pass_every_key_is_renewed_each_year_and_the_first_year_is_still_proven(pair):
    first = share(pair)
    assert read(pair, first) == b"harbour"
    pair.settle(2)
    at_first = exported(pair, first)
    items = [first]
    for year in range(2, 11):
        years.pass_days(pair, 366)
        years.renewed(pair, "AUS")
        years.renewed(pair, "JPN")
        item = share(pair, reference=f"r-{year}")
        items.append(item)
        pair.rounds(2)
        assert read(pair, item) == b"harbour"
        recall.recall(pair.aus, items[-2], reason="r", person="aus.release")
        pair.settle(2)
        copies = [one["state"] for one in state(pair.aus, items[-2])["copies"]]
        assert copies == ["held", "destroyed"]
        assert outbox.waiting(pair.aus) == outbox.waiting(pair.jpn) == []
    assert pair.aus.own_card().number == pair.jpn.own_card().number == 10
    assert evidence.verify(at_first).as_json()["verified"]
    at_last = exported(pair, first)
    report = evidence.verify(at_last).as_json()
    assert report["proven_to_both"]
    assert {one["at"][:4] for one in report["statements"]} == {"2026", "2027"}
    assert {one["type"] for one in report["statements"]} >= {"offer", "opened", "destroyed"}
    assert [one["cosigned_by"] for one in report["logs"]] == [["JPN"], ["AUS"]]


def test_day_825_passes_without_a_stop_where_the_certificate_was_renewed(pair):
    end = certificate_until(pair.aus.own_card().tls)
    years.pass_days(pair, 800)
    years.renewed(pair, "AUS", "tls")
    years.renewed(pair, "JPN", "tls")
    years.pass_days(pair, 26)
    assert pair.clock.now() > end
    for party in ("AUS", "JPN"):
        site = pair.sites[party]
        assert certificate_until(site.cards.served().tls) > pair.clock.now()
        other = nations.other(party)
        with site.node.store.reading() as tx:
            pinned = partner_cards.pinned_cards(site.node, tx, other)
        assert pinned[0].tls == pair.sites[other].cards.served().tls
    assert read(pair, share(pair)) == b"harbour"


def test_a_node_whose_statement_keys_ended_says_so_and_what_to_do(pair):
    years.pass_days(pair, 1097)
    with pytest.raises(SealaneError) as caught:
        share(pair)
    assert (caught.value.code, caught.value.exit_status) == ("key.ended", 4)
    assert "node renew" in caught.value.remedy
    done = years.renew(pair, "AUS")
    assert (done.told, done.by_hand) == ((), ("JPN",))


def test_what_was_said_by_a_key_after_its_end_is_refused(pair):
    years.pass_days(pair, 1097)
    late = pair.clock.now_
    pair.clock.now_ = late - 200 * years.DAY_SECONDS * SECOND
    share(pair)
    with pair.aus.store.reading() as tx:
        (row,) = pair.aus.records.statements.find(
            tx, order="kept", newest=True, limit=1, type="offer"
        )
        data = statement_bytes(pair.aus, tx, row.digest)
    said = receipt.peek(data)
    forged = receipt.sign(
        receipt.Statement(
            **{
                name: getattr(said, name)
                for name in ("agreement", "agreement_digest", "by", "to", "node", "item", "body")
            },
            at="2029-12-01T00:00:00Z",
            nonce="0" * 32,
        ),
        pair.aus.keys.signers("statement"),
    )
    pair.clock.now_ = late
    with pytest.raises(SealaneError, match=r"statement\.key_ended"):
        arrival.judge(pair.jpn, forged)


def test_a_partner_that_was_away_for_a_year_gets_every_card_when_it_is_back(pair):
    item = share(pair)
    pair.line.down.add("JPN")
    for _ in range(3):
        years.pass_days(pair, 122)
        years.renew(pair, "AUS")
    pair.line.down.clear()
    pair.settle(4)
    assert years.standing(pair.aus, "JPN") == (4, 1)
    assert state(pair.jpn, item)["state"] == "delivered"
    pair.rounds(2)
    assert read(pair, share(pair, reference="r-2")) == b"harbour"
    years.accept(pair.jpn, "AUS")
    pair.settle(2)
    assert years.standing(pair.aus, "JPN") == (4, 4)
    assert read(pair, share(pair, reference="r-3")) == b"harbour"


def test_a_partner_that_never_accepts_is_spoken_to_by_the_old_keys_as_long_as_they_count(pair):
    years.pass_days(pair, 1000)
    years.renewed(pair, "JPN")
    years.renew(pair, "AUS")
    pair.settle(2)
    years.pass_days(pair, 90)
    first = share(pair)
    pair.rounds(2)
    assert read(pair, first) == b"harbour"
    years.pass_days(pair, 10)
    item = share(pair, reference="r-2")
    assert {one["trouble"] for one in outbox.waiting(pair.aus)} == {"partner.card_waits"}
    years.accept(pair.jpn, "AUS")
    pair.settle(3)
    assert (state(pair.aus, item)["state"], outbox.waiting(pair.aus)) == ("delivered", [])


def shared_by(three, to, reference):
    """An item of AUS for these parties under the trilateral agreement, sent to whoever is there."""
    wanted = nations.wanted(
        three.aus,
        agreement=TRILATERAL,
        label=label_from_json(LABEL),
        to=to,
        reference=reference,
    )
    item = release.release(three.aus, wanted, io.BytesIO(b"harbour")).item
    three.settle(2)
    return item


def opened_by(three, party, item, person):
    sink = io.BytesIO()
    node = three.line.nodes[party]
    facts = {"purpose": "assessment", "action": "open"}
    open_item.open_item(node, item, person=person, sink=sink, **facts)
    return sink.getvalue()


@pytest.mark.parametrize("four", [False, True])
def test_each_partner_is_spoken_to_by_the_card_that_it_has(template, tmp_path, four):
    three = nations_three.build(
        template, tmp_path / "three", Clock(START + 600 * SECOND), four=four
    )
    nations_three.staff(three)
    others = sorted(set(three.sites) - {"AUS"})
    for party in three.sites:
        for role in ("statement", "witness"):
            years.renew(three, party, role)
    three.line.down.add("USA")
    three.settle(3)
    present = [one for one in others if one != "USA"]
    for party in present:
        assert years.standing(three.aus, party) == (3, 1)
        years.accept(three.line.nodes[party], "AUS")
    three.settle(2)
    assert [years.standing(three.aus, one) for one in present] == [(3, 3)] * len(present)
    assert years.standing(three.aus, "USA") == (1, 1)
    three.rounds(2)
    item = shared_by(three, ("JPN",), "r-1")
    three.rounds(2)
    assert opened_by(three, "JPN", item, "jpn.sato") == b"harbour"
    three.line.down.clear()
    three.clock.pass_(70)
    three.settle(4)
    three.rounds(2)
    assert years.standing(three.aus, "USA") == (3, 1)
    waiting = shared_by(three, ("JPN", "USA"), "r-2")
    three.rounds(2)
    assert opened_by(three, "USA", waiting, "usa.reader") == b"harbour"
    years.accept(three.usa, "AUS")
    three.settle(2)
    newer = shared_by(three, ("JPN", "USA"), "r-3")
    three.rounds(2)
    assert opened_by(three, "USA", newer, "usa.reader") == b"harbour"
    assert years.standing(three.aus, "USA") == (3, 3)
    three.close()


def asked(pair):
    """A good question of AUS, which a node that lets it in would answer."""
    with pair.aus.store.writing() as tx:
        agreement = renewal.agreement_with(pair.aus, tx, "JPN")
        body = bodies.InventoryRequest(after=None)
        return compose(pair.aus, body, to="JPN", agreement=agreement, item=None).data


def test_a_certificate_that_ended_lets_the_next_card_in_and_nothing_else(pair):
    """Over real doors: AUS was away while its certificate ended."""
    years.renew(pair, "AUS", "tls")
    with pair.aus.store.reading() as tx:
        (row,) = pair.aus.records.outbox.find(tx, order="id", type="card.renewed")
        card = statement_bytes(pair.aus, tx, row.statement)
    pair.clock.pass_(826 * years.DAY_SECONDS)
    site = pair.sites["AUS"]
    peers = HttpPeers(lambda party: address(pair.aus, site.keys, party))
    with hostile.served(pair.sites["JPN"]):
        with pytest.raises(SealaneError) as caught:
            peers.log_peer("JPN", AGREEMENT).fetch("checkpoint")
        assert "403" in str(caught.value)
        question = asked(pair)
        with pytest.raises(SealaneError) as caught:
            peers.say("JPN", question)
        assert caught.value.details == {"status": 400}
        assert receipt.peek(peers.say("JPN", card)).type == "acknowledged"
        peers.close()
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.partner(tx, "AUS").tls == pair.aus.own_card().tls


def put_together(members):
    """An evidence file of these members, each under its right digest."""
    manifest = canonical.decode(members["manifest.json"])
    rest = {name: data for name, data in members.items() if not name.startswith("manifest.")}
    manifest["files"] = {name: canonical.sha384(data) for name, data in rest.items()}
    raw = canonical.encode(manifest)
    first = {"manifest.json": raw, "manifest.sha384": f"{canonical.sha384(raw)}\n".encode()}
    return archive.pack({**first, **rest})


def test_evidence_whose_cards_do_not_lead_from_one_to_the_next_is_refused(pair):
    item = share(pair)
    pair.settle(2)
    years.renewed(pair, "AUS", "statement")
    assert read(pair, item) == b"harbour"
    pair.settle(2)
    whole = dict(archive.unpack(exported(pair, item)))
    assert evidence.verify(put_together(whole)).as_json()["verified"]
    last = whole["cards/AUS/00002.jws"]
    alone = jws.narrowed(last, jws.kids(last)[:2])
    without = {name: data for name, data in whole.items() if name != "cards/AUS/00002.jws"}
    for spoilt, code in (
        ({**whole, "cards/AUS/00002.jws": alone}, "jws.signature_missing"),
        ({**whole, "cards/AUS/00001.jws": last}, "card.forked"),
        (without, "evidence.altered"),
    ):
        with pytest.raises(SealaneError) as caught:
            evidence.verify(put_together(spoilt))
        assert caught.value.code == code
