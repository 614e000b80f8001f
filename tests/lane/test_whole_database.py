"""A whole database leaves and comes back: all that it held, proven before it counts, or nothing."""

from __future__ import annotations

import base64
import io
import json
import re
import sqlite3
import stat
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from sealane.adapters import schema, search
from sealane.adapters.nodefolder import running
from sealane.adapters.sql import open_engine, reading
from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.crypto import jws
from sealane.registry.records import Newness
from sealane.services.ledgers.slices import finding
from sealane.wiring import database
from sealane.wiring.site import open_site
from tests import later, nations
from tests.nations import PASSPHRASE

LOGS = 4
"""The internal log, our log and the partner's mirror under the agreement, and those of the second
agreement as far as anything happened under it.
"""
LINE = re.compile(rb"([0-9a-f]{96}) (.*)\n")


@pytest.fixture
def told(pair, tmp_path):
    """Two nodes after a story, stopped; AUS's database in a file."""
    item = nations.share(pair)
    pair.settle()
    pair.rounds(2)
    assert nations.read(pair, item) == b"harbour"
    pair.settle()
    pair.close()
    out = tmp_path / "aus.db"
    database.export(pair.root / "aus", PASSPHRASE, out, host=pair.clock)
    return pair, out, item


def put_away(folder: Path) -> Path:
    """The database of a stopped node, out of its folder."""
    away = folder.parent / f"{folder.name}-away"
    away.mkdir()
    for path in folder.glob("node.db*"):
        path.rename(away / path.name)
    return away / "node.db"


