"""The store of sealed containers: what a start erases and what it leaves."""

import os

from sealane.adapters.files import Blobs


def test_the_sweep_leaves_the_spool_of_a_process_that_still_writes(tmp_path):
    blobs = Blobs(tmp_path)
    living, dead = tmp_path / f".{os.getppid()}.aa.part", tmp_path / ".999999999.aa.part"
    for path in (living, dead):
        path.write_bytes(b"x")
    assert blobs.sweep() == 1
    assert (living.exists(), dead.exists()) == (True, False)


def test_strays_are_what_nobody_names_and_what_is_not_being_named_now(tmp_path):
    blobs = Blobs(tmp_path)
    for name in ("known", "stray", "fresh"):
        (tmp_path / f"{name}.tdf").write_bytes(b"x")
    for name in ("known", "stray"):
        os.utime(tmp_path / f"{name}.tdf", (1, 1))
    assert blobs.strays({"known"}, older=600) == ["stray"]
    assert sorted(blobs.strays({"known"}, older=-1)) == ["fresh", "stray"]
    assert Blobs(tmp_path / "none").strays(set(), older=0) == []
