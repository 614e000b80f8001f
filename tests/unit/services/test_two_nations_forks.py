"""A partner of two pasts: what is no contradiction, what is one, and the evidence that is kept of
it.
"""

from dataclasses import replace

import pytest

from sealane.base.errors import SealaneError, Unavailable, Untrusted
from sealane.ledger.log import equivocation, witness
from sealane.ledger.log.checkpoint import parse_checkpoint, sign_head
from tests import tilelogs
from tests.nations_log import Node, cycle, some


class Meanwhile:
    """The partner's surface; what the partner does itself happens between the reading of its head
    and of its first tile.
    """

    def __init__(self, peer, deed, before="tile/", times=1) -> None:
        self._peer, self._deed, self._before, self.left = peer, deed, before, times
        self.post = peer.post

    def fetch(self, path):
        if self.left and path.startswith(self._before):
            self.left -= 1
            self._deed()
        return self._peer.fetch(path)


def conflicts(node: Node, origin: str) -> list[bytes | None]:
    with node.store.reading() as tx:
        return [fraud for _, _, fraud in node.book.conflicts(tx, origin)]


@pytest.mark.parametrize("grown", [0, 1, 300])
def test_a_head_that_the_partner_submits_while_we_pull_is_no_contradiction(pair, keys, grown):
    jp, au = pair
    jp.append(*some(5))
    cycle(jp, au)
    jp.append(*some(2, "later"))
    jp.publisher.publish()

    def submit():
        if grown:
            jp.append(*some(grown, "meanwhile"))
            jp.publisher.publish()
        jp.publisher.seek_cosignature(au.peer)

    peer = Meanwhile(jp.peer, submit)
    assert au.mirror.pull(peer).size == 7 + grown
    assert peer.left == 0
    assert conflicts(au, keys[0].origin) == []
    with au.store.reading() as tx:
        assert list(au.mirror.log.entries(tx, 0, 1000)) == jp.stored()


def test_one_round_takes_so_much_of_a_log_that_never_ends_and_the_next_goes_on(
    pair, keys, monkeypatch
):
    monkeypatch.setattr("sealane.services.ledgers.mirror.AT_ONCE", 2)
    jp, au = pair
    jp.append(*some(1200))
    jp.publisher.publish()
    held = []
    for _ in range(2):
        with pytest.raises(SealaneError) as caught:
            au.mirror.pull(jp.peer)
        assert (caught.value.code, caught.value.exit_status) == ("mirror.much_more", 3)
        with au.store.reading() as tx:
            held.append(au.mirror.log.size(tx))
    assert held == [512, 1024]
    assert au.mirror.pull(jp.peer).size == 1200
    with au.store.reading() as tx:
        assert list(au.mirror.log.entries(tx, 0, 2000)) == jp.stored()


def test_an_earlier_head_that_the_partner_submits_while_we_pull_a_later_one_is_no_contradiction(
    pair, keys
):
    jp, au = pair
    jp.append(*some(5))
    cycle(jp, au)
    jp.append(b"six")
    six = parse_checkpoint(jp.publisher.publish())
    jp.append(b"seven")
    jp.publisher.publish()
    path = tilelogs.consistency(tilelogs.leaves_of(jp.stored()[:6]), 5)
    peer = Meanwhile(
        jp.peer,
        lambda: au.peer.post("add-checkpoint", witness.encode_request(5, path, six.note.encode())),
    )
    assert au.mirror.pull(peer).size == 7
    assert conflicts(au, keys[0].origin) == []


def test_a_partner_that_outruns_every_try_is_waited_for_not_accused(pair, keys):
    jp, au = pair
    jp.append(*some(2))
    cycle(jp, au)
    jp.append(*some(298, "later"))
    jp.publisher.publish()
    leaves = tilelogs.leaves_of(jp.stored())
    state = {"size": 2}

    def outrun(head):
        if head.size == 300 and state["size"] < 40:
            old, state["size"] = state["size"], state["size"] + 1
            small = tilelogs.head(keys[0].origin, jp.stored()[: state["size"]])
            raw = sign_head(small, [keys[0].log], jp.host.now()).encode()
            asked = witness.encode_request(
                old, tilelogs.consistency(leaves[: state["size"]], old), raw
            )
            assert au.peer.post("add-checkpoint", asked)[0] == 200

    class Outrun:
        """Before each submission of ours, the partner's own."""

        def __getattr__(self, name):
            return getattr(au.witness, name)

        def add_checkpoint(self, body):
            outrun(witness.parse_request(body).checkpoint.head)
            return au.witness.add_checkpoint(body)

    with pytest.raises(Unavailable, match="partner_moves"):
        replace(au.mirror, witness=Outrun()).pull(jp.peer)
    assert conflicts(au, keys[0].origin) == []
    assert au.mirror.pull(jp.peer).size == 300


@pytest.mark.parametrize("later", [0, 4])
def test_a_contradiction_submitted_while_we_pull_is_kept_and_raised(pair, keys, tmp_path, later):
    jp, au = pair
    jp.append(*some(5))
    cycle(jp, au)
    jp.append(b"shown to those who pull", b"and this")
    jp.publisher.publish()
    other = Node(tmp_path / "other", keys[0], keys[1])
    other.append(*some(5), b"shown to the witness", *some(1 + later, "later"))
    other.publisher.publish()

    def submit():
        with other.store.reading() as tx:
            path, raw = other.log.consistency(tx, 5), other.log.checkpoint(tx)
        assert au.peer.post("add-checkpoint", witness.encode_request(5, path, raw))[0] == 200

    with pytest.raises(Untrusted):
        au.mirror.pull(Meanwhile(jp.peer, submit))
    if not later:
        (fraud,) = conflicts(au, keys[0].origin)
        equivocation.verify(equivocation.read(fraud), [keys[0].log.verifier])
    other.close()


def test_an_earlier_head_of_another_past_is_kept_as_evidence_and_raised(pair, keys, tmp_path):
    jp, au = pair
    jp.append(*some(9))
    cycle(jp, au)
    forged = sign_head(
        tilelogs.head(keys[0].origin, some(4, "forged")), [keys[0].log], jp.host.now()
    ).encode()

    class Forked:
        def fetch(self, path):
            return forged if path == "checkpoint" else jp.peer.fetch(path)

        post = None

    with pytest.raises(Untrusted, match="earlier head"):
        au.mirror.pull(Forked())
    (fraud,) = conflicts(au, keys[0].origin)
    equivocation.verify(equivocation.read(fraud), [keys[0].log.verifier])


def test_a_partner_whose_entries_do_not_match_its_head_is_not_mirrored(pair, keys):
    jp, au = pair
    jp.append(*some(10))
    jp.publisher.publish()

    class Liar:
        def fetch(self, path):
            data = jp.peer.fetch(path)
            return data.replace(b"entry 7", b"entry 8") if path.startswith("tile/entries") else data

        post = None

    with pytest.raises(Untrusted):
        au.mirror.pull(Liar())
    assert au.mirror.checkpoint() is None
    au.mirror.pull(jp.peer)
    assert parse_checkpoint(au.mirror.checkpoint()).head.size == 10
