"""Where commands write: what stood there is kept, and nothing is half-written. Spec: POSIX.1."""

import errno
import os
import socket
import stat
import threading
from pathlib import Path

import pytest

from sealane.adapters import outputs
from sealane.adapters.outputs import whole_file, write_whole
from sealane.base.errors import SealaneError

AS_ROOT = os.geteuid() == 0


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def _umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def half_written(path, fault):
    with whole_file(path, keep=True) as file:
        file.write(b"half")
        raise fault


def refused(path, data=b"x", **how):
    with pytest.raises(SealaneError) as caught:
        write_whole(path, data, **how)
    return caught.value.code


@pytest.mark.parametrize("before", [0o600, 0o640, 0o444, 0o755])
def test_a_file_that_was_there_keeps_its_mode(tmp_path, before):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(before)
    write_whole(path, b"new", mode=0o644, keep=True)
    assert (path.read_bytes(), mode(path)) == (b"new", before)


def test_a_secret_is_never_left_wider_than_its_writer_says(tmp_path):
    path = tmp_path / "keys"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_whole(path, b"new")
    assert mode(path) == 0o600


def test_a_new_file_is_no_wider_than_the_file_it_is_made_from(tmp_path):
    private, shared = tmp_path / "private", tmp_path / "shared"
    for path, bits in ((private, 0o600), (shared, 0o664)):
        path.touch()
        path.chmod(bits)
    write_whole(tmp_path / "one", b"", mode=0o666, keep=True, like=private)
    write_whole(tmp_path / "two", b"", mode=0o666, keep=True, like=shared)
    assert (mode(tmp_path / "one"), mode(tmp_path / "two")) == (0o600, 0o644)


def test_while_it_is_written_nobody_else_reads_it(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o644)
    with whole_file(path, mode=0o644, keep=True) as file:
        file.write(b"new")
        spools = [one for one in tmp_path.iterdir() if one.name.endswith(".part")]
        assert [mode(one) for one in spools] == [0o600]
    assert mode(path) == 0o644


@pytest.mark.skipif(not AS_ROOT, reason="only root gives files away")
def test_a_file_keeps_its_owner_and_attributes(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    os.chown(path, 4321, 1234)
    os.setxattr(path, "user.note", b"kept")
    write_whole(path, b"new", keep=True)
    assert (path.stat().st_uid, path.stat().st_gid) == (4321, 1234)
    assert os.getxattr(path, "user.note") == b"kept"


def test_where_the_owner_cannot_be_kept_the_mode_shuts_what_he_guarded(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o660)
    seen = os.stat_result((0o100660, *path.stat()[1:4], 4321, 1234, *path.stat()[6:]))

    def forbidden(*_):
        raise PermissionError(errno.EPERM, "not permitted")

    monkeypatch.setattr(outputs.os, "fchown", forbidden)
    handle = os.open(path, os.O_RDWR)
    try:
        outputs._as_before(handle, path, seen, 0o7777)
        assert mode(path) == 0o600
    finally:
        os.close(handle)


@pytest.mark.parametrize("chain", [["a"], ["a", "b", "c"]])
def test_links_are_followed_and_stay(tmp_path, chain):
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "file"
    target.write_bytes(b"old")
    places = ["folder/file", *chain]
    for before, name in zip(places, chain, strict=False):
        (tmp_path / name).symlink_to(before)
    write_whole(tmp_path / chain[-1], b"new", keep=True)
    assert target.read_bytes() == b"new"
    assert all((tmp_path / name).is_symlink() for name in chain)


def test_a_link_to_nothing_makes_what_it_names(tmp_path):
    (tmp_path / "link").symlink_to("file")
    write_whole(tmp_path / "link", b"new")
    assert ((tmp_path / "file").read_bytes(), (tmp_path / "link").is_symlink()) == (b"new", True)


def test_a_circle_of_links_is_refused(tmp_path):
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    assert refused(tmp_path / "one") == "output.refused"


def test_other_names_of_a_file_would_keep_the_old_bytes_so_it_is_refused(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    (tmp_path / "other").hardlink_to(path)
    assert refused(path) == "output.refused"
    assert path.read_bytes() == b"old"


def test_a_folder_a_socket_and_a_place_that_is_not_there_are_refused(tmp_path):
    assert refused(tmp_path) == "output.refused"
    assert refused(tmp_path / "none" / "file") == "output.refused"
    assert refused(tmp_path / ("n" * 300)) == "output.refused"
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "socket"))
        assert refused(tmp_path / "socket") == "output.refused"
    assert stat.S_ISSOCK((tmp_path / "socket").stat().st_mode)


@pytest.mark.parametrize("name", ["-x", "a\nb", "n" * 255, "\udcff", "名", ".", "a b"])
def test_any_name_that_the_file_system_takes_is_written(tmp_path, name):
    path = tmp_path / name
    if name == ".":
        assert refused(path) == "output.refused"
        return
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_gets_the_bytes_and_stays_a_pipe(tmp_path):
    path, got = tmp_path / "pipe", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    with whole_file(path) as file:
        file.write(b"first ")
        file.seek(0)
        file.write(b"First words")
    reader.join()
    assert got == [b"First words"]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_pipe_gets_nothing_of_what_failed(tmp_path):
    path, got = tmp_path / "pipe", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    with pytest.raises(ZeroDivisionError):
        half_written(path, ZeroDivisionError())
    reader.join()
    assert got == [b""]


def test_a_device_is_written_to_and_stays(tmp_path):
    link = tmp_path / "null"
    link.symlink_to("/dev/null")
    write_whole(link, b"x" * 10)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert link.is_symlink()


def test_a_handle_of_this_process_is_written_to_and_another_s_is_refused(tmp_path):
    read, write = os.pipe()
    try:
        link = tmp_path / "stdout"
        link.symlink_to(f"/proc/self/fd/{write}")
        write_whole(link, b"through")
        assert os.read(read, 100) == b"through"
        (tmp_path / "other").symlink_to("/proc/1/fd/1")
        if os.getpid() != 1:
            assert refused(tmp_path / "other") == "output.refused"
    finally:
        os.close(read)
        os.close(write)


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(SealaneError) as caught:
        half_written(path, OSError(errno.ENOSPC, "no space"))
    assert caught.value.code == "store.write_failed"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
