"""Streams at the shell: any input seekable, outputs written behind, errors never lost."""

import errno
import hashlib
import io
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.adapters.streams import HashBehind, behind, copy_and_digest, seekable
from sealane.base.errors import SealaneError


@settings(deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=30))
def test_what_is_written_behind_arrives_whole_and_in_order(blocks):
    sink = io.BytesIO()
    with behind(sink) as file:
        for block in blocks:
            buffer = bytearray(block)
            assert file.write(buffer) == len(block)
            buffer[:] = bytes(len(buffer))
    assert sink.getvalue() == b"".join(blocks)


def test_a_seek_waits_for_what_was_written():
    sink = io.BytesIO()
    with behind(sink) as file:
        file.write(b"body")
        file.seek(0)
        file.write(b"B")
        assert file.tell() == 1
        file.seek(0)
        assert file.read() == b"Body"


class Full(io.BytesIO):
    def write(self, data, /):
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_told_at_the_latest_at_the_end():
    for blocks in (1, 1000):
        with pytest.raises(OSError, match="space"):
            write(blocks)


def test_the_callers_own_error_is_not_replaced():
    with pytest.raises(KeyError):
        write(1, then=KeyError("mine"))


def write(blocks, then=None):
    with behind(Full()) as file:
        for _ in range(blocks):
            file.write(b"x")
        if then is not None:
            raise then


def test_an_unreadable_input_is_a_typed_error(tmp_path):
    with pytest.raises(SealaneError) as caught, seekable(str(tmp_path / "absent")):
        pass
    assert caught.value.code == "input.unreadable"


@pytest.mark.parametrize("size", [0, 1, 3_000_001])
def test_a_copy_and_its_digest_are_of_the_same_bytes(tmp_path, size):
    data = os.urandom(size)
    (tmp_path / "source").write_bytes(data)
    with (tmp_path / "source").open("rb") as source, (tmp_path / "sink").open("w+b") as sink:
        assert copy_and_digest(source, sink) == hashlib.sha384(data).digest()
        sink.write(b"behind")
    assert (tmp_path / "sink").read_bytes() == data + b"behind"


def test_a_copy_that_cannot_be_written_is_a_fault(tmp_path):
    (tmp_path / "source").write_bytes(b"x" * 100)
    with (tmp_path / "source").open("rb") as source, Path("/dev/full").open("wb") as sink:
        with pytest.raises(OSError) as caught:
            copy_and_digest(source, sink)
        assert caught.value.errno in (errno.ENOSPC, errno.EINVAL)


@pytest.mark.parametrize("blocks", [[], [b"x"], [b"x" * 70_000, b"y", b"z" * 300_000]])
def test_a_hash_in_a_thread_of_its_own_is_that_of_all_blocks(blocks):
    state = HashBehind()
    for block in blocks:
        state.update(block)
    assert state.digest() == hashlib.sha384(b"".join(blocks)).digest()
    assert "hash" not in {one.name for one in threading.enumerate()}
