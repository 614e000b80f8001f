"""The store of sealed containers: what a start erases and what it leaves."""

import hashlib
import os
import threading

import pytest

from sealane.adapters.files import BlobFolder
from sealane.base.errors import SealaneError


def test_strays_are_what_nobody_names_and_what_is_not_being_named_now(tmp_path):
    blobs = BlobFolder(tmp_path)
    for name in ("known", "stray", "fresh"):
        (tmp_path / f"{name}.tdf").write_bytes(b"x")
    for name in ("known", "stray"):
        os.utime(tmp_path / f"{name}.tdf", (1, 1))
    assert blobs.strays({"known"}, older=600) == ["stray"]
    assert sorted(blobs.strays({"known"}, older=-1)) == ["fresh", "stray"]
    assert BlobFolder(tmp_path / "none").strays(set(), older=0) == []


def test_what_is_taken_is_read_again_from_the_file_and_hashed(tmp_path):
    data = os.urandom(3_000_001)
    with BlobFolder(tmp_path).adding() as spool:
        spool.expect(None)
        for at in range(0, len(data), 700_001):
            spool.take(data[at : at + 700_001])
        digest = spool.digest()
        assert digest == spool.digest() == hashlib.sha384(data).hexdigest()
        assert spool.keep(digest).read_bytes() == data
    assert {"flush", "re-read"}.isdisjoint(one.name for one in threading.enumerate())


def test_a_byte_that_the_disk_changed_is_in_the_digest_and_a_lost_one_is_a_fault(tmp_path):
    blobs = BlobFolder(tmp_path)
    with blobs.adding() as spool:
        spool.expect(None)
        spool.file.write(b"other")
        spool.file.seek(0)
        spool.take(b"as")
        spool.file.seek(0)
        assert spool.digest() == hashlib.sha384(b"as").hexdigest()

    def lost():
        with blobs.adding() as spool:
            spool.expect(None)
            spool.take(b"x" * 10)
            spool._follower.grown(11)
            spool.digest()

    with pytest.raises(SealaneError) as caught:
        lost()
    assert caught.value.code == "store.write_failed"
    assert list(tmp_path.iterdir()) == []
