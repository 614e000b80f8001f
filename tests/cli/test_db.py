"""`sealane db` from the outside: the contract of spec/interfaces.md §8."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from sealane.adapters import nodefolder
from sealane.adapters.folder_age import FILE
from sealane.cli.main import cli
from sealane.settings import Settings
from sealane.wiring.site import create_site
from tests import later, nations


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    settings = Settings(party="AUS", node="canberra.aus.example")
    create_site(tmp_path / "node", settings, nations.PASSPHRASE).dispose()
    (tmp_path / "secret").write_bytes(nations.PASSPHRASE)
    (tmp_path / "secret").chmod(0o600)
    return tmp_path / "node"


def db(folder: Path, *words: str, secret: bool = True) -> tuple[int, dict]:
    told = ["--passphrase-file", str(folder.parent / "secret")] if secret else []
    done = CliRunner().invoke(cli, ["db", *words, "--node", str(folder), *told, "--json"])
    return done.exit_code, json.loads(done.stdout)


def put_away(folder: Path) -> None:
    for path in folder.glob("node.db*"):
        path.rename(folder.parent / path.name)


def test_status_tells_the_store_s_version_and_the_program_s_without_a_passphrase(folder):
    status, told = db(folder, "status", secret=False)
    assert (status, told["engine"], told["schema"], told["state"]) == (
        0,
        "sqlite",
        told["code"],
        "current",
    )


def test_status_and_upgrade_answer_on_an_older_folder_and_then_it_is_current(
    folder, tmp_path, monkeypatch
):
    before = db(folder, "status", secret=False)[1]["code"]
    name = later.revise(monkeypatch, tmp_path / "later")
    status, told = db(folder, "status", secret=False)
    assert (status, told["schema"], told["code"], told["state"]) == (0, before, name, "older")
    status, done = db(folder, "upgrade")
    assert (status, done["from"], done["to"]) == (0, before, name)
    assert db(folder, "upgrade")[1]["from"] == name
    assert db(folder, "status", secret=False)[1]["state"] == "current"


def test_an_older_folder_is_backed_up_and_restored_by_the_newer_program_and_then_upgraded(
    folder, tmp_path, monkeypatch
):
    later.revise(monkeypatch, tmp_path / "later")
    later.step(monkeypatch)
    out, again = tmp_path / "out.backup", tmp_path / "again"
    for words in (["backup", str(folder), str(out)], ["restore", str(out), str(again)]):
        assert CliRunner().invoke(cli, ["node", *words, "--json"]).exit_code == 0
    assert db(again, "status", secret=False)[1]["state"] == "older"
    assert db(again, "upgrade")[1]["to"] == later.NAME
    assert db(again, "status", secret=False)[1]["state"] == "current"


def test_an_interrupted_upgrade_is_told_and_finished(folder, tmp_path, monkeypatch):
    from tests.unit.adapters.test_folder_age import begin

    later.step(monkeypatch)
    with monkeypatch.context() as short:
        begin(folder, short)
    assert db(folder, "status", secret=False)[1]["state"] == "older"
    done = CliRunner().invoke(cli, ["ledger", "walk", "--node", str(folder), "--json"])
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (4, "db.unfinished")
    assert db(folder, "upgrade")[0] == 0
    assert db(folder, "status", secret=False)[1]["state"] == "current"


def test_a_newer_folder_is_told_by_status_too(folder):
    (folder / FILE).write_text("9.0.0\n")
    for verb in ("status", "upgrade"):
        status, told = db(folder, verb, secret=verb == "upgrade")
        assert (status, told["error"]["code"]) == (4, "db.newer")


def test_what_is_no_node_has_no_version(tmp_path):
    (tmp_path / "secret").write_bytes(nations.PASSPHRASE)
    for verb in ("status", "upgrade"):
        status, told = db(tmp_path / "nothing", verb, secret=verb == "upgrade")
        assert (status, told["error"]["code"]) == (4, "node.missing")
    assert not (tmp_path / "nothing").exists()


def test_the_file_of_another_node_is_not_taken_for_this_node_s(folder, tmp_path):
    other = Settings(party="AUS", node="perth.aus.example")
    create_site(tmp_path / "other", other, nations.PASSPHRASE).dispose()
    put_away(folder)
    shutil.copy(tmp_path / "other" / "node.db", folder)
    secret = ("--passphrase-file", str(tmp_path / "secret"))
    for words in (
        ("node", "status", str(folder), *secret),
        ("node", "run", str(folder), *secret),
        ("item", "list", "--node", str(folder)),
        ("ledger", "walk", "--node", str(folder)),
    ):
        done = CliRunner().invoke(cli, [*words, "--json"])
        told = json.loads(done.stdout.splitlines()[-1])["error"]
        assert (done.exit_code, told["code"]) == (4, "db.taken"), words
        assert "perth.aus.example" in told["message"]


def test_a_running_node_is_not_upgraded(folder, tmp_path, monkeypatch):
    later.revise(monkeypatch, tmp_path / "later")
    with nodefolder.running(folder):
        status, told = db(folder, "upgrade")
    assert (status, told["error"]["code"]) == (4, "node.running")
    assert db(folder, "status", secret=False)[1]["state"] == "older"


def test_a_database_leaves_and_comes_back_with_everything_but_its_word_for_the_newest(folder):
    out = folder.parent / "out.db"
    out.touch(mode=0o644)
    status, made = db(folder, "export", str(out))
    assert (status, stat.S_IMODE(out.stat().st_mode)) == (0, 0o600)
    assert made["bytes"] == out.stat().st_size
    put_away(folder)
    status, done = db(folder, "import", str(out))
    assert (status, done["digest"], done["rows"]) == (0, made["digest"], made["rows"])
    again = db(folder, "import", str(out))
    assert (again[0], again[1]["error"]["code"]) == (4, "db.not_empty")


def test_a_damaged_file_is_refused_with_its_line_and_what_to_do(folder):
    out = folder.parent / "out.db"
    db(folder, "export", str(out))
    put_away(folder)
    data = bytearray(out.read_bytes())
    data[-40] ^= 1
    out.write_bytes(data)
    status, told = db(folder, "import", str(out))
    error = told["error"]
    assert (status, error["code"]) == (1, "db.file_damaged")
    assert error["position"] == len(out.read_bytes().splitlines())
    assert "nothing was imported" in error["remedy"]


def test_it_is_said_that_an_export_is_confidential(folder):
    words = ["db", "export", str(folder.parent / "out.db"), "--node", str(folder)]
    words += ["--passphrase-file", str(folder.parent / "secret")]
    for language, said in (("en", "0600"), ("ja", "平文")):
        done = CliRunner().invoke(cli, [*words, "--lang", language])
        assert said in done.stderr
