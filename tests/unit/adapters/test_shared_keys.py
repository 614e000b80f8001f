"""Keys of one node at two machines: they go by the store, which can read none and add none."""

import shutil
from dataclasses import replace

import pytest

from sealane.adapters import shared_keys
from sealane.adapters.key_making import KeyTerms
from sealane.adapters.keys import SERVING, SIGNING, WORKING, NodeKeys
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables
from sealane.base import canonical
from sealane.base.errors import Misconfigured, NotFound
from sealane.base.values import SECOND
from sealane.sealing import keywrap
from tests.clock import Clock

PASSPHRASE = b"correct horse battery"
TERMS = KeyTerms(key_days=1096, tls_days=825)
RECORDS = SqlRecords()


@pytest.fixture
def machines(place, tmp_path):
    """A store, and the folders of two machines with the same keys."""
    engine = open_engine(place)
    make_tables(engine)
    clock = Clock()
    (tmp_path / "one").mkdir()
    NodeKeys.create(tmp_path / "one", PASSPHRASE, clock)
    shutil.copytree(tmp_path / "one", tmp_path / "other")
    clock.now_ += SECOND
    yield SqlStore(engine), tmp_path / "one", tmp_path / "other", clock
    engine.dispose()


def following(store, folder, roles=None):
    keys = NodeKeys.open(folder, PASSPHRASE)
    keys.follow(lambda: shared_keys.told(store, RECORDS, keys.word))
    return keys if roles is None else keys.only(roles)


def tell(store, keys, clock):
    with store.writing() as tx:
        shared_keys.tell(RECORDS, tx, keys, clock.now())


def renewed(store, folder, clock, roles=(*SIGNING, "tls", "kas")):
    keys = following(store, folder)
    keys.renew(set(roles), clock, TERMS)
    tell(store, keys, clock)
    return keys


@pytest.mark.parametrize("roles", [SERVING, WORKING])
def test_a_part_at_another_machine_opens_what_is_renewed_of_its_roles_alone(machines, roles):
    store, one, other, clock = machines
    part = following(store, other, roles)
    keys = renewed(store, one, clock)
    for role in SIGNING:
        wanted = [signer.public for signer in keys.signers(role)]
        for signer in part.signers_of(wanted):
            if role in roles:
                signer.public.verify(signer.sign(b"said"), b"said")
            else:
                with pytest.raises(Misconfigured, match=r"keystore\.withheld"):
                    signer.sign(b"said")
    public = keys.kas_publics()[0]
    share = keywrap.wrap(public, bytes(32), b"")
    if "kas" in roles:
        assert part.unwrap(public.suite, share, b"", kid=public.kid) == bytes(32)
        assert part.kas_publics() == keys.kas_publics()
    else:
        with pytest.raises(Misconfigured, match=r"keystore\.withheld"):
            part.unwrap(public.suite, share, b"")


def test_what_was_taken_up_lies_in_the_other_machine_s_file_from_its_next_start(machines):
    store, one, other, clock = machines
    keys = renewed(store, one, clock)
    there = following(store, other)
    there.keep()
    alone = NodeKeys.open(other, PASSPHRASE)
    assert {key["kid"] for key in alone.inventory()} == {key["kid"] for key in keys.inventory()}
    for role in SIGNING:
        assert [one.public for one in alone.signers(role)] == [
            one.public for one in keys.signers(role)
        ]
    states = {(key["name"], key["retired"] is None) for key in alone.inventory()}
    assert states == {(key["name"], key["retired"] is None) for key in keys.inventory()}
    # and it can renew in its turn, for the first
    clock.now_ += SECOND
    again = renewed(store, other, clock, ("statement",))
    keys.take_up()
    assert [one.public for one in keys.signers("statement")] == [
        one.public for one in again.signers("statement")
    ]


def test_a_row_that_somebody_slips_in_is_no_key(machines):
    store, one, other, clock = machines
    (other.parent / "third").mkdir()
    foreign = NodeKeys.create(other.parent / "third", PASSPHRASE, clock)
    keys = following(store, one)
    tell(store, keys, clock)
    before = {key["kid"] for key in keys.inventory()}
    with store.writing() as tx:
        for key in foreign.sealed_keys():
            forged = canonical.encode(replace(key, born="2999-01-01T00:00:00Z").as_json())
            told = {"root": keys.word, "data": forged, "since": "2026-01-01T00:00:00Z"}
            RECORDS.sealed_keys.put(tx, {"id": shared_keys.key_id(key) + "x"}, **told)
    for part in (following(store, other), following(store, other, SERVING)):
        part.take_up()
        assert {key["kid"] for key in part.inventory()} == before


def test_of_a_key_that_was_destroyed_the_store_keeps_its_id_alone(machines):
    store, one, other, clock = machines
    keys = renewed(store, one, clock, ("kas",))
    gone = next(key["kid"] for key in keys.inventory() if key["retired"])
    keys.destroy(gone)
    tell(store, keys, clock)
    with store.reading() as tx:
        assert RECORDS.sealed_keys.get(tx, id=gone).data == b""
    there = following(store, other)
    assert gone in {key["kid"] for key in there.inventory()}  # until it is retired there too
    there.keep()
    there.destroy(gone)
    with pytest.raises(NotFound):
        there.destroy(gone)


def test_nothing_of_what_opens_the_root_key_lies_in_the_store(machines):
    store, one, _, clock = machines
    keys = following(store, one)
    tell(store, keys, clock)
    file = canonical.decode((one / "keys.sealed").read_bytes())
    with store.reading() as tx:
        rows = RECORDS.sealed_keys.find(tx, order="id")
    kept = b"".join(row.data + row.root.encode() for row in rows)
    assert len(rows) == len(file["keys"])
    assert file["root"].encode() not in kept
    assert file["kdf"]["salt"].encode() not in kept
