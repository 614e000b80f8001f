"""The stored log: atomic with its transaction, provable at every size, and honest about altered
bytes.
"""

import hashlib

import pytest
from sqlalchemy import text

from sealane.adapters import sql
from sealane.adapters.log import SqlLog
from sealane.adapters.tables import make_tables
from sealane.base.errors import NotFound, Untrusted
from sealane.base.values import Instant
from sealane.crypto.keys import PrivateKey
from sealane.ledger.log import checkpoint as cp
from sealane.ledger.log import merkle, note, shadow, tiles
from sealane.ledger.log.checkpoint import NoteSigner
from sealane.ledger.log.tiles import ENTRIES, Tile

AT = Instant(1_764_000_000_000_000_000)


@pytest.fixture
def engine(place):
    engine = sql.open_engine(place)
    make_tables(engine)
    yield engine
    engine.dispose()


def entries(start: int, end: int) -> list[bytes]:
    return [f"entry {one}".encode() for one in range(start, end)]


def root(items: list[bytes], digest=hashlib.sha256) -> bytes:
    front = merkle.Frontier(digest=digest)
    for item in items:
        front.append(item)
    return front.root()


def test_entries_come_back_in_order_and_the_head_is_the_tree_s(engine):
    log = SqlLog("log.example/a")
    with sql.writing(engine) as tx:
        assert log.append(tx, entries(0, 3)) == 0
        assert log.append(tx, entries(3, 600)) == 3
    with sql.reading(engine) as tx:
        assert log.size(tx) == 600
        assert list(log.entries(tx, 0, 600)) == entries(0, 600)
        assert log.head(tx).root == root(entries(0, 600)) == log.root_at(tx, 600)
        assert log.shadow_root(tx) == root(entries(0, 600), hashlib.sha384)


def test_nothing_is_appended_when_the_transaction_fails(engine):
    log = SqlLog("log.example/a")
    with sql.writing(engine) as tx:
        log.append(tx, entries(0, 2))
    with pytest.raises(RuntimeError), sql.writing(engine) as tx:  # noqa: PT012
        log.append(tx, entries(2, 300))
        raise RuntimeError
    with sql.writing(engine) as tx:
        assert log.append(tx, entries(2, 3)) == 2
        assert log.root_at(tx, 3) == root(entries(0, 3))


def test_a_log_made_in_a_transaction_that_failed_is_not_mistaken_for_another(engine):
    first, second = SqlLog("log.example/a"), SqlLog("log.example/b")
    with pytest.raises(RuntimeError), sql.writing(engine) as tx:  # noqa: PT012
        first.append(tx, [b"lost"])
        raise RuntimeError
    with sql.writing(engine) as tx:
        second.append(tx, [b"of b"])
        first.append(tx, [b"of a"])
    with sql.reading(engine) as tx:
        assert (list(first.entries(tx, 0, 9)), list(second.entries(tx, 0, 9))) == (
            [b"of a"],
            [b"of b"],
        )


def test_single_appends_and_groups_give_one_tree_with_every_tile_and_proof(engine):
    log, size = SqlLog("log.example/a"), 70_000
    with sql.writing(engine) as tx:
        log.append(tx, entries(0, 65_400))
        for at in range(65_400, 65_600):
            log.append(tx, entries(at, at + 1))
        log.append(tx, entries(65_600, size))
        whole = root(entries(0, size))
        assert log.prove_head(tx).root == whole
        for tile in tiles.tiles_of(size):
            data = log.tile(tx, tile)
            assert len(data) == tile.width * 32
            if tile.level:
                assert data[-32:] == tiles.tile_root(
                    log.tile(tx, Tile(tile.level - 1, tile.index * 256 + tile.width - 1))
                )
        for index in (0, 255, 256, 65_535, 65_536, size - 1):
            merkle.verify_inclusion(
                merkle.leaf_hash(entries(index, index + 1)[0]),
                index,
                size,
                log.inclusion(tx, index),
                whole,
            )
        for old in (1, 255, 256, 257, 65_536, 69_999, size):
            merkle.verify_consistency(
                old, root(entries(0, old)), size, whole, log.consistency(tx, old)
            )
        bundle = log.tile(tx, Tile(ENTRIES, 273, 112))
        assert tiles.decode_bundle(bundle, 112) == entries(273 * 256, size)
        with pytest.raises(NotFound):
            log.tile(tx, Tile(ENTRIES, 273, 113))


def test_a_published_head_is_signed_shadowed_and_not_signed_twice(engine):
    log = SqlLog("log.example/a")
    signer = NoteSigner("log.example/a", note.ED25519, PrivateKey.generate("Ed25519"))
    dark = [PrivateKey.generate("ML-DSA-87"), PrivateKey.generate("ES384")]
    keys = {key.public.kid: key.public for key in dark}
    with sql.writing(engine) as tx:
        log.append(tx, entries(0, 5))
        first = log.publish(tx, [signer], AT, shadow_signers=dark)
        assert log.publish(tx, [signer], AT, shadow_signers=dark) == first
        log.append(tx, entries(5, 6))
        second = cp.parse_checkpoint(log.publish(tx, [signer], AT, shadow_signers=dark))
        cp.require(second, [signer.verifier])
        carried = shadow.carried(second.note, "log.example/a")
        assert carried == log.shadow_checkpoint(tx)
        made = shadow.verify(carried, keys=keys, required=list(keys))
        shadow.agrees(made, second.head)
        assert made.root_sha384 == root(entries(0, 6), hashlib.sha384)
        assert (
            made.prev
            == hashlib.sha384(shadow.carried(note.parse(first), "log.example/a")).hexdigest()
        )
        assert [size for size, _, _ in log.signed(tx)] == [6, 5]


def test_a_bit_flipped_in_a_stored_entry_stops_the_signing(engine):
    log = SqlLog("log.example/a")
    signer = NoteSigner("log.example/a", note.ED25519, PrivateKey.generate("Ed25519"))
    with sql.writing(engine) as tx:
        log.append(tx, entries(0, 5))
    with sql.writing(engine) as tx:
        tx.execute(text("UPDATE log_entry SET data = :data WHERE idx = 3"), {"data": b"\0"})
    with pytest.raises(Untrusted, match="store_altered"), sql.writing(engine) as tx:
        log.publish(tx, [signer], AT)
    with sql.reading(engine) as tx:
        assert log.checkpoint(tx) is None


def test_two_writers_by_mistake_wait_for_one_another_and_never_fork(engine, place):
    import threading

    def write(name: str) -> None:
        own, log = sql.open_engine(place), SqlLog("log.example/a")
        for at in range(40):
            with sql.writing(own) as tx:
                log.append(tx, [f"{name} {at}".encode()])
        own.dispose()

    with sql.writing(engine) as tx:
        SqlLog("log.example/a").open(tx)
    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sql.writing(engine) as tx:
        log = SqlLog("log.example/a")
        stored = list(log.entries(tx, 0, 1000))
        assert len(stored) == 120 == len(set(stored))
        assert log.prove_head(tx).root == root(stored)
