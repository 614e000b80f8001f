"""What a bad line or a bad partner can send: a typed refusal, nothing lost, nothing leaked, nothing
half-registered.
"""

import dataclasses
import io

import pytest

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant, format_instant, parse_instant
from sealane.ledger import bodies, receipt
from sealane.services import dispatch
from sealane.services.deciding.decision import decide_now
from sealane.services.exchange import arrival, outbox, release
from sealane.services.register import agreement_life, views
from sealane.services.statements.journal import compose, statement_bytes
from tests import nations
from tests.nations import share


def changed(said, members):
    """The same body with other members, as its record."""
    return bodies.read(said.type, {**bodies.as_json(said.body), **members})


def queued_offer(pair, **changes):
    """An offer as it would leave, and its container's bytes."""
    item = release.release(
        pair.aus, nations.wanted(pair.aus, **changes), io.BytesIO(b"harbour" * 1000)
    ).item
    with pair.aus.store.reading() as tx:
        row = next(row for row in pair.aus.records.outbox.find(tx, order="id") if row.item == item)
        data = statement_bytes(pair.aus, tx, row.statement)
    with pair.aus.blobs.read(row.container) as file:
        return item, data, file.read()


def registered(pair):
    with pair.jpn.store.reading() as tx:
        return views.items(pair.jpn, tx)


def containers(pair):
    folder = pair.root / "jpn" / "containers"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def offered(pair, data, container):
    answer = receipt.peek(arrival.receive(pair.jpn, data, io.BytesIO(container)))
    return answer.type, getattr(answer.body, "code", None)


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        (
            "one byte of the payload",
            lambda c: c[:900] + bytes([c[900] ^ 1]) + c[901:],
            "offer.container_mismatch",
        ),
        ("truncated", lambda c: c[:-1], "offer.container_mismatch"),
        ("longer", lambda c: c + b"x", "offer.container_mismatch"),
        ("empty", lambda c: b"", "offer.container_mismatch"),
    ],
)
def test_altered_bytes_are_answered_by_a_signed_rejection_and_leave_nothing(
    pair, name, change, code
):
    _, data, container = queued_offer(pair)
    assert offered(pair, data, change(container)) == ("transfer.rejected", code)
    assert registered(pair) == []
    assert containers(pair) == []


def test_every_byte_of_a_statement_counts(pair):
    _, data, container = queued_offer(pair)
    for at in range(0, len(data), len(data) // 60):
        broken = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(SealaneError):
            arrival.receive(pair.jpn, broken, io.BytesIO(container))
    assert registered(pair) == []


def forged(pair, signer_node, **changes):
    """An offer re-signed by somebody after changes to its envelope."""
    _, data, container = queued_offer(pair)
    said = dataclasses.replace(receipt.peek(data), **changes)
    return receipt.sign(said, signer_node.keys.signers("statement")), container


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "USA"}, "statement.not_for_us"),
        ({"by": "USA"}, "statement.stranger"),
        ({"agreement_digest": "0" * 96}, "statement.other_agreement"),
        ({"agreement": "jpn-aus-1999"}, "agreement.not_held"),
        ({"at": "2027-11-22T00:00:00Z"}, "statement.from_the_future"),
        ({"node": "sydney.aus.example"}, "statement.stranger"),
    ],
)
def test_an_envelope_that_is_not_for_us_now_is_refused_without_a_signed_word(pair, changes, code):
    data, container = forged(pair, pair.aus, **changes)
    with pytest.raises(SealaneError) as caught:
        arrival.receive(pair.jpn, data, io.BytesIO(container))
    assert caught.value.code == code
    assert registered(pair) == []


def test_a_statement_signed_by_another_key_is_refused(pair):
    data, container = forged(pair, pair.jpn)
    with pytest.raises(SealaneError) as caught:
        arrival.receive(pair.jpn, data, io.BytesIO(container))
    assert caught.value.code == "jws.unknown_key"


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("decision", "0" * 96, "offer.decision_differs"),
        ("size", 10, "offer.container_mismatch"),
        ("container", "0" * 96, "offer.container_mismatch"),
        ("policy_uuid", "00000000-0000-4000-8000-000000000000", "container.other_terms"),
        ("label", {**nations.LABEL, "classification": "OFFICIAL"}, "offer.inconsistent"),
    ],
)
def test_a_partner_that_lies_in_its_offer_gets_a_signed_rejection(pair, member, value, code):
    _, data, container = queued_offer(pair)
    said = receipt.peek(data)
    lie = dataclasses.replace(said, body=changed(said, {member: value}), nonce="00" * 16)
    signed = receipt.sign(lie, pair.aus.keys.signers("statement"))
    assert offered(pair, signed, container) == ("transfer.rejected", code)
    assert registered(pair) == []
    assert containers(pair) == []


@pytest.mark.parametrize("whole", [True, False])
def test_an_offer_that_comes_twice_at_once_is_answered_once_whichever_upload_breaks(pair, whole):
    _, data, container = queued_offer(pair)
    came = container if whole else container[:-1]
    meanwhile = []

    class Twice(io.BytesIO):
        """An upload during which the same offer comes to another process and is answered."""

        def read(self, size=-1):
            if not meanwhile:
                meanwhile.append(None)
                meanwhile[0] = arrival.receive(pair.jpn, data, io.BytesIO(came))
            return super().read(size)

    answer = arrival.receive(pair.jpn, data, Twice(container[:-1]))
    assert [answer] == meanwhile
    kind = "transfer.received" if whole else "transfer.rejected"
    assert receipt.peek(answer).type == kind
    with pair.jpn.store.reading() as tx:
        refs = pair.jpn.records.entry_refs.find(tx, order="index", limit=1000)
    assert [one.kind for one in refs if one.kind.startswith("statement.transfer")] == [
        f"statement.{kind}"
    ]
    assert len(registered(pair)) == int(whole)


