"""`sealane client` from the outside: a secret once, a list without
secrets, an end that is final.
"""

import json

import pytest
from click.testing import CliRunner

from sealane.adapters.log import SqlLog
from sealane.adapters.records import SqlStore
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables
from sealane.cli.node.client import client
from sealane.ledger import entries
from sealane.services.opentdf.issuer import secret_digest
from sealane.settings import Settings


@pytest.fixture
def folder(tmp_path):
    settings = Settings(party="AUS", node="canberra.aus.example")
    (tmp_path / "node.toml").write_text(settings.dump())
    make_tables(open_engine(tmp_path / "node.db"))
    return tmp_path


def run(folder, *arguments):
    done = CliRunner().invoke(client, [*arguments, "--node", str(folder), "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_a_client_is_enrolled_listed_and_let_go_and_each_is_in_the_log(folder):
    status, made = run(
        folder, "add", "go-1", "--person", "reader", "--kind", "web-sdk", "--purpose", "assessment"
    )
    assert (status, len(made["secret"]), made["rule"]["request_age"]) == (0, 43, 3660)
    assert run(folder, "add", "go-1", "--person", "reader")[1]["error"]["code"] == "client.exists"
    status, found = run(folder, "list")
    assert [(one["id"], one["person"], one["ended"]) for one in found["clients"]] == [
        ("go-1", "reader", None)
    ]
    assert made["secret"] not in json.dumps(found)
    assert secret_digest(made["secret"]) not in json.dumps(found)
    assert run(folder, "end", "go-1") == (0, {"id": "go-1", "ended": True})
    assert run(folder, "end", "go-1")[1]["error"]["code"] == "client.unknown"
    log = SqlLog("canberra.aus.example/internal")
    with SqlStore(open_engine(folder / "node.db")).reading() as tx:
        told = [entries.read(log.entry(tx, index)).fields for index in range(log.size(tx))]
    assert [(one["reason"], one["credential"], one["object"]) for one in told] == [
        ("client.enrolled", "go-1", "reader"),
        ("client.ended", "go-1", "reader"),
    ]


def test_a_folder_that_is_no_node_is_misconfigured(tmp_path):
    assert run(tmp_path, "list") == (4, run(tmp_path, "list")[1])
    assert run(tmp_path, "list")[1]["error"]["code"] == "node.missing"
