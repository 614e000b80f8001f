"""`node backup` and `node restore`: everything else is lost, and the node goes on.

Spec: spec/backup.md.
"""

from __future__ import annotations

import io
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sealane.adapters import backup_form, nodefolder
from sealane.adapters.backup_restoring import restore
from sealane.adapters.backup_taking import take
from sealane.adapters.stored_logs import snapshot
from sealane.base.errors import Malformed, Misconfigured, SealaneError, Unavailable, Untrusted
from sealane.registry.records import Newness
from sealane.services.exchange import recall
from tests import engines, nations
from tests.clock import Clock
from tests.nations import read, share


@pytest.fixture
def backed(pair, tmp_path):
    """A pair with a few items, and AUS's backup of it."""
    items = [share(pair, b"harbour", reference=f"r-{number}") for number in range(3)]
    pair.rounds(2)
    out = tmp_path / "aus.sealane-backup"
    done = take(pair.sites["AUS"].folder, out, pair.clock.now(), "0.1.0")
    return pair, items, out, done


def lost_and_restored(pair, out):
    """AUS's folder is gone with all that was in it, and comes back out of the backup."""
    folder, clock = pair.sites["AUS"].folder, pair.clock
    pair.close()
    database = engines.setting_like(folder)
    engines.dropped(folder)
    shutil.rmtree(folder)
    with out.open("rb") as file:
        restore(file, folder, database=database)
    return nations.opened(folder.parent, clock)


def test_a_node_that_lost_everything_else_goes_on_from_its_backup(backed):
    pair, items, out, done = backed
    assert out.stat().st_mode & 0o777 == 0o600
    assert done.absent == []
    pair = lost_and_restored(pair, out)
    with pytest.raises(SealaneError) as doubt:
        share(pair, b"more", reference="more")
    assert doubt.value.code == "node.in_doubt"
    assert pair.ask("AUS").newness is Newness.CURRENT
    assert read(pair, items[0]) == b"harbour"
    assert share(pair, b"more", reference="more") not in items


def test_what_was_said_after_the_backup_is_not_forgotten(backed):
    pair, items, out, _ = backed
    recall.recall(pair.aus, items[0], reason="r", person="aus.release")
    pair.settle()
    pair.rounds(2)
    pair = lost_and_restored(pair, out)
    assert pair.ask("AUS").newness is Newness.BEHIND
    with pytest.raises(Unavailable, match=r"node\.behind"):
        share(pair, b"more", reference="more")


def test_it_is_taken_while_the_node_writes_and_every_acknowledged_act_before_it_is_in(
    pair, tmp_path
):
    held = pair.aus.store.writing()
    with held:  # another step is open: the snapshot waits for nobody and has none of it
        before = share_rows(pair.sites["AUS"].folder)
        take(pair.sites["AUS"].folder, tmp_path / "b", pair.clock.now(), "0.1.0")
    elsewhere = engines.setting_like(pair.sites["AUS"].folder)
    with (tmp_path / "b").open("rb") as file:
        restore(file, tmp_path / "again", database=elsewhere)
    assert share_rows(tmp_path / "again") == before


def share_rows(folder: Path) -> list[tuple[object, ...]]:
    with snapshot(folder) as (tx, logs):
        return [(log.origin, log.size(tx)) for log in logs]


def test_a_destroyed_container_is_named_as_absent_and_nothing_stops(backed, tmp_path):
    pair, items, _, before = backed
    recall.recall(pair.aus, items[0], reason="r", person="aus.release")
    pair.settle()
    done = take(pair.sites["JPN"].folder, tmp_path / "j", pair.clock.now(), "0.1.0")
    assert len(done.absent) == 1
    assert len(before.members) > 3


def test_neither_verb_overwrites(backed, tmp_path):
    pair, _, out, _ = backed
    folder = pair.sites["AUS"].folder
    bytes_before = out.read_bytes()
    with pytest.raises(Misconfigured, match=r"backup\.exists"):
        take(folder, out, pair.clock.now(), "0.1.0")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(Misconfigured, match=r"backup\.exists"):
        take(folder, tmp_path / "link", pair.clock.now(), "0.1.0")
    assert out.read_bytes() == bytes_before
    with pytest.raises(Misconfigured, match=r"node\.exists"), out.open("rb") as file:
        restore(file, folder)


