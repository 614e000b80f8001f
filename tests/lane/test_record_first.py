"""Record, then act: whatever leaves a node, is erased by it, or is opened with its key is on its
durable record before.
"""

import io

import pytest

from sealane.adapters.files import BlobFolder
from sealane.base.errors import SealaneError
from sealane.ledger import entries, receipt, telling
from sealane.services.exchange import arrival, onward, recall, reseal
from sealane.services.opening import key_parts, open_item
from tests import nations
from tests.nations import AGREEMENT, read, share


def record_of(node):
    """What the node's logs durably hold, seen from another connection."""
    with node.store.reading() as tx:
        return [
            entries.read(entry)
            for agreement in (None, AGREEMENT)
            for entry in nations.log_of(node, agreement).entries(tx, 0, 10_000)
        ]


def told(node, data):
    return any(
        one.kind.startswith(telling.PREFIX) and one.fields["statement"] == receipt.digest(data)
        for one in record_of(node)
    )


@pytest.fixture
def watched(pair, monkeypatch):
    """The pair, with every message, erasure and use of a key held against the record at the moment
    it happens.
    """
    seen = []

    def over(ask):
        def asking(party, statement, *container):
            sender = pair.line.nodes[receipt.peek(statement).by]
            assert told(sender, statement), (
                f"{receipt.peek(statement).type} leaves before it is on the record"
            )
            answer = ask(party, statement, *container)
            assert told(pair.line.nodes[party], answer), (
                f"{receipt.peek(answer).type} is answered before it is on the record"
            )
            seen.append((receipt.peek(statement).type, receipt.peek(answer).type))
            return answer

        return asking

    def erasing(blobs, name):
        node = next(node for node in pair.line.nodes.values() if node.blobs is blobs)
        orders = sum(
            one.kind in ("statement.recall.ordered", "statement.rewrapped")
            for one in record_of(node)
        )
        erased = sum(one[::2] == ("erased", node.party) for one in seen)
        assert orders > erased, "a container is erased before its order is on the record"
        seen.append(("erased", name, node.party))
        return destroy(blobs, name)

    def giving(*given):
        """A share for the partner: it leaves with the signed answer, which `over` holds against the
        record.
        """
        inside.append(True)
        try:
            return provider_share(*given)
        finally:
            inside.pop()

    def using(node, view, row):
        if inside:
            return own_share(node, view, row)
        released = [
            one
            for one in record_of(node)
            if one.kind == "key.released" and one.fields.get("object") == row.id
        ]
        used = sum(one == ("key", row.id, node.party) for one in seen)
        assert len([one for one in released if one.fields["node"] == node.settings.node]) > used, (
            "a key is used before its entry"
        )
        seen.append(("key", row.id, node.party))
        return own_share(node, view, row)

    inside = []
    destroy, own_share, provider_share = (
        BlobFolder.destroy,
        key_parts.own_share,
        key_parts.provider_share,
    )
    pair.line.say, pair.line.offer = over(pair.line.say), over(pair.line.offer)
    monkeypatch.setattr(BlobFolder, "destroy", erasing)
    monkeypatch.setattr(key_parts, "own_share", using)
    monkeypatch.setattr(key_parts, "provider_share", giving)
    return pair, seen


def test_nothing_leaves_opens_or_is_erased_before_its_entry_is_durable(watched):
    pair, seen = watched
    item = share(pair)
    arrival.accept(pair.jpn, item, "jpn.clerk")
    assert read(pair, item) == b"harbour"
    with pytest.raises(SealaneError):
        open_item.open_item(
            pair.jpn,
            item,
            person="jpn.suzuki",
            purpose="assessment",
            action="open",
            sink=io.BytesIO(),
        )
    pair.settle()
    reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release")
    pair.settle()
    assert read(pair, item) == b"harbour"
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    pair.settle()
    with pytest.raises(SealaneError):
        share(pair, b"x", reference="r-2", area="space")
    said = {one for one in seen if one[0] not in ("key", "erased")}
    assert said >= {
        ("assurance.request", "assurance"),
        ("assurance.request", "rejected"),
        ("offer", "transfer.received"),
        ("transfer.accepted", "acknowledged"),
        ("open.request", "key.released"),
        ("opened", "acknowledged"),
        ("open.denied", "acknowledged"),
        ("rewrap.request", "key.released"),
        ("rewrapped", "acknowledged"),
        ("recall.ordered", "destroyed"),
    }
    assert {one[0] for one in seen} >= {"key", "erased"}


def test_every_denial_is_an_entry_where_it_was_made_and_where_it_matters(pair):
    item = share(pair)
    for person, purpose in (("jpn.suzuki", "assessment"), ("jpn.sato", "acquisition")):
        with pytest.raises(SealaneError):
            open_item.open_item(
                pair.jpn, item, person=person, purpose=purpose, action="open", sink=io.BytesIO()
            )
    with pytest.raises(SealaneError):
        onward.pass_on(pair.jpn, onward.PassingOn(item=item, to="NZL"), person="jpn.release")
    with pytest.raises(SealaneError):
        share(pair, reference="r-2", purpose="training")
    pair.line.mangle_container = lambda data: data[:-1]
    share(pair, reference="r-3")
    pair.line.mangle_container = lambda data: data
    pair.settle()
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    with pytest.raises(SealaneError):
        read(pair, item)
    pair.settle()
    kinds = {
        party: [one.kind for one in record_of(node)] for party, node in pair.line.nodes.items()
    }
    for party in ("AUS", "JPN"):
        assert kinds[party].count("statement.open.denied") == 3
        assert kinds[party].count("statement.transfer.rejected") == 1
        assert kinds[party].count("statement.key.refused") == 1
    assert kinds["AUS"].count("decision.refuse") == 1
    for node in pair.line.nodes.values():
        assert all(
            one.fields["clauses"]
            for one in record_of(node)
            if one.kind in ("decision.refuse", "statement.open.denied")
        )
