"""Lists of the register at an embedded node open no key; everything that rests on bound rows, and
everything in production, does.
"""

import json
from dataclasses import fields, replace

import pytest
from click.testing import CliRunner

from sealane.adapters import nodefolder
from sealane.cli.main import cli
from sealane.crypto.keystore import Keystore
from sealane.services.node import OpenRegister
from tests import nations


@pytest.fixture
def shut(monkeypatch):
    """How often a keystore was opened."""
    tried, unseal = [], Keystore.unseal
    monkeypatch.setattr(
        Keystore, "unseal", lambda self, *given: tried.append(1) or unseal(self, *given)
    )
    return tried


def typed(pair, *words, secret=None):
    given = [*words, "--node", str(pair.sites["AUS"].folder), "--json"]
    if secret is not None:
        file = pair.root / "secret"
        file.write_bytes(secret)
        file.chmod(0o600)
        given += ["--passphrase-file", str(file)]
    ran = CliRunner().invoke(cli, given)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, json.loads(ran.stdout)


def test_lists_open_no_key_and_say_the_same_as_with_one(live_pair, shut):
    item = nations.share(live_pair)
    status, told = typed(live_pair, "item", "list")
    assert (status, [one["id"] for one in told["items"]]) == (0, [item])
    assert typed(live_pair, "item", "list", secret=nations.PASSPHRASE) == (0, told)
    status, waits = typed(live_pair, "suspense", "list")
    assert status == 0
    assert [one["item"] for one in waits["waiting"]] == [item]
    assert shut == []
    named = ("--as", "aus.release")
    assert typed(live_pair, "item", "list", *named, secret=nations.PASSPHRASE)[1] == told
    assert shut == [1]


def test_what_rests_on_bound_rows_asks_for_the_passphrase(live_pair, shut):
    item = nations.share(live_pair)
    for words in (("item", "show", item), ("item", "history", item), ("people", "list")):
        assert typed(live_pair, *words)[1]["error"]["code"] == "passphrase.missing"
        assert typed(live_pair, *words, secret=b"not the passphrase")[0] == 4
        assert typed(live_pair, *words, secret=nations.PASSPHRASE)[0] == 0
    assert len(shut) == 6


def test_in_production_a_list_is_read_by_a_proven_person_alone(live_pair, shut):
    folder = live_pair.sites["AUS"].folder
    settings = replace(nodefolder.load(folder), profile="production", accept_unverified=False)
    nodefolder.save(folder, settings)
    for words in (("item", "list"), ("suspense", "list")):
        status, told = typed(live_pair, *words)
        assert (status, told["error"]["code"]) == (4, "passphrase.missing")
    assert shut == []


def test_a_folder_that_is_no_nodes_is_told_as_ever(tmp_path):
    ran = CliRunner().invoke(cli, ["item", "list", "--node", str(tmp_path), "--json"])
    assert (ran.exit_code, json.loads(ran.stdout)["error"]["code"]) == (4, "node.missing")


def test_what_lists_are_given_has_no_key():
    assert {one.name for one in fields(OpenRegister)} == {"settings", "host", "store", "records"}
