"""The contract of `ports.Blobs`, over a folder and over a bucket; and what only a bucket can do
wrong.
"""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tools import servers

from sealane.adapters import bucket_blobs
from sealane.adapters.bucket_address import read_address
from sealane.adapters.bucket_blobs import BucketBlobs, RangedObject
from sealane.adapters.files import BlobFolder
from sealane.base.errors import Misconfigured, NotFound, Unavailable
from tests import buckets


@pytest.fixture(scope="module")
def endpoint():
    with servers.s3() as address:
        yield address


@pytest.fixture(params=["folder", "bucket"])
def blobs(request, tmp_path):
    if request.param == "folder":
        return BlobFolder(tmp_path / "containers")
    endpoint = request.getfixturevalue("endpoint")
    return BucketBlobs(read_address(buckets.made(endpoint)), tmp_path / "containers")


def kept(blobs, data):
    with blobs.adding() as spool:
        spool.expect(len(data))
        spool.take(data)
        digest = spool.digest()
        spool.keep(digest)
    return digest


def test_what_was_kept_is_there_under_its_digest_and_reads_back(blobs):
    data = os.urandom(100_000)
    digest = kept(blobs, data)
    assert digest == hashlib.sha384(data).hexdigest()
    assert blobs.has(digest)
    with blobs.read(digest) as file:
        assert file.read() == data
        file.seek(-10, 2)
        assert file.read() == data[-10:]
        file.seek(50)
        assert file.read(7) == data[50:57]
        assert file.tell() == 57


def test_what_is_not_kept_leaves_nothing(blobs, tmp_path):
    with blobs.adding() as spool:
        spool.take(b"half")
        digest = spool.digest()
    assert not blobs.has(digest)
    assert list((tmp_path / "containers").iterdir()) == []
    with pytest.raises(NotFound, match=r"store\.no_blob"), blobs.read(digest):
        pass


def test_the_same_container_twice_is_one(blobs):
    first, second = kept(blobs, b"same"), kept(blobs, b"same")
    assert first == second
    assert blobs.destroy(first) is True
    assert not blobs.has(first)


def test_what_is_destroyed_is_gone_and_destroying_it_again_says_so(blobs):
    digest = kept(blobs, b"to be destroyed")
    assert blobs.destroy(digest) is True
    assert blobs.destroy(digest) is False
    assert blobs.destroy("0" * 96) is False


def test_strays_are_what_nobody_names_and_what_is_not_being_named_now(blobs):
    known, stray = kept(blobs, b"known"), kept(blobs, b"stray")
    assert blobs.strays({known}, older=600) == []
    assert blobs.strays({known}, older=-600) == [stray]


def test_an_empty_container_reads_back_empty(blobs):
    digest = kept(blobs, b"")
    with blobs.read(digest) as file:
        assert file.read() == b""


def test_a_container_in_parts_reads_back_whole(endpoint, tmp_path, monkeypatch):
    monkeypatch.setattr(bucket_blobs, "PART", 5 << 20)
    blobs = BucketBlobs(read_address(buckets.made(endpoint)), tmp_path)
    data = os.urandom(12 << 20)
    digest = kept(blobs, data)
    assert kept(blobs, data) == digest
    with blobs.read(digest) as file:
        assert hashlib.file_digest(file, "sha384").hexdigest() == digest


def versioned(endpoint):
    address = buckets.made(endpoint)
    servers.bucket_owner(endpoint).put_bucket_versioning(
        Bucket=read_address(address).bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    return address


def suspended(endpoint):
    address = versioned(endpoint)
    servers.bucket_owner(endpoint).put_bucket_versioning(
        Bucket=read_address(address).bucket, VersioningConfiguration={"Status": "Suspended"}
    )
    return address


def locked(endpoint):
    return buckets.made(endpoint, ObjectLockEnabledForBucket=True)


@pytest.mark.parametrize("make", [versioned, suspended, locked])
def test_no_destruction_is_said_of_a_bucket_that_keeps_what_is_deleted(endpoint, tmp_path, make):
    blobs = BucketBlobs(read_address(make(endpoint)), tmp_path)
    digest = kept(blobs, b"kept for ever")
    with pytest.raises(Misconfigured, match=r"bucket\.keeps"):
        blobs.destroy(digest)
    with pytest.raises(Misconfigured, match=r"bucket\.keeps"):
        blobs.require_forgetting()
    assert blobs.has(digest)


def test_a_bucket_that_is_away_or_closed_says_so(endpoint, tmp_path):
    gone = replace(read_address("s3://none/x?endpoint=http://127.0.0.1:9"), bucket="none")
    with pytest.raises(Unavailable, match=r"bucket\.unavailable"):
        BucketBlobs(gone, tmp_path).has("0" * 96)
    missing = read_address(f"s3://no-such-bucket-here?endpoint={endpoint}")
    with pytest.raises(Misconfigured, match=r"bucket\.refused"):
        kept(BucketBlobs(missing, tmp_path), b"x")


@pytest.mark.parametrize(
    "text",
    [
        "http://bucket/x",
        "s3://",
        "s3:///prefix",
        "s3://bucket/x?endpoint=ftp://h",
        "s3://bucket/x?other=1",
        "s3://key:secret@bucket/x",
        "s3://bucket/x#part",
        "s3://bucket/x?endpoint",
    ],
)
def test_an_address_that_is_none_is_refused_with_its_form(text):
    with pytest.raises(Misconfigured, match=r"bucket\.address"):
        read_address(text)


@given(
    data=st.binary(max_size=400), steps=st.lists(st.tuples(st.integers(0, 450), st.integers(0, 90)))
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ranges_read_as_a_file_does_whatever_the_order(monkeypatch, data, steps):
    monkeypatch.setattr(bucket_blobs, "RANGE", 32)
    ranged = RangedObject(lambda start, end: data[start:end], len(data))
    plain = io.BytesIO(data)
    with io.BufferedReader(ranged, buffer_size=16) as file:
        for at, size in steps:
            assert file.seek(at) == plain.seek(at)
            assert file.read(size) == plain.read(size)


@pytest.mark.parametrize(
    "address",
    [
        "s3://AKIA:topsecret@bucket/items",
        "s3://bucket/items?endpoint=https://AKIA:topsecret@s3.aus.example",
        "s3://bucket/items?endpoint=//AKIA:topsecret@s3.aus.example",
    ],
)
def test_an_address_with_a_secret_is_refused_and_the_secret_is_not_told(address):
    with pytest.raises(Misconfigured) as caught:
        read_address(address)
    assert caught.value.code == "bucket.address"
    assert "topsecret" not in str(caught.value.as_json())