def test_a_rejection_is_recorded_by_both_and_the_item_is_rejected_at_the_sender(pair):
    pair.line.mangle_container = lambda data: data[:-1]
    item = share(pair)
    with pair.aus.store.reading() as tx:
        assert views.item(pair.aus, tx, item)["state"] == "rejected"
        kinds = [line["kind"] for line in views.history(pair.aus, tx, item)]
    assert "statement.transfer.rejected" in kinds
    assert outbox.waiting(pair.aus) == []


def test_a_replayed_request_for_a_key_gets_the_earlier_answer_and_no_second_share(pair):
    item = share(pair)
    heard = []
    pair.line.mangle = lambda data: heard.append(data) or data
    nations.read(pair, item)
    asked = next(data for data in heard if receipt.peek(data).type == "open.request")
    with pair.aus.store.reading() as tx:
        size = nations.log_of(pair.aus, nations.AGREEMENT).size(tx)
    first = dispatch.answer(pair.aus, asked)
    assert dispatch.answer(pair.aus, asked) == first
    with pair.aus.store.reading() as tx:
        assert nations.log_of(pair.aus, nations.AGREEMENT).size(tx) == size


def test_an_old_request_for_a_key_releases_nothing(pair):
    item = share(pair)
    kept = []
    from sealane.adapters.peers import PARTNER_AWAY

    def cut(data):
        if receipt.peek(data).type == "open.request":
            kept.append(data)
            raise PARTNER_AWAY(party="AUS", why="cut")
        return data

    pair.line.mangle = cut
    with pytest.raises(SealaneError):
        nations.read(pair, item)
    pair.clock.pass_(120)
    said = receipt.peek(dispatch.answer(pair.aus, kept[0]))
    assert said.type == "key.refused"
    assert said.body.reasons[0].code == "key.request_expired"


@pytest.mark.parametrize(
    "change",
    [
        {"policy_uuid": "00000000-0000-4000-8000-000000000000"},
        {"key_access": "0" * 96},
        {"decision": "0" * 96},
        {"client_key": {"suite": "RSA-2048-OAEP-SHA1", "public": "AA=="}},
    ],
)
def test_a_request_about_another_object_or_decision_releases_nothing(pair, change):
    item = share(pair)

    def lie(data):
        said = receipt.peek(data)
        if said.type != "open.request":
            return data
        return receipt.sign(
            dataclasses.replace(said, body=changed(said, change)),
            pair.jpn.keys.signers("statement"),
        )

    pair.line.mangle = lie
    with pytest.raises(SealaneError):
        nations.read(pair, item)
    with pair.aus.store.reading() as tx:
        kinds = [line["kind"] for line in views.history(pair.aus, tx, item)]
    assert "statement.key.released" not in kinds
    assert "statement.key.refused" in kinds


def test_a_statement_type_that_is_not_expected_is_refused(pair):
    data = compose(
        pair.aus,
        bodies.Acknowledged(answers="0" * 96),
        to="JPN",
        agreement=(nations.AGREEMENT, _digest(pair)),
        item=None,
    ).data
    with pytest.raises(SealaneError) as caught:
        dispatch.answer(pair.jpn, data)
    assert caught.value.code == "statement.wrong_type"


def _digest(pair):
    with pair.aus.store.reading() as tx:
        return pair.aus.agreement_row(tx, nations.AGREEMENT).digest


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b"\xff" * 1000,
        b'{"payload":"","signatures":[]}',
        canonical.encode({"payload": "e30", "signatures": [{"protected": "e30", "signature": ""}]}),
    ],
)
def test_garbage_is_refused_with_a_code(pair, data):
    with pytest.raises(SealaneError) as caught:
        dispatch.answer(pair.jpn, data)
    assert caught.value.code


def again(pair, change):
    """The queued offer as its provider would sign it after a change, decided anew by its own
    nation's rules, so that nothing but the change is wrong with it.
    """
    _, data, container = queued_offer(pair)
    said = receipt.peek(data)
    body = bodies.as_json(said.body)
    change(body["request"])
    with pair.aus.store.reading() as tx:
        body["decision"] = decide_now(pair.aus, tx, body["request"]).digest
    anew = dataclasses.replace(said, body=bodies.read("offer", body))
    return receipt.sign(anew, pair.aus.keys.signers("statement")), container


BACKDATED = {
    "decided before it was said": lambda request: request.update(
        at=format_instant(Instant(parse_instant(request["at"]) - 61 * SECOND))
    ),
    "for others besides": lambda request: request["item"].update(released_to=["JPN", "USA"]),
    "for another": lambda request: request["item"].update(released_to=["USA"]),
    "for nobody": lambda request: request["item"].update(released_to=[]),
}


@pytest.mark.parametrize("change", BACKDATED.values(), ids=BACKDATED.keys())
def test_an_offer_rests_on_what_was_decided_now_and_for_us_alone(pair, change):
    signed, container = again(pair, change)
    assert offered(pair, signed, container) == ("transfer.rejected", "offer.inconsistent")
    assert registered(pair) == []


def test_the_same_offer_unchanged_is_taken(pair):
    signed, container = again(pair, lambda request: None)
    assert offered(pair, signed, container) == ("transfer.received", None)


def test_an_offer_that_comes_after_we_suspended_is_not_taken_whatever_it_says_of_its_age(pair):
    _, data, container = queued_offer(pair)
    agreement_life.give(pair.jpn, nations.AGREEMENT, "suspend")
    assert offered(pair, data, container) == ("transfer.rejected", "offer.not_in_force")
    assert registered(pair) == []
