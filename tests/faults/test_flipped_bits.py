"""One bit flipped anywhere in what a log stores: it is found, and named as what and where it is."""

import random

import pytest

from sealane.adapters.log import SqlLog
from sealane.base.errors import Untrusted
from tests.nations_log import Keys, Node

ENTRIES = 256 + 44
"""One full tile, its hash one level up, and a tail that only the right edge commits to: 256 + 32 +
8 + 4.
"""


@pytest.fixture
def node(tmp_path):
    made = Node(tmp_path / "jp", Keys("jp"), Keys("au"))
    made.append(*(b"entry %d" % at for at in range(ENTRIES)))
    made.publisher.publish()
    yield made
    made.close()


def places(node):
    """Every stored blob as (what reads it, what writes it, the place that must be named, for each
    byte of it).
    """
    with node.store.reading() as tx:
        rows = tx.exec_driver_sql("SELECT idx, length(data) FROM log_entry")
        sizes = dict(tuple(row) for row in rows)
        edges = tx.exec_driver_sql("SELECT length(edge), length(shadow) FROM log").one()
    for at in range(ENTRIES):
        yield "log_entry", "data", f"idx = {at}", sizes[at], lambda _, at=at: f"entry {at}"
        leaf = f"the leaf hash of entry {at}" if at < 256 else f"entry {at}"
        yield "log_entry", "leaf", f"idx = {at}", 32, lambda _, leaf=leaf: leaf
    yield "log_tile", "data", "level = 0", 8192, lambda byte: f"tile/0/000, hash {byte // 32}"
    yield "log_tile", "data", "level = 1", 32, lambda _: "tile/1/000.p/1, hash 0"
    spans = ["0 to 255", "256 to 287", "288 to 295", "296 to 299"]
    yield "log", "edge", "1", edges[0], lambda byte: f"the edge over entries {spans[byte // 32]}"
    yield (
        "log",
        "shadow",
        "1",
        edges[1],
        lambda byte: f"the shadow edge over entries {spans[byte // 48]}",
    )


def flipped(node, place, byte, bit):
    """Flip, walk, flip back; what the walk said."""
    table, column, where, _, _ = place
    with node.store.writing() as tx:
        (held,) = tx.exec_driver_sql(f"SELECT {column} FROM {table} WHERE {where}").one()
        wrong = held[:byte] + bytes([held[byte] ^ 1 << bit]) + held[byte + 1 :]
        tx.exec_driver_sql(f"UPDATE {table} SET {column} = ? WHERE {where}", (wrong,))
        with pytest.raises(Untrusted) as found:
            node.log.walk(tx)
        tx.exec_driver_sql(f"UPDATE {table} SET {column} = ? WHERE {where}", (held,))
    return (
        str(found.value.details["where"])
        if "where" in (found.value.details or {})
        else found.value.message
    )


def check(node, chosen, rng):
    """Flip one random bit of each chosen byte of each stored blob."""
    tried = 0
    for place in places(node):
        size, named = place[3:]
        for byte in chosen(size, rng):
            told = flipped(node, place, byte, rng.randrange(8))
            assert named(byte) in told, (place[:3], byte, told)
            tried += 1
    with node.store.reading() as tx:
        assert node.log.walk(tx).size == ENTRIES
    return tried


def test_a_flipped_bit_in_any_stored_entry_leaf_tile_or_edge_is_found_and_named(node):
    def few(size, rng):
        return rng.sample(range(size), {8192: 64, 32: 1}.get(size, 1 if size < 32 else 16))

    assert check(node, few, random.Random(3)) > 690


@pytest.mark.deep
@pytest.mark.timeout(3600)
def test_every_byte_of_what_a_log_stores_is_found_when_altered(node):
    assert check(node, lambda size, rng: range(size), random.Random(4)) > 20_000


def test_an_entry_that_is_gone_doubled_or_swapped_is_found_and_named(node):
    def told(*steps):
        with node.store.writing() as tx:
            tx.exec_driver_sql("SAVEPOINT whole")
            for step in steps:
                tx.exec_driver_sql(step)
            with pytest.raises(Untrusted) as found:
                node.log.walk(tx)
            tx.exec_driver_sql("ROLLBACK TO whole")
        return found.value.message

    assert "entry 7 is missing" in told("DELETE FROM log_entry WHERE idx = 7")
    assert "entry 299 is missing" in told("DELETE FROM log_entry WHERE idx = 299")
    assert "entry 300 is not in the head" in told(
        "INSERT INTO log_entry SELECT log, 300, leaf, data FROM log_entry WHERE idx = 5"
    )
    swap = [
        f"UPDATE log_entry SET idx = {new} WHERE idx = {old}"
        for old, new in ((3, 900), (4, 3), (900, 4))
    ]
    assert "entry 3" in told(*swap)
    assert "tile/0/000" in told("DELETE FROM log_tile WHERE level = 0")
    assert (
        "the edge over entries 296 to 299"
        in told(  # entry and leaf hash altered as one: the edge still tells where
            "UPDATE log_entry SET data = x'00', leaf ="
            " x'96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7' WHERE idx = 297"
        )
    )


def test_what_the_partner_s_copy_stores_is_walked_alike(tmp_path, node):
    au = Node(tmp_path / "au", Keys("au"), Keys("jp"))
    copy = SqlLog("jp.example/ledger/x", role="mirror")
    with node.store.reading() as tx, au.store.writing() as there:
        copy.append(there, list(node.log.entries(tx, 0, ENTRIES)))
    with au.store.writing() as tx:
        tx.exec_driver_sql("UPDATE log_entry SET data = x'00' WHERE idx = 12")
        with pytest.raises(Untrusted, match="entry 12"):
            copy.walk(tx)
    au.close()