def rows(path: Path) -> dict[str, list[tuple]]:
    """Every row of a database as SQLite holds it, text to the letter."""
    with closing(sqlite3.connect(path)) as raw:
        names = [
            name
            for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_")
        ]
        return {name: sorted(raw.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}


def take_in(folder: Path, data: bytes, **named) -> dict:
    return database.take_in(folder, PASSPHRASE, io.BytesIO(data), **named)


def refused(folder: Path, data: bytes) -> tuple[str, object]:
    """The code and the position with which a file is refused; nothing is in the database then."""
    with pytest.raises(SealaneError) as caught:
        take_in(folder, data)
    engine = open_engine(folder / "node.db")
    with reading(engine) as tx:
        assert schema.version_of(tx) is None
    engine.dispose()
    return caught.value.code, caught.value.position


def lines_of(data: bytes) -> list[dict]:
    return [json.loads(body) for _, body in LINE.findall(data)]


def written(values: list[dict]) -> bytes:
    """The values as lines under right digests, as anybody could write them."""
    chain, out = "", b""
    for value in values:
        body = canonical.encode(value)
        chain = canonical.sha384(chain.encode() + body)
        out += chain.encode() + b" " + body + b"\n"
    return out


def sealed_again(pair, values: list[dict]) -> bytes:
    """The same, sealed by the keys of the node itself: whoever holds its folder and passphrase."""
    body = written(values[:-1])
    end = LINE.findall(body)[-1][0].decode()
    head = values[0]
    said = {name: head[name] for name in ("node", "party", "schema", "at", "engine")} | {"end": end}
    site = open_site(pair.root / "aus", PASSPHRASE, host=pair.clock)
    seal = jws.sign(canonical.encode(said), site.keys.signers("statement"), typ=database.TYP)
    site.dispose()
    return written([*values[:-1], {"seal": json.loads(seal)}])


def test_an_export_is_its_owner_s_alone_and_is_recorded(told):
    pair, out, _ = told
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    end = LINE.findall(out.read_bytes())[-2][0].decode()
    found = nations_entries(pair, "database.exported")
    assert [(one["record"], one["version"], one["proof"]) for one in found] == [
        (end, schema.HISTORY.newest, "keystore")
    ]


def nations_entries(pair, kind: str) -> list[dict]:
    """The fields of AUS's internal entries of a kind."""
    from sealane.ledger import entries

    site = open_site(pair.root / "aus", PASSPHRASE, host=pair.clock)
    with site.node.store.reading() as tx:
        log = site.node.internal
        read = [entries.read(one) for one in log.entries(tx, 0, log.size(tx))]
    site.dispose()
    return [one.fields for one in read if one.kind == kind]


def test_everything_comes_back_and_the_node_asks_before_it_goes_on(told):
    pair, out, item = told
    folder = pair.root / "aus"
    before = rows(put_away(folder))
    done = take_in(folder, out.read_bytes(), host=pair.clock)
    after = rows(folder / "node.db")
    changed = {name for name in before if before[name] != after[name]}
    assert {name for name in changed if not search.is_derived(name)} == {
        "currency",
        "entry_refs",
        "log",
        "log_entry",
    }
    assert done["rows"] == sum(done["tables"].values()) > 100
    assert [one["record"] for one in nations_entries(pair, "database.imported")] == [done["digest"]]
    again = nations.opened(pair.root, pair.clock)
    with again.aus.store.reading() as tx:
        assert again.aus.newness(tx) == Newness.MOVED
    assert again.ask("AUS").newness == Newness.CURRENT
    assert nations.read(again, item) == b"harbour"
    again.settle()
    again.rounds(2)
    nations.share(again, b"more", reference="r-2")
    again.settle()
    for node in (again.aus, again.jpn):
        with node.store.reading() as tx:
            for log in (node.internal, nations.log_of(node, nations.AGREEMENT)):
                assert finding(lambda tx=tx: nullcontext(tx), log)["error"] is None
    again.close()


def test_what_is_exported_again_is_the_same_but_for_what_the_import_recorded(told, tmp_path):
    pair, out, _ = told
    folder = pair.root / "aus"
    put_away(folder)
    take_in(folder, out.read_bytes(), host=pair.clock)
    second = tmp_path / "second.db"
    database.export(folder, PASSPHRASE, second, host=pair.clock)
    tables = [
        {one["table"]: one["rows"] for one in lines_of(path.read_bytes()) if "table" in one}
        for path in (out, second)
    ]
    differ = {name for name in tables[1] if tables[0].get(name) != tables[1][name]}
    assert differ == {"currency", "entry_refs", "log", "log_entry"}


def test_nothing_is_overwritten(told):
    pair, out, _ = told
    before = rows(pair.root / "aus" / "node.db")
    with pytest.raises(SealaneError, match=r"db\.not_empty"):
        take_in(pair.root / "aus", out.read_bytes(), host=pair.clock)
    assert rows(pair.root / "aus" / "node.db") == before


def test_a_running_node_takes_nothing_in_and_is_not_upgraded(told):
    pair, out, _ = told
    folder = pair.root / "aus"
    put_away(folder)
    with running(folder):
        for work in (
            lambda: take_in(folder, out.read_bytes()),
            lambda: database.upgrade(folder, PASSPHRASE),
        ):
            with pytest.raises(SealaneError, match=r"node\.running"):
                work()


def test_a_file_damaged_anywhere_is_refused_with_its_line(told):
    pair, out, _ = told
    folder, data = pair.root / "aus", out.read_bytes()
    put_away(folder)
    ends = [match.end() for match in re.finditer(rb"\n", data)]
    for number, end in enumerate(ends, start=1):
        start = ends[number - 2] if number > 1 else 0
        at = (start + end) // 2
        spoiled = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert refused(folder, spoiled) == ("db.file_damaged", number)
    count = len(ends)
    assert refused(folder, data[:-1]) == ("db.file_damaged", count)
    assert refused(folder, data[: ends[-2]]) == ("db.file_damaged", count - 1)
    assert refused(folder, data + data) == ("db.file_damaged", count + 1)
    assert refused(folder, b"") == ("db.file_damaged", 1)
    assert refused(folder, b"PK\x03\x04" * 99) == ("db.file_damaged", 1)


def test_right_digests_over_odd_lines_are_refused_too(told):
    pair, out, _ = told
    folder, values = pair.root / "aus", lines_of(out.read_bytes())
    put_away(folder)
    head, end = values[0], values[-2]
    for odd in (
        [{**head, "v": 2}, *values[1:]],
        [{name: one for name, one in head.items() if name != "tables"}, *values[1:]],
        [head, {"table": "nowhere", "rows": []}, *values[1:]],
        [head, {"table": "items", "rows": 7}, *values[1:]],
        [*values[:-2], {"rows": {**end["rows"], "items": 999}}, values[-1]],
        [*values[:-2], values[-1]],
        [*values[:-1], {"seal": {}}],
        [*values[:-1], {"seal": 7}],
    ):
        assert refused(folder, written(odd))[0] == "db.file_damaged"


def test_a_row_changed_under_right_digests_breaks_the_seal(told):
    pair, out, _ = told
    folder, values = pair.root / "aus", lines_of(out.read_bytes())
    put_away(folder)
    place = next(i for i, one in enumerate(values) if one.get("table") == "people")
    values[place]["rows"][0][3] = "2020-01-01T00:00:00Z"
    assert refused(folder, written(values)) == ("db.file_damaged", len(values))


def test_another_node_s_file_is_foreign(told, tmp_path):
    pair, out, _ = told
    put_away(pair.root / "jpn")
    assert refused(pair.root / "jpn", out.read_bytes()) == ("db.file_foreign", 1)
    twin = tmp_path / "twin" / "aus"
    nations.build(tmp_path / "twin", nations.Clock())
    put_away(twin)
    code, position = refused(twin, out.read_bytes())
    assert (code, position) == ("db.file_foreign", len(lines_of(out.read_bytes())))


@pytest.mark.parametrize("what", ["entry", "head", "mirror head"])
def test_a_log_that_does_not_hold_is_refused_whoever_sealed_it(told, what):
    pair, out, _ = told
    folder, values = pair.root / "aus", lines_of(out.read_bytes())
    tables = {one["table"]: one["rows"] for one in values if "table" in one}
    roles = {row[0]: row[2] for row in tables["log"]}
    if what == "entry":
        row = tables["log_entry"][3]
        row[3]["b"] = base64.b64encode(base64.b64decode(row[3]["b"])[:-1] + b"?").decode()
    else:
        wanted = "mirror" if "mirror" in what else "own"
        row = next(one for one in tables["log_head"] if roles[one[0]] == wanted)
        note = base64.b64decode(row[3]["b"])
        name, _, signatures = note.partition(b"\n\n")
        row[3]["b"] = base64.b64encode(name + b"\n\n" + unsigned(signatures)).decode()
    data = sealed_again(pair, values)
    put_away(folder)
    code, _ = refused(folder, data)
    assert code == "db.log_unproven"


def unsigned(signatures: bytes) -> bytes:
    """The lines of a note under names that nobody knows."""
    return re.sub("— (\\S+) ".encode(), "— nobody.example ".encode(), signatures)


def test_an_older_export_is_taken_into_a_newer_program_and_a_newer_one_is_not(
    told, tmp_path, monkeypatch
):
    pair, out, _ = told
    folder = pair.root / "aus"
    put_away(folder)
    with monkeypatch.context() as future:
        name = later.revise(future, tmp_path / "later")
        done = take_in(folder, out.read_bytes(), host=pair.clock)
        assert done["schema"] != name
        engine = open_engine(folder / "node.db")
        with reading(engine) as tx:
            assert schema.version_of(tx) == name
        engine.dispose()
        newer = tmp_path / "newer.db"
        database.export(folder, PASSPHRASE, newer, host=pair.clock)
    for path in folder.glob("node.db*"):
        path.unlink()
    assert refused(folder, newer.read_bytes())[0] == "db.newer"


def test_an_upgrade_proves_every_log_tells_of_itself_and_is_done_once(told, tmp_path, monkeypatch):
    pair, _, item = told
    folder, before = pair.root / "aus", schema.HISTORY.newest
    name = later.revise(monkeypatch, tmp_path / "later")
    later.step(monkeypatch)
    with pytest.raises(SealaneError, match=r"db\.older"):
        open_site(folder, PASSPHRASE)
    assert database.ages(folder).state == "older"
    done = database.upgrade(folder, PASSPHRASE, host=pair.clock)
    assert (done["from"], done["to"], done["logs"]) == (before, name, LOGS)
    assert done["folder"] == {"from": "0.1.0", "to": name}
    again = database.upgrade(folder, PASSPHRASE, host=pair.clock)
    assert (again["from"], again["to"], again["logs"]) == (name, name, 0)
    for kind, was in (("database.upgraded", before), ("folder.upgraded", "0.1.0")):
        found = nations_entries(pair, kind)
        assert [(one["before"], one["version"], one["proof"]) for one in found] == [
            (was, name, "keystore")
        ]
    database.upgrade(pair.root / "jpn", PASSPHRASE, host=pair.clock)
    both = nations.opened(pair.root, pair.clock)
    assert nations.read(both, item) == b"harbour"
    both.rounds(2)
    both.close()


def test_an_upgrade_over_an_altered_log_changes_nothing(told, tmp_path, monkeypatch):
    pair, _, _ = told
    folder = pair.root / "aus"
    with closing(sqlite3.connect(folder / "node.db")) as raw, raw:
        raw.execute(
            "UPDATE log_entry SET data = CAST(data || x'20' AS BLOB) WHERE idx = 2 AND log = 1"
        )
    settings, before = (folder / "node.toml").read_bytes(), rows(folder / "node.db")
    later.revise(monkeypatch, tmp_path / "later")
    later.step(monkeypatch)
    with pytest.raises(SealaneError, match=r"db\.log_unproven"):
        database.upgrade(folder, PASSPHRASE, host=pair.clock)
    assert ((folder / "node.toml").read_bytes(), rows(folder / "node.db")) == (settings, before)
    assert not (folder / "upgrade").exists()


def test_a_wrong_passphrase_upgrades_nothing(told, tmp_path, monkeypatch):
    pair, _, _ = told
    folder = pair.root / "aus"
    before = rows(folder / "node.db")
    later.revise(monkeypatch, tmp_path / "later")
    later.step(monkeypatch)
    with pytest.raises(SealaneError, match=r"keystore\.sealed"):
        database.upgrade(folder, b"another passphrase", host=pair.clock)
    assert rows(folder / "node.db") == before
    assert not (folder / "rooms.toml").exists()
