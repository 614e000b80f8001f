"""There is exactly one evidence file of what it says: no permutation, no other byte of the zip, and
the writer takes parts in whatever order they come.
"""

import itertools
import json
import random
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.base import canonical
from sealane.base.errors import Untrusted
from sealane.cli.main import main
from sealane.ledger.proofs import archive, evidence, order
from tests.nations_evidence import Story

FROZEN = (Path(__file__).parents[1] / "vectors" / "evidence" / "good.evidence").read_bytes()
MEMBERS = archive.unpack(FROZEN)
LOCAL_FIELDS = ((4, 2), (6, 2), (8, 2), (10, 2), (12, 2), (14, 4), (18, 4), (22, 4), (28, 2))
"""Version, flags, method, time, date, CRC, both sizes and the length of extra fields."""
CENTRAL_FIELDS = (4, 6, 8, 10, 12, 14, 16, 20, 24, 30, 32, 34, 36, 38, 40, 42, 44)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    made = Story(tmp_path_factory.mktemp("story"))
    yield made
    made.close()


def refused(data, code):
    with pytest.raises(Untrusted) as found:
        evidence.verify(data)
    assert found.value.code == code


def manifest_of(members, **changes):
    """The members with another manifest, whose digest fits: what a forger would do."""
    manifest = canonical.decode(members["manifest.json"]) | changes
    manifest["files"] = {
        name: canonical.sha384(data)
        for name, data in members.items()
        if not name.startswith("manifest.")
    }
    raw = canonical.encode(manifest)
    return {
        **members,
        "manifest.json": raw,
        "manifest.sha384": f"{canonical.sha384(raw)}\n".encode(),
    }


@given(st.permutations(list(MEMBERS)))
@settings(deadline=None, max_examples=60)
def test_the_members_stand_in_one_order_alone(names):
    data = archive.pack({name: MEMBERS[name] for name in names})
    if names == list(MEMBERS):
        assert data == FROZEN
        evidence.verify(data)
    else:
        refused(data, "evidence.altered")


def test_no_two_neighbours_can_change_places():
    names = list(MEMBERS)
    for at in range(len(names) - 1):
        swapped = [*names[:at], names[at + 1], names[at], *names[at + 2 :]]
        refused(archive.pack({name: MEMBERS[name] for name in swapped}), "evidence.altered")


def test_the_command_refuses_a_file_whose_first_two_members_are_swapped(tmp_path, capsys):
    first, second, *rest = MEMBERS
    path = tmp_path / "swapped.evidence"
    path.write_bytes(archive.pack({name: MEMBERS[name] for name in (second, first, *rest)}))
    with pytest.raises(SystemExit) as done:
        main(["evidence", "verify", str(path), "--json"])
    assert done.value.code == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "evidence.altered"


def headers(data):
    """Where each local header, each directory line and the end begin."""
    size, start = struct.unpack_from("<II", data, len(data) - 10)
    central, at = [], start
    while at < start + size:
        central.append(at)
        name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        at += 46 + name + extra + comment
    return [struct.unpack_from("<I", data, one + 42)[0] for one in central], central, at


LOCALS, CENTRALS, END = headers(FROZEN)
PLACES = [
    *((one + at, size) for one, (at, size) in itertools.product(LOCALS, LOCAL_FIELDS)),
    *((one + at, 2) for one, at in itertools.product(CENTRALS, CENTRAL_FIELDS)),
    *((END + at, 2) for at in range(4, 22, 2)),
]


@given(st.sampled_from(PLACES), st.integers(1, 2**16 - 1))
@settings(deadline=None, max_examples=300)
def test_no_field_of_a_header_can_hold_anything_else(place, change):
    at, size = place
    wrong = bytearray(FROZEN)
    for byte, bits in enumerate(struct.pack("<H", change)[:size]):
        wrong[at + byte] ^= bits
    refused(bytes(wrong), "evidence.archive")


def test_extra_fields_comments_and_descriptors_have_no_place():
    end = bytearray(FROZEN + b"note")
    struct.pack_into("<H", end, END + 20, 4)
    refused(bytes(end), "evidence.archive")
    first = bytearray(FROZEN)
    struct.pack_into("<H", first, 28, 4)
    cut = 30 + len("manifest.json")
    refused(bytes(first[:cut] + b"\x00\x00\x00\x00" + first[cut:]), "evidence.archive")


def test_a_member_that_no_such_file_has_is_refused_and_so_is_a_missing_one():
    for name in (
        "note.txt",
        "policies/USA.tlog-policy",
        "entries/USA/00001.entry",
        "entries/AUS/00003.entry",
        "proofs/AUS/00002.tlog-proof",
    ):
        refused(archive.pack(manifest_of({**MEMBERS, name: b"x"})), "evidence.altered")
    for name in (one for one in MEMBERS if not one.startswith("statements/")):
        less = {one: data for one, data in MEMBERS.items() if one != name}
        if not name.startswith("manifest."):
            less = manifest_of(less)
        refused(archive.pack(less), "evidence.altered")


def test_the_manifest_holds_nothing_that_the_writer_would_not_write():
    manifest = canonical.decode(MEMBERS["manifest.json"])
    one, other = manifest["parties"]
    for changes in (
        {"agreement": manifest["agreement"] | {"title": "x"}},
        {"parties": [one | {"note": "x"}, other]},
        {"parties": [other, one]},
        {"note": "x"},
    ):
        refused(archive.pack(manifest_of(MEMBERS, **changes)), "evidence.altered")


def test_the_writer_gives_one_file_in_whatever_order_the_parts_come(story):
    made = story.given()
    extras = {"b.txt": b"2", "a.txt": b"1", "left-out.json": b'{"left_out":[]}'}
    whole = evidence.build(replace(made, extras=extras))
    rng = random.Random(11)
    for _ in range(3):
        said, besides = list(made.statements), list(extras.items())
        rng.shuffle(said)
        rng.shuffle(besides)
        assert evidence.build(replace(made, statements=tuple(said), extras=dict(besides))) == whole


def renumbered(members, folder, names):
    """The members of a folder in another order, each under the number of its new place."""
    held = {name: data for name, data in members.items() if not name.startswith(folder)}
    for number, name in enumerate(names, start=1):
        rest = name.removeprefix(folder)[5:]
        held[f"{folder}{number:05d}{rest}"] = members[name]
    parties = [one["party"] for one in canonical.decode(members["manifest.json"])["parties"]]
    return {name: held[name] for name in order.arranged(held, parties)}


def test_statements_and_entries_cannot_be_renumbered(story):
    members = archive.unpack(story.evidence())
    said = [name for name in members if name.startswith("statements/")]
    held = renumbered(members, "statements/", [said[1], said[0], *said[2:]])
    refused(archive.pack(manifest_of(held)), "evidence.altered")
    for folder in ("entries/AUS/", "proofs/AUS/"):
        names = [name for name in members if name.startswith(folder)]
        members = renumbered(members, folder, [names[1], names[0], *names[2:]])
    refused(archive.pack(manifest_of(members)), "evidence.altered")