def entries(out: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(out) as tar:
        return [(one, tar.extractfile(one).read()) for one in tar]  # type: ignore[union-attr]


def packed(members: list[tuple[tarfile.TarInfo, bytes]]) -> io.BytesIO:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for entry, data in members:
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    file.seek(0)
    return file


@pytest.mark.parametrize(
    "place",
    ["../outside", "/etc/hosts", "containers/../../x", "seat", "running.lock", "heads/../node.db"],
)
def test_no_member_lands_outside_its_place(backed, tmp_path, place):
    _, _, out, _ = backed
    held = entries(out)
    held.insert(1, (tarfile.TarInfo(place), b"x"))
    with pytest.raises(Malformed, match=r"backup\.malformed"):
        restore(packed(held), tmp_path / "again")
    assert not (tmp_path / "again").exists()
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".again")]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
)
def test_only_files_are_restored(backed, tmp_path, kind):
    _, _, out, _ = backed
    held = entries(out)
    link = tarfile.TarInfo("other.toml")
    link.type, link.linkname = kind, "node.toml"
    with pytest.raises(Malformed, match=r"backup\.malformed"):
        restore(packed([held[0], (link, b""), *held[1:]]), tmp_path / "again")


def test_every_altered_missing_or_added_member_is_refused(backed, tmp_path):
    _, _, out, _ = backed
    for at in range(len(entries(out))):
        for change in ("altered", "missing", "twice"):
            held = entries(out)
            entry, data = held[at]
            if change == "altered":
                held[at] = (entry, data[:-1] + bytes([data[-1] ^ 1]))
            elif change == "missing":
                del held[at]
            else:
                held.insert(at, held[at])
            with pytest.raises((Malformed, Untrusted)):
                restore(packed(held), tmp_path / "again")
            assert not (tmp_path / "again").exists(), (entry.name, change)


@given(part=st.floats(0, 0.9999))
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_a_backup_cut_short_anywhere_is_no_backup(backed, tmp_path, part):
    _, _, out, _ = backed
    whole = out.read_bytes()
    with tarfile.open(out) as tar:
        end = max(one.offset_data + one.size for one in tar)
    with pytest.raises(Malformed, match=r"backup\.malformed"):
        restore(io.BytesIO(whole[: int(end * part)]), tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_newer_form_is_named_with_the_version_that_reads_it(backed, tmp_path):
    _, _, out, _ = backed
    held = entries(out)
    held[0] = (held[0][0], b'{"form":2,"version":"9.0.0"}')
    with pytest.raises(Misconfigured, match=r"backup\.newer") as refused:
        restore(packed(held), tmp_path / "again")
    assert "9.0.0" in refused.value.remedy


def test_heads_on_storage_of_their_own_are_brought_only_where_there_are_none(tmp_path):
    clock, storage = Clock(), tmp_path / "storage"
    storage.mkdir()
    nations.build(tmp_path / "pair", clock)
    pair = nations.opened(tmp_path / "pair", clock)
    folder = pair.sites["AUS"].folder
    pair.close()
    held = nodefolder.load(folder)
    nodefolder.save(folder, replace(held, heads=str(storage)))
    apart = storage / held.node
    apart.mkdir()
    (apart / "one.head").write_bytes(b"newer")
    take(folder, tmp_path / "b", clock.now(), "0.1.0")
    with (tmp_path / "b").open("rb") as file:
        restore(file, tmp_path / "again")
    assert (apart / "one.head").read_bytes() == b"newer"
    assert not (tmp_path / "again" / "heads").exists()
    shutil.rmtree(apart)
    with (tmp_path / "b").open("rb") as file:
        restore(file, tmp_path / "third")
    assert (apart / "one.head").read_bytes() == b"newer"
    assert backup_form.FORM == 1
