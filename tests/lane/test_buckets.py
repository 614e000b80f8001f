"""Two nations whose containers and last signed heads lie in buckets.

Spec: docs/operators.md "A bucket for containers"; spec/ledger.md §7; R39.
"""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from tools import servers

from sealane.adapters import nodefolder
from sealane.adapters.backup_restoring import restore
from sealane.adapters.backup_taking import take
from sealane.adapters.bucket_address import connected, read_address
from sealane.adapters.bucket_heads import BucketAnchor, names
from sealane.base.errors import Malformed, Misconfigured, SealaneError, Untrusted
from sealane.base.values import SECOND
from sealane.ledger.log.checkpoint import Head
from sealane.registry.records import Newness
from sealane.services.exchange import recall
from tests import buckets, engines, nations
from tests.clock import START, Clock
from tests.nations import read, share

LOCKED = {"ObjectLockEnabledForBucket": True}


@pytest.fixture(scope="module")
def endpoint():
    with servers.s3() as address:
        yield address


@pytest.fixture
def kept(template, tmp_path, endpoint):
    """The pair, each with buckets of its own; the addresses of AUS's."""
    root = nations.copy_of(template, tmp_path / "pair")
    places = {}
    for party in ("aus", "jpn"):
        places[party] = (buckets.made(endpoint), buckets.made(endpoint, **LOCKED))
        settings = nodefolder.load(root / party)
        blobs, heads = places[party]
        nodefolder.save(root / party, replace(settings, blobs=blobs, heads=heads))
    pair = nations.opened(root, Clock(START + 600 * SECOND))
    yield pair, places
    pair.close()


def objects(address: str) -> list[str]:
    at = read_address(address)
    said = connected(at).list_objects_v2(Bucket=at.bucket, Prefix=at.prefix)
    return [one["Key"].removeprefix(at.prefix) for one in said.get("Contents", ())]


def test_a_whole_life_goes_by_with_containers_and_heads_in_buckets(kept):
    pair, places = kept
    item = share(pair, b"harbour" * 1000)
    pair.rounds(2)
    assert read(pair, item) == b"harbour" * 1000
    for party in ("aus", "jpn"):
        assert [name[-4:] for name in objects(places[party][0])] == [".tdf"]
        assert list((pair.root / party / "containers").iterdir()) == [], "no spool is left"
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    pair.settle()
    assert objects(places["jpn"][0]) == [], "what is signed as destroyed is gone"
    with pytest.raises(SealaneError):
        read(pair, item)
    at = replace(
        read_address(places["aus"][1]),
        prefix=f"{read_address(places['aus'][1]).prefix}canberra.aus.example/",
    )
    assert names(at) == ["jpn-aus-2022"]


def test_a_folder_set_back_meets_its_heads_in_the_bucket_and_signs_nothing(kept, tmp_path):
    pair, _ = kept
    share(pair, b"one")
    pair.rounds(2)
    engines.copy_folder(pair.root, tmp_path / "old")
    share(pair, b"two", reference="two")
    pair.rounds(2)
    clock, root = pair.clock, pair.root
    pair.close()
    shutil.rmtree(root / "aus")
    engines.copy_folder(tmp_path / "old" / "aus", root / "aus")
    again = nations.opened(root, clock)
    try:
        assert nodefolder.heads_apart(root / "aus", again.aus.settings)
        assert again.ask("AUS").newness is Newness.BEHIND
        with pytest.raises(SealaneError, match="behind"):
            share(again, b"three", reference="three")
    finally:
        again.close()


def test_a_bucket_that_keeps_versions_stops_a_destruction_and_nothing_is_signed(kept):
    pair, places = kept
    item = share(pair, b"harbour")
    at = read_address(places["jpn"][0])
    connected(at).put_bucket_versioning(
        Bucket=at.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    pair.settle()
    with pair.aus.store.reading() as tx:
        transfer = pair.aus.holding(tx, item).transfers[0]
    assert str(transfer.state) != "destroyed"


def test_two_heads_of_one_size_are_a_fork_and_the_same_head_twice_is_none(endpoint):
    address = read_address(buckets.made(endpoint, **LOCKED))
    anchor = BucketAnchor(address, "x/one")
    assert anchor.load() is None
    for size in (3, 20, 100):
        anchor.save(Head("n/x/one", size, bytes([size]) * 32))
    anchor.save(Head("n/x/one", 20, bytes([20]) * 32))
    found = anchor.load()
    assert found is not None
    assert found.size == 100
    with pytest.raises(Untrusted, match=r"ledger\.forked"):
        anchor.save(Head("n/x/one", 20, b"o" * 32))
    BucketAnchor(address, "x/one/JPN").save(Head("n/x/one/JPN", 1, b"1" * 32))
    BucketAnchor(address, "internal").save(Head("n/internal", 1, b"1" * 32))
    assert names(address) == ["internal", "x/one", "x/one/JPN"]
    at = f"{address.prefix}x/one/{10**20 - 1 - 101:020d}.head"
    connected(address).put_object(Bucket=address.bucket, Key=at, Body=b"altered")
    with pytest.raises(Malformed):
        anchor.load()


def test_a_backup_holds_what_the_bucket_holds_and_brings_it_back(kept, tmp_path):
    pair, places = kept
    item = share(pair, b"harbour")
    pair.rounds(2)
    done = take(pair.root / "jpn", tmp_path / "b", pair.clock.now(), "0.1.0")
    assert done.absent == []
    clock, root = pair.clock, pair.root
    pair.close()
    database = engines.setting_like(root / "jpn")
    engines.dropped(root / "jpn")
    shutil.rmtree(root / "jpn")
    at = read_address(places["jpn"][0])
    (name,) = objects(places["jpn"][0])
    connected(at).delete_object(Bucket=at.bucket, Key=f"{at.prefix}{name}")
    with (tmp_path / "b").open("rb") as file:
        restore(file, root / "jpn", database=database)
    assert objects(places["jpn"][0]) == [name]
    again = nations.opened(root, clock)
    try:
        assert again.ask("JPN").newness is Newness.CURRENT
        assert read(again, item) == b"harbour"
    finally:
        again.close()


@pytest.mark.parametrize(
    "change", [{"blobs": "/a/folder"}, {"heads": "relative"}, {"blobs_credentials_file": "x"}]
)
def test_a_place_that_is_none_is_refused_in_the_settings(kept, change):
    with pytest.raises(Misconfigured, match=r"settings\.malformed"):
        replace(kept[0].aus.settings, **change)
