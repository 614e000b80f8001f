"""Tile paths, widths and bundles, against the layout's definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.base.errors import Malformed
from sealane.ledger.log import merkle, tiles
from sealane.ledger.log.tiles import ENTRIES, Tile


@pytest.mark.parametrize(
    ("path", "tile"),
    [
        ("tile/0/000", Tile(0, 0)),
        ("tile/0/x001/x234/067", Tile(0, 1234067)),
        ("tile/63/000.p/1", Tile(63, 0, 1)),
        ("tile/entries/x001/000.p/255", Tile(ENTRIES, 1000, 255)),
    ],
)
def test_a_path_names_one_tile_and_back(path, tile):
    assert tiles.parse_path(path) == tile
    assert tile.path == path


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/x001/x000",
        "tile/0/001/000",
        "tile/entries/000.p",
        "tile/data/000",
        "tile/0/../000",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/0/" + "x001/" * 20 + "000",
    ],
)
def test_any_other_spelling_is_refused(path):
    with pytest.raises(Malformed):
        tiles.parse_path(path)


@given(st.integers(0, 10**12), st.integers(0, 63), st.integers(1, 256))
def test_every_tile_has_one_path(index, level, width):
    tile = Tile(level, index, width)
    assert tiles.parse_path(tile.path) == tile


def test_the_tree_of_seventy_thousand_has_the_tiles_the_specification_counts():
    found = list(tiles.tiles_of(70_000))
    assert len([one for one in found if one.level == 0 and one.width == 256]) == 273
    assert [one for one in found if one.width < 256] == [
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert list(tiles.tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]


@given(st.integers(1, 1400), st.data())
def test_nodes_from_tiles_are_the_tree_s_nodes(size, data):
    leaves = [hashlib.sha256(str(one).encode()).digest() for one in range(size)]

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    def fetch(tile: Tile) -> bytes:
        return b"".join(node(8 * tile.level, tile.index * 256 + at) for at in range(tile.width))

    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_path(index, size, tiles.nodes_from(fetch, size))
    front = merkle.Frontier()
    for leaf in leaves:
        front.push(leaf)
    merkle.verify_inclusion(leaves[index], index, size, path, front.root())


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_holds_exactly_its_entries(entries):
    data = tiles.encode_bundle(entries)
    assert tiles.decode_bundle(data, len(entries)) == entries
    for wrong in (data + b"\x00", data[:-1]) if entries else (b"\x00",):
        with pytest.raises(Malformed):
            tiles.decode_bundle(wrong, len(entries))


def test_an_entry_beyond_sixty_four_kib_is_refused():
    tiles.encode_bundle([b"x" * 65535])
    with pytest.raises(Malformed):
        tiles.encode_bundle([b"x" * 65536])
