"""Old backups, lost anchors and sudden ends: a log goes on without a fork, or does not go on."""

import shutil

import pytest

from sealane.base.errors import Conflict, Untrusted
from sealane.ledger.log import note
from sealane.ledger.log.checkpoint import parse_checkpoint
from tests.nations_log import Killed, Node, cycle, marks_of, some


def test_a_node_restored_from_an_old_backup_refuses_to_sign_then_recovers_without_a_fork(
    pair, keys, tmp_path
):
    jp, au = pair
    jp.append(*some(200))
    cycle(jp, au)
    shutil.copytree(tmp_path / "jp", tmp_path / "backup")
    jp.append(*some(400, "later"))
    cycle(jp, au)
    whole, newest = jp.stored(), parse_checkpoint(jp.peer.fetch("checkpoint")).head
    jp.close()
    shutil.rmtree(tmp_path / "jp")
    shutil.copytree(tmp_path / "backup", tmp_path / "jp")
    old = Node(tmp_path / "jp", *keys)
    assert len(old.stored()) == 200
    with pytest.raises(Conflict, match="behind"):
        old.publisher.publish()
    with pytest.raises(Conflict, match="behind"):
        old.publisher.publish(old.publisher.known_by(au.peer))
    assert old.publisher.recover(au.peer) == (200, 600)
    assert old.stored() == whole
    old.append(b"after")
    cycle(old, au)
    with old.store.reading() as tx:
        assert old.log.root_at(tx, 600) == newest.root
    assert marks_of(old).proven == 601
    old.close()


def test_without_its_anchor_a_restored_node_is_stopped_by_what_the_partner_saw(
    pair, keys, tmp_path
):
    jp, au = pair
    jp.append(*some(20))
    cycle(jp, au)
    fresh = Node(tmp_path / "fresh", *keys)
    fresh.append(*some(5))
    with pytest.raises(Conflict, match="behind"):
        fresh.publisher.publish(fresh.publisher.known_by(au.peer))
    fresh.append(*some(30, "other"))
    with pytest.raises(Untrusted, match="forked"):
        fresh.publisher.publish(fresh.publisher.known_by(au.peer))
    with pytest.raises(Untrusted, match="forked"):
        _recover_small(tmp_path, keys, au)
    fresh.close()


def _recover_small(tmp_path, keys, au):
    small = Node(tmp_path / "small", *keys)
    try:
        small.append(*some(5, "other"))
        small.publisher.publish()  # signed without asking the partner: no recovery undoes that
        small.publisher.recover(au.peer)
    finally:
        small.close()


@pytest.mark.parametrize("late", [1, 3, 300, 700])
@pytest.mark.parametrize("kept", [0, 1, 200, 256, 300])
def test_what_was_appended_after_an_old_backup_came_back_follows_what_was_recovered(
    pair, keys, tmp_path, kept, late
):
    jp, au = pair
    jp.append(*some(kept))
    if kept:
        cycle(jp, au)
    shutil.copytree(tmp_path / "jp", tmp_path / "backup")
    jp.append(*some(600 - kept, "later"))
    cycle(jp, au)
    whole = jp.stored()
    jp.close()
    shutil.rmtree(tmp_path / "jp")
    shutil.copytree(tmp_path / "backup", tmp_path / "jp")
    old, seen = Node(tmp_path / "jp", *keys), []
    fresh = some(late, "after the restore")
    old.append(*fresh)
    with pytest.raises((Conflict, Untrusted)):
        old.publisher.publish(old.publisher.known_by(au.peer))
    assert old.publisher.recover(au.peer, lambda tx, *told: seen.append(told)) == (kept, 600)
    assert seen == [(kept, 600 - kept)]
    assert old.stored() == [*whole, *fresh]
    with old.store.reading() as tx:
        assert old.log.walk(tx).size == 600 + late
    cycle(old, au)
    assert marks_of(old).proven == 600 + late
    old.close()


def test_a_place_for_heads_that_is_gone_is_not_taken_for_a_log_that_never_signed(pair):
    jp, au = pair
    jp.append(*some(3))
    cycle(jp, au)
    jp.append(b"more")
    (jp.folder.parent / "jp.head").unlink()
    with pytest.raises(Conflict, match="anchor_missing"):
        jp.publisher.publish()
    assert jp.publisher.recover(au.peer) == (3, 3)
    cycle(jp, au)
    assert marks_of(jp).proven == 4


@pytest.mark.parametrize("step", ["ledger.before_anchor", "ledger.anchored", "ledger.published"])
def test_killed_at_any_step_of_publishing_it_goes_on_without_two_heads(pair, keys, tmp_path, step):
    jp, au = pair
    jp.append(*some(5))
    jp.host.stop_at = step
    with pytest.raises(Killed):
        jp.publisher.publish()
    jp.host.stop_at = None
    jp.append(b"next")
    cycle(jp, au)
    assert marks_of(jp).proven == 6


def test_killed_between_saving_and_answering_the_witness_cosigns_again(pair, keys):
    jp, au = pair
    jp.append(*some(5))
    jp.publisher.publish()
    au.host.stop_at = "witness.saved"
    with pytest.raises(Killed):
        jp.publisher.seek_cosignature(au.peer)
    au.host.stop_at = None
    jp.publisher.seek_cosignature(au.peer)
    assert marks_of(jp).cosigned == 5


def test_a_witness_that_says_yes_without_a_good_signature_does_not_count(pair, keys):
    jp, _ = pair
    jp.append(b"x")
    jp.publisher.publish()

    class Liar:
        def post(self, path, body):
            line = note.Signature(
                "au.example/witness", keys[1].witness[0].verifier.key_id, bytes(72)
            ).line
            return 200, line.encode()

    with pytest.raises(Untrusted):
        jp.publisher.seek_cosignature(Liar())
    assert marks_of(jp).cosigned == 0
